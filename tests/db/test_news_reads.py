"""Finding stored articles: by listing, tone, language, kind, days and words, page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from bvmt.errors import NotFound
from bvmt.market.listings import seed_listings
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label, Language, Sentiment
from bvmt.store import listings, news_reads
from bvmt.store.news_reads import ArticleFilter
from tests.db.articles import FALL, QUIET, RISE, about, new_article, put_article
from tests.db.boards import BIAT, SFBT
from tests.db.newsroom import NOON

Put = Callable[..., int]
Find = Callable[..., list[str]]


@pytest.fixture
def put(engine: sa.Engine) -> Put:
    """Store an article, as `new_article` makes it, and return its id."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())

    def store(title: str, sentiment: Sentiment = QUIET, **changes: Any) -> int:
        return put_article(engine, new_article(title, sentiment, **changes))

    return store


@pytest.fixture
def find(engine: sa.Engine) -> Find:
    """The titles that a filter finds, and that its counts agree with them."""

    def titles(**wanted: Any) -> list[str]:
        with engine.connect() as conn:
            found = news_reads.list_articles(conn, ArticleFilter(**wanted))
            assert news_reads.count_articles(conn, ArticleFilter(**wanted)).total == len(found)
        return [row.title for row in found]

    return titles


def test_the_newest_article_comes_first(put: Put, find: Find) -> None:
    put("Mardi")
    put("Lundi", published_at=NOON - timedelta(days=1))
    put("Sans date", published_at=None, first_seen_at=NOON + timedelta(hours=1))
    assert find() == ["Sans date", "Mardi", "Lundi"]


def test_articles_are_found_by_the_listing_they_name(put: Put, find: Find) -> None:
    put("Un", mentions=about(BIAT))
    put("Deux", mentions=about(BIAT, SFBT))
    put("Aucun")
    assert sorted(find(isin=BIAT)) == ["Deux", "Un"]
    assert find(isin=SFBT) == ["Deux"]
    assert find(unnamed=True) == ["Aucun"]


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({"labels": [Label.POSITIVE]}, ["hausse"]),
        ({"labels": [Label.POSITIVE, Label.NEGATIVE]}, ["baisse", "hausse"]),
        ({"languages": [Language.TUNIZI]}, ["calme"]),
        ({"kind": NewsKind.SOCIAL}, ["calme"]),
        ({"market": True}, ["baisse"]),
        ({"since": NOON.date()}, ["baisse", "hausse"]),
        ({"until": NOON.date() - timedelta(days=1)}, ["calme"]),
        ({"since": NOON.date(), "labels": [Label.NEUTRAL]}, []),
    ],
)
def test_filters_narrow_and_may_be_combined(
    put: Put, find: Find, wanted: dict[str, Any], titles: Sequence[str]
) -> None:
    put("hausse", RISE)
    put("baisse", FALL, mentions=about(market=True))
    put("calme", QUIET, kind=NewsKind.SOCIAL, published_at=NOON - timedelta(days=1))
    assert sorted(find(**wanted)) == titles


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("benefice", True),
        ("BÉNÉFICE biat", True),
        ("biat semestre", True),
        ("bénéfice sfbt", False),
        ("100%", True),
        ("100_", False),
        ("%", True),
        ("ارباح", True),
        ("a'; drop table articles", False),
        ("\0", True),
    ],
)
def test_the_search_wants_all_words_case_accents_and_arabic_spelling_aside(
    put: Put, find: Find, search: str, found: bool
) -> None:
    put("BIAT : bénéfice en hausse de 100%", summary="Au premier semestre. أرباح")
    assert bool(find(search=search)) is found


def test_pages_follow_one_another_without_gap_or_repetition(put: Put, engine: sa.Engine) -> None:
    for number in range(7):
        put(f"{number}", published_at=NOON - timedelta(minutes=number // 2))
    with engine.connect() as conn:
        pages = [news_reads.list_articles(conn, limit=3, offset=offset) for offset in (0, 3, 6, 9)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert len({row.id for page in pages for row in page}) == 7


def test_counts_are_told_by_label_language_and_kind(put: Put, engine: sa.Engine) -> None:
    put("hausse", RISE)
    put("encore", RISE, kind=NewsKind.SOCIAL)
    put("baisse", FALL)
    with engine.connect() as conn:
        found = news_reads.count_articles(conn)
        nothing = news_reads.count_articles(conn, ArticleFilter(search="introuvable"))
    assert found.by_label == {Label.POSITIVE: 2, Label.NEGATIVE: 1}
    assert found.by_language == {Language.FRENCH: 2, Language.ARABIC: 1}
    assert found.by_kind == {NewsKind.NEWS: 2, NewsKind.SOCIAL: 1}
    assert (nothing.total, nothing.by_label) == (0, {})


def test_an_article_tells_the_words_that_decided(put: Put, engine: sa.Engine) -> None:
    number = put("hausse", RISE)
    with engine.connect() as conn:
        assert news_reads.find_article(conn, number).words == RISE.words


def test_the_printings_of_a_story_are_told_the_first_one_first(put: Put, engine: sa.Engine) -> None:
    title = "La Bourse de Tunis suspend la cotation de Tunisair"
    first = put(title, source_name="A", published_at=NOON - timedelta(hours=2))
    copy = put(title.upper(), source_name="B")
    put("Une autre nouvelle, sans rapport aucun")
    with engine.connect() as conn:
        assert [row.id for row in news_reads.list_copies(conn, copy)] == [first, copy]
        assert news_reads.find_article(conn, first).copies == 2


def test_an_article_that_is_not_there_is_not_found(engine: sa.Engine) -> None:
    with engine.connect() as conn, pytest.raises(NotFound, match="There is no article 99"):
        news_reads.find_article(conn, 99)


def test_texts_that_no_database_takes_are_stored_with_marks_in_them(put: Put, find: Find) -> None:
    put("BIAT\0 \ud800", summary="\0")
    assert find() == ["BIAT\ufffd \ufffd"]


def test_company_news_names_the_first_stories_of_a_day_once_and_no_posts(put: Put, engine: sa.Engine) -> None:
    title = "BIAT annonce une hausse de son bénéfice semestriel"
    put(title, mentions=about(BIAT), source_name="A", published_at=NOON - timedelta(hours=5))
    put(title, mentions=about(BIAT), source_name="B")
    put("Un post sur la BIAT", mentions=about(BIAT), kind=NewsKind.SOCIAL)
    for word in ("Alpha", "Beta", "Gamma", "Delta"):
        put(f"{word} : nouvelle de la SFBT, {word} {word}", mentions=about(SFBT))
    day = NOON.date()
    with engine.connect() as conn:
        found = news_reads.list_company_news(conn, since=day, until=day)
        assert news_reads.list_company_news(conn, since=day + timedelta(days=1), until=day + timedelta(days=9)) == []
    assert [row for row in found if row[0] == BIAT] == [(BIAT, day, title)]
    assert len([row for row in found if row[0] == SFBT]) == 3
