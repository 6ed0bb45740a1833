"""Rows of market data as a workbook."""

from __future__ import annotations

import io
from datetime import date

from openpyxl import load_workbook

from bvmt.ui.downloads import workbook


def test_a_workbook_has_numbers_as_numbers_days_as_days_and_no_formula() -> None:
    rows = [{"session": date(2026, 11, 24), "name": "=1+1", "last": 10.5, "trades": 3, "level": None}]
    sheet = load_workbook(io.BytesIO(workbook(rows, "Board")))["Board"]
    heads, cells = ([cell.value for cell in line] for line in sheet.iter_rows())
    assert heads == ["session", "name", "last", "trades", "level"]
    assert f"{cells[0]:%Y-%m-%d}" == "2026-11-24"
    assert cells[1:] == ["'=1+1", 10.5, 3, None]


def test_a_workbook_of_nothing_opens_all_the_same() -> None:
    assert load_workbook(io.BytesIO(workbook([], "Board"))).sheetnames == ["Board"]
