"""Rows of an index file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bvmt.market.history_files import fields
from bvmt.market.history_files.forms import Layout
from bvmt.market.history_files.rows import (
    PREVIOUS_DROPPED,
    IndexBatch,
    IndexRow,
    Reason,
    RowProblem,
    SetAside,
    is_closed,
    kept_raw,
)
from bvmt.market.indices import FORMER_CODES

_CODE = re.compile(r"\d{6}", re.ASCII)

_FARTHEST_MOVE = Decimal("0.25")
"""More than any index moved in a session or over a few that are missing (the worst since 2012 is -4.1 %)."""


class IndexReader:
    """Reads the rows of one index file, all of them in order: a row is compared with the one before it.

    `latest` is the last date that a row may have.
    """

    def __init__(self, layout: Layout, latest: date) -> None:
        self._layout = layout
        self._latest = latest
        self._last: dict[str, tuple[date, Decimal]] = {}

    def read(self, lines: Sequence[str], first_line: int) -> IndexBatch:
        """Return what the lines hold; the first of them has the number `first_line` in its file.

        Former codes of an index become today's. A previous level that is absurd against the index's own close
        of the session before (or, at the start of a file, against its level) is dropped and remarked.
        """
        batch = IndexBatch()
        for number, line in enumerate(lines, first_line):
            if not self._layout.is_row(line):
                continue
            batch.read += 1
            try:
                self._keep(self._row(number, line), line, batch)
            except RowProblem as problem:
                batch.set_aside.append(SetAside(number, problem.reason, kept_raw(line)))
        return batch

    def _row(self, number: int, line: str) -> IndexRow:
        cells = self._layout.cells(line)
        if cells is None:
            raise RowProblem(Reason.COLUMNS)
        at = self._layout.columns
        session = fields.checked_date(cells[at["session"]], self._latest)
        level, previous, opened, high, low = (
            fields.price(cells[at[name]]) if name in at else None
            for name in ("level", "previous", "open", "high", "low")
        )
        if level is None:
            raise RowProblem(Reason.NO_LEVEL)
        if high is not None and low is not None and high < low:
            raise RowProblem(Reason.HIGH_BELOW_LOW)
        raw = kept_raw(line) if is_closed(session) else None
        return IndexRow(number, _code(cells[at["code"]]), session, level, previous, opened, high, low, False, raw)

    def _keep(self, row: IndexRow, line: str, batch: IndexBatch) -> None:
        before = self._before(row)
        if row.previous is not None and _is_absurd(row.previous, before or row.level):
            batch.remarks.append(SetAside(row.line, PREVIOUS_DROPPED, kept_raw(line)))
            row = row._replace(previous=None)
        batch.rows.append(row._replace(idle=row.level == (row.previous or before)))
        self._last[row.code] = (row.session, row.level)

    def _before(self, row: IndexRow) -> Decimal | None:
        """The index's close in an earlier session, as the file has it."""
        session, level = self._last.get(row.code, (row.session, None))
        return level if session < row.session else None


def _code(cell: str) -> str:
    code = cell.strip()
    if not _CODE.fullmatch(code):
        raise RowProblem(Reason.BAD_CODE)
    return FORMER_CODES[code].code if code in FORMER_CODES else code


def _is_absurd(previous: Decimal, expected: Decimal) -> bool:
    return abs(previous / expected - 1) > _FARTHEST_MOVE
