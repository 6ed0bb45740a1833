from __future__ import annotations

import pytest

from bvmt.market.listings import Listing, is_rights_line, seed_listings


def test_the_seed_holds_82_listings_with_distinct_isins_and_tickers() -> None:
    seed = seed_listings()
    assert len(seed) == 82
    assert len({listing.isin for listing in seed}) == 82
    assert len({listing.ticker for listing in seed}) == 82


def test_a_seed_listing_is_read_with_its_accents_and_is_active() -> None:
    by_ticker = {listing.ticker: listing for listing in seed_listings()}
    assert by_ticker["ADWYA"] == Listing("TN0007250012", "ADWYA", "ADWYA", "Santé")


def test_the_seed_leaves_unknown_what_its_file_does_not_say() -> None:
    for listing in seed_listings():
        assert (listing.group, listing.shares_outstanding, listing.free_float_pct) == (None, None, None)


@pytest.mark.parametrize(
    "name",
    [
        "SFBTDa1/2(11/4/02)",
        "BHDA 1/15 28052007",
        "DA 1/5",
        "Da TPR 11/149 2006",
        "UMED D76/509 26716",
        "STV02 3/10 010102",
        "ATTIJARI LS ROMPU",
        "BIAT DA 2027",
        "BIAT DS",
    ],
)
def test_a_name_with_a_ratio_or_a_right_or_an_odd_lot_is_a_rights_line(name: str) -> None:
    assert is_rights_line(name)


def test_no_listed_share_is_taken_for_a_rights_line() -> None:
    assert [listing.name for listing in seed_listings() if is_rights_line(listing.name)] == []
