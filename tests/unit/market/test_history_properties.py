"""Whatever stands in a file: nothing breaks a reader, and nothing false comes out of it."""

from __future__ import annotations

import io
import math
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.history_files import (
    HistoryFileRefused,
    IndexReader,
    QuoteReader,
    QuoteRow,
    line_blocks,
    recognise,
)
from bvmt.market.history_files.fields import EARLIEST
from tests.unit.market.history_samples import (
    FIXED_INDICES,
    FIXED_QUOTES,
    HEADER_2022,
    HEADER_2026,
    HEADER_INDICES_2022,
    INSTRUMENTS,
    LATEST,
    LISTED,
    levels,
    levels_2022,
    quotes,
    quotes_2022,
)

NUMBERS = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True, min_value=None).map(str),
    st.floats().map(str),
    st.integers(-10, 10**16).map(str),
    st.decimals(min_value=0, max_value=200, places=3).map(lambda value: f"{value:<10}"),
    st.sampled_from(["", "0", "-0", "1_000", "٣", "1e400", "1,5", "1 000", "0x10", "NaN", "1.0005", "0.0009", "\x0b1"]),
    st.text(max_size=6),
)
DATES = st.one_of(
    st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(lambda day: f"{day:%d/%m/%Y}"),
    st.dates(date(2024, 1, 1), LATEST).map(lambda day: f"{day:%d/%m/%Y}   "),
    st.text(max_size=12),
)
CODES = st.one_of(st.sampled_from(sorted(LISTED)), st.text(max_size=12), st.sampled_from(["656001", "TN0001100255"]))
GROUPS = st.one_of(st.sampled_from(["11", "12", "21", "32", "99"]), st.text(max_size=3))

QUOTE_ROWS = st.tuples(DATES, GROUPS, CODES, st.text(max_size=20), *[NUMBERS] * 7).map(";".join)
INDEX_ROWS = st.tuples(
    DATES, st.sampled_from(["905001", "350000", "x"]), st.text(max_size=9), NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS
).map(";".join)
HEADERS = st.sampled_from(
    [[HEADER_2022], [HEADER_2026], [HEADER_INDICES_2022], FIXED_QUOTES[:3], FIXED_INDICES[:3], [""]]
)


def is_sound(row: QuoteRow) -> bool:
    numbers = [row.open, row.high, row.low, row.close, row.volume, row.turnover, row.trades]
    given_numbers = [value for value in numbers if value is not None]
    return (
        EARLIEST <= row.session <= LATEST
        and all(math.isfinite(value) and value >= 0 for value in given_numbers)
        and all(price is None or price >= 0.001 for price in numbers[:4])
        and (row.volume == 0 or row.close is not None)
        and row.isin in LISTED
    )


@given(st.lists(QUOTE_ROWS, max_size=6))
def test_no_quote_that_comes_out_is_out_of_range(rows: list[str]) -> None:
    assert all(is_sound(row) for row in quotes_2022(*rows).rows)


@given(st.lists(QUOTE_ROWS, max_size=6))
def test_every_row_of_quotes_is_kept_left_out_or_set_aside(rows: list[str]) -> None:
    batch = quotes_2022(*rows)
    assert batch.read == len(batch.rows) + batch.left_out.total() + len(batch.set_aside)


@given(QUOTE_ROWS)
def test_a_row_is_read_alike_alone_and_beside_one_that_forces_the_slow_way(row: str) -> None:
    slow = "03/01/2025;11;TN0001800457;BIAT;;;;;0;0;0"
    alone, beside = quotes_2022(row), quotes_2022(row, slow)
    assert alone.rows == [found for found in beside.rows if found.line == 2]
    assert alone.set_aside == beside.set_aside


@given(st.lists(INDEX_ROWS, max_size=6))
def test_no_index_level_that_comes_out_is_out_of_range(rows: list[str]) -> None:
    for row in levels_2022(*rows).rows:
        assert EARLIEST <= row.session <= LATEST
        assert all(value is None or (value.is_finite() and value > 0) for value in row[3:8])


@given(HEADERS, st.lists(st.text(max_size=160), max_size=8))
def test_no_text_under_any_header_breaks_a_reader(header: list[str], lines: list[str]) -> None:
    data = "\n".join([*header, *lines]).encode("utf-8", "surrogatepass")
    for block in line_blocks(io.BytesIO(data)):
        try:
            layout = recognise(block)
        except HistoryFileRefused:
            return
        rest = block[layout.first_row :]
        if layout.form.holds_quotes:
            QuoteReader(layout, INSTRUMENTS, LATEST).read(rest, 1)
        else:
            IndexReader(layout, LATEST).read(rest, 1)


@given(st.binary(max_size=300))
def test_no_bytes_break_the_recognition(data: bytes) -> None:
    for block in line_blocks(io.BytesIO(data)):
        try:
            recognise(block)
        except HistoryFileRefused as refusal:
            assert str(refusal)


@given(st.integers(0, 115), st.characters())
def test_a_printed_row_with_any_sign_anywhere_breaks_nothing(place: int, sign: str) -> None:
    row = FIXED_QUOTES[3]
    batch = quotes([*FIXED_QUOTES[:3], row[:place] + sign + row[place + 1 :]])
    assert all(is_sound(found) for found in batch.rows)
    row = FIXED_INDICES[3]
    levels([*FIXED_INDICES[:3], row[:place] + sign + row[place + 1 :]])
