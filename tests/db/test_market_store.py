"""The market as it is stored: repeated without a trace, never overwritten by what is older."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa

from bvmt.market.board import Board, IndexLevel, SetAsideRow
from bvmt.market.movers import top_movers
from bvmt.market.sectors import sector_performance
from bvmt.market.summary import market_summary
from bvmt.store import listings, market
from bvmt.store.market import StoredQuotes
from tests.db.boards import ADWYA, AS_OF, BIAT, FALLEN, LISTINGS, SESSION, SFBT, TRADED, UNTRADED, board, dump

LATER = timedelta(minutes=15)


@pytest.fixture
def engine(engine: sa.Engine) -> sa.Engine:
    """A database with four listings."""
    with engine.connect() as conn:
        listings.seed(conn, LISTINGS)
    return engine


def store(engine: sa.Engine, shown: Board) -> StoredQuotes:
    """Store everything that a board shows."""
    sectors = sector_performance(shown.quotes, {listing.isin: listing.sector for listing in LISTINGS})
    gainers, losers = top_movers(shown.quotes)
    with engine.connect() as conn:
        stored = market.store_quotes(conn, shown, shown.quotes)
        market.store_moment(conn, shown, shown.quotes, fetched_at=shown.as_of)
        market.store_sectors(conn, shown, sectors)
        market.store_summary(conn, market_summary(shown, LISTINGS), gainers=gainers, losers=losers)
    return stored


def row(engine: sa.Engine, statement: str) -> tuple[object, ...]:
    """The one row of a query."""
    with engine.connect() as conn:
        return tuple(conn.execute(sa.text(statement)).one())


def bar(engine: sa.Engine, isin: str) -> tuple[object, ...]:
    """Open, high, low, close, reference, volume, turnover and trades of a listing's bar."""
    columns = "open, high, low, close, reference, volume, turnover, trades"
    return row(engine, f"select {columns} from quotes where isin = '{isin}'")


def test_a_new_board_adds_a_bar_for_each_quote(engine: sa.Engine) -> None:
    assert store(engine, board()) == StoredQuotes(given=3, added=3, changed=0, refused=[])
    assert bar(engine, BIAT) == (
        *(Decimal("100.200"), Decimal("102.000"), Decimal("99.900"), Decimal("101.500"), Decimal("100.000")),
        *(4000, Decimal("404321.125"), 37),
    )


def test_storing_a_board_twice_changes_nothing(engine: sa.Engine) -> None:
    store(engine, board())
    before = dump(engine, "quotes", "board_moments", "moment_quotes")
    assert store(engine, board()) == StoredQuotes(given=3, added=0, changed=0, refused=[])
    assert dump(engine, "quotes", "board_moments", "moment_quotes") == before


def test_storing_its_sectors_and_its_summary_twice_leaves_them_as_they_are(engine: sa.Engine) -> None:
    store(engine, board())
    tables = ("sector_sessions", "market_summaries")
    before = {name: [found[1:] for found in rows] for name, rows in dump(engine, *tables).items()}
    store(engine, board())
    assert {name: [found[1:] for found in rows] for name, rows in dump(engine, *tables).items()} == before


def test_a_later_board_changes_what_moved_and_leaves_the_rest(engine: sa.Engine) -> None:
    store(engine, board())
    moved = replace(TRADED, last=Decimal("101"), volume=5000)
    stored = store(engine, board(moved, FALLEN, UNTRADED, later=LATER))
    assert (stored.added, stored.changed, stored.unchanged) == (0, 1, 2)
    assert row(engine, f"select close, volume, as_of from quotes where isin = '{BIAT}'") == (
        Decimal("101.000"),
        5000,
        AS_OF + LATER,
    )


def test_an_older_board_overwrites_nothing(engine: sa.Engine) -> None:
    store(engine, board(later=LATER))
    tables = ("quotes", "sector_sessions", "market_summaries")
    before = dump(engine, *tables)
    older = board(replace(TRADED, last=Decimal("99"), volume=9000), replace(FALLEN, volume=1), UNTRADED)
    assert store(engine, older).refused == [SFBT, BIAT, ADWYA]
    assert dump(engine, *tables) == before


