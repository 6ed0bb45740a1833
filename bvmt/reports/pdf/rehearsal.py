"""A rehearsal: what a process does once for its first PDF, done before anybody waits for it."""

from __future__ import annotations

from datetime import UTC, date, datetime

from bvmt.reports.content import (
    Axis,
    Chart,
    ChartKind,
    Column,
    Day,
    Message,
    Number,
    NumberForm,
    Point,
    Report,
    ReportKind,
    Row,
    Section,
    Table,
    Words,
)
from bvmt.reports.language import LANGUAGES
from bvmt.reports.pdf.document import pdf


def warm() -> None:
    """Do ahead of the first report what is done once in a process, by making a small one in each language.

    That imports what charts and fonts need, reads catalogues and starts the chart renderer: about a second.
    """
    for code in LANGUAGES:
        pdf(_rehearsal(), code)


def _rehearsal() -> Report:
    """A report of next to nothing: a line, bars, a table, and Arabic words."""
    words = Message(key="text", values={"text": Words(value="بورصة تونس")})
    day = date(2026, 1, 2)
    change = Number(value=0.01, form=NumberForm.CHANGE)
    axis = Axis(title=words, form=NumberForm.CHANGE)
    point = Point(x=Day(value=day), y=0.01, series="x", mark=True)
    pictures = (
        Chart(id=kind, kind=kind, title=words, alt=words, x=axis, y=axis, points=(point,))
        for kind in (ChartKind.LINE, ChartKind.DIVERGING_BARS)
    )
    columns = (Column(key="x", heading=words, numeric=True),)
    table = Table(id="x", columns=columns, rows=(Row(cells=(change,)),))
    return Report(
        kind=ReportKind.WEEKLY,
        first_day=day,
        last_day=day,
        made_at=datetime(2026, 1, 2, tzinfo=UTC),
        data_until=None,
        data_source="sandbox",
        simulated=True,
        zone="UTC",
        title=words,
        lead=(words,),
        sections=(Section(id="x", heading=words, blocks=(*pictures, table)),),
        figures={},
    )
