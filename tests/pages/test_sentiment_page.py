"""The Sentiment page on a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import streamlit as st
from streamlit.testing.v1 import AppTest

from bvmt.access.actor import Role
from bvmt.clock import now
from bvmt.errors import StoreError
from bvmt.news.items import NewsBatch, NewsKind, NewsSource
from bvmt.news.tone import Label
from bvmt.store import news_sources, sentiment
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import transaction
from bvmt.ui.sentiment_learning import IMPORTING, TRAINING
from tests.db.articles import FALL, QUIET, RISE, about, new_article, put_article
from tests.db.newsroom import NOON
from tests.pages.conftest import OpenPage, plain, texts
from tests.pages.market_worlds import BIAT, SFBT, add_listings
from tests.pages.worlds import answer
from tests.people import person
from tests.unit.news.learners import easy

PAGE = "pages/sentiment.py"
DAY = NOON.date()
HOSTILE = "<script>alert(1)</script> **bold** hausse"


@pytest.fixture
def written(engine: sa.Engine) -> int:
    """News of two days and a post; the id of the article that praises BIAT."""
    add_listings(engine)
    number = put_article(engine, new_article("Bénéfice en hausse", RISE, mentions=about(BIAT), summary="Tout va bien"))
    put_article(engine, new_article("Pertes", FALL, mentions=about(SFBT), published_at=NOON - timedelta(days=1)))
    put_article(engine, new_article("Calme plat", QUIET, mentions=about(market=True), kind=NewsKind.SOCIAL))
    add_up(engine)
    return number


def add_up(engine: sa.Engine) -> None:
    """Work out the scores of the two days."""
    with transaction(engine) as conn:
        sentiment.recompute_days(conn, [DAY, DAY - timedelta(days=1)])


def add_source(engine: sa.Engine) -> None:
    """A source that nobody has read yet."""
    with transaction(engine) as conn:
        news_sources.seed_sources(conn, [NewsSource("eco", "Éco", "https://eco.tn/feed", NewsKind.NEWS)])


def titles(page: AppTest) -> list[object]:
    """The titles in the table of stories."""
    return list(next(frame.value for frame in page.dataframe if "Decided by" in frame.value)["Title"])


def html(page: AppTest) -> str:
    """What the page renders as HTML of our own."""
    return " ".join(str(element.proto.body) for element in page.get("html"))


def wait_for(page: AppTest, key: str) -> AppTest:
    """Let the thread under this key end, and look again."""
    thread: Any = page.session_state[key]
    thread.join(60)
    assert not thread.is_alive()
    st.cache_data.clear()
    return page.run()


def test_before_the_first_scan_the_page_says_how_to_begin(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    assert not page.exception
    assert "Nothing was read yet. The Sentiment Scan reads" in texts(page.info)


def test_sources_that_all_fail_are_told_while_there_is_nothing_else(open_page: OpenPage, engine: sa.Engine) -> None:
    add_source(engine)
    with transaction(engine) as conn:
        news_sources.note_failure(conn, "eco", "Éco: away", at=now())
    assert "The sources could not be read" in texts(open_page(PAGE).warning)


@pytest.mark.usefixtures("written")
def test_the_mood_of_news_and_social_media_stand_apart(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    assert not page.exception
    assert {"**News**", "**Social media**"} <= {each.value for each in page.markdown}
    assert len([metric for metric in page.metric if metric.label == "7 days"]) == 2
    assert "1 story: 1 positive, 0 neutral, 0 negative." in texts(page.caption)


@pytest.mark.usefixtures("written")
def test_a_mood_on_too_few_stories_is_called_insufficient(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    assert page.metric[0].value == "insufficient"
    assert "Insufficient: a score takes 3 stories." in texts(page.caption)


def test_a_mood_on_three_stories_is_a_figure(open_page: OpenPage, engine: sa.Engine, written: int) -> None:
    for name in ("B", "C"):
        put_article(engine, new_article(f"Le titre {name} grimpe", RISE, mentions=about(BIAT), source_name=name))
    add_up(engine)
    assert open_page(PAGE).metric[0].value == "+0.70"


@pytest.mark.usefixtures("written")
def test_stories_come_the_newest_first_and_are_counted(open_page: OpenPage) -> None:
    page = open_page(PAGE)
    assert titles(page)[-1] == "Pertes"
    assert "3 articles**: 1 positive, 1 neutral, 1 negative" in texts(page.markdown)


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"label": "negative"}, ["Pertes"]),
        ({"listing": "BIAT"}, ["Bénéfice en hausse"]),
        ({"listing": "The market"}, ["Calme plat"]),
        ({"medium": "Social media"}, ["Calme plat"]),
        ({"written_in": "Arabic"}, ["Pertes"]),
        ({"until": str(DAY - timedelta(days=1))}, ["Pertes"]),
        ({"search": "benefice"}, ["Bénéfice en hausse"]),
    ],
)
def test_filters_come_from_the_address(open_page: OpenPage, query: dict[str, str], found: list[str]) -> None:
    assert titles(open_page(PAGE, **query)) == found


@pytest.mark.usefixtures("written")
def test_filters_that_match_nothing_are_told_and_can_be_cleared(open_page: OpenPage) -> None:
    page = open_page(PAGE, search="rien de tel")
    assert "Nothing matches these filters." in texts(page.info)
    page.button(key="clear_filters").click().run()
    assert len(titles(page)) == 3


@pytest.mark.usefixtures("written")
def test_days_in_the_wrong_order_are_said_so(open_page: OpenPage) -> None:
    page = open_page(PAGE, since=str(DAY), until=str(DAY - timedelta(days=1)))
    assert "The first day lies after the last one." in texts(page.warning)


def test_the_address_may_name_a_page_of_the_table(open_page: OpenPage, engine: sa.Engine) -> None:
    for number in range(27):
        put_article(engine, new_article(f"Titre {number} tout autre chose {number * 7}"))
    assert len(titles(open_page(PAGE))) == 25
    assert len(titles(open_page(PAGE, stories_page="2"))) == 2


def test_an_address_leads_to_a_story_with_the_words_that_decided(open_page: OpenPage, written: int) -> None:
    page = open_page(PAGE, article=str(written))
    assert "hausse<sup" in html(page)
    words = next(frame.value for frame in page.dataframe if "What turned it" in frame.value)
    assert words.to_dict("records") == [{"Word": "hausse", "Weight": 0.7, "What turned it": "very"}]
    assert "Positive (+0.70), confidence 0.80, decided by lexicons." in plain(page.markdown)
    assert "About BIAT (BIAT) by" in plain(page.caption)


def test_what_an_article_holds_is_never_markup(open_page: OpenPage, engine: sa.Engine) -> None:
    number = put_article(
        engine, new_article(HOSTILE, RISE, summary=HOSTILE, author="[x](http://evil)", source_name="**A** <b>")
    )
    page = open_page(PAGE, article=str(number))
    assert "<script" not in html(page)
    assert html(page).count("&lt;script&gt;") == 2
    assert r"\[x\]\(http\:" in texts(page.caption)
    assert r"\*\*A\*\*" in texts(page.caption)


def test_the_other_printings_of_a_story_are_listed(open_page: OpenPage, engine: sa.Engine, written: int) -> None:
    put_article(engine, new_article("Bénéfice en hausse", RISE, mentions=about(BIAT), source_name="B"))
    page = open_page(PAGE, article=str(written))
    assert "Its 2 printings**: A, B" in texts(page.markdown)
    printings = next(frame.value for frame in page.dataframe if list(frame.value)[:2] == ["Written", "Source"])
    assert list(printings["Source"]) == ["A", "B"]


@pytest.mark.parametrize("asked", ["99999", "abc", "-1", "٣", "9" * 30])
def test_an_address_without_an_article_is_said_so(open_page: OpenPage, asked: str, written: int) -> None:
    page = open_page(PAGE, article=asked)
    assert not page.exception
    assert "Old articles are cleaned up." in texts(page.warning)
    assert len(titles(page)) == 3


@pytest.mark.parametrize("label", list(Label))
def test_a_label_is_stored_learned_and_told(open_page: OpenPage, engine: sa.Engine, written: int, label: Label) -> None:
    page = open_page(PAGE, article=str(written))
    page.button(key=f"label_{label}").click().run()
    assert not page.exception
    assert f"Labelled {label}; the next training learns from it" in texts(page.toast)
    assert f"Labelled {label} by operator, today" in plain(page.markdown)
    stored = "select reader_label || ', ' || reader_by from article_sentiments where reader_label is not null"
    assert answer(engine, stored) == f"{label}, operator"
    assert answer(engine, "select label || ', ' || origin from sentiment_labels") == f"{label}, page"
    assert answer(engine, "select subject from audit_log where deed = 'label article'") == f"article {written}"


def test_a_label_can_be_taken_back(open_page: OpenPage, engine: sa.Engine, written: int) -> None:
    page = open_page(PAGE, article=str(written))
    page.button(key="label_negative").click().run()
    assert "The engine had said positive (+0.70)." in plain(page.markdown)
    page.button(key="label_none").click().run()
    assert "Positive (+0.70)" in plain(page.markdown)
    assert answer(engine, "select count(*) from sentiment_labels") == 0


def test_a_label_for_an_article_that_was_cleaned_up_is_refused(
    open_page: OpenPage, engine: sa.Engine, written: int
) -> None:
    page = open_page(PAGE, article=str(written))
    with engine.connect() as conn:
        conn.execute(sa.text("delete from articles where id = :id"), {"id": written})
    page.button(key="label_negative").click().run()
    assert "There is no article" in texts(page.toast)
    assert "Old articles are cleaned up." in texts(page.warning)


def test_a_viewer_reads_and_labels_nothing(open_page: OpenPage, written: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bvmt.ui.permissions.visitor", lambda: person("vera", Role.VIEWER))
    page = open_page(PAGE, article=str(written))
    assert all(page.button(key=f"label_{label}").disabled for label in Label)


def test_news_that_nobody_has_read_for_long_are_called_old(
    open_page: OpenPage, engine: sa.Engine, written: int
) -> None:
    add_source(engine)
    with transaction(engine) as conn:
        news_sources.note_reading(conn, "eco", NewsBatch(), at=now() - timedelta(days=2))
    assert "what stands here may be old" in texts(open_page(PAGE).warning)


def test_a_read_that_fails_is_told_with_a_reference(
    open_page: OpenPage, written: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: object) -> None:
        raise StoreError("relation gone")

    monkeypatch.setattr(sentiment, "read_freshness", refuse)
    page = open_page(PAGE)
    assert not page.exception
    assert "This part could not be read. The log has the reason under reference" in texts(page.error)


@pytest.mark.parametrize("part", ["Mood and stories", "Learning"])
def test_with_the_database_away_every_part_says_so(
    own_server: EmbeddedPostgres, open_page: OpenPage, part: str
) -> None:
    page = open_page(PAGE, part=part)
    own_server.stop()
    st.cache_data.clear()
    page.run()
    assert not page.exception
    assert "Nothing can be read at the moment." in texts(page.warning)


def test_without_labels_the_page_says_how_many_a_classifier_takes(open_page: OpenPage) -> None:
    page = open_page(PAGE, part="Learning")
    assert not page.exception
    assert page.button(key="retrain").disabled
    assert "the lexicons score alone" in texts(page.info)
    assert "0 given to articles, 0 from files" in texts(page.caption)


def test_a_labelled_file_is_imported_and_trained_on(open_page: OpenPage, engine: sa.Engine) -> None:
    pairs = dict(zip(*easy(600), strict=True))
    lines = [f"{text};{label}" for text, label in list(pairs.items())[:200]]
    page = open_page(PAGE, part="Learning")
    page.file_uploader[0].set_value(("labels.csv", "\n".join([*lines, "nonsense"]).encode(), "text/csv")).run()
    page.button(key="import_labels").click().run()
    page = wait_for(page, IMPORTING)
    assert "200 labelled texts read; 200 added, 0 changed, 0 unchanged, 1 line set aside." in plain(page.success)
    assert answer(engine, "select distinct labelled_by || ', ' || origin from sentiment_labels") == "operator, import"
    assert answer(engine, "select subject from audit_log where deed = 'import'") == "sentiment labels"
    page.button(key="retrain").click().run()
    page = wait_for(page, TRAINING)
    assert "It is blended in from the next scan on." in plain(page.success)
    models = next(frame.value for frame in page.dataframe if "Blend F1" in frame.value)
    assert list(models["State"]) == ["✓ in use"]
    assert {metric.label for metric in page.metric} == {"With the classifier", "Lexicons alone"}
    assert answer(engine, "select actor from audit_log where deed = 'retrain'") == "operator"


def test_a_file_without_labels_is_refused_with_the_reason(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_page(PAGE, part="Learning")
    page.file_uploader[0].set_value(("cats.csv", b"a;b\nx;purr\n", "text/csv")).run()
    page.button(key="import_labels").click().run()
    page = wait_for(page, IMPORTING)
    assert "Nothing was stored. cats.csv: No line has a text and a label" in plain(page.error)
    assert answer(engine, "select count(*) from sentiment_labels") == 0