def test_a_quote_whose_volume_went_back_is_refused_and_counted(engine: sa.Engine) -> None:
    store(engine, board())
    before = bar(engine, BIAT)
    back = replace(TRADED, last=Decimal("50"), volume=3999)
    stored = store(engine, board(back, FALLEN, UNTRADED, later=LATER))
    assert stored.refused == [BIAT]
    assert (stored.added, stored.changed, stored.unchanged) == (0, 0, 2)
    assert bar(engine, BIAT) == before


def test_a_listing_that_did_not_trade_keeps_its_carried_close_and_has_no_range(engine: sa.Engine) -> None:
    store(engine, board())
    carried = Decimal("4.200")
    assert bar(engine, ADWYA) == (None, None, None, carried, carried, 0, Decimal("0.000"), 0)
    with engine.connect() as conn:
        read = {quote.isin: quote for quote in market.read_session(conn, SESSION)}
    assert (read[ADWYA].last, read[ADWYA].reference, read[ADWYA].traded) == (None, carried, False)


def test_a_listing_that_trades_after_all_gets_a_whole_bar(engine: sa.Engine) -> None:
    store(engine, board())
    first_trade = replace(TRADED, isin=ADWYA)
    assert store(engine, board(TRADED, FALLEN, first_trade, later=LATER)).changed == 1
    assert bar(engine, ADWYA) == bar(engine, BIAT)


def test_what_is_read_back_is_what_was_stored(engine: sa.Engine) -> None:
    store(engine, board())
    with engine.connect() as conn:
        listings.note_groups(conn, {BIAT: "11"})
        read = {quote.isin: quote for quote in market.read_session(conn, SESSION)}
    kept = ("isin", "group", "session", "ticker", "last", "reference", "open", "high", "low", "change_pct", "volume")
    assert [getattr(read[BIAT], name) for name in kept] == [getattr(TRADED, name) for name in kept]
    assert (read[BIAT].turnover, read[BIAT].trades, read[BIAT].updated_at) == (TRADED.turnover, 37, AS_OF)


def test_each_quote_is_stored_under_its_own_session(engine: sa.Engine) -> None:
    stale = replace(FALLEN, session=date(2026, 11, 20))
    store(engine, board(TRADED, stale, UNTRADED))
    with engine.connect() as conn:
        assert [quote.isin for quote in market.read_session(conn, stale.session)] == [SFBT]
        assert {quote.isin for quote in market.read_session(conn, SESSION)} == {BIAT, ADWYA}
        moments = conn.execute(sa.text("select isin from moment_quotes order by isin")).scalars().all()
    assert moments == [BIAT, ADWYA]


