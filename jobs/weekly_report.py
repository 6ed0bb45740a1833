"""Weekly Report: the week's performance, a model portfolio with its risk, ratings and an outlook."""

from __future__ import annotations

from datetime import timedelta

from bvmt.publishing import day_of, period_of, publish, today
from bvmt.reports.content import ReportKind
from bvmt.reports.market_frames import NoSession
from bvmt.reports.weekly import weekly_report
from bvmt.reports.weekly_frames import WeeklyFrames
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import Schedule, parse_schedule
from bvmt.runs.stopping import SkipRun
from bvmt.settings import Settings
from bvmt.store.week_signals import record_signals
from bvmt.store.weekly_reads import read_weekly_frames


def work(ctx: RunContext) -> None:
    """Read the week, write what it says, and publish it together with the week's signals."""
    frames = _read(ctx)
    with ctx.step("Write the report") as step:
        written = weekly_report(frames, made_at=ctx.clock())
        step.detail = f"{len(written.report.sections)} sections"
    publish(
        ctx,
        written.report,
        period_of(ReportKind.WEEKLY, frames.monday),
        along=lambda conn: record_signals(conn, written.signals, today=today(ctx)),
    )


def _read(ctx: RunContext) -> WeeklyFrames:
    with ctx.step("Read the week") as step, ctx.engine.connect() as conn:
        until = day_of(conn, ctx)
        try:
            frames = read_weekly_frames(conn, until, zone=ctx.settings.zone, data_source=ctx.settings.data_world)
        except NoSession as none:
            if ctx.is_scheduled:
                raise SkipRun(str(none)) from none
            raise
        step.detail = f"week of {frames.monday}, {len(frames.market.bars.sessions)} sessions of history"
        return frames


def _schedule(settings: Settings) -> Schedule:
    at = settings.weekly_report_time
    return parse_schedule(f"{at.minute} {at.hour} * * {settings.weekly_report_day[:3]}")


WEEKLY_REPORT = Job(
    id="weekly_report",
    name="Weekly Report",
    description="Writes the week's report: performance, a model portfolio, ratings, risk and an outlook.",
    schedule=_schedule,
    work=work,
    grace=timedelta(hours=24),
    time_limit=timedelta(minutes=10),
    retry=RetryPolicy(max_attempts=3, base=timedelta(minutes=1)),
    figures=(
        Figure("version", "Version"),
        Figure("pdf_bytes", "PDF", "bytes"),
        Figure("recipients", "Subscribers written to", "subscribers"),
        Figure("report", "Report"),
    ),
)
