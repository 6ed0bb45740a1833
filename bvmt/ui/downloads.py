"""Rows as files that a click downloads: CSV, and a workbook."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import date

import streamlit as st

from bvmt.reports.guarding import guarded

Rows = Sequence[Mapping[str, object]]
"""Rows with the same keys, which are the names of the columns."""

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_WIDEST = 40


def render_csv_button(
    make: Callable[[], Rows],
    *,
    file_name: str,
    key: str,
    label: str = "Download CSV",
    disabled: bool = False,
    help: str | None = None,
) -> None:
    """A button that asks `make` for the rows when it is clicked, and sends them as CSV."""
    st.download_button(
        label,
        lambda: guarded_csv(make()),
        file_name=file_name,
        mime="text/csv",
        key=key,
        icon=":material/download:",
        on_click="ignore",
        disabled=disabled,
        help=help,
    )


def render_downloads(rows: Rows, *, name: str, sheet: str, key: str) -> None:
    """Two buttons, CSV and XLSX, that make the file when they are clicked; `name` is without its ending."""
    with st.container(horizontal=True, horizontal_alignment="right"):
        render_csv_button(
            lambda: rows,
            file_name=f"{name}.csv",
            key=f"{key}_csv",
            label="CSV",
            disabled=not rows,
            help="UTF-8; for spreadsheets, text that looks like a formula gets a quote in front",
        )
        st.download_button(
            "XLSX",
            lambda: workbook(rows, sheet),
            file_name=f"{name}.xlsx",
            mime=XLSX,
            key=f"{key}_xlsx",
            icon=":material/download:",
            on_click="ignore",
            disabled=not rows,
        )


def guarded_csv(rows: Rows) -> bytes:
    """Rows as a CSV file in UTF-8 with a byte order mark, guarded; empty where there are none."""
    if not rows:
        return b""
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(guarded(name) for name in rows[0])
    writer.writerows([guarded(cell) for cell in row.values()] for row in rows)
    return written.getvalue().encode("utf-8-sig")


def workbook(rows: Rows, sheet: str) -> bytes:
    """Rows as a workbook of one sheet: numbers as numbers, days as days, texts guarded."""
    import xlsxwriter  # takes a while, and only a click needs it

    written = io.BytesIO()
    with xlsxwriter.Workbook(written, {"in_memory": True, "strings_to_formulas": False}) as book:
        page = book.add_worksheet(sheet)
        head, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        names = list(rows[0]) if rows else []
        page.freeze_panes(1, 0)
        for column, name in enumerate(names):
            longest = max((len(str(row[name])) for row in rows if row[name] is not None), default=0)
            page.set_column(column, column, min(_WIDEST, max(len(name), longest) + 2))
            page.write_string(0, column, name, head)
        for at, row in enumerate(rows, start=1):
            for column, name in enumerate(names):
                _write(page, at, column, row[name], day)
    return written.getvalue()


def _write(page: object, row: int, column: int, value: object, day: object) -> None:
    match value:
        case None:
            return
        case bool():
            page.write_boolean(row, column, value)  # type: ignore[attr-defined]
        case int() | float():
            page.write_number(row, column, value)  # type: ignore[attr-defined]
        case date():
            page.write_datetime(row, column, value, day)  # type: ignore[attr-defined]
        case _:
            page.write_string(row, column, str(guarded(str(value))))  # type: ignore[attr-defined]