def test_a_moment_is_stored_once_with_its_book(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        assert market.store_moment(conn, board(), board().quotes, fetched_at=AS_OF)
        assert not market.store_moment(conn, board(), board().quotes, fetched_at=AS_OF + LATER)
    assert row(engine, "select session, fetched_at, listings, set_aside from board_moments") == (SESSION, AS_OF, 3, 0)
    assert row(
        engine, f"select last, bid, bid_quantity, ask, ask_quantity from moment_quotes where isin = '{BIAT}'"
    ) == (*(Decimal("101.500"), Decimal("101.400"), 100, Decimal("101.600"), 300),)


def test_the_summary_and_the_movers_are_kept_with_all_their_decimals(engine: sa.Engine) -> None:
    store(engine, board())
    columns = "turnover, volume, trades, advancing, declining, unchanged, not_traded, listings, market_cap"
    turnover = Decimal("415431.625")
    assert row(engine, f"select {columns} from market_summaries") == (turnover, 4900, 46, 1, 1, 0, 1, 3, None)
    gainers, losers = row(engine, "select gainers, losers from market_summaries")
    assert isinstance(gainers, list)
    assert isinstance(losers, list)
    assert [(mover["isin"], mover["change_pct"]) for mover in gainers] == [(BIAT, "1.5000")]
    assert [(mover["isin"], mover["last"]) for mover in losers] == [(SFBT, "12.345")]


def levels(engine: sa.Engine) -> list[tuple[object, ...]]:
    """The index levels as they stand."""
    with engine.connect() as conn:
        query = sa.text("select session, level, previous, as_of from index_levels order by session")
        return [tuple(found) for found in conn.execute(query)]


def store_levels(engine: sa.Engine, given: Sequence[IndexLevel]) -> None:
    """Store index levels."""
    with engine.connect() as conn:
        market.store_index_levels(conn, given)


LEVEL = IndexLevel("905001", SESSION, Decimal("11250.5"), Decimal("11200"), AS_OF)


def test_index_levels_stored_twice_change_nothing(engine: sa.Engine) -> None:
    store_levels(engine, [LEVEL])
    before = dump(engine, "index_levels")
    store_levels(engine, [LEVEL])
    assert dump(engine, "index_levels") == before


def test_a_later_level_replaces_an_earlier_one_and_not_the_other_way_round(engine: sa.Engine) -> None:
    later = replace(LEVEL, level=Decimal("11260"), as_of=AS_OF + LATER)
    for level in (LEVEL, later, LEVEL):
        store_levels(engine, [level])
    assert levels(engine) == [(SESSION, Decimal("11260.0000"), Decimal("11200.0000"), AS_OF + LATER)]


def test_the_close_of_a_history_replaces_the_level_of_its_session_and_keeps_the_close_before(
    engine: sa.Engine,
) -> None:
    store_levels(engine, [LEVEL])
    store_levels(engine, [IndexLevel("905001", SESSION, Decimal("11275"))])
    assert levels(engine) == [(SESSION, Decimal("11275.0000"), Decimal("11200.0000"), None)]


def test_no_levels_are_no_rows(engine: sa.Engine) -> None:
    store_levels(engine, [])
    assert levels(engine) == []


def set_aside(engine: sa.Engine, run_id: UUID, *rows: SetAsideRow) -> None:
    """Keep rows that could not be read."""
    with engine.connect() as conn:
        market.store_set_aside(conn, "exchange", rows, run_id=run_id)


def kept(engine: sa.Engine) -> list[tuple[object, ...]]:
    """What was set aside, and how often it was seen."""
    with engine.connect() as conn:
        query = sa.text("select reason, isin, raw, seen, last_run_id from set_aside_rows order by reason, raw")
        return [tuple(found) for found in conn.execute(query)]


def test_a_row_that_is_set_aside_again_is_counted(engine: sa.Engine) -> None:
    first, second = uuid4(), uuid4()
    broken = SetAsideRow("volume 5 without a price", '{"isin": "TN0001800457"}', BIAT)
    other = SetAsideRow("no Tunisian ISIN", '{"isin": 3}')
    set_aside(engine, first, broken, other)
    set_aside(engine, second, broken)
    assert kept(engine) == [
        ("no Tunisian ISIN", None, '{"isin": 3}', 1, first),
        ("volume 5 without a price", BIAT, '{"isin": "TN0001800457"}', 2, second),
    ]


def test_equal_rows_of_one_board_are_one_row(engine: sa.Engine) -> None:
    run_id = uuid4()
    set_aside(engine, run_id, SetAsideRow("odd", "a\0"), SetAsideRow("odd", "a\ufffd"), SetAsideRow("odd", "a\0"))
    assert kept(engine) == [("odd", None, "a\ufffd", 1, run_id)]


def test_an_impossible_move_does_not_sink_the_board(engine: sa.Engine) -> None:
    absurd = replace(TRADED, last=Decimal("900000000"), reference=Decimal("0.001"), high=Decimal("900000000"))
    assert store(engine, board(absurd, FALLEN)).added == 2
    with engine.connect() as conn:
        change = conn.execute(sa.text("select change_pct from quotes where isin = :isin"), {"isin": BIAT}).scalar()
    assert change is None
