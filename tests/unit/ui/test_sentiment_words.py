"""How the Sentiment page writes things down, and what its heatmap draws."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.trends import Trend
from bvmt.ui.sentiment_heatmap import heatmap_cells, heatmap_chart
from bvmt.ui.sentiment_mood import mood_chart
from bvmt.ui.sentiment_words import cell_words, change_words, link_of, mood_words, score_words

LAST = date(2026, 11, 24)
TICKERS = {"A": "AAA", "B": "BBB", "C": "CCC"}


def daily(isin: str | None = "A", *, back: int = 0, score: float = 0.5, items: int = 4) -> DailyScore:
    """The score of a listing, so many days ago."""
    counts = {"positive": items, "neutral": 0, "negative": 0, "confidence": 0.8, "insufficient": items < 3}
    return DailyScore(isin, LAST - timedelta(days=back), NewsKind.NEWS, score, items, items, **counts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("score", "words"), [(0.421, "+0.42"), (-0.1, "−0.10"), (0.001, "0.00"), (-0.001, "0.00"), (None, "—")]
)
def test_a_score_carries_its_sign(score: float | None, words: str) -> None:
    assert score_words(score) == words


def test_a_mood_tells_its_stories_and_whether_they_are_enough() -> None:
    assert mood_words(daily(items=4)) == "4 stories: 4 positive, 0 neutral, 0 negative."
    assert mood_words(daily(items=1)).endswith("Insufficient: a score takes 3 stories.")
    assert mood_words(None) == "Nothing was written."


def test_enough_stories_by_too_few_people_are_called_insufficient_for_that() -> None:
    score = DailyScore("A", LAST, NewsKind.NEWS, 0.5, 4, 4, 4, 0, 0, 0.5, True)
    assert mood_words(score).endswith("Insufficient: too few authors told them.")
    assert cell_words(score) == "+0.50, 4 stories, insufficient"


def test_a_change_is_told_only_where_both_stretches_have_enough() -> None:
    assert change_words(Trend(7, 0.2, 9, False, -0.125)) == "-0.12 vs prior"
    assert change_words(Trend(7, 0.2, 2, True, None)) is None


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//a.tn/x", "ftp://a.tn", "http://[", ""])
def test_a_browser_is_sent_to_web_addresses_only(url: str) -> None:
    assert link_of(url) is None
    assert link_of("https://a.tn/x") == "https://a.tn/x"


def test_the_listings_with_most_stories_stand_first_and_the_rest_is_counted() -> None:
    scores = [daily("A", items=2), daily("B", items=3), daily("B", back=1, items=3), daily("C", items=1)]
    cells = heatmap_cells(scores, TICKERS, last=LAST, most=2)
    assert (list(cells.names), cells.left_out) == (["BBB", "AAA"], 1)
    assert {row["ticker"] for row in cells.rows} == {"AAA", "BBB"}


def test_the_heatmap_has_thirty_days_and_nothing_from_before_or_of_the_market() -> None:
    cells = heatmap_cells([daily(back=29), daily("B", back=30), daily(None)], TICKERS, last=LAST)
    assert (len(cells.days), cells.days[0], cells.days[-1]) == (30, "26 Oct", "24 Nov")
    assert [(row["ticker"], row["date"]) for row in cells.rows] == [("AAA", "2026-10-26")]


@pytest.mark.parametrize(
    ("score", "step", "sign"),
    [(-0.8, "below −0.6", "−−"), (-0.3, "−0.6 to −0.2", "−"), (0.0, "−0.2 to 0.2", ""), (0.6, "from 0.6", "++")],
)
def test_a_cell_says_by_sign_what_its_colour_says(score: float, step: str, sign: str) -> None:
    (cell,) = heatmap_cells([daily(score=score)], TICKERS, last=LAST).rows
    assert (cell["class"], cell["sign"]) == (step, sign)


def test_an_insufficient_cell_is_pale_and_has_a_dot_for_a_sign() -> None:
    (cell,) = heatmap_cells([daily(score=0.9, items=1)], TICKERS, last=LAST).rows
    assert (cell["sign"], cell["strong"]) == ("·", False)
    assert float(str(cell["strength"])) < 1


@pytest.mark.parametrize("dark", [True, False])
def test_the_charts_are_valid_and_colours_are_not_red_and_green(dark: bool) -> None:
    cells = heatmap_cells([daily(), daily("B", score=-0.9)], TICKERS, last=LAST)
    drawn = heatmap_chart(cells, dark=dark).to_dict()
    scale = drawn["layer"][0]["encoding"]["color"]["scale"]
    assert len(scale["range"]) == len(scale["domain"]) == 5
    assert mood_chart([daily(None)], LAST).to_dict()["layer"][0]["encoding"]["y"]["scale"] == {"domain": [-1, 1]}
