"""The section on anomalies: those of the week, and what followed the serious ones of the weeks before."""

from __future__ import annotations

import numpy as np

from bvmt.reports.content import Block, Message, Paragraph, Row, Section, Table, Value
from bvmt.reports.finding_words import explanation_words, finding_words
from bvmt.reports.market_frames import KnownAnomaly
from bvmt.reports.values import change, column, count, figures, missing, on, percent, phrase, ratio, say, words
from bvmt.reports.weekly.week import Week

SHOWN = 20
"""Anomalies of the week told one by one; the others are counted."""

AFTER = 5
"""Sessions after an anomaly over which its listing is followed."""

FOLLOWED = 12

SERIOUS = frozenset({"critical", "high"})

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


def of_week(week: Week) -> list[KnownAnomaly]:
    """Return the anomalies of the week's sessions, the worst first."""
    found = [each for each in week.frames.anomalies if each.session >= week.frames.monday]
    return sorted(found, key=lambda each: (-each.severity, each.session, each.isin))


def anomalies_section(week: Week) -> Section:
    """The week's anomalies with their words, how operators judged those before, and what followed."""
    found = of_week(week)
    blocks: list[Block] = [Paragraph(sentences=(_summary(found),))]
    if found:
        blocks.append(_table(week, found))
    blocks.append(_followed(week))
    judged = _judged(week)
    if judged:
        blocks.append(judged)
    return Section(
        id="anomalies",
        heading=say("weekly.anomalies.heading"),
        blocks=tuple(blocks),
        method=(say("weekly.anomalies.method"), say("weekly.anomalies.method_after", n=count(AFTER))),
    )


def excess_after(week: Week, anomaly: KnownAnomaly) -> float | None:
    """Return a listing's total return less TUNINDEX's from the anomaly's close over the next 5 sessions.

    None where they are not over yet, or a price or level is missing.
    """
    found, column_ = week.found, week.columns.get(anomaly.isin)
    if column_ is None or anomaly.session not in found.history.sessions:
        return None
    row = found.history.row(anomaly.session)
    if row + AFTER >= len(found.history.sessions):
        return None
    own = np.expm1(found.path[row + AFTER, column_] - found.path[row, column_])
    excess = own - (found.index[row + AFTER] / found.index[row] - 1)
    return float(excess) if np.isfinite(excess) else None


def _summary(found: list[KnownAnomaly]) -> Message:
    if not found:
        return say("weekly.anomalies.none")
    levels = {level: count(sum(each.level == level for each in found)) for level in _LEVELS}
    return say("weekly.anomalies.summary", n=count(len(found)), **levels)


def _table(week: Week, found: list[KnownAnomaly]) -> Table:
    left = len(found) - SHOWN
    return Table(
        id="anomalies",
        columns=(
            column("day", "weekly.column.session", width=1.1),
            column("share", "weekly.column.share", width=1.3),
            column("level", "weekly.column.anomaly_level", width=0.9),
            figures("severity", "weekly.column.severity", width=0.8),
            column("seen", "weekly.column.seen", width=4.2),
            column("explained_by", "weekly.column.explained_by", width=2.2),
        ),
        rows=tuple(_row(week, each) for each in found[:SHOWN]),
        note=say("weekly.anomalies.left_out", n=count(left)) if left > 0 else None,
    )


def _row(week: Week, anomaly: KnownAnomaly) -> Row:
    explanations: list[Value] = [explanation_words(sentence) for sentence in anomaly.explanations]
    if anomaly.verdict:
        explanations.append(say(_VERDICTS[anomaly.verdict]))
    cells: tuple[Value, ...] = (
        on(anomaly.session),
        words(week.name(anomaly.isin)),
        say("daily.anomalies.unconfirmed" if anomaly.unconfirmed else _LEVELS[anomaly.level]),
        ratio(anomaly.severity),
        phrase([finding_words(finding) for finding in anomaly.findings], " "),
        phrase(explanations, " ") if explanations else say("weekly.anomalies.nothing_known"),
    )
    return Row(cells=cells, quiet=anomaly.level == "info")


def _followed(week: Week) -> Table:
    """Serious anomalies whose five sessions after are over, the newest first."""
    serious = [each for each in week.frames.anomalies if each.level in SERIOUS]
    measured = [(each, excess) for each in serious if (excess := excess_after(week, each)) is not None]
    return Table(
        id="anomalies_followed",
        title=say("weekly.anomalies.followed", n=count(AFTER)),
        columns=(
            column("day", "weekly.column.session", width=1.1),
            column("share", "weekly.column.share", width=1.6),
            column("level", "weekly.column.anomaly_level"),
            figures("excess", "weekly.column.excess_after", width=1.2),
            column("verdict", "weekly.column.verdict", width=2.0),
        ),
        rows=tuple(
            Row(
                cells=(
                    on(each.session),
                    words(week.name(each.isin)),
                    say(_LEVELS[each.level]),
                    change(excess),
                    say(_VERDICTS[each.verdict]) if each.verdict else missing("weekly.missing.no_verdict"),
                )
            )
            for each, excess in measured[:FOLLOWED]
        ),
        empty=say("weekly.anomalies.none_followed"),
    )


def _judged(week: Week) -> Paragraph | None:
    """How many of the anomalies of 60 sessions operators found worth a look."""
    verdicts = [each.verdict for each in week.frames.anomalies if each.verdict is not None]
    if not verdicts:
        return None
    true = sum(verdict == "true" for verdict in verdicts)
    sentence = say(
        "weekly.anomalies.judged", n=count(len(verdicts)), true=count(true), share=percent(true / len(verdicts))
    )
    return Paragraph(sentences=(sentence,), tone="note")
