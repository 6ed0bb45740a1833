"""Sentiment over REST, on a real database."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from bvmt.news.items import NewsBatch, NewsKind, NewsSource, SetAsideItem
from bvmt.runs.job import Job
from bvmt.store import news, news_sources, sentiment
from bvmt.store.engine import transaction
from jobs.sentiment_scan import SENTIMENT_SCAN
from tests.db.articles import FALL, QUIET, RISE, about, new_article, put_article
from tests.db.desk import Desk
from tests.db.newsroom import NOON
from tests.pages.api_server import ApiServer, client
from tests.pages.market_worlds import BIAT, SFBT, add_listings

DAY = NOON.date()


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[ApiServer, str]]:
    """A server for all tests here, and its address."""
    made = ApiServer()
    with made.serving() as url:
        yield made, url


@pytest.fixture
def api(server: tuple[ApiServer, str], engine: sa.Engine) -> Iterator[httpx.Client]:
    """A client of an API that knows the listings, and no news yet."""
    add_listings(engine)
    server[0].engine = engine
    with client(server[1]) as made:
        yield made


@pytest.fixture
def written(engine: sa.Engine, api: httpx.Client) -> int:
    """Two days of news; the id of the article that praises BIAT."""
    number = put_article(engine, new_article("Bénéfice en hausse", RISE, mentions=about(BIAT)))
    put_article(engine, new_article("Pertes", FALL, mentions=about(SFBT), published_at=NOON - timedelta(days=1)))
    put_article(engine, new_article("Calme plat", QUIET, mentions=about(BIAT), kind=NewsKind.SOCIAL))
    with transaction(engine) as conn:
        sentiment.recompute_days(conn, [DAY, DAY - timedelta(days=1)])
    return number


def detail(answered: Any, status: int) -> str:
    """The sentence of a problem with this status."""
    assert answered.status_code == status
    return str(answered.json()["detail"])


@pytest.mark.usefixtures("written")
def test_the_heatmap_has_every_listing_written_about_and_every_day(api: httpx.Client) -> None:
    body = api.get("/sentiment/heatmap", params={"since": str(DAY - timedelta(days=2))}).json()
    assert body["days"] == [str(DAY - timedelta(days=back)) for back in (2, 1, 0)]
    scores = {row["isin"]: [cell and cell["score"] for cell in row["scores"]] for row in body["listings"]}
    assert scores == {BIAT: [None, None, 0.7], SFBT: [None, -0.7, None]}
    assert [cell and cell["score"] for cell in body["market"]] == [None, -0.7, 0.7]
    assert body["listings"][0]["scores"][2] == {"score": 0.7, "items": 1, "confidence": 0.4, "insufficient": True}


@pytest.mark.usefixtures("written")
def test_news_and_social_media_have_heatmaps_of_their_own(api: httpx.Client) -> None:
    body = api.get("/sentiment/heatmap", params={"kind": "social", "since": str(DAY)}).json()
    assert [(row["isin"], row["scores"][0]["score"]) for row in body["listings"]] == [(BIAT, 0.0)]


@pytest.mark.usefixtures("written")
def test_without_days_the_heatmap_tells_the_last_thirty(api: httpx.Client) -> None:
    days = api.get("/sentiment/heatmap").json()["days"]
    assert (len(days), days[-1]) == (30, str(DAY))


@pytest.mark.usefixtures("written")
def test_the_heatmap_can_be_had_as_csv(api: httpx.Client) -> None:
    answered = api.get("/sentiment/heatmap.csv", params={"since": str(DAY - timedelta(days=1))})
    assert answered.headers["content-type"] == "text/csv; charset=utf-8"
    assert "attachment" in answered.headers["content-disposition"]
    assert list(csv.reader(io.StringIO(answered.text))) == [
        ["ticker", "isin", str(DAY - timedelta(days=1)), str(DAY)],
        ["BIAT", BIAT, "", "0.7000"],
        ["SFBT", SFBT, "-0.7000", ""],
    ]


@pytest.mark.parametrize("path", ["/sentiment/heatmap", "/sentiment/heatmap.csv", "/sentiment/daily"])
def test_before_the_first_scan_there_is_nothing_to_tell(api: httpx.Client, path: str) -> None:
    assert detail(api.get(path), 404) == "No sentiment stored yet."


@pytest.mark.usefixtures("written")
@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"since": "2026-11-24", "until": "2026-11-23"}, "The first day, 2026-11-24, lies after the last one"),
        ({"since": "2020-01-01"}, "At most 366 days"),
    ],
)
def test_days_that_make_no_range_are_refused(api: httpx.Client, query: dict[str, str], sentence: str) -> None:
    assert sentence in detail(api.get("/sentiment/heatmap", params=query), 422)


@pytest.mark.usefixtures("written")
def test_a_listing_has_its_scores_and_trends(api: httpx.Client) -> None:
    body = api.get("/sentiment/daily", params={"isin": BIAT}).json()
    assert [(score["day"], score["score"], score["positive"]) for score in body["scores"]] == [(str(DAY), 0.7, 1)]
    assert [(each["days"], each["score"], each["insufficient"]) for each in body["trends"]] == [
        (7, 0.7, True),
        (30, 0.7, True),
    ]


@pytest.mark.usefixtures("written")
def test_without_a_listing_the_markets_mood_is_told(api: httpx.Client) -> None:
    assert [score["score"] for score in api.get("/sentiment/daily").json()["scores"]] == [-0.7, 0.7]


@pytest.mark.usefixtures("written")
def test_an_unknown_listing_is_not_found(api: httpx.Client) -> None:
    assert "not among the listings" in detail(api.get("/sentiment/daily", params={"isin": "TN0000000000"}), 404)


@pytest.mark.usefixtures("written")
def test_articles_are_filtered_counted_and_paged(api: httpx.Client) -> None:
    body = api.get("/sentiment/articles", params={"label": ["positive", "negative"], "limit": 1, "offset": 1}).json()
    assert [article["title"] for article in body["articles"]] == ["Pertes"]
    assert (body["total"], body["by_label"]) == (2, {"positive": 1, "negative": 1})
    found = api.get("/sentiment/articles", params={"search": "benefice", "isin": BIAT}).json()["articles"]
    assert [(row["title"], row["published_at"], row["words"]) for row in found] == [
        ("Bénéfice en hausse", "2026-11-24T11:00:00Z", [{"text": "hausse", "weight": 0.7, "note": "very"}])
    ]


@pytest.mark.parametrize("query", [{"label": "bad"}, {"limit": 0}, {"limit": 201}, {"language": "de"}])
def test_filters_that_mean_nothing_are_refused(api: httpx.Client, query: dict[str, Any]) -> None:
    assert api.get("/sentiment/articles", params=query).status_code == 422


def test_an_article_comes_with_the_printings_of_its_story(api: httpx.Client, engine: sa.Engine, written: int) -> None:
    copy = put_article(engine, new_article("Bénéfice en hausse", RISE, mentions=about(BIAT), source_name="B"))
    body = api.get(f"/sentiment/articles/{copy}").json()
    assert (body["copies"], [each["id"] for each in body["printings"]]) == (2, [written, copy])
    assert detail(api.get("/sentiment/articles/9999"), 404) == "There is no article 9999."


def test_a_readers_label_changes_article_and_scores_and_can_be_taken_back(api: httpx.Client, written: int) -> None:
    place = f"/sentiment/articles/{written}/label"
    judged = api.put(place, json={"label": "negative"}).json()
    assert (judged["label"], judged["decided_by"], judged["engine_label"]) == ("negative", "reader", "positive")
    assert api.get("/sentiment/daily", params={"isin": BIAT}).json()["scores"][0]["score"] == -0.5
    assert api.put(place, json={"label": None}).json()["label"] == "positive"
    assert api.get("/sentiment/daily", params={"isin": BIAT}).json()["scores"][0]["score"] == 0.7


@pytest.mark.parametrize("form", [{"label": "great"}, {}, {"label": "positive", "by": "Amel"}])
def test_a_label_that_is_none_is_refused(api: httpx.Client, written: int, form: dict[str, Any]) -> None:
    assert api.put(f"/sentiment/articles/{written}/label", json=form).status_code == 422


def test_sources_tell_how_they_were_read_last(api: httpx.Client, engine: sa.Engine) -> None:
    with transaction(engine) as conn:
        news_sources.seed_sources(conn, [NewsSource("eco", "Éco", "https://eco.tn/feed", NewsKind.NEWS)])
        news_sources.note_reading(conn, "eco", NewsBatch(etag="x"), at=NOON)
        news_sources.note_failure(conn, "eco", "Éco: away", at=NOON + timedelta(minutes=30))
    body = api.get("/sentiment/sources").json()
    (source,) = body["sources"]
    assert (source["id"], source["url"], source["failing"]) == ("eco", "https://eco.tn/feed", True)
    assert (source["last_success_at"], source["last_error"]) == ("2026-11-24T11:00:00Z", "Éco: away")
    assert (body["freshness"]["sources_failing"], body["freshness"]["articles"]) == (1, 0)


def test_items_that_could_not_be_used_are_told_with_their_reason(api: httpx.Client, engine: sa.Engine) -> None:
    desk = Desk(engine)
    job: Job = SENTIMENT_SCAN
    desk.job(job.id)
    with transaction(engine) as conn:
        news.store_rejects(conn, "eco", [SetAsideItem("it has no link", "<b>raw")], run_id=desk.start(job.id).id)
    (reject,) = api.get("/sentiment/rejects", params={"source": "eco"}).json()["rejects"]
    assert (reject["reason"], reject["raw"], reject["seen"]) == ("it has no link", "<b>raw", 1)
