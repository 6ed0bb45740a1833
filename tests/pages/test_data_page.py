"""The Data page on a real database."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.clock import now
from bvmt.errors import ActionRefused
from bvmt.imports import import_file
from bvmt.imports.background import BackgroundImport
from bvmt.store import calendar, events
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.events import Event, EventKind
from bvmt.ui.data_listings import _fields
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import SESSION, SFBT, add_bar, add_listings, history_file
from tests.pages.worlds import answer, today

PARTS = ("Stored", "Import", "Listings", "Calendar", "Events")
UNKNOWN = "TN0009870015"


@pytest.fixture
def listed(engine: sa.Engine) -> sa.Engine:
    """A database with the packaged listings."""
    add_listings(engine)
    return engine


def open_part(open_page: OpenPage, part: str) -> AppTest:
    """A part of the page by its address."""
    return open_page("pages/data.py", part=part)


def cells(page: AppTest, column: str) -> list[object]:
    """The cells under a heading, of whichever table has it."""
    return [cell for frame in page.dataframe if column in frame.value for cell in frame.value[column]]


def upload(page: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """Give history files, click, wait for the thread, and look again."""
    page.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    page.button(key="import").click().run()
    thread: Any = page.session_state["import_thread"]
    assert isinstance(thread, BackgroundImport)
    thread.join(60)
    assert not thread.is_alive()
    st.cache_data.clear()
    return page.run()


@pytest.mark.parametrize("part", PARTS)
def test_with_nothing_in_the_database_every_part_stands(open_page: OpenPage, part: str) -> None:
    assert not open_part(open_page, part).exception


@pytest.mark.parametrize("part", PARTS)
def test_with_the_database_away_every_part_says_so(
    own_server: EmbeddedPostgres, open_page: OpenPage, part: str
) -> None:
    page = open_part(open_page, part)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)


def test_an_empty_store_says_what_to_do(open_page: OpenPage) -> None:
    assert "import a history file, or wait for Market Pulse" in texts(open_part(open_page, "Stored").info)


def test_what_is_stored_is_counted(open_page: OpenPage, listed: sa.Engine) -> None:
    add_bar(listed)
    add_bar(listed, session=SESSION - timedelta(days=3))
    page = open_part(open_page, "Stored")
    figures = {metric.label: metric.value for metric in page.metric}
    assert (figures["Sessions"], figures["Listings with quotes"], figures["Daily bars"]) == ("2", "1", "2")
    assert "Fri 20 Nov 2026 to Mon 23 Nov 2026" in texts(page.caption)


def test_sessions_that_are_missing_are_told(open_page: OpenPage, listed: sa.Engine) -> None:
    add_bar(listed, session=date(2020, 1, 2))
    assert "The last stored session is Thu 02 Jan 2020;" in texts(open_part(open_page, "Stored").warning)


def test_an_uploaded_file_is_stored_and_told_with_what_was_set_aside(open_page: OpenPage, listed: sa.Engine) -> None:
    page = upload(open_part(open_page, "Import"), ("histo_cotation_2026.csv", history_file()))
    assert not page.exception
    assert answer(listed, "select status || ', ' || asked_by from imports") == "done, operator"
    added = answer(listed, "select count(*) from quotes")
    assert f"{added:,} added, 0 changed" in plain(page.success)
    assert "1 set aside" in plain(page.success)
    assert [str(row)[:4] for row in cells(page, "Row")] == ["=1+1"]
    assert cells(page, "Status") == ["✓ Stored"]


def test_a_file_given_again_changes_nothing(open_page: OpenPage, listed: sa.Engine) -> None:
    page = upload(open_part(open_page, "Import"), ("one.csv", history_file()))
    page = upload(page, ("two.csv", history_file()))
    assert "0 added, 0 changed" in plain(page.success)
    assert cells(page, "File") == ["two.csv", "one.csv"]


def test_a_refused_file_gets_a_sentence_and_the_next_one_is_stored(open_page: OpenPage, listed: sa.Engine) -> None:
    page = upload(open_part(open_page, "Import"), ("cats.csv", b"a,b\n1,2\n"), ("good.csv", history_file()))
    assert cells(page, "Status") == ["✓ Stored", "✕ Refused"]
    name = next(name for name in page.selectbox(key="import_shown").options if name.startswith("cats.csv"))
    page.selectbox(key="import_shown").set_value(name).run()
    assert "Refused: cats.csv" in plain(page.error)


def test_an_import_whose_process_died_is_not_called_running(open_page: OpenPage, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        conn.execute(
            sa.text(
                "insert into imports (id, file_name, status, asked_by) values (gen_random_uuid(), 'f', 'running', 'x')"
            )
        )
    assert "No process works on it any more" in texts(open_part(open_page, "Import").warning)


def test_an_import_that_runs_elsewhere_is_shown_with_its_rows(
    open_page: OpenPage, listed: sa.Engine, tmp_path: Path
) -> None:
    seen: list[str] = []

    def look(_: object) -> None:
        if not seen:
            seen.append(plain(open_part(open_page, "Import").info))

    import_file(listed, history_file(), file_name="f.csv", asked_by="x", clock=now, progress=look)
    assert "rows read so far." in seen[0]


def test_edited_cells_become_fields_of_the_listing() -> None:
    edited = {"Ticker": "NEW", "Shares outstanding": 12_000_000, "Free float %": 33.125, "Active": False}
    assert _fields(edited) == {
        "ticker": "NEW",
        "shares_outstanding": 12_000_000,
        "free_float_pct": pytest.approx(33.125),
        "active": False,
    }
    assert _fields({"Free float %": None, "Name": None}) == {"free_float_pct": None, "name": ""}


def test_an_edited_cell_that_is_no_number_is_refused() -> None:
    with pytest.raises(ActionRefused, match="is no number"):
        _fields({"Shares outstanding": "many"})


def test_listings_without_an_edit_cannot_be_saved(open_page: OpenPage, listed: sa.Engine) -> None:
    page = open_part(open_page, "Listings")
    assert page.button(key="save_listings").disabled
    assert "82 listings, 82 active" in texts(page.caption)


def offer(engine: sa.Engine) -> None:
    """An instrument that a file named and that is no listing."""
    with engine.connect() as conn:
        conn.execute(
            sa.text(
                "insert into unknown_instruments (isin, name, quotation_group, source) "
                f"values ('{UNKNOWN}', 'NEWCO', '11', 'f.csv')"
            )
        )


def test_an_unknown_instrument_is_adopted(open_page: OpenPage, listed: sa.Engine) -> None:
    offer(listed)
    page = open_part(open_page, "Listings")
    page.text_input(key="adopt_ticker").set_value("newc")
    page.selectbox(key="adopt_sector").set_value("Banques")
    page.button(key="adopt").click().run()
    assert not page.exception
    stored = f"select ticker || ', ' || name || ', ' || sector from listings where isin = '{UNKNOWN}'"
    assert answer(listed, stored) == "NEWC, NEWCO, Banques"
    assert "None is offered" in texts(page.caption)


def test_an_adoption_without_a_ticker_is_refused_and_stays_on_offer(open_page: OpenPage, listed: sa.Engine) -> None:
    offer(listed)
    page = open_part(open_page, "Listings")
    page.button(key="adopt").click().run()
    assert "the ticker has to be of 1 to 12 letters and digits" in texts(page.toast)
    assert UNKNOWN in cells(page, "ISIN")


def test_an_unknown_instrument_is_dismissed(open_page: OpenPage, listed: sa.Engine) -> None:
    offer(listed)
    page = open_part(open_page, "Listings")
    page.button(key="dismiss").click().run()
    assert answer(listed, "select dismissed_at is not null from unknown_instruments")
    assert "None is offered" in texts(page.caption)


def test_the_next_ten_days_are_shown_with_what_to_expect(open_page: OpenPage) -> None:
    expected = cells(open_part(open_page, "Calendar"), "Expected")
    assert len(expected) == 10
    assert {"✓ Session", "– Closed, confirmed"} <= set(expected)


def test_an_own_day_is_entered_shown_and_removed(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_part(open_page, "Calendar")
    page.text_input(key="own_day_name").set_value("Aid el-Fitr, confirmed")
    page.button(key="save_own_day").click().run()
    assert answer(engine, "select name || ', ' || open || ', ' || updated_by from calendar_days") == (
        "Aid el-Fitr, confirmed, false, operator"
    )
    assert "Aid el-Fitr, confirmed" in cells(page, "Why")
    page.button(key="drop_own_day").click().run()
    assert answer(engine, "select count(*) from calendar_days") == 0


def test_an_own_day_without_a_name_is_refused_with_the_reason(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_part(open_page, "Calendar")
    page.button(key="save_own_day").click().run()
    assert "the reason is shown with the day" in texts(page.toast)
    assert answer(engine, "select count(*) from calendar_days") == 0


def test_hours_are_entered_and_removed(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_part(open_page, "Calendar")
    page.text_input(key="regime_name").set_value("Ramadan")
    page.button(key="save_regime").click().run()
    with engine.connect() as conn:
        assert [regime.name for regime in calendar.list_regimes(conn)] == ["Ramadan"]
    assert "In force today: Ramadan" in plain(page.caption)
    page.button(key="drop_regime").click().run()
    assert answer(engine, "select count(*) from hour_regimes") == 0


def test_a_dividend_is_added_and_its_factor_shown(open_page: OpenPage, listed: sa.Engine) -> None:
    add_bar(listed, session=today() - timedelta(days=5))
    page = open_part(open_page, "Events")
    page.selectbox(key="event_isin").set_value(SFBT)
    page.text_input(key="event_title").set_value("Dividend 2025")
    page.text_input(key="event_amount").set_value("0,525")
    page.button(key="add_event").click().run()
    assert not page.exception
    assert cells(page, "TND a share") == ["0.525"]
    # Its day is today: whether a factor shows is decided by the close before it, 10.5 TND.
    assert cells(page, "Prices before ×") == ["0.950000"]


def test_an_event_that_cannot_be_meant_is_refused_with_the_reason(open_page: OpenPage, listed: sa.Engine) -> None:
    page = open_part(open_page, "Events")
    page.text_input(key="event_title").set_value("Dividend")
    page.button(key="add_event").click().run()
    assert "a dividend needs a listing" in texts(page.toast)
    page.text_input(key="event_amount").set_value("much")
    page.button(key="add_event").click().run()
    assert "'much' is no number." in texts(page.toast)
    assert answer(listed, "select count(*) from market_events") == 0


def test_an_event_is_deleted_after_a_question(open_page: OpenPage, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        events.put_events(conn, [Event(today(), EventKind.MEETING, "General meeting", "test")], by="x")
    page = open_part(open_page, "Events")
    page.button(key="delete_event").click().run()
    assert answer(engine, "select count(*) from market_events") == 1
    page.button(key="confirm_delete").click().run()
    assert answer(engine, "select count(*) from market_events") == 0


def test_a_file_of_events_is_imported_with_what_was_set_aside(open_page: OpenPage, listed: sa.Engine) -> None:
    page = open_part(open_page, "Events")
    table = f"day,kind,isin,title\n{today()},meeting,{SFBT},Meeting\nnever,meeting,{SFBT},Other\n"
    page.file_uploader(key="events_file").set_value(("events.csv", table.encode(), "text/csv")).run()
    page.button(key="import_events").click().run()
    assert not page.exception
    assert "1 added, 0 changed, 0 unchanged, 1 set aside" in plain(page.success)
    assert cells(page, "Line") == [3]
    assert cells(page, "Title") == ["Meeting"]


def test_a_file_that_holds_no_events_is_refused_with_the_reason(open_page: OpenPage, listed: sa.Engine) -> None:
    page = open_part(open_page, "Events")
    page.file_uploader(key="events_file").set_value(("cats.csv", b"a,b\n1,2\n", "text/csv")).run()
    page.button(key="import_events").click().run()
    assert "cats.csv: " in texts(page.toast)
    assert not page.exception


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Import", "Nothing was imported yet."),
        ("Listings", "Last change of a listing today "),
        ("Calendar", "Rules reach any year: weekends, fixed holidays, and feasts as estimated. No own day was entered"),
        ("Events", "No event was entered yet."),
        ("News sources", "No source is active yet"),
    ],
)
def test_each_part_begins_with_how_fresh_it_is(open_page: OpenPage, listed: sa.Engine, part: str, told: str) -> None:
    assert told in texts(open_part(open_page, part).caption)
