"""The listings as operators edit them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bvmt.errors import ActionRefused, NotFound
from bvmt.market.history_files.fields import isin_of_code
from bvmt.market.listings import Listing
from bvmt.store import listings, market
from bvmt.store.engine import transaction
from bvmt.store.listings import ListingChange
from tests.db.boards import BIAT, LISTINGS, TRADED, board

NEW = Listing(isin_of_code("799001"), "NEWCO", "NEWCO", "Technologie", "11", 1_000_000, Decimal("33.333"))


@pytest.fixture
def desk(engine: sa.Engine) -> sa.Engine:
    """A database with four listings."""
    with engine.connect() as conn:
        listings.seed(conn, LISTINGS)
    return engine


def add(engine: sa.Engine, listing: Listing) -> ListingChange:
    with transaction(engine) as conn:
        return listings.add_listing(conn, listing)


def update(engine: sa.Engine, isin: str = BIAT, **changes: object) -> ListingChange:
    with transaction(engine) as conn:
        return listings.update_listing(conn, isin, **changes)  # type: ignore[arg-type]


def remove(engine: sa.Engine, isin: str) -> ListingChange:
    with transaction(engine) as conn:
        return listings.remove_listing(conn, isin)


def stored(engine: sa.Engine) -> dict[str, Listing]:
    with engine.connect() as conn:
        return {listing.isin: listing for listing in listings.list_listings(conn)}


def test_a_listing_that_is_added_is_one_more(desk: sa.Engine) -> None:
    assert add(desk, NEW) == ListingChange(None, NEW)
    assert stored(desk) == {listing.isin: listing for listing in [*LISTINGS, NEW]}


def test_blanks_and_small_letters_are_tidied(desk: sa.Engine) -> None:
    change = add(desk, replace(NEW, isin=NEW.isin.lower(), ticker=" newco ", name="  New   co ", group=""))
    assert change.after == replace(NEW, name="New co", group=None)


def test_every_field_can_be_changed_and_before_and_after_are_told(desk: sa.Engine) -> None:
    change = update(
        desk,
        ticker="BIA",
        name="Banque",
        sector="Finance",
        group="12",
        shares_outstanding=35_700_000,
        free_float_pct=Decimal(40),
        active=False,
    )
    assert change.before == LISTINGS[0]
    assert change.after == Listing(BIAT, "BIA", "Banque", "Finance", "12", 35_700_000, Decimal(40), False)
    assert stored(desk)[BIAT] == change.after
    assert change.in_words().startswith("ticker: BIAT -> BIA; name: BIAT -> Banque; sector: Banques -> Finance")


def test_a_number_can_be_taken_back(desk: sa.Engine) -> None:
    update(desk, shares_outstanding=5)
    assert update(desk, shares_outstanding=None).after == LISTINGS[0]


def test_a_change_to_what_stands_there_is_none(desk: sa.Engine) -> None:
    assert update(desk, name="BIAT").in_words() == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"ticker": ""}, "the ticker has to be of 1 to 12 letters and digits"),
        ({"ticker": "BI AT"}, "the ticker has to be of 1 to 12 letters and digits"),
        ({"name": " "}, "the name has to be of 1 to 120 characters"),
        ({"sector": "s" * 81}, "the sector has to be of 1 to 80 characters"),
        ({"group": "21"}, "21 is no group of shares: 11, 12, 13, 51, 52, 95, 99"),
        ({"shares_outstanding": 0}, "the shares outstanding have to be a whole number above 0"),
        ({"free_float_pct": Decimal("100.1")}, "the free float has to be a percentage from 0 to 100"),
        ({"free_float_pct": Decimal("NaN")}, "the free float has to be a percentage from 0 to 100"),
        ({"free_float_pct": Decimal("1.0001")}, "the free float has at most 3 decimals"),
        ({"ticker": "sfbt"}, "The ticker SFBT is that of SFBT"),
    ],
)
def test_a_change_that_cannot_be_meant_is_refused_and_nothing_changes(
    desk: sa.Engine, changes: dict[str, object], sentence: str
) -> None:
    with pytest.raises(ActionRefused, match=sentence):
        update(desk, **changes)
    assert stored(desk) == {listing.isin: listing for listing in LISTINGS}


def test_all_that_is_wrong_is_told_at_once(desk: sa.Engine) -> None:
    with pytest.raises(ActionRefused, match=r"no ISIN: .*; the ticker .*; the sector "):
        add(desk, Listing("X", "?", "x", ""))


@pytest.mark.parametrize(
    ("listing", "sentence"),
    [
        (replace(NEW, isin="TN0001800458"), "the check digit of the ISIN TN0001800458 is wrong"),
        (replace(NEW, isin=BIAT), f"{BIAT} is among the listings already"),
        (replace(NEW, ticker="BIAT"), "The ticker BIAT is that of BIAT"),
    ],
)
def test_a_listing_is_not_added_twice_or_by_a_wrong_isin(desk: sa.Engine, listing: Listing, sentence: str) -> None:
    with pytest.raises(ActionRefused, match=sentence):
        add(desk, listing)
    assert len(stored(desk)) == len(LISTINGS)


def test_the_ticker_of_a_listing_that_left_is_free_until_it_comes_back(desk: sa.Engine) -> None:
    update(desk, active=False)
    add(desk, replace(NEW, ticker="BIAT"))
    with pytest.raises(ActionRefused, match="The ticker BIAT is that of NEWCO"):
        update(desk, active=True)


def test_a_group_that_the_board_named_does_not_hinder_another_change(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        listings.note_groups(conn, {BIAT: "14"})
    assert update(desk, name="Banque").after == replace(LISTINGS[0], name="Banque", group="14")


def test_a_listing_with_quotes_is_deactivated_and_keeps_them(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        market.store_quotes(conn, board(TRADED), [TRADED])
    assert remove(desk, BIAT).after == replace(LISTINGS[0], active=False)
    assert not stored(desk)[BIAT].active
    with desk.connect() as conn:
        assert len(market.read_session(conn, TRADED.session)) == 1


def test_a_listing_of_which_nothing_is_stored_is_deleted(desk: sa.Engine) -> None:
    assert remove(desk, BIAT) == ListingChange(LISTINGS[0], None)
    assert BIAT not in stored(desk)


def test_what_is_not_listed_cannot_be_changed_or_removed(desk: sa.Engine) -> None:
    for action in (lambda: update(desk, NEW.isin, name="x"), lambda: remove(desk, NEW.isin)):
        with pytest.raises(NotFound, match=f"{NEW.isin} is not among the listings"):
            action()
