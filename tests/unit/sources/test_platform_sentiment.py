"""The platform's sentiment service: what is asked, and the shapes in which it may answer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from bvmt.errors import SourceFormatError, SourceRefused
from bvmt.market.listings import Listing
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label, Language
from bvmt.sources.http import HttpLimits
from bvmt.sources.platform import SentimentService
from bvmt.sources.platform_fields import Readable
from bvmt.sources.platform_sentiment import PlatformArticle, Scraped
from tests.unit.sources.feed_server import Answer, _Handler, as_json, page, whole
from tests.unit.sources.platform_server import ARTICLES, DAILY, SCRAPE, PlatformServer

BIAT, SFBT = "TN0001800457", "TN0001100254"
LISTINGS = [Listing(BIAT, "BIAT", "BIAT", "Banques"), Listing(SFBT, "SFBT", "SFBT", "Agroalimentaire et boissons")]
NOW = datetime(2026, 11, 24, 9, 40, tzinfo=UTC)
DAY = date(2026, 11, 24)

ROW = {
    "symbol": "BIAT", "name": "BIAT", "sentiment_score": 0.65, "sentiment_label": "positive", "articles_count": 4,
    "positive_count": 3, "negative_count": 0, "neutral_count": 1, "confidence": 0.8,
}  # fmt: skip
SCORE = DailyScore(BIAT, DAY, NewsKind.NEWS, 0.65, 4, 4, 3, 1, 0, 0.8, False)
GIVEN = {
    "id": 7, "title": "BIAT &amp; SFBT en <b>hausse</b>", "content": "Un bon jour.", "source": "kapitalis",
    "url": "https://kapitalis.com/1", "published_at": "2026-11-24T09:00:00+01:00", "scraped_at": None,
    "sentiment_score": 0.5, "sentiment_label": "positive", "companies_mentioned": ["BIAT", {"symbol": "SFBT"}, "X"],
    "language": "fr",
}  # fmt: skip
ARTICLE = PlatformArticle(
    "BIAT & SFBT en hausse",
    "Un bon jour.",
    "kapitalis",
    "https://kapitalis.com/1",
    datetime(2026, 11, 24, 8, tzinfo=UTC),
    (BIAT, SFBT),
    0.5,
    Label.POSITIVE,
    Language.FRENCH,
)


@pytest.fixture
def server() -> Iterator[PlatformServer]:
    made = PlatformServer()
    yield made
    made.close()


@pytest.fixture
def service(server: PlatformServer) -> Iterator[SentimentService]:
    with SentimentService(server.url, clock=lambda: NOW, limits=HttpLimits(read_timeout=0.2, attempts=2)) as made:
        yield made


def daily(server: PlatformServer, service: SentimentService, answer: object) -> Readable[DailyScore]:
    server.answer(DAILY, as_json(answer))
    return service.daily(LISTINGS, DAY)


def articles(server: PlatformServer, service: SentimentService, answer: object) -> Readable[PlatformArticle]:
    server.answer(ARTICLES, as_json(answer))
    return service.articles(LISTINGS)


def test_a_scrape_names_the_sources_and_forces_nothing(server: PlatformServer, service: SentimentService) -> None:
    server.answer(SCRAPE, as_json({"status": "success", "articles_scraped": 12, "articles_analyzed": 11}))
    assert service.scrape() == Scraped("success", 12, 11)
    (call,) = server.calls
    assert (call.method, call.path) == ("POST", SCRAPE)
    assert call.body == {"sources": ["webdo", "kapitalis", "african_manager"], "force_refresh": False}


@pytest.mark.parametrize(
    ("answer", "complete"),
    [({}, True), ({"status": "OK"}, True), ([], True), ({"status": "partial"}, False), ({"status": "error"}, False)],
)
def test_a_scrape_is_complete_unless_its_status_says_otherwise(
    server: PlatformServer, service: SentimentService, answer: object, complete: bool
) -> None:
    server.answer(SCRAPE, as_json(answer))
    assert service.scrape().complete is complete


def test_the_daily_scores_of_a_day_are_asked_for_and_read(server: PlatformServer, service: SentimentService) -> None:
    assert daily(server, service, {"date": "2026-11-24", "sentiments": [ROW]}) == Readable((SCORE,), ())
    assert server.calls[0].query == {"date": "2026-11-24"}


@pytest.mark.parametrize("row", [{**ROW, "articles_count": None}, {**ROW, "symbol": None}, {**ROW, "code": BIAT}])
def test_what_is_missing_in_a_row_is_found_elsewhere_in_it(
    server: PlatformServer, service: SentimentService, row: dict[str, Any]
) -> None:
    assert daily(server, service, [row]).rows == (SCORE,)


def test_under_three_articles_a_score_is_insufficient(server: PlatformServer, service: SentimentService) -> None:
    row = {**ROW, "articles_count": 2, "positive_count": 2, "neutral_count": 0}
    assert daily(server, service, [row]).rows[0].insufficient


def test_a_row_without_articles_says_nothing(server: PlatformServer, service: SentimentService) -> None:
    row = {"symbol": "SFBT", "sentiment_score": 0, "articles_count": 0}
    assert daily(server, service, [row, ROW]) == Readable((SCORE,), ())


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("BIAT", "the row is no object"),
        ({**ROW, "symbol": "NONE", "name": None}, "no Tunisian ISIN, and no listing is called NONE"),
        ({**ROW, "sentiment_score": None}, "sentiment_score is missing"),
        ({**ROW, "sentiment_score": 65}, "sentiment_score is not from -1 to 1: 65"),
        ({**ROW, "confidence": 80}, "confidence is not from 0 to 1: 80"),
        ({**ROW, "positive_count": -1}, "positive_count is negative: -1"),
        ({**ROW, "positive_count": 9}, "9 positive, 0 negative and 1 neutral are more than 4"),
    ],
)
def test_a_row_that_makes_no_sense_is_set_aside_and_the_others_are_kept(
    server: PlatformServer, service: SentimentService, row: object, reason: str
) -> None:
    found = daily(server, service, [row, ROW])
    assert found.rows == (SCORE,)
    assert [aside.reason for aside in found.set_aside] == [reason]


def test_an_article_is_read_as_plain_text_with_the_listings_it_names(
    server: PlatformServer, service: SentimentService
) -> None:
    assert articles(server, service, {"articles": [GIVEN], "total": 1}) == Readable((ARTICLE,), ())


def test_what_the_service_does_not_tell_of_an_article_is_none(
    server: PlatformServer, service: SentimentService
) -> None:
    (row,) = articles(server, service, [{"title": "Un titre", "url": "https://a.tn/1"}]).rows
    assert (row.published_at, row.isins, row.score, row.label, row.language) == (None, (), None, None, None)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("2026-11-23", datetime(2026, 11, 23, 11, tzinfo=UTC)),
        ("2026-11-24", NOW),
        ("2027-01-01T00:00:00", None),
        ("gestern", None),
    ],
)
def test_a_date_alone_is_noon_and_one_that_cannot_be_is_none(
    server: PlatformServer, service: SentimentService, given: str, expected: datetime | None
) -> None:
    assert articles(server, service, [{**GIVEN, "published_at": given}]).rows[0].published_at == expected


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"title": " "}, "the article has no title"),
        ({"url": "javascript:alert(1)"}, "its link is no http(s) address"),
        ({"url": "/1"}, "its link is no http(s) address"),
        ({"sentiment_score": -3}, "sentiment_score is not from -1 to 1: -3"),
    ],
)
def test_an_article_that_cannot_be_used_is_set_aside(
    server: PlatformServer, service: SentimentService, changes: dict[str, Any], reason: str
) -> None:
    found = articles(server, service, [{**GIVEN, **changes}, GIVEN])
    assert (found.rows, [aside.reason for aside in found.set_aside]) == ((ARTICLE,), [reason])


def pages(rows: list[dict[str, Any]], *, knows_offset: bool = True) -> Answer:
    """The page asked for."""

    def send(handler: _Handler) -> None:
        query = dict(pair.split("=") for pair in handler.path.partition("?")[2].split("&"))
        first = int(query["offset"]) if knows_offset else 0
        as_json({"articles": rows[first : first + int(query["limit"])], "total": len(rows)})(handler)

    return send


@pytest.mark.parametrize("number", [0, 1, 100, 250, 500])
def test_articles_are_read_page_by_page_up_to_a_limit(
    server: PlatformServer, service: SentimentService, number: int
) -> None:
    server.answer(ARTICLES, pages([{**GIVEN, "url": f"https://a.tn/{n}"} for n in range(number)]))
    found = service.articles(LISTINGS, most=300)
    assert [row.url for row in found.rows] == [f"https://a.tn/{n}" for n in range(min(number, 300))]


def test_a_service_that_knows_no_pages_is_not_asked_for_ever(server: PlatformServer, service: SentimentService) -> None:
    rows = [{**GIVEN, "url": f"https://a.tn/{n}"} for n in range(250)]
    server.answer(ARTICLES, pages(rows, knows_offset=False))
    assert len(service.articles(LISTINGS).rows) == 100


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (page(), SourceFormatError, "not JSON but an HTML page from {url}"),
        (as_json({"result": 1}), SourceFormatError, "the answer has no list `sentiments` from {url}"),
        (as_json([{}]), SourceFormatError, "none of 1 rows can be read; the first: no Tunisian ISIN"),
        (whole(b"", status=404), SourceRefused, "{url}?… answered 404 Not Found (1 attempt"),
    ],
)
def test_an_answer_without_scores_to_read_is_an_error_that_names_the_service(
    server: PlatformServer, service: SentimentService, answer: Answer, error: type[Exception], words: str
) -> None:
    server.answer(DAILY, answer)
    with pytest.raises(error) as caught:
        service.daily(LISTINGS, DAY)
    assert str(caught.value).startswith("Sentiment service: " + words.format(url=f"{server.url}{DAILY}"))
