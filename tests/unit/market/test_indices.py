from __future__ import annotations

import pytest

from bvmt.market.indices import HEADLINE, SECTOR_INDICES, TUNINDEX, TUNINDEX20, Index, by_code


def _luhn_digit(isin_body: str) -> str:
    """The check digit of ISO 6166: letters become two digits, every other one from the right is doubled."""
    digits = [int(d) for char in isin_body for d in str(int(char, 36))]
    doubled = [2 * d if place % 2 == 0 else d for place, d in enumerate(reversed(digits))]
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def test_the_headline_indices_are_tunindex_then_tunindex20() -> None:
    assert HEADLINE == (TUNINDEX, TUNINDEX20)
    assert (TUNINDEX.code, TUNINDEX.isin) == ("905001", "TN0009050014")
    assert (TUNINDEX20.code, TUNINDEX20.isin) == ("905028", "TN0009050287")


def test_there_are_twelve_sector_indices() -> None:
    assert len(SECTOR_INDICES) == 12
    assert {index.name for index in SECTOR_INDICES} >= {"Banques", "Assurances", "Matériaux de base"}


@pytest.mark.parametrize("index", [*HEADLINE, *SECTOR_INDICES], ids=lambda index: index.code)
def test_an_isin_is_made_of_the_code_and_its_check_digit(index: Index) -> None:
    body = f"TN000{index.code}"
    assert index.isin == body + _luhn_digit(body)


def test_an_index_is_found_by_its_code() -> None:
    assert by_code("905003").name == "Banques"


def test_tunindex_is_found_by_the_code_of_the_files_before_august_2021() -> None:
    assert by_code("350000") is TUNINDEX


def test_an_unknown_code_is_refused_by_name() -> None:
    with pytest.raises(KeyError, match="905014"):
        by_code("905014")
