"""The first start in the sandbox: history and shares outstanding come in over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
import sqlalchemy as sa

from bvmt.imports.first_start import fill_in_shares
from bvmt.market.listings import seed_listings
from bvmt.sandbox.server import SandboxServer
from bvmt.store import listings
from bvmt.store.engine import transaction
from tests.db.boards import BIAT
from tests.db.history_desk import EVENING, SEED


@pytest.fixture
def files() -> Iterator[str]:
    """The address of the sandbox's files."""
    server = SandboxServer(SEED, lambda: EVENING)
    server.start()
    yield f"{server.url}/files"
    server.stop()


@pytest.fixture
def listed(engine: sa.Engine) -> sa.Engine:
    """A database with the packaged listings."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return engine


def test_shares_outstanding_and_free_float_of_every_listing_are_filled_in(listed: sa.Engine, files: str) -> None:
    assert fill_in_shares(listed, files) == 82
    with listed.connect() as conn:
        assert all(each.shares_outstanding and each.free_float_pct for each in listings.list_listings(conn))


def test_once_an_operator_has_entered_shares_nothing_is_filled_in(listed: sa.Engine, files: str) -> None:
    with transaction(listed) as conn:
        listings.update_listing(conn, BIAT, shares_outstanding=34_000_000, free_float_pct=Decimal("40.5"))
    assert fill_in_shares(listed, files) == 0
    with listed.connect() as conn:
        [biat] = [each for each in listings.list_listings(conn) if each.isin == BIAT]
    assert (biat.shares_outstanding, biat.free_float_pct) == (34_000_000, Decimal("40.500"))
