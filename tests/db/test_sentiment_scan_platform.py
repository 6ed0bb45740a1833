"""Sentiment Scan with the platform's service in the place of our own reading, over real HTTP, into a real database."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bvmt.news.items import NewsKind
from bvmt.news.tone import DecidedBy, Label
from bvmt.settings import load_settings
from bvmt.store import news_reads, sentiment
from tests.db.boards import BIAT, SFBT
from tests.db.newsroom import GOOD, NEWS, NOON, Press, item
from tests.db.pulse import TODAY
from tests.unit.sources.feed_server import Answer, as_json, page, whole
from tests.unit.sources.platform_server import ARTICLES, DAILY, SCRAPE, PlatformServer

SCORES = [
    {"symbol": "BIAT", "sentiment_score": 0.65, "articles_count": 4, "positive_count": 4, "confidence": 0.8},
    {"symbol": "SFBT", "sentiment_score": -0.5, "articles_count": 1, "negative_count": 1, "confidence": 0.4},
]


def article(number: int = 1, **changes: Any) -> dict[str, Any]:
    return {
        "title": f"Une nouvelle de la SFBT, numéro {number}",
        "content": "",
        "source": "kapitalis",
        "url": f"https://kapitalis.com/{number}",
        "published_at": NOON.isoformat(),
        "sentiment_score": -0.7,
        "companies_mentioned": ["SFBT"],
        "language": "fr",
    } | changes


@pytest.fixture
def platform(press: Press, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlatformServer]:
    """A service that answers everything."""
    made = PlatformServer()
    made.answer(SCRAPE, as_json({"status": "success"}))
    made.answer(DAILY, as_json({"sentiments": SCORES}))
    made.answer(ARTICLES, as_json({"articles": [article()], "total": 1}))
    monkeypatch.setenv("SENTIMENT_SERVICE_URL", made.url)
    press.room.settings = load_settings(env_file=None)
    yield made
    made.close()


def scores(press: Press) -> dict[str | None, float]:
    """Today's scores by ISIN, that of the market under None."""
    with press.room.desk.engine.connect() as conn:
        return {row.isin: row.score for row in sentiment.list_daily(conn, NewsKind.NEWS, since=TODAY, until=TODAY)}


def test_the_service_reads_its_sources_and_its_daily_scores_are_taken_over(
    press: Press, platform: PlatformServer
) -> None:
    ctx = press.room.run()
    assert platform.calls[0].path == SCRAPE
    assert scores(press) == {BIAT: 0.65, SFBT: -0.5, None: pytest.approx((2 * 0.65 - 0.5) / 3, abs=1e-4)}
    assert (ctx.figures["listings_scored"], ctx.figures["insufficient"]) == (2, 1)
    assert press.server.asked == []


def test_its_articles_are_taken_over_with_the_services_own_judgement(press: Press, platform: PlatformServer) -> None:
    press.room.run()
    with press.room.desk.engine.connect() as conn:
        (row,) = news_reads.list_articles(conn)
    assert (row.source_name, row.source_id, row.published_at) == ("kapitalis", None, NOON)
    assert (row.score, row.label, row.decided_by) == (-0.7, Label.NEGATIVE, DecidedBy.PLATFORM)
    assert [each.isin for each in row.about] == [SFBT]


def test_an_article_without_a_score_is_judged_here(press: Press, platform: PlatformServer) -> None:
    row = article(title=GOOD, sentiment_score=None, companies_mentioned=None)
    platform.answer_only(ARTICLES, as_json([row]))
    press.room.run()
    with press.room.desk.engine.connect() as conn:
        (found,) = news_reads.list_articles(conn)
    assert (found.label, found.decided_by) == (Label.POSITIVE, DecidedBy.LEXICON)
    assert [each.isin for each in found.about] == [BIAT]


def test_days_before_yesterday_are_asked_for_once(press: Press, platform: PlatformServer) -> None:
    def asked() -> list[str]:
        days = [call.query["date"] for call in platform.calls if call.path == DAILY]
        platform.calls.clear()
        return days

    press.room.run()
    assert asked() == [(TODAY - timedelta(days=back)).isoformat() for back in range(6, -1, -1)]
    press.room.run()
    assert asked() == [(TODAY - timedelta(days=1)).isoformat(), TODAY.isoformat()]


def test_a_second_take_over_replaces_the_scores_of_the_day(press: Press, platform: PlatformServer) -> None:
    press.room.run()
    platform.answer_only(DAILY, as_json({"sentiments": SCORES[:1]}))
    press.room.run()
    assert scores(press) == {BIAT: 0.65, None: 0.65}


@pytest.mark.parametrize(
    ("path", "answer"),
    [(SCRAPE, whole(b"", status=500)), (SCRAPE, page()), (DAILY, whole(b"", status=404)), (DAILY, as_json({"x": 1}))],
)
def test_where_the_service_fails_the_scan_is_made_here_with_a_warning(
    press: Press, platform: PlatformServer, path: str, answer: Answer
) -> None:
    press.write(NEWS, item(GOOD, "http://eco.tn/1"))
    platform.answer_only(path, answer)
    ctx = press.room.run()
    assert press.room.titles() == [GOOD]
    assert scores(press)[BIAT] > 0
    assert any("so the scan was made here: Sentiment service" in warning for warning in ctx.warnings)


def test_articles_that_cannot_be_had_sink_no_scores(press: Press, platform: PlatformServer) -> None:
    platform.answer_only(ARTICLES, whole(b"", status=404))
    ctx = press.room.run()
    assert scores(press)[BIAT] == 0.65
    assert any("The articles of the sentiment service could not be read" in warning for warning in ctx.warnings)


def test_rows_that_make_no_sense_are_set_aside_and_kept(press: Press, platform: PlatformServer) -> None:
    platform.answer_only(DAILY, as_json([*SCORES, {"symbol": "NONE", "sentiment_score": 1, "articles_count": 3}]))
    platform.answer_only(ARTICLES, as_json([article(), article(2, url="file:///etc/passwd")]))
    ctx = press.room.run()
    assert ctx.figures["items_set_aside"] == 8
    with press.room.desk.engine.connect() as conn:
        rejects = news_reads.list_rejects(conn, source="Sentiment service")
    assert sorted((row.reason.partition(",")[0], row.seen) for row in rejects) == [
        ("its link is no http(s) address", 1),
        ("no Tunisian ISIN", 1),
    ]


def test_our_own_scores_worked_out_later_count_instead(press: Press, platform: PlatformServer) -> None:
    press.room.run()
    press.write(NEWS, item("BIAT : lourdes pertes et avertissement", "http://eco.tn/1"))
    platform.answer_only(SCRAPE, whole(b"", status=500))
    press.room.run()
    assert scores(press)[BIAT] < 0
    assert scores(press)[SFBT] == -0.5
