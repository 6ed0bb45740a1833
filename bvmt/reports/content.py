"""A report before any form: a frozen, typed object that JSON holds without loss.

It is neutral in language: words of ours are keys of the message catalogues with their values, figures are exact
numbers with the manner in which they are written, and only the words of others (names, headlines) stand as they
are. Page, PDF, CSV, XLSX and e-mail are renderings of this one object.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class ReportKind(StrEnum):
    """Which report. The same words as the enum `report_kind` in PostgreSQL."""

    DAILY = "daily"
    WEEKLY = "weekly"


class NumberForm(StrEnum):
    """How a number is written; its catalogue decides separators and unit signs."""

    LEVEL = "level"  #: an index level, 2 decimals
    PRICE = "price"  #: TND a share, 3 decimals
    MONEY = "money"  #: TND in full, no decimals
    MONEY_SHORT = "money_short"  #: TND, written in thousands, millions or billions with 2 decimals
    SHARES = "shares"  #: whole shares
    COUNT = "count"  #: a whole number
    PERCENT = "percent"  #: a fraction, written in percent with 2 decimals: 0.0045 -> 0.45 %
    CHANGE = "change"  #: a fraction, written in percent with 2 decimals and always a sign: +0.45 %
    POINTS = "points"  #: index points, 2 decimals and always a sign
    RATIO = "ratio"  #: 2 decimals, such as 2.31 (times the mean)
    SCORE = "score"  #: -1 to 1, 2 decimals and always a sign
    DAYS = "days"  #: 1 decimal


class Part(BaseModel):
    """The base of everything in a report."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Number(Part):
    """An exact figure, and the manner in which it is written."""

    type: Literal["number"] = "number"
    value: float
    form: NumberForm


class Day(Part):
    """A calendar day."""

    type: Literal["day"] = "day"
    value: date


class Moment(Part):
    """An instant, shown in the report's time zone."""

    type: Literal["moment"] = "moment"
    value: datetime


class Words(Part):
    """Words of others: a name, a headline. Never interpreted, always escaped. `url` makes a link of it."""

    type: Literal["words"] = "words"
    value: str
    url: str | None = None


class Missing(Part):
    """A figure that cannot be given. `why` is the key of the message that says so, with its values."""

    type: Literal["missing"] = "missing"
    why: str = "missing"
    values: dict[str, Value] = Field(default_factory=dict)


class Message(Part):
    """Words of ours: a key of the catalogues, and what stands in its places. Values are rendered first."""

    type: Literal["message"] = "message"
    key: str
    values: dict[str, Value] = Field(default_factory=dict)


class Phrase(Part):
    """Several values one after the other, joined by `joint`: a list of reasons, of tickers."""

    type: Literal["phrase"] = "phrase"
    parts: tuple[Value, ...]
    joint: str = ", "


Value = Annotated[Number | Day | Moment | Words | Missing | Message | Phrase, Field(discriminator="type")]


class Paragraph(Part):
    """Running text: sentences one after the other. `tone` sets notes and warnings apart."""

    block: Literal["paragraph"] = "paragraph"
    sentences: tuple[Message, ...]
    tone: Literal["plain", "note", "warning"] = "plain"


class Fact(Part):
    """A figure to be seen first: its label, its value, the change beside it, a remark below it."""

    label: Message
    value: Value
    change: Value | None = None
    remark: Value | None = None


class Facts(Part):
    """A row of facts, four or five at most in a row."""

    block: Literal["facts"] = "facts"
    items: tuple[Fact, ...]


class Column(Part):
    """A column of a table. `key` is what CSV, XLSX and API call it; numbers stand at the right."""

    key: str
    heading: Message
    numeric: bool = False
    width: float = 1.0  #: its share of the width beside the other columns'


class Row(Part):
    """A row of a table, one cell a column. `indent` sets a child below its parent, `quiet` greys it out."""

    cells: tuple[Value, ...]
    indent: int = 0
    quiet: bool = False


class Table(Part):
    """A table. `empty` is what stands there where there are no rows."""

    block: Literal["table"] = "table"
    id: str
    title: Message | None = None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: Message | None = None
    note: Message | None = None


class Axis(Part):
    """An axis of a chart: what stands along it and how its numbers are written (None for days and names)."""

    title: Message
    form: NumberForm | None = None


class Point(Part):
    """A datum of a chart. `x` is a day, a name or a number; `series` tells lines apart; `mark` sets it apart."""

    x: Day | Words | Message | Number = Field(discriminator="type")
    y: float | None
    series: str = ""
    label: str = ""
    mark: bool = False


class ChartKind(StrEnum):
    """The charts that there are."""

    LINE = "line"  #: x days, y numbers; a marked point gets a dot and its value
    COLUMNS = "columns"  #: x days, y numbers from zero up: turnover
    DIVERGING_BARS = "diverging_bars"  #: x names, y numbers on both sides of zero, one bar a name, horizontal
    HEATMAP = "heatmap"  #: x days, `series` names, y -1..1; no y, no cell
    SCATTER = "scatter"  #: x numbers, y numbers, `label` names the dot


class Chart(Part):
    """A chart's data and meaning. `alt` says in words what is to be seen."""

    block: Literal["chart"] = "chart"
    id: str
    kind: ChartKind
    title: Message
    alt: Message
    x: Axis
    y: Axis
    points: tuple[Point, ...]
    empty: Message | None = None


Block = Annotated[Paragraph | Facts | Table | Chart, Field(discriminator="block")]


class Section(Part):
    """A part of a report under one heading. `method` says what its figures are and over which window."""

    id: str
    heading: Message
    blocks: tuple[Block, ...]
    method: tuple[Message, ...] = ()


class Report(Part):
    """A report of a period, complete.

    `made_at` is when, `data_until` the newest datum in it. `figures` are the headline numbers by name (fractions
    for percentages, TND for money), for the API and for comparing reports.
    """

    kind: ReportKind
    first_day: date
    last_day: date
    made_at: datetime
    data_until: datetime | None
    data_source: str
    simulated: bool
    zone: str
    title: Message
    lead: tuple[Message, ...]
    sections: tuple[Section, ...]
    figures: dict[str, float | None]
    disclaimer: tuple[Message, ...] = ()


for _model in (Missing, Message, Phrase, Paragraph, Fact, Facts, Row, Table, Axis, Point, Chart, Section, Report):
    _model.model_rebuild()
