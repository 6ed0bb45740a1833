"""The Market page on a real database."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.market.indices import TUNINDEX
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import BIAT, SESSION, SFBT, add_anomaly, add_bar, add_listings

FRIDAY = date(2026, 11, 20)

_INDEX = sa.text("insert into index_levels (code, session, level, previous) values (:code, :session, :level, :before)")
_BARE_BAR = sa.text("""
insert into quotes (isin, session, close, volume, turnover, trades, as_of)
values (:isin, :session, :close, :volume, :turnover, 5, clock_timestamp())
""")
_MOMENT = sa.text("""
with moment as (
  insert into board_moments (as_of, session, fetched_at, listings, set_aside)
  values (cast(:session as date) + cast(:at as time), :session, clock_timestamp(), 1, 0) returning as_of)
insert into moment_quotes (as_of, isin, last, volume, turnover, trades)
select as_of, :isin, 10, 5, :turnover, 2 from moment
""")


def add_index(engine: sa.Engine, level: float, before: float, session: date = SESSION) -> None:
    values = {"code": TUNINDEX.code, "session": session, "level": level, "before": before}
    with engine.connect() as conn:
        conn.execute(_INDEX, values)


def add_bare_bar(engine: sa.Engine, isin: str, session: date, close: float, *, volume: int = 900) -> None:
    """A bar as a yearly file gives it: without the exchange's reference."""
    values = {"isin": isin, "session": session, "close": close, "volume": volume, "turnover": volume * 10}
    with engine.connect() as conn:
        conn.execute(_BARE_BAR, values)


@pytest.fixture
def page(open_page: OpenPage, engine: sa.Engine) -> AppTest:
    """The page with two listings that traded in the newest session and in the one before, and an index."""
    add_listings(engine)
    for isin in (SFBT, BIAT):
        add_bar(engine, isin, FRIDAY)
    add_bar(engine, SFBT)
    add_bare_bar(engine, BIAT, SESSION, 9.45)
    add_index(engine, 15_000, 15_150)
    return open_page("pages/market.py")


def metric(page: AppTest, start: str) -> tuple[str, str]:
    found = next(each for each in page.metric if each.label.startswith(start))
    return found.value, found.delta


def board(page: AppTest) -> dict[str, list[object]]:
    """The columns of the board."""
    return page.dataframe[-1].value.to_dict("list")


def movers(page: AppTest) -> dict[str, list[str]]:
    """The tickers of the tables of movers, by their title."""
    tables = [json.loads(each.proto.json) for each in page.get("bidi_component") if each.proto.json]
    return {table["label"]: [row["cells"][0]["text"] for row in table["rows"]] for table in tables}


def test_without_a_session_the_page_says_where_one_comes_from(open_page: OpenPage) -> None:
    page = open_page("pages/market.py")
    assert not page.exception
    assert "No session is stored yet" in texts(page.info)


def test_the_newest_session_is_shown_with_its_figures(page: AppTest) -> None:
    assert not page.exception
    assert "Session of **Mon 23 Nov 2026**" in texts(page.markdown)
    assert metric(page, "TUNINDEX") == ("15,000.00", "-0.99 %")
    assert metric(page, "Turnover") == ("19.5 k", "-7 %")
    assert metric(page, "Up / down") == ("1 / 1", "0 unchanged")


def test_a_bar_without_a_reference_is_set_against_the_close_before(page: AppTest) -> None:
    shown = board(page)
    assert dict(zip(shown["Ticker"], shown["Change"], strict=True)) == {"SFBT": 5.0, "BIAT": pytest.approx(-10.0)}


def test_the_dividend_of_the_day_is_taken_out_of_the_move(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine, BIAT, FRIDAY)
    add_bare_bar(engine, BIAT, SESSION, 9.45)
    with engine.connect() as conn:
        event = sa.text("""
with event as (
  insert into market_events (id, day, kind, isin, title, amount, source, updated_by)
  values (gen_random_uuid(), :day, 'dividend', :isin, 'Dividend', 1.05, 'desk', 'ada') returning id)
insert into adjustments select id, :isin, :day, 0.9, 1, 10.5, 'dividend' from event
""")
        conn.execute(event, {"day": SESSION, "isin": BIAT})
    page = open_page("pages/market.py")
    assert board(page)["Change"] == [pytest.approx(0.0)]
    assert metric(page, "Up / down") == ("0 / 0", "1 unchanged")


