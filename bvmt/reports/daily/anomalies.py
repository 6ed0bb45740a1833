"""The section on anomalies: moves to be checked, never a verdict on anybody."""

from __future__ import annotations

from bvmt.reports.content import Block, Message, Paragraph, Row, Section, Table, Value
from bvmt.reports.daily.session import Session
from bvmt.reports.finding_words import explanation_words, finding_words
from bvmt.reports.market_frames import KnownAnomaly
from bvmt.reports.values import NOTHING, column, count, figures, phrase, ratio, say, words

SHOWN = 15
"""Anomalies told one by one; the others are counted."""

_LEVELS = {
    "critical": "daily.anomalies.critical",
    "high": "daily.anomalies.high",
    "low": "daily.anomalies.low",
    "info": "daily.anomalies.info",
}

_VERDICTS = {
    "true": "daily.anomalies.verdict.true",
    "explained": "daily.anomalies.verdict.explained",
    "false": "daily.anomalies.verdict.false",
}

_COUNTED = ("critical", "high", "low", "info")


def anomalies_section(session: Session) -> Section:
    """Each anomaly with its level, its sentences and what may explain it, the worst first; or that there is none."""
    found = session.frames.anomalies
    blocks: list[Block] = [Paragraph(sentences=_summary(session))]
    if found:
        blocks.append(_table(session, found[:SHOWN]))
    notes = _notes(session)
    if notes:
        blocks.append(Paragraph(sentences=notes, tone="note"))
    return Section(
        id="anomalies",
        heading=say("daily.anomalies.heading"),
        blocks=tuple(blocks),
        method=(say("daily.anomalies.method.rules"), say("daily.anomalies.method.severity")),
    )


def counts(found: tuple[KnownAnomaly, ...]) -> dict[str, int]:
    """Return how many anomalies there are of each level, the worst level first."""
    return {level: sum(each.level == level for each in found) for level in _COUNTED}


def _summary(session: Session) -> tuple[Message, ...]:
    found = session.frames.anomalies
    if not session.frames.scanned:
        return (say("daily.anomalies.not_scanned"),)
    if not found:
        return (say("daily.anomalies.none"),)
    n = counts(found)
    return (
        say(
            "daily.anomalies.summary",
            n=count(len(found)),
            critical=count(n["critical"]),
            high=count(n["high"]),
            low=count(n["low"]),
            info=count(n["info"]),
        ),
        say("daily.anomalies.to_check"),
    )


def _table(session: Session, found: tuple[KnownAnomaly, ...]) -> Table:
    left = len(session.frames.anomalies) - len(found)
    return Table(
        id="anomalies",
        columns=(
            column("share", "daily.column.share", width=1.3),
            column("level", "daily.column.anomaly_level", width=0.8),
            figures("severity", "daily.column.severity", width=0.7),
            column("rules", "daily.column.rules", width=1.1),
            column("seen", "daily.column.seen", width=4.5),
            column("explained_by", "daily.column.explained_by", width=2.2),
        ),
        rows=tuple(_row(session, each) for each in found),
        note=say("daily.anomalies.left_out", n=count(left)) if left else None,
    )


def _row(session: Session, anomaly: KnownAnomaly) -> Row:
    explanations: list[Value] = [explanation_words(sentence) for sentence in anomaly.explanations]
    if anomaly.verdict:
        explanations.append(say(_VERDICTS[anomaly.verdict]))
    cells: tuple[Value, ...] = (
        words(session.name(anomaly.isin)),
        say("daily.anomalies.unconfirmed" if anomaly.unconfirmed else _LEVELS[anomaly.level]),
        ratio(anomaly.severity),
        _rules(anomaly),
        phrase([finding_words(finding) for finding in anomaly.findings], " "),
        phrase(explanations, " ") if explanations else say("daily.anomalies.nothing_known"),
    )
    return Row(cells=cells, quiet=anomaly.level == "info")


def _rules(anomaly: KnownAnomaly) -> Value:
    broken: list[Value] = []
    if anomaly.volume_rule:
        broken.append(say("daily.anomalies.volume_rule"))
    if anomaly.price_rule:
        broken.append(say("daily.anomalies.price_rule"))
    return phrase(broken) if broken else NOTHING


def _notes(session: Session) -> tuple[Message, ...]:
    found = session.frames.anomalies
    notes = []
    if any(each.partial for each in found):
        notes.append(say("daily.anomalies.partial"))
    if n := sum(each.rescanned for each in found):
        notes.append(say("daily.anomalies.rescanned", n=count(n)))
    return tuple(notes)
