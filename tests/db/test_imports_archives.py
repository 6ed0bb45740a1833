"""Archives and files that are none of ours: what is taken, what is refused, and that a refusal stores nothing."""

from __future__ import annotations

import io
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import sqlalchemy as sa

from bvmt.imports import ImportStatus
from bvmt.imports.unpacking import Limits, unpacked
from bvmt.market.history_files import Form, HistoryFileRefused, Reason
from bvmt.market.listings import seed_listings
from bvmt.store import listings
from tests.db.history_desk import HistoryDesk, lines, zipped
from tests.unit.market.history_samples import (
    FIXED_QUOTES,
    HEADER_2022,
    HEADER_INDICES_2022,
    SFBT,
    SFBT_2025,
    TUNINDEX_2025,
    line_2022,
)


@pytest.fixture
def desk(engine: sa.Engine) -> HistoryDesk:
    """A desk with the packaged listings and no quotes."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return HistoryDesk(engine)


def assert_nothing_stored(desk: HistoryDesk) -> None:
    tables = ("quotes", "index_levels", "import_rejects", "unknown_instruments")
    assert [desk.all(f"select count(*) from {table}") for table in tables] == [[(0,)]] * 4


def test_an_archive_of_several_years_is_one_import(desk: HistoryDesk) -> None:
    result = desk.take(
        zipped(
            quotes_2016=lines(*FIXED_QUOTES),
            quotes_2025=lines(HEADER_2022, SFBT_2025),
            indices=lines(HEADER_INDICES_2022, TUNINDEX_2025),
        )
    )
    assert (result.added, result.rows_read) == (3, 3)
    assert result.form == f"{Form.QUOTES_2016}, {Form.QUOTES_2022}, {Form.INDICES_2022}"


def test_a_row_set_aside_in_an_archive_says_in_which_file_it_stood(desk: HistoryDesk) -> None:
    one, two = lines(HEADER_2022, SFBT_2025, line_2022("?")), lines(HEADER_2022, line_2022("??"))
    result = desk.take(zipped(one=one, two=two))
    assert [(row.line, row.raw[:16]) for row in desk.rejects(result.id)] == [
        (3, "one.txt, line 3:"),
        (5, "two.txt, line 2:"),
    ]


def test_of_a_row_that_stands_in_two_files_of_an_archive_the_later_wins(desk: HistoryDesk) -> None:
    corrected = lines(HEADER_2022, line_2022(prices="11.6;11.7;11.5;11.8"))
    result = desk.take(zipped(a=lines(HEADER_2022, SFBT_2025), b=corrected))
    assert (result.added, result.left_out) == (1, {"repeated in the file": 1})
    assert desk.bar(SFBT, date(2025, 1, 2)).close == Decimal("11.700")


def test_what_a_mac_leaves_in_an_archive_is_passed_over(desk: HistoryDesk) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.mkdir("years")
        archive.writestr("years/2025.csv", lines(HEADER_2022, SFBT_2025))
        archive.writestr("__MACOSX/years/._2025.csv", b"\0\5")
        archive.writestr("years/.DS_Store", b"\0")
    assert desk.take(packed.getvalue()).added == 1


def test_a_file_on_disk_is_imported_whatever_its_name(desk: HistoryDesk, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(zipped(x=lines(HEADER_2022, SFBT_2025)))
    assert desk.take(path).added == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "given.csv: This is not a history file of the exchange"),
        (b"a,b\n1,2\n", "given.csv: This is not a history file of the exchange"),
        (b"\x89PNG\r\n\x1a\n" + bytes(5000), "given.csv: This is not a history file of the exchange"),
        (b"PK\x03\x04 and nothing more", "given.csv is a damaged zip archive"),
        (zipped(), "given.csv is a zip archive without a file in it"),
        (zipped(a=lines(HEADER_2022, SFBT_2025), b=b"hello"), "b.txt: This is not a history file"),
        (zipped(a=zipped(b=lines(HEADER_2022, SFBT_2025))), "a.txt: This is not a history file"),
    ],
    ids=["empty", "another table", "a picture", "half an archive", "an empty archive", "one stranger", "nested"],
)
def test_what_is_no_history_file_is_refused_and_nothing_is_stored(
    desk: HistoryDesk, data: bytes, sentence: str
) -> None:
    result = desk.give(data)
    assert result.status is ImportStatus.REFUSED
    assert result.detail is not None
    assert result.detail.startswith(sentence)
    assert result.finished_at is not None
    assert_nothing_stored(desk)


def test_an_archive_whose_second_file_is_damaged_stores_nothing_of_the_first(desk: HistoryDesk) -> None:
    good, bad = lines(HEADER_2022, SFBT_2025), lines(HEADER_2022, *[SFBT_2025] * 50)
    packed = bytearray(zipped(a=good, b=bad))
    at = packed.index(b"b.txt") + 20
    packed[at : at + 20] = bytes(20)
    result = desk.give(bytes(packed))
    assert result.status is ImportStatus.REFUSED
    assert (result.detail or "").startswith("b.txt cannot be unpacked")
    assert_nothing_stored(desk)


def test_a_missing_file_is_refused(desk: HistoryDesk, tmp_path: Path) -> None:
    result = desk.give(tmp_path / "absent.csv")
    assert result.status is ImportStatus.REFUSED
    assert result.detail == "given.csv cannot be opened: No such file or directory."


def test_a_file_that_only_has_bad_rows_is_taken_and_says_so(desk: HistoryDesk) -> None:
    result = desk.take(lines(HEADER_2022, line_2022("?")))
    assert (result.added, result.set_aside, result.first_day) == (0, {Reason.BAD_DATE: 1}, None)


SMALL = Limits(member=1000, total=1500, members=2)


@pytest.mark.parametrize(
    "data",
    [
        bytes(1001),
        zipped(bomb=bytes(1001)),
        zipped(a=bytes(800), b=bytes(800)),
        zipped(a=b"", b=b"", c=b""),
    ],
    ids=["a large file", "a large member", "large together", "many members"],
)
def test_more_than_the_limits_allow_is_refused_before_it_is_read(data: bytes) -> None:
    with pytest.raises(HistoryFileRefused, match="holds"), unpacked(data, "given.zip", SMALL) as package:
        for member in package.members:
            member.read(1)


def test_an_archive_that_lies_about_its_size_gives_no_more_than_it_said() -> None:
    packed = bytearray(zipped(bomb=bytes(5000)))
    true_size, said = (5000).to_bytes(4, "little"), (500).to_bytes(4, "little")
    assert packed.count(true_size) == 2
    lying = bytes(packed.replace(true_size, said))
    with pytest.raises(HistoryFileRefused, match="cannot be unpacked"), unpacked(lying, "x.zip", SMALL) as package:
        for member in package.members:
            member.read(5000)
