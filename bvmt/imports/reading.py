"""One text file, recognised and read batch by batch."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from bvmt.imports.unpacking import Unpacked
from bvmt.market.history_files import (
    Form,
    HistoryFileRefused,
    IndexBatch,
    IndexReader,
    Instruments,
    Layout,
    QuoteBatch,
    QuoteReader,
    line_blocks,
    recognise,
)


@dataclass(frozen=True, slots=True)
class Batch:
    """What a block of lines held, the form of its file, and the number of its last line."""

    form: Form
    rows: QuoteBatch | IndexBatch
    last_line: int


def batches(member: Unpacked, instruments: Instruments, latest: date, lines_before: int) -> Iterator[Batch]:
    """Yield what the file holds; `latest` is the last date that a row may have.

    Lines are counted on from `lines_before`, those of the files before it in an archive. Raises
    HistoryFileRefused when it is empty or none of the known forms.
    """
    blocks = line_blocks(member)
    lines = next(blocks, [])
    layout = _recognised(member.name, lines)
    reader = QuoteReader(layout, instruments, latest) if layout.form.holds_quotes else IndexReader(layout, latest)
    last_line = lines_before + layout.first_row
    for rows in chain([lines[layout.first_row :]], blocks):
        batch = reader.read(rows, last_line + 1)
        last_line += len(rows)
        yield Batch(layout.form, batch, last_line)


def _recognised(name: str, lines: list[str]) -> Layout:
    try:
        return recognise(lines)
    except HistoryFileRefused as refusal:
        raise HistoryFileRefused(f"{name}: {refusal}") from None
