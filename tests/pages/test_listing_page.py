"""The page of a listing on a real database."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.market.listings import seed_listings
from bvmt.store.embedded import EmbeddedPostgres
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import SESSION, SFBT, add_anomaly, add_bar, add_listings

_EVENT = sa.text("""
insert into market_events (id, day, kind, isin, title, amount, source, updated_by)
values (gen_random_uuid(), :day, 'dividend', :isin, 'Dividend of the year', 0.8, 'desk', 'ada')
""")


@pytest.fixture
def page(open_page: OpenPage, engine: sa.Engine) -> AppTest:
    """The page of a listing with a month of bars, an atypical move and an event."""
    add_month(engine)
    add_anomaly(engine)
    with engine.connect() as conn:
        conn.execute(_EVENT, {"day": SESSION - timedelta(days=3), "isin": SFBT})
    return open_page("pages/listing.py", isin=SFBT)


def add_month(engine: sa.Engine) -> None:
    add_listings(engine)
    for back in range(40):
        add_bar(engine, SFBT, SESSION - timedelta(days=back))


def metric(page: AppTest, start: str) -> tuple[str, str]:
    found = next(each for each in page.metric if each.label.startswith(start))
    return found.value, found.delta


def test_an_address_that_names_no_listing_offers_all_of_them(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    page = open_page("pages/listing.py")
    assert not page.exception
    assert "Choose a listing above" in texts(page.info)
    assert len(page.selectbox(key="listing_picked").options) == len(seed_listings())


def test_a_listing_that_is_not_known_is_told_and_not_taken_for_markup(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    page = open_page("pages/listing.py", isin="<b>*TN*")
    assert not page.exception
    assert "No listing is known as <B>*TN*." in plain(page.warning)


def test_a_listing_without_bars_says_where_they_come_from(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    page = open_page("pages/listing.py", isin=SFBT)
    assert not page.exception
    assert "No session of this listing is stored yet." in texts(page.info)


def test_the_last_session_is_told_with_its_move_and_its_range(page: AppTest) -> None:
    assert not page.exception
    assert metric(page, "Last, TND") == ("10.50", "+5.00 %")
    assert metric(page, "Turnover") == ("10.5 k", "+0 %")
    assert metric(page, "52 weeks") == ("9.50 – 11.00", "67% of the way up")


def test_the_title_is_the_listings_own(page: AppTest) -> None:
    assert plain(page.title).startswith("SFBT")


@pytest.mark.parametrize("ticker", ["SFBT", "sfbt"])
def test_a_ticker_finds_the_listing_too(page: AppTest, open_page: OpenPage, ticker: str) -> None:
    assert metric(open_page("pages/listing.py", ticker=ticker), "Last, TND")[0] == "10.50"


def test_the_picker_leads_to_another_listing(page: AppTest) -> None:
    page.selectbox(key="listing_picked").set_value("TN0001800457").run()
    assert page.query_params["isin"] == "TN0001800457"
    assert plain(page.title).startswith("BIAT")
    assert "No session of this listing is stored yet." in texts(page.info)


def test_atypical_moves_and_events_of_the_stretch_are_listed(page: AppTest) -> None:
    moves, events = (each.value for each in page.dataframe)
    assert list(moves["Session"]) == ["23 Nov 2026"]
    assert list(events["Event"]) == ["Dividend of the year"]
    assert list(events["Kind"]) == ["D · dividend"]


def test_an_anomaly_that_the_address_names_is_told_with_its_reason(page: AppTest, open_page: OpenPage) -> None:
    chosen = open_page("pages/listing.py", isin=SFBT, anomaly="2026-11-23")
    told = plain(chosen.markdown)
    assert "**Mon 23 Nov 2026**: △ high, severity 0.62" in told
    assert "Explained by: The dividend is detached." in told


@pytest.mark.parametrize("anomaly", ["nonsense", "2026-01-01"])
def test_an_anomaly_that_is_none_is_passed_over(page: AppTest, open_page: OpenPage, anomaly: str) -> None:
    chosen = open_page("pages/listing.py", isin=SFBT, anomaly=anomaly)
    assert not chosen.exception
    assert "severity 0.62" not in texts(chosen.markdown)


@pytest.mark.parametrize(("span", "form"), [("1M", "Line"), ("1Y", "Candles"), ("All", "Line")])
def test_every_range_can_be_drawn_either_way(page: AppTest, open_page: OpenPage, span: str, form: str) -> None:
    drawn = open_page("pages/listing.py", isin=SFBT, range=span, form=form, raw="true")
    assert not drawn.exception
    assert "Raw prices." in texts(drawn.caption)


def test_a_long_stretch_is_drawn_by_weeks(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    with engine.connect() as conn:
        conn.execute(
            sa.text("""
insert into quotes (isin, session, close, volume, turnover, trades, as_of)
select :isin, day::date, 10, 0, 0, 0, clock_timestamp()
from generate_series(date '2024-01-01', date '2026-11-23', interval '1 day') day
"""),
            {"isin": SFBT},
        )
    page = open_page("pages/listing.py", isin=SFBT, range="All")
    assert not page.exception
    assert "Weeks, for a long stretch." in texts(page.caption)
    assert metric(page, "Last, TND") == ("10.00", "not traded")


def test_a_listing_that_left_the_exchange_says_so(page: AppTest, open_page: OpenPage, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        conn.execute(sa.text("update listings set active = false where isin = :isin"), {"isin": SFBT})
    st.cache_data.clear()
    gone = open_page("pages/listing.py", isin=SFBT)
    assert not gone.exception
    assert "Left the exchange" in texts(gone.markdown)


def test_a_first_bar_has_no_usual_and_no_return(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine, SFBT, date(2026, 11, 23))
    page = open_page("pages/listing.py", isin=SFBT)
    assert not page.exception
    assert metric(page, "Turnover")[0] == "10.5 k"


def test_with_the_database_away_the_page_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_page("pages/listing.py", isin=SFBT)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in plain(page.warning)
