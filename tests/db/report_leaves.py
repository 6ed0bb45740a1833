"""Every number of a report by the place where it stands, and what of a number is printed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from bvmt.reports.content import (
    Chart,
    Fact,
    Facts,
    Message,
    Missing,
    Number,
    NumberForm,
    Paragraph,
    Phrase,
    Report,
    Section,
    Table,
    Value,
)
from bvmt.reports.language import Language

ENGLISH = Language("en")

_SCALES = {"": 0, "k": 3, "m": 6, "bn": 9}
_PRINTED = re.compile(r"([+−]?)(?:TND )?([+−]?)([\d,]+(?:\.\d+)?)(k|m|bn)?(%)?")


def numbers_of(report: Report) -> Iterator[tuple[str, Number]]:
    """Every Number of a report: the path to it, with the words of the row or label where it stands."""
    for message in report.lead:
        yield from _leaves("lead", message)
    for section in report.sections:
        yield from _of_section(section)


def printed(number: Number) -> tuple[Decimal, int]:
    """What the English report shows of a number: its value as read off the page, and the place of its last digit."""
    text = ENGLISH.show(number)
    found = _PRINTED.fullmatch(text)
    assert found, text
    outer, inner, digits, unit, percent = found.groups()
    power = _SCALES[unit or ""] - (2 if percent else 0)
    read = Decimal(digits.replace(",", "")) * (-1 if "−" in (outer, inner) else 1)
    decimals = len(digits.partition(".")[2])
    return read.scaleb(power), power - decimals


def to_place(value: Decimal, place: int) -> Decimal:
    """An exact value, rounded half up at a power of ten."""
    return value.quantize(Decimal(1).scaleb(place), ROUND_HALF_UP)


def _of_section(section: Section) -> Iterator[tuple[str, Number]]:
    for block in section.blocks:
        match block:
            case Paragraph():
                for message in block.sentences:
                    yield from _leaves(section.id, message)
            case Facts():
                for fact in block.items:
                    yield from _of_fact(section.id, fact)
            case Table():
                yield from _of_table(f"{section.id}/{block.id}", block)
            case Chart():
                yield from _of_chart(f"{section.id}/chart {block.id}", block)
    for message in section.method:
        yield from _leaves(section.id, message)


def _of_fact(path: str, fact: Fact) -> Iterator[tuple[str, Number]]:
    label = f"{path}/{ENGLISH.text(fact.label)}"
    yield from _leaves(f"{path}", fact.label)
    for name in ("value", "change", "remark"):
        if (value := getattr(fact, name)) is not None:
            yield from _leaves(f"{label}/{name}", value)


def _of_table(path: str, table: Table) -> Iterator[tuple[str, Number]]:
    for message in (table.title, table.note):
        if message is not None:
            yield from _leaves(path, message)
    if not table.rows and table.empty is not None:
        yield from _leaves(path, table.empty)
    for place, row in enumerate(table.rows):
        label = f"{path}/{place} {ENGLISH.show(row.cells[0])}"
        for column, cell in zip(table.columns, row.cells, strict=True):
            yield from _leaves(f"{label}/{column.key}", cell)


def _of_chart(path: str, chart: Chart) -> Iterator[tuple[str, Number]]:
    yield from _leaves(path, chart.title)
    yield from _leaves(path, chart.alt)
    for point in chart.points:
        if point.y is not None:
            form = chart.y.form or NumberForm.RATIO
            x = point.x.value.isoformat() if point.x.type == "day" else ENGLISH.show(point.x)
            yield f"{path}/{point.series}@{x}", Number(value=point.y, form=form)


def _leaves(path: str, value: Value) -> Iterator[tuple[str, Number]]:
    match value:
        case Number():
            yield path, value
        case Message():
            for place, inner in value.values.items():
                yield from _leaves(f"{path}/{value.key}/{place}", inner)
        case Missing():
            for place, inner in value.values.items():
                yield from _leaves(f"{path}/{value.why}/{place}", inner)
        case Phrase():
            for n, part in enumerate(value.parts):
                yield from _leaves(f"{path}[{n}]", part)
