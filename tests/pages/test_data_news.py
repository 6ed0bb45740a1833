"""Sources of news and names of listings on the Data page, on a real database and a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.access.actor import Role
from bvmt.clock import now
from bvmt.news.companies import seed_aliases
from bvmt.news.items import NewsBatch, NewsKind, NewsSource, SetAsideItem
from bvmt.runs.job import Job
from bvmt.sources.news_presets import load_presets
from bvmt.store import company_aliases, news, news_sources
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import transaction
from bvmt.ui.data_news import ADD
from bvmt.ui.data_news_form import NEW, TRIAL
from jobs.sentiment_scan import SENTIMENT_SCAN
from tests.db.desk import Desk
from tests.db.newsroom import item, rss
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import add_listings
from tests.pages.worlds import answer
from tests.people import person
from tests.unit.sources.feed_server import FeedServer, whole

ECO = NewsSource("eco", "Éco", "https://eco.tn/feed", NewsKind.NEWS)


@pytest.fixture
def server() -> Iterator[FeedServer]:
    """A site that the test writes."""
    made = FeedServer()
    yield made
    made.close()


@pytest.fixture
def seeded(engine: sa.Engine) -> sa.Engine:
    """A database with listings, their names, and one source that was read."""
    add_listings(engine)
    with transaction(engine) as conn:
        news_sources.seed_sources(conn, [ECO])
        news_sources.note_reading(conn, "eco", NewsBatch(), at=now() - timedelta(minutes=9))
        company_aliases.seed_aliases(conn, seed_aliases())
    return engine


def open_part(open_page: OpenPage) -> AppTest:
    """The part of the page by its address."""
    return open_page("pages/data.py", part="News sources")


def column(page: AppTest, table: str, name: str) -> list[object]:
    """The cells of a column of the first table that has the column `table`."""
    return list(next(frame.value for frame in page.dataframe if table in frame.value)[name])


def stored(engine: sa.Engine, column: str, source: str = "eco") -> Any:
    """What is stored of a source."""
    return answer(engine, f"select {column} from news_sources where id = :id", id=source)


def try_it(page: AppTest, of: str) -> AppTest:
    """Have a source tried, and wait for what comes of it."""
    page.button(key=f"try_source_{of}").click().run()
    thread: Any = page.session_state[TRIAL]
    thread.join(30)
    assert not thread.is_alive()
    return page.run()


def test_before_the_first_scan_the_part_says_where_sources_come_from(open_page: OpenPage) -> None:
    page = open_part(open_page)
    assert not page.exception
    assert "the first Sentiment Scan brings the packaged ones" in texts(page.info)


def test_with_the_database_away_the_part_says_so(own_server: EmbeddedPostgres, open_page: OpenPage) -> None:
    page = open_part(open_page)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)


def test_a_source_tells_how_it_stands(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    assert column(page, "State", "State") == ["✓ read"]
    assert "1 source, 1 active, 0 of them failing." in texts(page.caption)


def test_a_source_that_fails_tells_why_and_since_when(open_page: OpenPage, seeded: sa.Engine) -> None:
    with transaction(seeded) as conn:
        news_sources.note_failure(conn, "eco", "Éco: answered <b>503</b>", at=now())
    page = open_part(open_page)
    assert column(page, "State", "State") == ["✕ failing"]
    assert "Éco: answered <b>503</b>" in plain(page.warning)
    assert r"\<b\>" in texts(page.warning)


def test_items_that_were_set_aside_are_shown_with_their_reason(open_page: OpenPage, seeded: sa.Engine) -> None:
    desk, job = Desk(seeded), SENTIMENT_SCAN
    assert isinstance(job, Job)
    desk.job(job.id)
    with transaction(seeded) as conn:
        news.store_rejects(conn, "eco", [SetAsideItem("it has no link", "<b>raw")], run_id=desk.start(job.id).id)
    page = open_part(open_page)
    assert column(page, "Item", "Reason") == ["it has no link"]


def test_a_source_is_changed_and_the_deed_is_recorded(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.text_input(key="source_eco_name").set_value("Éco du jour")
    page.number_input(key="source_eco_weight").set_value(0.35)
    page.checkbox(key="source_eco_active").set_value(False)
    page.button(key="save_source_eco").click().run()
    assert not page.exception
    assert "Éco du jour saved" in texts(page.toast)
    assert stored(seeded, "name || ', ' || weight || ', ' || active || ', ' || updated_by") == (
        "Éco du jour, 0.35, false, operator"
    )
    assert stored(seeded, "url") is None  # an address that is left as it is packaged goes on following the package
    assert column(page, "State", "State") == ["– off"]
    assert answer(seeded, "select subject from audit_log where deed = 'change news sources'") == "news source eco"


def test_a_source_of_the_sandbox_follows_it_when_something_else_is_changed(
    open_page: OpenPage, engine: sa.Engine
) -> None:
    with transaction(engine) as conn:  # as an earlier process knew it, at another port
        news_sources.seed_sources(conn, load_presets("sandbox", "http://127.0.0.1:8/news"))
    page = open_part(open_page)
    page.selectbox(key="news_source").set_value("tunis-eco").run()
    assert page.text_input(key="source_tunis-eco_url").value.startswith("http://127.0.0.1:9/")
    page.text_input(key="source_tunis-eco_name").set_value("Tunis Éco")
    page.button(key="save_source_tunis-eco").click().run()
    assert stored(engine, "name || ', ' || (url is null)", "tunis-eco") == "Tunis Éco, true"


def test_a_source_is_added(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.selectbox(key="news_source").set_value(ADD).run()
    page.text_input(key=f"source_{NEW}_id").set_value("presse")
    page.text_input(key=f"source_{NEW}_name").set_value("La Presse")
    page.text_input(key=f"source_{NEW}_url").set_value("https://presse.tn/economie")
    page.selectbox(key=f"source_{NEW}_form").set_value("page")
    page.text_input(key=f"source_{NEW}_item").set_value("article")
    page.text_input(key=f"source_{NEW}_title").set_value("h2")
    page.button(key=f"save_source_{NEW}").click().run()
    assert not page.exception
    assert stored(seeded, "url || ' ' || (selectors ->> 'link')", "presse") == "https://presse.tn/economie a"
    assert page.text_input(key=f"source_{NEW}_name").value == ""


def test_what_cannot_be_stored_is_refused_and_stays_in_the_form(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.text_input(key="source_eco_url").set_value("nonsense")
    page.button(key="save_source_eco").click().run()
    assert "The news source cannot be stored" in texts(page.toast)
    assert page.text_input(key="source_eco_url").value == "nonsense"
    assert stored(seeded, "updated_by is null") is True


def test_a_page_without_its_selectors_is_refused(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.selectbox(key="source_eco_form").set_value("page")
    page.button(key="save_source_eco").click().run()
    assert "A page needs the selectors of each story and of its title." in texts(page.toast)


def test_a_source_is_tried_with_what_the_form_says_and_nothing_is_stored(
    open_page: OpenPage, seeded: sa.Engine, server: FeedServer
) -> None:
    feed = rss([item("BIAT <b>monte</b>", "https://eco.tn/1"), item("Sans lien", "")])
    page = open_part(open_page)
    page.text_input(key="source_eco_url").set_value(server.answer("/feed", whole(feed)))
    page = try_it(page, "eco")
    assert "gave 1 item in" in plain(page.success)
    assert "1 set aside" in plain(page.success)
    assert column(page, "Author", "Title") == ["BIAT monte"]
    assert answer(seeded, "select count(*) from articles") == 0
    assert stored(seeded, "url") is None


def test_a_source_that_cannot_be_read_says_why_when_tried(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.text_input(key="source_eco_url").set_value("http://127.0.0.1:9/feed")
    page = try_it(page, "eco")
    assert "Éco" in plain(page.error)
    assert stored(seeded, "last_error is null") is True


def test_a_source_is_removed_after_a_question(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.button(key="remove_source").click().run()
    page.button(key="confirm_remove").click().run()
    assert not page.exception
    assert "Éco is read no longer" in texts(page.toast)
    assert stored(seeded, "removed_at is not null") is True


def test_a_viewer_sees_sources_and_changes_none(
    open_page: OpenPage, seeded: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bvmt.ui.data_news.visitor", lambda: person("vera", Role.VIEWER))
    page = open_part(open_page)
    assert column(page, "State", "Source") == ["Éco"]
    assert not [button for button in page.button if button.key and button.key.startswith("save_")]
    assert "those with the role of admin" in texts(page.caption)


def test_a_name_of_a_listing_is_added_and_removed(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.selectbox(key="alias_of").set_value("BIAT").run()
    assert set(column(page, "Needs context", "Ticker")) == {"BIAT"}
    page.text_input(key="alias_text").set_value("la grande bleue")
    page.button(key="save_alias").click().run()
    assert not page.exception
    assert "la grande bleue" in column(page, "Needs context", "Name")
    number = answer(seeded, "select id from company_aliases where alias = 'la grande bleue' and ticker = 'BIAT'")
    page.selectbox(key="alias_to_remove").set_value(number).run()
    page.button(key="remove_alias").click().run()
    assert "la grande bleue" not in column(page, "Needs context", "Name")
    assert answer(seeded, "select count(*) from audit_log where subject = 'alias of BIAT'") == 2


def test_a_name_without_a_word_is_refused(open_page: OpenPage, seeded: sa.Engine) -> None:
    page = open_part(open_page)
    page.text_input(key="alias_text").set_value("!!")
    page.button(key="save_alias").click().run()
    assert "An alias has at least one word" in texts(page.toast)
