"""The Anomalies page on a real database."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.reports.guarding import guarded
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.ui.downloads import guarded_csv
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import BIAT, SESSION, SFBT, add_anomaly, add_bar, add_listings, add_scan
from tests.pages.worlds import answer

EARLIER = date(2026, 11, 20)


@pytest.fixture
def page(open_page: OpenPage, engine: sa.Engine) -> AppTest:
    """The page with two anomalies of the newest session and one of an earlier one."""
    add_listings(engine)
    add_bar(engine)
    add_anomaly(engine)
    add_anomaly(engine, BIAT, severity=0.3, level="low")
    add_anomaly(engine, BIAT, EARLIER, severity=0.9, level="critical", sentence="Price 12.00 TND, +6.0 %.")
    return open_page("pages/anomalies.py")


def shown(page: AppTest, column: str = "Listing") -> list[object]:
    """The cells of a column."""
    return list(page.dataframe[0].value[column])


def test_without_quotes_the_page_says_that_nothing_could_be_scanned(open_page: OpenPage) -> None:
    page = open_page("pages/anomalies.py")
    assert not page.exception
    assert "No quotes are stored yet" in texts(page.info)


def test_without_a_scan_the_page_says_so(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    assert "No Anomaly Scan has succeeded yet" in texts(open_page("pages/anomalies.py").info)


def test_a_scan_that_found_nothing_is_told_with_its_session(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    add_scan(engine)
    told = texts(open_page("pages/anomalies.py").info)
    assert "Nothing was found in the session of Mon 23 Nov 2026. The last scan succeeded today" in told


def test_the_newest_session_is_shown_the_most_severe_first(page: AppTest) -> None:
    assert [str(name)[:4] for name in shown(page)] == ["SFBT", "BIAT"]
    assert shown(page, "Severity") == [0.62, 0.3]
    assert "2 atypical moves to check" in texts(page.markdown)
    assert shown(page, "Plain rules") == ["volume", "volume"]


def test_the_page_finds_its_last_anomalies_when_the_newest_session_has_none(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    add_listings(engine)
    add_bar(engine)
    add_anomaly(engine, BIAT, EARLIER)
    page = open_page("pages/anomalies.py")
    page.button(key="show_last").click().run()
    assert shown(page, "Session") == ["20 Nov 2026"]


def test_filters_come_from_the_address(page: AppTest, open_page: OpenPage) -> None:
    wide = open_page("pages/anomalies.py", since="2026-11-01")
    assert len(shown(wide)) == 3
    narrow = open_page("pages/anomalies.py", since="2026-11-01", level="critical", listing="BIAT")
    assert shown(narrow, "Session") == ["20 Nov 2026"]


def test_filters_that_match_nothing_are_told_as_the_reason(page: AppTest) -> None:
    page.selectbox(key="verdict").set_value("explained").run()
    assert "Nothing matches these filters" in texts(page.info)


def test_a_stretch_that_ends_before_it_begins_is_said_so(page: AppTest) -> None:
    page.date_input(key="since").set_value(SESSION)
    page.date_input(key="until").set_value(EARLIER).run()
    assert "The first session lies after the last one." in texts(page.warning)


def test_a_session_that_was_seen_in_part_carries_a_note(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    add_anomaly(engine, partial=True)
    assert "only a part was seen" in texts(open_page("pages/anomalies.py").warning)


@pytest.mark.parametrize("verdict", ["true", "explained", "false"])
def test_a_verdict_is_stored_with_its_note_and_who_gave_it(page: AppTest, engine: sa.Engine, verdict: str) -> None:
    page.text_input(key=f"note_{SFBT}_{SESSION}").set_value(" block of a fund ")
    page.button(key=f"verdict_{verdict}").click().run()
    assert not page.exception
    stored = "select verdict || ', ' || verdict_by || ', ' || verdict_note from anomalies where verdict is not null"
    assert answer(engine, stored) == f"{verdict}, operator, block of a fund"
    assert f"Judged {verdict} by operator, today" in plain(page.caption)


def test_a_verdict_can_be_given_on_any_row(page: AppTest, engine: sa.Engine) -> None:
    page.selectbox(key="anomaly_chosen").set_value("BIAT, 23 Nov 2026").run()
    page.button(key="verdict_false").click().run()
    assert answer(engine, "select isin from anomalies where verdict = 'false'") == BIAT


def test_a_verdict_can_be_taken_back(page: AppTest, engine: sa.Engine) -> None:
    page.button(key="verdict_true").click().run()
    page.button(key="verdict_none").click().run()
    assert answer(engine, "select count(*) from anomalies where verdict is not null") == 0


def test_a_verdict_on_what_a_scan_withdrew_is_refused_with_the_reason(page: AppTest, engine: sa.Engine) -> None:
    with engine.connect() as conn:
        conn.execute(sa.text("delete from anomalies"))
    page.button(key="verdict_true").click().run()
    assert "a later scan withdrew it" in texts(page.toast)


def test_the_precision_is_told_from_the_verdicts(page: AppTest) -> None:
    assert "nobody has judged" in texts(page.caption)
    page.button(key="verdict_explained").click().run()
    page.selectbox(key="anomaly_chosen").set_value("BIAT, 23 Nov 2026").run()
    page.button(key="verdict_false").click().run()
    assert "Precision by verdicts: 1 true or explained of 2 judged (50%), last 90 days." in texts(page.caption)


def test_a_finding_is_called_an_atypical_move_and_nothing_worse(page: AppTest) -> None:
    told = f"{texts(page.markdown)} {texts(page.caption)}".lower()
    assert "atypical move to check" in told
    assert not [word for word in ("fraud", "manipulat", "suspicious", "illegal", "spoof") if word in told]


def test_with_the_database_away_the_page_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_page("pages/anomalies.py")
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "The database cannot be reached." in texts(page.error)
    assert "Nothing can be read at the moment." in texts(page.warning)


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_a_cell_that_a_spreadsheet_would_compute_gets_a_quote(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


def test_ordinary_cells_and_missing_ones_stay_as_they_are_in_a_download() -> None:
    assert guarded_csv([{"a": "x=1", "b": None}, {"a": 5, "b": "é"}]).decode("utf-8-sig") == "a,b\r\nx=1,\r\n5,é\r\n"


def test_the_heatmap_shows_moves_beyond_the_session_of_the_table(page: AppTest) -> None:
    assert "**Atypical moves by listing and session**, 1 session" in texts(page.markdown)


def test_the_heatmap_stays_whole_while_the_table_is_narrowed(page: AppTest) -> None:
    page.session_state["listing"] = "BIAT"
    page.session_state["since"] = page.session_state["until"] = EARLIER
    page.run()
    assert shown(page, "Session") == ["20 Nov 2026"]
    assert "**Atypical moves by listing and session**" in texts(page.markdown)


def test_without_a_finding_there_is_no_heatmap(open_page: OpenPage, engine: sa.Engine) -> None:
    add_listings(engine)
    add_bar(engine)
    assert "Atypical moves by listing" not in texts(open_page("pages/anomalies.py").markdown)
