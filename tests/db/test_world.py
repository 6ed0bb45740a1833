"""A database belongs to one data source, and its listings to the operator."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bvmt.errors import WrongDataWorld
from bvmt.market.listings import Listing, seed_listings
from bvmt.settings import Settings
from bvmt.store import listings, world
from bvmt.store.database import open_database
from tests.conftest import server_folder


def stored(engine: sa.Engine) -> list[Listing]:
    """The listings as they stand."""
    with engine.connect() as conn:
        return listings.list_listings(conn)


def test_a_new_database_is_stamped_with_its_source_and_goes_on_with_it(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        world.stamp(conn, "sandbox")
        world.stamp(conn, "sandbox")
        assert conn.execute(sa.text("select source from data_world")).scalars().all() == ["sandbox"]


@pytest.mark.parametrize(
    ("held", "asked", "advice"),
    [
        ("sandbox", "bvmt", "set DATA_SOURCE=sandbox without STOCK_SERVICE_URL and MARKET_SERVICE_URL"),
        ("bvmt", "sandbox", "set DATA_SOURCE=bvmt without STOCK_SERVICE_URL and MARKET_SERVICE_URL"),
        ("sandbox", "platform", "set DATA_SOURCE=sandbox without STOCK_SERVICE_URL and MARKET_SERVICE_URL"),
        ("platform", "sandbox", "set STOCK_SERVICE_URL or MARKET_SERVICE_URL"),
    ],
)
def test_a_database_of_one_world_refuses_the_others(engine: sa.Engine, held: str, asked: str, advice: str) -> None:
    with engine.connect() as conn:
        world.stamp(conn, held)
        with pytest.raises(WrongDataWorld) as refusal:
            world.stamp(conn, asked)
        assert str(refusal.value) == (
            f"This database holds {held} data, and the settings ask for {asked} data: {advice}, "
            f"or give {asked} data a database of their own (DATABASE_URL or DATA_DIR)."
        )
        assert conn.execute(sa.text("select source from data_world")).scalar_one() == held


def test_listings_are_seeded_once(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
        listings.seed(conn, [replace(seed_listings()[0], isin="TN0000000001")])
    assert stored(engine) == sorted(seed_listings(), key=lambda listing: listing.name)


def test_what_an_operator_has_edited_is_kept(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
        conn.execute(sa.text("update listings set sector = 'Energie', active = false where ticker = 'BIAT'"))
        conn.execute(sa.text("delete from listings where ticker = 'SFBT'"))
        listings.seed(conn, seed_listings())
    found = {listing.ticker: listing for listing in stored(engine)}
    assert "SFBT" not in found
    assert (found["BIAT"].sector, found["BIAT"].active) == ("Energie", False)


def test_the_group_that_the_board_names_is_noted_and_equal_ones_touch_no_row(engine: sa.Engine) -> None:
    first, second = seed_listings()[:2]
    with engine.connect() as conn:
        listings.seed(conn, [first, second])
        listings.note_groups(conn, {first.isin: "12", "TN0000000001": "11"})
        before = conn.execute(sa.text("select xmin::text from listings order by isin")).all()
        listings.note_groups(conn, {first.isin: "12"})
        assert conn.execute(sa.text("select xmin::text from listings order by isin")).all() == before
    assert {listing.isin: listing.group for listing in stored(engine)} == {first.isin: "12", second.isin: None}


def settings(database_url: str, source: str) -> Settings:
    """Settings for this database and this source."""
    return Settings(_env_file=None, database_url=database_url, data_source=source)


def test_opening_a_database_makes_it_ready(empty_database_url: str) -> None:
    database = open_database(settings(empty_database_url, "sandbox"))
    assert len(stored(database.engine)) == len(seed_listings())
    assert len(stored(database.pages)) == len(seed_listings())
    assert database.embedded is None
    database.close()


def test_opening_the_database_of_another_source_leaves_it_as_it_is(database_url: str) -> None:
    open_database(settings(database_url, "sandbox")).close()
    with pytest.raises(WrongDataWorld):
        open_database(settings(database_url, "bvmt"))
    open_database(settings(database_url, "sandbox")).close()


@pytest.fixture
def short_folder() -> Iterator[Path]:
    """A folder whose path is short enough for a socket."""
    folder = server_folder()
    yield folder
    shutil.rmtree(folder)


def test_without_a_database_url_an_embedded_database_is_opened_and_closed(short_folder: Path) -> None:
    database = open_database(Settings(_env_file=None, data_dir=short_folder))
    assert len(stored(database.engine)) == len(seed_listings())
    database.close()
    assert not (short_folder / "postgres" / "postmaster.pid").exists()
