from __future__ import annotations

import csv
from datetime import date
from itertools import pairwise

from bvmt.sandbox.board import markets
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.files import indices_file, quotes_file, shares_file
from bvmt.sandbox.listings import listings, positions
from tests.unit.sandbox.moments import EVENING, MIDDAY, SEED, SHARE_GROUPS, known, number


def rows(text: str | None) -> list[dict[str, str]]:
    assert text is not None
    parsed = csv.DictReader(text.splitlines(), delimiter=";")
    return [{key.strip(): value.strip() for key, value in row.items()} for row in parsed]


def quotes(year: int = 2026) -> list[dict[str, str]]:
    return rows(quotes_file(SEED, EVENING, year))


def test_the_quotes_file_has_the_columns_of_2025_padded_as_there() -> None:
    text = quotes_file(SEED, EVENING, 2025)
    assert text is not None
    header, first = text.split("\n")[:2]
    assert header == (
        "SEANCE    ;GROUPE    ;CODE        ;VALEUR          ;OUVERTURE ;CLOTURE    ;PLUS_BAS   ;PLUS_HAUT ;"
        "QUANTITE_NEGOCIEE;NB_TRANSACTION ;CAPITAUX "
    )
    assert [len(cell) for cell in first.split(";")][:10] == [13, 10, 12, 18, 10, 10, 10, 10, 18, 15]
    assert first.startswith("02/01/2025   ;11        ;TN")


def test_the_quotes_file_agrees_with_the_board_of_the_evening() -> None:
    today = {row["CODE"]: row for row in quotes() if row["SEANCE"] == "24/11/2026"}
    compared = 0
    for quote in markets(SEED, EVENING, SHARE_GROUPS):
        row = today[quote["isin"]]
        assert number(quote["volume"]) == int(row["QUANTITE_NEGOCIEE"])
        if number(quote["last"]):
            assert number(quote["last"]) == float(row["CLOTURE"])
            assert number(quote["caps"]) == float(row["CAPITAUX"])
            assert number(quote["high"]) == float(row["PLUS_HAUT"])
            compared += 1
    assert compared > 50


def test_a_day_without_a_trade_carries_the_close_and_has_zeros() -> None:
    idle = [row for row in quotes() if row["QUANTITE_NEGOCIEE"] == "0" and row["CODE"] in positions()]
    assert len(idle) > 1000
    for row in idle:
        assert row["OUVERTURE"] == row["CLOTURE"] != "0.000"
        assert row["PLUS_BAS"] == row["PLUS_HAUT"] == row["CAPITAUX"] == "0.000"


def test_bonds_and_rights_stand_among_the_shares() -> None:
    assert {"21", "32"} <= {row["GROUPE"] for row in quotes()}
    assert "BTEB0127 11,5%P7-2" in {row["VALEUR"] for row in quotes()}


def test_the_file_is_sorted_by_date_and_ends_with_the_last_finished_session() -> None:
    dates = [row["SEANCE"].split("/")[::-1] for row in quotes()]
    assert dates == sorted(dates)
    assert rows(quotes_file(SEED, MIDDAY, 2026))[-1]["SEANCE"] == "23/11/2026"
    assert rows(quotes_file(SEED, instant_of(date(2026, 11, 24), 14, 30), 2026))[-1]["SEANCE"] == "24/11/2026"


def test_there_are_files_for_two_years_back_and_none_for_the_years_outside_the_world() -> None:
    for year in (2024, 2025, 2026):
        assert len(rows(indices_file(SEED, EVENING, year))) > 200 * 14
    for year in (2021, 2027):
        assert quotes_file(SEED, EVENING, year) is None
        assert indices_file(SEED, EVENING, year) is None


def test_the_index_file_has_crlf_and_the_layout_of_2025() -> None:
    text = indices_file(SEED, EVENING, 2025)
    assert text is not None
    assert text.count("\r\n") == text.count("\n")
    first = text.split("\r\n")[1]
    assert [len(cell) for cell in first.split(";")] == [13, 10, 18, 20, 20, 20, 20, 20]
    assert first.split(";")[1:3] == ["905001    ", "TUNINDEX          "]


def test_an_index_row_chains_on_the_one_before() -> None:
    tunindex = [row for row in rows(indices_file(SEED, EVENING, 2026)) if row["CODE_INDICE"] == "905001"]
    for before, row in pairwise(tunindex):
        assert row["INDICE_VEILLE"] == before["INDICE_JOUR"]
        change = (float(row["INDICE_JOUR"]) / float(row["INDICE_VEILLE"]) - 1) * 100
        assert abs(float(row["VARIATION_VEILLE"]) - change) < 0.001
    assert float(tunindex[-1]["INDICE_JOUR"]) == known().levels[known().ordinal(date(2026, 11, 24)), 0]


def test_the_shares_file_names_every_share_with_its_number_after_the_splits_so_far() -> None:
    shares = {row["isin"]: int(row["shares_outstanding"]) for row in rows(shares_file(SEED, EVENING))}
    earlier = rows(shares_file(SEED, EVENING.replace(year=2024)))
    ratios = {row["isin"]: shares[row["isin"]] / int(row["shares_outstanding"]) for row in earlier}
    assert set(shares) == {listing.isin for listing in listings()}
    assert {round(ratio, 3) for ratio in ratios.values()} == {0.5, 1.0, 2.0}