def test_another_session_comes_from_the_address(page: AppTest, open_page: OpenPage) -> None:
    earlier = open_page("pages/market.py", session="2026-11-20")
    assert "Session of **Fri 20 Nov 2026**" in texts(earlier.markdown)
    assert metric(earlier, "TUNINDEX") == ("—", "not stored")


def test_a_day_without_a_session_shows_the_one_before_it_and_says_so(page: AppTest, open_page: OpenPage) -> None:
    sunday = open_page("pages/market.py", session="2026-11-22")
    assert "Session of **Fri 20 Nov 2026**" in texts(sunday.markdown)
    assert "No session is stored of Sun 22 Nov 2026." in texts(sunday.caption)


def test_sessions_are_turned_by_the_buttons(page: AppTest) -> None:
    assert page.button(key="session_next").disabled
    page.button(key="session_previous").click().run()
    assert "Session of **Fri 20 Nov 2026**" in texts(page.markdown)
    assert page.button(key="session_previous").disabled
    page.button(key="session_newest").click().run()
    assert "Session of **Mon 23 Nov 2026**" in texts(page.markdown)


def test_the_board_is_narrowed_from_the_address(page: AppTest, open_page: OpenPage) -> None:
    assert board(open_page("pages/market.py", find="tn00011002"))["Ticker"] == ["SFBT"]
    assert board(open_page("pages/market.py", sector="Banques"))["Ticker"] == ["BIAT"]


def test_a_search_that_finds_nothing_is_told(page: AppTest) -> None:
    page.text_input(key="find").set_value("nobody").run()
    assert "No listing of this session matches." in texts(page.info)


def test_an_atypical_move_stands_on_the_board(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    add_anomaly(engine)
    assert board(open_page("pages/market.py"))["Anomaly"] == ["△ high"]


def test_movers_are_links_to_their_listings(page: AppTest) -> None:
    assert movers(page) == {"Gainers": ["SFBT"], "Losers": ["BIAT"], "Most active": ["SFBT", "BIAT"]}


def test_a_session_that_is_missing_is_told_as_stale(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine, SFBT, date(2020, 1, 6))
    assert "The newest session stored is Mon 06 Jan 2020" in texts(open_page("pages/market.py").warning)


def test_boards_of_the_session_add_a_chart_of_the_day(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    with engine.connect() as conn:
        for at, turnover in (("09:15", 100), ("10:15", 300)):
            conn.execute(_MOMENT, {"session": SESSION, "at": at, "isin": SFBT, "turnover": turnover})
    page = open_page("pages/market.py")
    assert not page.exception
    assert "How the session's turnover added up" in texts(page.markdown)
    assert "2 boards read." in texts(page.caption)


def test_without_index_levels_the_page_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    assert "No index level is stored of this session." in texts(open_page("pages/market.py").info)


def test_a_session_of_a_listing_that_left_is_shown_all_the_same(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    with engine.connect() as conn:
        conn.execute(sa.text("update listings set active = false"))
    page = open_page("pages/market.py")
    assert not page.exception
    assert board(page)["Ticker"] == ["SFBT"]


def test_a_board_on_which_nothing_traded_has_no_movers(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bare_bar(engine, SFBT, SESSION, 10, volume=0)
    page = open_page("pages/market.py")
    assert not page.exception
    assert texts(page.caption).count("None in this session.") == 3


def test_a_year_of_sessions_can_be_asked_for(page: AppTest, engine: sa.Engine) -> None:
    for back in range(300):
        add_bar(engine, SFBT, FRIDAY - timedelta(days=1 + back))
    st.cache_data.clear()
    page.segmented_control(key="span").set_value("1 year").run()
    assert not page.exception


def test_with_the_database_away_the_page_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_page("pages/market.py")
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in plain(page.warning)
