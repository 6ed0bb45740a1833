"""How the pages of reports write things down, and when a report cannot be made. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from bvmt.market.calendar import Day, DayKind
from bvmt.publishing import Period
from bvmt.reports.content import Fact, Facts, NumberForm, ReportKind
from bvmt.reports.language import Language, LanguageCode
from bvmt.reports.values import Figure, number, say, words
from bvmt.store.reports import ShelvedReport

KIND_WORDS = {ReportKind.DAILY: "Daily Report", ReportKind.WEEKLY: "Weekly Report"}

KINDS = {"Daily": ReportKind.DAILY, "Weekly": ReportKind.WEEKLY}
"""The kinds as fields offer them, and as they stand in the address."""

FIGURES_LANGUAGE = Language("en")
"""The shelf's own figures are written as all pages write theirs."""

_CHANGES = {ReportKind.DAILY: "tunindex_change", ReportKind.WEEKLY: "tunindex_week"}


def period_words(kind: ReportKind, first_day: date, last_day: date) -> str:
    """A report's period: `Fri 20 Nov 2026`, `16 to 22 Nov 2026`."""
    if kind is ReportKind.DAILY:
        return f"{first_day:%a %d %b %Y}"
    if first_day.month == last_day.month:
        return f"{first_day:%d} to {last_day:%d %b %Y}"
    return f"{first_day:%d %b}{f' {first_day:%Y}' if first_day.year != last_day.year else ''} to {last_day:%d %b %Y}"


def headline(report: ShelvedReport) -> Facts:
    """The figures by which one tells a session or week from another: index, turnover, breadth."""
    found = report.figures
    level, change = found.get("tunindex"), found.get(_CHANGES[report.kind])
    return Facts(
        items=(
            Fact(
                label=say("text", text=words("TUNINDEX")),
                value=number(level, NumberForm.LEVEL),
                change=number(change, NumberForm.CHANGE),
            ),
            Fact(
                label=say("text", text=words("Turnover")),
                value=number(found.get("turnover_tnd"), NumberForm.MONEY_SHORT),
            ),
            Fact(label=say("text", text=words("Up / down / unchanged")), value=words(breadth_words(found))),
        )
    )


def breadth_words(figures: Mapping[str, float | None]) -> str:
    """How many listings rose, fell and stood still: `30 / 21 / 8`."""
    counts = [figures.get(name) for name in ("advancing", "declining", "unchanged")]
    return " / ".join("—" if count is None else f"{count:,.0f}" for count in counts)


def figure_words(report: ShelvedReport, name: str, form: NumberForm) -> str:
    """A headline figure as a table has it; a dash where the report has none."""
    value: Figure = report.figures.get(name)
    return "—" if value is None else FIGURES_LANGUAGE.show(number(value, form))


def change_of(report: ShelvedReport) -> str:
    """TUNINDEX's change over the report's period."""
    return figure_words(report, _CHANGES[report.kind], NumberForm.CHANGE)


def file_name(report: ShelvedReport, ending: str, language: LanguageCode | None = None) -> str:
    """What a download is called: `bvmt-daily-2026-11-20-v1.pdf`, as the API calls it."""
    spoken = f"-{language}" if language is not None and language != report.language else ""
    return f"bvmt-{report.kind}-{report.first_day}-v{report.version}{spoken}.{ending}"


def refusal(
    kind: ReportKind, day: date, period: Period, *, today: date, known: Mapping[date, Day], sessions: Collection[date]
) -> str | None:
    """Why no report of the period that holds `day` can be made; None where one can.

    `known` is what the calendar says of the period's days, `sessions` those that are stored.
    """
    if day > today:
        return f"{day:%a %d %b %Y} is yet to come; a report is about what is known."
    if any(period.first_day <= session <= period.last_day for session in sessions):
        return None
    if kind is ReportKind.WEEKLY:
        return f"No session of the week of {period.first_day:%d %b %Y} is stored, so there is nothing to report."
    closed = known.get(day)
    if closed is not None and closed.kind is DayKind.CLOSED:
        return f"The exchange was closed on {day:%a %d %b %Y}: {closed.name}."
    return f"No session of {day:%a %d %b %Y} is stored: nothing traded on that day, or it was not read yet."
