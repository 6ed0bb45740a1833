"""Instruments that the listings miss: noted, offered, dismissed, adopted."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from bvmt.errors import ActionRefused, NotFound
from bvmt.market.history_files.fields import isin_of_code
from bvmt.market.history_files.rows import UnknownInstrument
from bvmt.market.listings import Listing
from bvmt.store import listings
from bvmt.store.engine import transaction
from bvmt.store.unknown_instruments import adopt, dismiss, list_unknown, note_unknown
from tests.db.boards import BIAT, LISTINGS, TRADED
from tests.db.pulse import Row, Stub, raw_rows

NEWCO, OTHER = isin_of_code("799001"), isin_of_code("799002")
FOUND = [UnknownInstrument(OTHER, "OTHER\0", "12"), UnknownInstrument(NEWCO, "NEWCO", "11")]


def newcomer() -> Row:
    share = next(row for row in raw_rows() if row["isin"] == BIAT)
    named = {**share["referentiel"], "isin": NEWCO, "ticker": "NEW", "stockName": "NEWCO"}
    return {**share, "isin": NEWCO, "referentiel": named}


@pytest.fixture
def desk(engine: sa.Engine) -> sa.Engine:
    """A database with four listings and two unknown instruments."""
    with engine.connect() as conn:
        listings.seed(conn, LISTINGS)
        note_unknown(conn, FOUND, source="old.csv")
    return engine


def offered(engine: sa.Engine, *, dismissed: bool = False) -> set[str]:
    with engine.connect() as conn:
        return {row.isin for row in list_unknown(conn, dismissed=dismissed)}


def test_an_instrument_is_new_once_and_keeps_its_first_source(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        before = {row.isin: row for row in list_unknown(conn)}
        assert note_unknown(conn, FOUND[:1], source="new.csv") == []
        after = {row.isin: row for row in list_unknown(conn)}
    assert (after[OTHER].source, after[OTHER].name, after[OTHER].group) == ("old.csv", "OTHER\ufffd", "12")
    assert after[OTHER].last_seen_at > before[OTHER].last_seen_at
    assert after[NEWCO] == before[NEWCO]


def test_the_new_ones_among_known_ones_are_told_and_a_quote_will_do(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        assert note_unknown(conn, [TRADED, TRADED], source="exchange") == [BIAT]


def test_what_has_become_a_listing_meanwhile_is_not_offered(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        note_unknown(conn, [TRADED], source="exchange")
    assert offered(desk) == {NEWCO, OTHER}


def test_what_was_dismissed_is_not_offered_again_when_it_is_seen_again(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        dismiss(conn, NEWCO)
        note_unknown(conn, FOUND, source="exchange")
    assert offered(desk) == {OTHER}
    assert offered(desk, dismissed=True) == {NEWCO, OTHER}


def test_an_adopted_instrument_is_a_listing_and_leaves_the_offer(desk: sa.Engine) -> None:
    with transaction(desk) as conn:
        change = adopt(conn, NEWCO, ticker="new", sector="Technologie")
    assert change.after == Listing(NEWCO, "NEW", "NEWCO", "Technologie", "11")
    assert offered(desk, dismissed=True) == {OTHER}
    with desk.connect() as conn:
        assert change.after in listings.list_listings(conn)


def test_an_adoption_that_is_refused_leaves_the_offer_as_it_was(desk: sa.Engine) -> None:
    with pytest.raises(ActionRefused, match="The ticker BIAT is that of BIAT"), transaction(desk) as conn:
        adopt(conn, NEWCO, ticker="BIAT", sector="Technologie")
    assert offered(desk) == {NEWCO, OTHER}


def test_what_is_not_known_cannot_be_dismissed_or_adopted(desk: sa.Engine) -> None:
    with desk.connect() as conn:
        with pytest.raises(NotFound, match=BIAT):
            dismiss(conn, BIAT)
        with pytest.raises(NotFound, match=BIAT):
            adopt(conn, BIAT, ticker="X", sector="Y")


def test_market_pulse_offers_a_newcomer_and_warns_once(stub: Stub) -> None:
    stub.show([*raw_rows(), newcomer()])
    told = "1 instruments on the board are not among the listings"
    runs = [stub.pulse.run() for _ in range(2)]
    assert [(run.figures["unknown_instruments"], told in run.warnings) for run in runs] == [(1, True), (1, False)]
    with stub.pulse.desk.engine.connect() as conn:
        assert [(row.isin, row.name, row.group, row.source) for row in list_unknown(conn)] == [
            (NEWCO, "NEWCO", "11", "exchange")
        ]


def test_market_pulse_knows_a_listing_that_left(stub: Stub) -> None:
    with transaction(stub.pulse.desk.engine) as conn:
        listings.update_listing(conn, BIAT, active=False)
    stub.show(raw_rows())
    assert stub.pulse.run().figures["unknown_instruments"] == 0
    assert offered(stub.pulse.desk.engine) == set()


def test_an_adopted_newcomer_has_its_quote_stored_from_the_next_pulse_on(stub: Stub) -> None:
    stub.show([*raw_rows(), newcomer()])
    stub.pulse.run()
    with transaction(stub.pulse.desk.engine) as conn:
        adopt(conn, NEWCO, ticker="NEWCO", sector="Technologie")
    assert stub.pulse.run().figures["unknown_instruments"] == 0
    assert stub.pulse.bar(NEWCO) == stub.pulse.bar(BIAT)
