from __future__ import annotations

import io

import pytest

from bvmt.market.history_files import Form, HistoryFileRefused, line_blocks, recognise
from tests.unit.market.history_samples import (
    FIXED_INDICES,
    FIXED_QUOTES,
    HEADER_2022,
    HEADER_2026,
    HEADER_INDICES_2022,
)


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        (FIXED_QUOTES, Form.QUOTES_2016),
        ([HEADER_2022], Form.QUOTES_2022),
        ([HEADER_2026], Form.QUOTES_2026),
        (FIXED_INDICES, Form.INDICES_2012),
        ([HEADER_INDICES_2022], Form.INDICES_2022),
    ],
)
def test_each_form_is_recognised_by_its_header(lines: list[str], form: Form) -> None:
    assert recognise(lines).form is form


@pytest.mark.parametrize(
    "header",
    [
        HEADER_2022.lower(),
        "Séance;Groupe;Code;Valeur;Ouverture;Clôture;Plus_Bas;Plus_Haut;Quantité_Négociée;Nb_Transaction;Capitaux",
        "SEANCE;ISIN;VALEUR;OUV;CLO;PLUS_BAS;PLUS_HAUT;QTE;NB_TRAN;CAP",
        "SEANCE;C_GR_RLC;CODE_VAL;LIB_VAL;OUVERTURE;CLOTURE;PLUS_BAS;PLUS_HAUT;QUANTITE_NEGOCIEE;NB_TRAN;CAPITAUX;I",
    ],
)
def test_case_accents_and_short_names_of_a_header_do_not_matter(header: str) -> None:
    assert recognise([header]).form is Form.QUOTES_2022


def test_low_and_high_are_found_by_name_whichever_comes_first() -> None:
    old, new = recognise([HEADER_2022]).columns, recognise([HEADER_2026]).columns
    assert old["low"] < old["high"]
    assert new["high"] < new["low"]


def test_columns_of_a_printed_file_are_cut_where_the_dashes_stand() -> None:
    layout = recognise(FIXED_QUOTES)
    cells = layout.cells(FIXED_QUOTES[3])
    assert cells is not None
    assert cells[layout.columns["code"]].strip() == "656001"
    assert cells[layout.columns["turnover"]].strip() == "6180.000"


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [""],
        ["hello"],
        ["isin,ticker,name,sector", "TN0007250012,ADWYA,ADWYA,Santé"],
        ["SEANCE;CODE;CLOTURE"],
        ["%PDF-1.7", "\0\0"],
        ['a;"b\rc";d'],
        [*[""] * 20, HEADER_2022],
    ],
)
def test_any_other_file_is_refused_in_one_sentence(lines: list[str]) -> None:
    with pytest.raises(HistoryFileRefused, match=r"^This is not a history file of the exchange: .*\.$"):
        recognise(lines)


def test_repeated_headers_rules_blank_lines_and_the_printed_count_are_no_rows() -> None:
    layout = recognise(FIXED_QUOTES)
    furniture = ["", "   ", FIXED_QUOTES[1], FIXED_QUOTES[2], "12345 rows selected.", "12345 lignes sélectionnées."]
    assert [layout.is_row(line) for line in furniture] == [False] * 6
    assert layout.is_row(FIXED_QUOTES[3])
    assert layout.is_row("something odd")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_all_three_encodings_give_the_same_text(encoding: str) -> None:
    data = f"{HEADER_2026}\r\nClôture\n".encode(encoding)
    assert list(line_blocks(io.BytesIO(data))) == [[HEADER_2026, "Clôture"]]


@pytest.mark.parametrize("block", [1, 2, 7, 64])
def test_the_size_of_a_block_does_not_change_the_lines(block: int) -> None:
    data = b"\xef\xbb\xbfab\r\nc\n\nlonger\nend"
    wanted = ["ab", "c", "", "longer", "end"]
    if block * 2 >= len("longer"):
        assert [line for lines in line_blocks(io.BytesIO(data), max(block, 3)) for line in lines] == wanted
    else:
        with pytest.raises(HistoryFileRefused):
            list(line_blocks(io.BytesIO(data), block))


def test_a_file_without_line_ends_is_refused_before_it_fills_the_memory() -> None:
    with pytest.raises(HistoryFileRefused, match="not made of lines"):
        list(line_blocks(io.BytesIO(b"x" * 1000), 100))
