"""Rows of a quotes file. Plain rows are converted a block at a time, all others one by one to learn the reason."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bvmt.market.history_files import fields
from bvmt.market.history_files.forms import Layout
from bvmt.market.history_files.instruments import Instruments, Kind
from bvmt.market.history_files.rows import (
    QuoteBatch,
    QuoteRow,
    Reason,
    RowProblem,
    SetAside,
    UnknownInstrument,
    is_closed,
    kept_raw,
)

_NUMBERS = ("open", "high", "low", "close", "volume", "turnover", "trades")
_LIMITS = np.array(
    [float(fields.PRICE_LIMIT)] * 4
    + [float(fields.VOLUME_LIMIT), float(fields.TURNOVER_LIMIT), float(fields.TRADES_LIMIT)]
)[:, np.newaxis]
_PRICES = slice(0, 4)
_HIGH, _LOW, _CLOSE, _VOLUME, _TRADES = 1, 2, 3, 4, 6

_DIFFERENT_INSTRUMENTS = 65_536


class _Picked(NamedTuple):
    line: int
    isin: str
    cells: list[str]
    raw: str


class QuoteReader:
    """Reads the rows of one quotes file.

    `latest` is the last date that a row may have.
    """

    def __init__(self, layout: Layout, instruments: Instruments, latest: date) -> None:
        self._layout = layout
        self._latest = latest
        at = layout.columns
        self._session = at["session"]
        self._numbers = itemgetter(*(at[name] for name in _NUMBERS))
        self._code, self._name, self._group = at["code"], at["name"], at.get("group")
        self._identify = lru_cache(_DIFFERENT_INSTRUMENTS)(instruments.identify)

    def read(self, lines: Sequence[str], first_line: int) -> QuoteBatch:
        """Return what the lines hold; the first of them has the number `first_line` in its file.

        Rows of listed shares are checked in full, rows of other instruments only counted by kind.
        """
        batch = QuoteBatch()
        plain: list[_Picked] = []
        for picked in self._pick(lines, first_line, batch):
            # What float() takes beyond plain numbers, underscores and foreign digits, is left to the exact path.
            if picked.raw.isascii() and "_" not in picked.raw:
                plain.append(picked)
            else:
                self._convert_one(picked, batch)
        self._convert_block(plain, batch)
        return batch

    def _pick(self, lines: Sequence[str], first_line: int, batch: QuoteBatch) -> list[_Picked]:
        """The rows of listed shares; everything else is counted."""
        picked = []
        for number, line in enumerate(lines, first_line):
            if not self._layout.is_row(line):
                continue
            batch.read += 1
            try:
                kind, isin, cells = self._about(line, batch)
            except RowProblem as problem:
                batch.set_aside.append(SetAside(number, problem.reason, kept_raw(line)))
                continue
            if kind is Kind.STOCK:
                picked.append(_Picked(number, isin, cells, line))
            else:
                batch.left_out[kind.value] += 1
        return picked

    def _about(self, line: str, batch: QuoteBatch) -> tuple[Kind, str, list[str]]:
        cells = self._layout.cells(line)
        if cells is None:
            raise RowProblem(Reason.COLUMNS)
        group = "" if self._group is None else cells[self._group]
        kind, isin = self._identify(cells[self._code], group, cells[self._name])
        if kind is Kind.UNKNOWN:
            batch.unknown.add(UnknownInstrument(isin, cells[self._name].strip(), group.strip()))
        return kind, isin, cells

    def _convert_block(self, picked: Sequence[_Picked], batch: QuoteBatch) -> None:
        try:
            columns = [list(map(float, column)) for column in zip(*map(self._cells_with_numbers, picked), strict=True)]
        except ValueError:
            for one in picked:
                self._convert_one(one, batch)
            return
        if not columns:
            return
        sessions = [fields.session_date(one.cells[self._session]) for one in picked]
        good = _acceptable(np.array(columns)) & np.array([self._in_range(session) for session in sessions])
        for one, session, fine, *numbers in zip(picked, sessions, good.tolist(), *columns, strict=True):
            if fine and session is not None:
                batch.rows.append(_row(one, session, numbers))
            else:
                self._convert_one(one, batch)

    def _cells_with_numbers(self, picked: _Picked) -> tuple[str, ...]:
        cells: tuple[str, ...] = self._numbers(picked.cells)
        return cells

    def _in_range(self, session: date | None) -> bool:
        return session is not None and fields.EARLIEST <= session <= self._latest

    def _convert_one(self, picked: _Picked, batch: QuoteBatch) -> None:
        try:
            session = fields.checked_date(picked.cells[self._session], self._latest)
            numbers = _exact_numbers(self._cells_with_numbers(picked))
        except RowProblem as problem:
            batch.set_aside.append(SetAside(picked.line, problem.reason, kept_raw(picked.raw)))
        else:
            batch.rows.append(_row(picked, session, numbers))


def _acceptable(numbers: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which columns of `numbers` (7 numbers, n rows) may be stored as they are; the same rules as `_exact_numbers`."""
    prices, volume, whole = numbers[_PRICES], numbers[_VOLUME], numbers[[_VOLUME, _TRADES]]
    with np.errstate(invalid="ignore"):
        # Comparisons with NaN are false, so these two bounds also keep out all that is not finite.
        within = ((numbers >= 0) & (numbers < _LIMITS)).all(axis=0)
        storable = ((prices == 0) | (prices >= float(fields.SMALLEST_PRICE))).all(axis=0)
        ordered = (numbers[_HIGH] >= numbers[_LOW]) | (numbers[_HIGH] == 0)
        sound = (volume == 0) | ((numbers[_CLOSE] > 0) & ordered)
        accepted: NDArray[np.bool_] = within & storable & sound & (whole == np.floor(whole)).all(axis=0)
    return accepted


def _exact_numbers(cells: Sequence[str]) -> list[float]:
    """The seven numbers of a row. Raises RowProblem with the reason why they cannot be stored."""
    opened, high, low, close = map(fields.price, cells[_PRICES])
    volume = fields.count(cells[4], fields.VOLUME_LIMIT)
    turnover = fields.below(fields.TURNOVER_LIMIT, fields.number(cells[5]))
    trades = fields.count(cells[6], fields.TRADES_LIMIT)
    if volume and close is None:
        raise RowProblem(Reason.NO_CLOSE)
    if volume and high is not None and low is not None and high < low:
        raise RowProblem(Reason.HIGH_BELOW_LOW)
    return [float(value or Decimal(0)) for value in (opened, high, low, close, volume, turnover, trades)]


def _row(picked: _Picked, session: date, numbers: Sequence[float]) -> QuoteRow:
    opened, high, low, close, volume, turnover, trades = numbers
    raw = kept_raw(picked.raw) if is_closed(session) else None
    if not volume:
        opened = high = low = 0
    return QuoteRow(
        picked.line,
        picked.isin,
        session,
        opened or None,
        high or None,
        low or None,
        close or None,
        int(volume),
        turnover,
        int(trades),
        raw,
    )
