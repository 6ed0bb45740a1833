from __future__ import annotations

from bvmt.ui.table_sizes import ROWS, table_height


def test_a_short_table_is_as_high_as_its_rows() -> None:
    assert table_height(3) - table_height(2) == 35


def test_a_long_table_shows_that_it_goes_on() -> None:
    assert table_height(ROWS) < table_height(ROWS + 1) == table_height(500)
