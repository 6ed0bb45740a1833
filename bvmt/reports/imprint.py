"""What a report says of itself on every rendering: its period, when it was made, from what."""

from __future__ import annotations

from bvmt.reports.content import Day, Message, Moment, Report, Words
from bvmt.reports.language import Language


def period(report: Report, language: Language) -> str:
    """Return the report's day, or its first and last."""
    if report.first_day == report.last_day:
        return language.show(Message(key="period.day", values={"day": Day(value=report.last_day)}))
    ends = {"first": Day(value=report.first_day), "last": Day(value=report.last_day)}
    return language.show(Message(key="period.days", values=ends))


def kind(report: Report, language: Language) -> str:
    """Return the report's kind in words."""
    return language.word(f"kind.{report.kind}")


def source(report: Report, language: Language) -> str:
    """Return where the data come from, in words."""
    key = f"source.{report.data_source}"
    return language.word(key) if language.has(key) else language.show(Words(value=report.data_source))


def provenance(report: Report, language: Language) -> str:
    """Return when the report was made, how new its data are and where they come from."""
    parts = [Message(key="page.made", values={"made": Moment(value=report.made_at)})]
    if report.data_until is not None:
        parts.append(Message(key="page.data_until", values={"until": Moment(value=report.data_until)}))
    parts.append(Message(key="page.source", values={"source": Words(value=source(report, language))}))
    return ", ".join(language.text(part) for part in parts)
