"""How a report comes about in a run: draw, put on the shelf, leave to the mail; and how one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID, uuid4

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed
from bvmt.errors import ActionRefused
from bvmt.reports.content import Report, ReportKind
from bvmt.runs.actions import request_run
from bvmt.runs.context import RunContext
from bvmt.runs.status import RunOrigin
from bvmt.store import Connection, Engine, reports
from bvmt.store.deliveries import put_report
from bvmt.store.report_reads import last_session_until

JOBS = {ReportKind.DAILY: "daily_report", ReportKind.WEEKLY: "weekly_report"}
"""The job that makes each kind."""

_DAY = "day"


@dataclass(frozen=True, slots=True)
class Period:
    """What a report is about: a day, or Monday to Sunday of a week."""

    first_day: date
    last_day: date


def period_of(kind: ReportKind, day: date) -> Period:
    """The period of a kind of report that holds the day."""
    if kind is ReportKind.DAILY:
        return Period(day, day)
    monday = day - timedelta(days=day.weekday())
    return Period(monday, monday + timedelta(days=6))


def generate(
    engine: Engine,
    kind: ReportKind,
    day: date | None,
    *,
    today: date,
    by: Actor,
    origin: RunOrigin = RunOrigin.MANUAL,
) -> UUID:
    """Ask for a report of the period that holds `day`, or of the newest session where it is None. Returns the run.

    Raises Forbidden, and ActionRefused for a day to come and while a run of that report's job waits or works.
    """
    if day is not None and day > today:
        raise ActionRefused(f"{day:%d %b %Y} is yet to come; a report is about what is known.")
    parameters = report_parameters(day) if day is not None else {}
    return request_run(engine, JOBS[kind], by=by, origin=origin, parameters=parameters, deed=Deed.GENERATE_REPORT)


def report_parameters(day: date) -> dict[str, str]:
    """What a run of a report's job is told, to report on the period that holds `day`."""
    return {_DAY: day.isoformat()}


def today(ctx: RunContext) -> date:
    """The day in the zone of the schedules."""
    return ctx.clock().astimezone(ctx.settings.zone).date()


def day_of(conn: Connection, ctx: RunContext) -> date:
    """The day that this run reports on: the one asked for; its own for a schedule's; else that of the newest session.

    Raises ActionRefused for a malformed day, and where no session is stored.
    """
    if (asked := ctx.run.parameters.get(_DAY)) is not None:
        try:
            return date.fromisoformat(str(asked))
        except ValueError:
            raise ActionRefused(f"{asked!r} is no day such as 2026-11-20.") from None
    if ctx.is_scheduled:
        return today(ctx)
    newest = last_session_until(conn, today(ctx))
    if newest is None:
        raise ActionRefused("No quotes are stored yet: Market Pulse or a history import comes first.")
    return newest


def publish(
    ctx: RunContext, report: Report, period: Period, *, along: Callable[[Connection], object] | None = None
) -> UUID:
    """Draw the PDF and put the report on the shelf together with the messages to its subscribers. Returns its id.

    `along` is carried out in the same transaction. Subscribers are written to where the schedule made the report;
    one that somebody asked for, of whatever day, is on the shelf and goes nowhere by itself.
    """
    language = ctx.settings.report_language
    with ctx.step("Draw the PDF") as step:
        from bvmt.reports.pdf import pdf as render  # heavy: fonts, charts; warmed in the background

        pdf = render(report, language)
        step.detail = f"{len(pdf) / 1000:,.0f} kB"
    with ctx.step("Put it on the shelf") as step, ctx.transaction() as conn:
        report_id = uuid4()
        version = reports.add_report(
            conn,
            report,
            pdf,
            id=report_id,
            period=(period.first_day, period.last_day),
            language=language,
            run_id=ctx.run.id,
            asked_by=ctx.run.requested_by,
        )
        if along is not None:
            along(conn)
        told = put_report(conn, report_id, report.kind) if ctx.is_scheduled else 0
        step.detail = f"version {version}, for {told} subscribers" if ctx.is_scheduled else f"version {version}"
    ctx.figure("version", version)
    ctx.figure("pdf_bytes", len(pdf))
    ctx.figure("recipients", told)
    ctx.figure("report", str(report_id))
    return report_id
