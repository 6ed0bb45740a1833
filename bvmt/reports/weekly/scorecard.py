"""The section on our own record: how the ratings and the model portfolio of the last 26 weeks fared."""

from __future__ import annotations

from bvmt.market.proportions import Proportion
from bvmt.market.scorecard import WEEKS, Mean
from bvmt.reports.content import Block, Message, Paragraph, Row, Section, Table, Value
from bvmt.reports.values import change, column, count, figures, missing, percent, say
from bvmt.reports.weekly.ratings import STEP_WORDS
from bvmt.reports.weekly.week import Week


def scorecard_section(week: Week) -> Section:
    """Hit rates and mean excess returns with their intervals, or that no signal has had its week yet."""
    found = week.scorecard
    rows = [_row(say(STEP_WORDS[step]), record.hits, record.excess) for step, record in found.records.items()]
    if found.model is not None:
        rows.append(_row(say("weekly.scorecard.portfolio"), found.model.ahead, found.model.excess))
    blocks: list[Block] = [_table(rows)] if rows else [Paragraph(sentences=(say("weekly.scorecard.none"),))]
    notes: list[Message] = []
    if found.weeks:
        notes.append(say("weekly.scorecard.weeks", n=count(found.weeks)))
    if found.unmeasured:
        notes.append(say("weekly.scorecard.unmeasured", n=count(found.unmeasured)))
    if notes:
        blocks.append(Paragraph(sentences=tuple(notes), tone="note"))
    return Section(
        id="scorecard",
        heading=say("weekly.scorecard.heading"),
        blocks=tuple(blocks),
        method=(say("weekly.scorecard.method", n=count(WEEKS)), say("weekly.scorecard.method_interval")),
    )


def _table(rows: list[Row]) -> Table:
    return Table(
        id="scorecard",
        columns=(
            column("signal", "weekly.column.signal", width=2.0),
            figures("n", "weekly.column.signals", width=0.8),
            figures("hits", "weekly.column.hits", width=0.8),
            figures("rate", "weekly.column.hit_rate"),
            figures("rate_interval", "weekly.column.interval", width=1.6),
            figures("excess", "weekly.column.excess"),
            figures("excess_interval", "weekly.column.interval", width=1.6),
        ),
        rows=tuple(rows),
        note=say("weekly.scorecard.note"),
    )


def _row(label: Value, hits: Proportion, excess: Mean) -> Row:
    one = missing("weekly.missing.one_case")
    interval: Value = one
    if excess.low is not None and excess.high is not None:
        interval = say("weekly.interval", low=change(excess.low), high=change(excess.high))
    return Row(
        cells=(
            label,
            count(hits.cases),
            count(hits.hits),
            percent(hits.share),
            say("weekly.interval", low=percent(hits.low), high=percent(hits.high)),
            change(excess.value),
            interval,
        )
    )
