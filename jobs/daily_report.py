"""Daily Report: the session in figures, charts and plain words, as a PDF on the shelf and in the mail."""

from __future__ import annotations

from datetime import date, timedelta

from bvmt.market.calendar import DayKind, day
from bvmt.publishing import day_of, period_of, publish
from bvmt.reports.content import ReportKind
from bvmt.reports.daily import daily_report
from bvmt.reports.market_frames import MarketFrames
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import Schedule, parse_schedule
from bvmt.runs.stopping import SkipRun
from bvmt.settings import Settings
from bvmt.store import Connection, calendar
from bvmt.store.report_reads import read_frames


def work(ctx: RunContext) -> None:
    """Read the session, write what it says, and publish it."""
    frames = _read(ctx)
    with ctx.step("Write the report") as step:
        report = daily_report(frames, made_at=ctx.clock())
        step.detail = f"{len(report.sections)} sections"
    publish(ctx, report, period_of(ReportKind.DAILY, frames.day))


def _read(ctx: RunContext) -> MarketFrames:
    with ctx.step("Read the session") as step, ctx.engine.connect() as conn:
        session = _session(conn, ctx)
        frames = read_frames(conn, session, zone=ctx.settings.zone, data_source=ctx.settings.data_world)
        step.detail = f"{len(frames.quotes)} quotes of {session}, {len(frames.bars.sessions)} sessions of history"
        ctx.figure("quotes", len(frames.quotes))
        return frames


def _session(conn: Connection, ctx: RunContext) -> date:
    """The session to report on. A firing of the schedule on a closed day is skipped."""
    chosen = day_of(conn, ctx)
    if ctx.is_scheduled:
        known = day(chosen, calendar.read_own_days(conn, since=chosen, until=chosen))
        if known.kind is DayKind.CLOSED:
            raise SkipRun(f"exchange closed: {known.name}")
    return chosen


def _schedule(settings: Settings) -> Schedule:
    at = settings.daily_report_time
    return parse_schedule(f"{at.minute} {at.hour} * * mon-fri")


DAILY_REPORT = Job(
    id="daily_report",
    name="Daily Report",
    description="Writes the session's report: indices, activity, sectors, movers, anomalies, news, tomorrow's events.",
    schedule=_schedule,
    work=work,
    grace=timedelta(hours=6),
    time_limit=timedelta(minutes=5),
    retry=RetryPolicy(max_attempts=3, base=timedelta(minutes=1)),
    needs_session=True,
    figures=(
        Figure("quotes", "Quotes of the session", "quotes", learnt=True),
        Figure("version", "Version"),
        Figure("pdf_bytes", "PDF", "bytes"),
        Figure("recipients", "Subscribers written to", "subscribers"),
        Figure("report", "Report"),
    ),
)
