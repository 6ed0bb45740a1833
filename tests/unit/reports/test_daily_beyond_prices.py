"""What a daily report says of anomalies, news, the days ahead and its own data."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bvmt.market.calendar import Day, DayKind
from bvmt.market.events import Event, EventKind
from bvmt.market.hours import Regime
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label
from bvmt.reports.content import Words
from bvmt.reports.market_frames import KnownAnomaly, KnownEvent, News, Story
from tests.unit.reports.daily_world import (
    BOARD_AT,
    DAY,
    ISINS,
    LISTINGS,
    cells,
    chart,
    facts,
    frames,
    lead,
    quote,
    report,
    sentences,
    table,
)

SPIKE = {
    "kind": "volume_spike",
    "strength": 0.8,
    "sentence": "Volume 9,000 shares.",
    "numbers": {"volume": 9000.0, "ratio": 9.0, "sessions": 20.0},
}


def anomaly(n: int = 0, severity: float = 0.6, level: str = "high", **other: Any) -> KnownAnomaly:
    given: dict[str, Any] = {
        "isin": ISINS[n],
        "session": DAY,
        "severity": severity,
        "level": level,
        "volume_rule": True,
        "price_rule": False,
        "unconfirmed": False,
        "partial": False,
        "findings": (SPIKE,),
        "explanations": (),
        "numbers": {},
        "first_seen_at": BOARD_AT,
    }
    return KnownAnomaly(**given | other)


def tone(isin: str | None, score: float, items: int = 4, **other: Any) -> DailyScore:
    given: dict[str, Any] = {
        "isin": isin,
        "day": DAY,
        "kind": NewsKind.NEWS,
        "score": score,
        "items": items,
        "articles": items,
        "positive": items,
        "neutral": 0,
        "negative": 0,
        "confidence": 0.8,
        "insufficient": items < 3,
    }
    return DailyScore(**given | other)


def story(title: str, score: float = 0.5, **other: Any) -> Story:
    given: dict[str, Any] = {
        "title": title,
        "url": "https://example.tn/1",
        "source": "Le Journal",
        "kind": NewsKind.NEWS,
        "published_at": datetime(2026, 11, 24, 9, tzinfo=UTC),
        "score": score,
        "label": Label.POSITIVE,
    }
    return Story(**given | other)


def test_nothing_found_and_nothing_looked_for_are_two_things() -> None:
    looked = report(frames())
    not_looked = report(frames(scanned=False))
    assert sentences(looked, "anomalies") == "The scan found no atypical move in this session."
    assert sentences(not_looked, "anomalies") == "No anomaly scan of this session is on record."
    assert looked.figures["anomalies"] == 0
    assert not_looked.figures["anomalies"] is None


def test_an_anomaly_is_told_with_its_numbers_and_what_may_explain_it() -> None:
    told = report(frames(anomalies=(anomaly(explanations=("Ex-dividend of 0.450 TND.",)),)))
    assert cells(told, "anomalies", "seen") == ["Volume 9,000 shares, 9.00 times the mean of 20 traded sessions."]
    assert cells(told, "anomalies", "explained_by") == ["Ex-dividend of TND 0.450."]
    assert cells(told, "anomalies", "rules") == ["volume"]


def test_serious_anomalies_stand_in_the_lead_and_faint_ones_are_greyed_out() -> None:
    told = report(frames(anomalies=(anomaly(), anomaly(1, 0.1, "info"))))
    assert "1 share moved atypically and deserves a check." in lead(told)
    assert [row.quiet for row in table(told, "anomalies").rows] == [False, True]


def test_beyond_15_anomalies_the_rest_is_counted() -> None:
    told = report(frames(anomalies=tuple(anomaly(n % 10) for n in range(17))))
    assert len(table(told, "anomalies").rows) == 15
    note = table(told, "anomalies").note
    assert note is not None
    assert note.key == "daily.anomalies.left_out"


def test_an_unconfirmed_action_is_called_one_whatever_its_level() -> None:
    told = report(frames(anomalies=(anomaly(severity=0.0, level="info", unconfirmed=True),)))
    assert cells(told, "anomalies", "level") == ["to confirm"]


def test_anomalies_that_a_later_scan_looked_at_again_are_said_to_be_younger() -> None:
    told = sentences(report(frames(anomalies=(anomaly(rescanned=True),))), "anomalies")
    assert "1 of them was looked at again after this day" in told


def test_blocks_are_told_apart_from_the_turnover() -> None:
    block = {"kind": "block_trade", "strength": 1.0, "sentence": "", "numbers": {"volume": 1000.0, "block": 900.0}}
    told = sentences(report(frames(anomalies=(anomaly(2, findings=(block,)),))), "activity")
    assert told == "1 block trade is inferred, TND 9.00k (T2); without it turnover was TND 91.10k."


def test_without_news_the_report_says_that_none_was_read() -> None:
    told = report(frames())
    assert sentences(told, "news") == "No news has been read yet, so nothing is said of its tone."
    assert told.figures["mood"] is None


def test_social_posts_are_never_averaged_with_the_news() -> None:
    told = report(frames(news=News((tone(None, 0.25), tone(None, -0.75, kind=NewsKind.SOCIAL)))))
    assert facts(told, "news") == {"Mood in the news": "+0.25", "Mood in social posts": "−0.75"}
    assert told.figures["mood"] == 0.25


def test_too_few_stories_give_no_tone_and_are_counted() -> None:
    told = report(frames(news=News((tone(None, 0.9, 2), tone(ISINS[0], 0.9, 2), tone(ISINS[1], 0.4)))))
    assert facts(told, "news")["Mood in the news"] == "too few items"
    assert cells(told, "tones", "share") == ["Société 1"]
    assert told.figures["mood"] is None
    assert [point.series for point in chart(told, "sentiment").points] == ["T1"]


def test_tones_of_other_days_are_in_the_map_and_not_in_the_table() -> None:
    yesterday = tone(ISINS[0], -0.5, day=DAY - timedelta(days=1))
    told = report(frames(news=News((yesterday, tone(ISINS[0], 0.5)))))
    assert [point.y for point in chart(told, "sentiment").points] == [-0.5, 0.5]
    assert cells(told, "tones", "score") == ["+0.50"]


def test_stories_come_by_their_weight_and_name_their_shares() -> None:
    told = report(frames(news=News((), (story("Petite", 0.4), story("Grande", -0.3, copies=3, isins=(ISINS[4],))))))
    assert cells(told, "stories", "title") == ["Grande", "Petite"]
    assert cells(told, "stories", "shares") == ["T4", "Market"]
    assert cells(told, "stories", "source") == ["Le Journal and 2 more", "Le Journal"]


def test_posts_stand_greyed_out_below_the_stories_however_loud_they_are() -> None:
    post = story("Post", -1.0, kind=NewsKind.SOCIAL, copies=9)
    told = report(frames(news=News((), (post, story("Nouvelle", 0.1)))))
    assert cells(told, "stories", "title") == ["Nouvelle", "Post"]
    assert [row.quiet for row in table(told, "stories").rows] == [False, True]


def test_a_hostile_headline_stays_the_words_of_others() -> None:
    title = "<script>alert(1)</script> {n} =1+1"
    told = report(frames(news=News((), (story(title, url="javascript:alert(1)"),))))
    assert table(told, "stories").rows[0].cells[0] == Words(value=title, url="javascript:alert(1)")


def test_after_an_ordinary_day_a_session_is_expected() -> None:
    told = sentences(report(frames()), "tomorrow")
    assert told == ("A session is expected on 25 Nov 2026, continuous trading from 09:00 to 14:00 (winter hours).")


def test_a_closure_is_named_with_the_session_after_it() -> None:
    own = {date(2026, 11, 25): Day(date(2026, 11, 25), DayKind.CLOSED, "Deuil national")}
    told = sentences(report(frames(own_days=own)), "tomorrow")
    assert "The exchange is closed on 25 Nov 2026: Deuil national." in told
    assert "The next session is expected on 26 Nov 2026" in told


def test_other_hours_are_told_with_their_name() -> None:
    ramadan = Regime(DAY, "Ramadan 2026", time(8), time(8, 30), time(12), time(12, 5), time(12, 15), time(12, 30))
    assert "from 08:30 to 12:00 (Ramadan 2026)" in sentences(report(frames(regimes=(ramadan,))), "tomorrow")


def test_a_coming_dividend_has_its_gross_yield_on_the_last_price() -> None:
    event = Event(DAY + timedelta(days=1), EventKind.DIVIDEND, "Dividende", "avis", ISINS[0], Decimal("0.51"))
    told = report(frames(events=(KnownEvent(event),)))
    assert cells(told, "events", "yield") == ["5.00%"]
    assert not table(told, "events").rows[0].quiet


def test_events_of_the_past_and_far_ahead_are_left_out() -> None:
    days = (DAY, DAY + timedelta(days=14), DAY + timedelta(days=15))
    events = tuple(KnownEvent(Event(day, EventKind.MEETING, f"AGO {day}", "avis", ISINS[0])) for day in days)
    assert cells(report(frames(events=events)), "events", "what") == ["AGO 2026-12-08"]


def test_an_event_that_was_entered_later_may_not_have_been_known() -> None:
    event = KnownEvent(Event(DAY + timedelta(days=1), EventKind.OTHER, "Visa", "avis"), entered_later=True)
    told = report(frames(events=(event,)))
    assert "1 event was entered or changed after this day" in sentences(told, "tomorrow")
    assert cells(told, "events", "share") == ["Market"]


def test_complete_data_have_a_green_light() -> None:
    market = frames()
    moving = market.bars.volume.copy()
    moving[-1] += 1
    told = report(frames(bars=replace(market.bars, volume=moving)))
    assert cells(told, "data_quality", "value")[0] == "green: complete"


def test_a_missing_line_makes_it_amber_and_two_in_ten_red() -> None:
    market = frames()
    one, two = replace(market, quotes=market.quotes[1:]), replace(market, quotes=market.quotes[2:])
    assert cells(report(one), "data_quality", "value")[0].startswith("amber")
    assert cells(report(two), "data_quality", "value")[0].startswith("red")
    assert cells(report(two), "data_quality", "value")[1] == "8 of 10 received"


def test_rows_that_repeat_the_session_before_are_counted() -> None:
    told = cells(report(frames()), "data_quality", "value")
    assert (told[0], told[3]) == ("amber: see the counts", "8")


def test_a_board_from_before_the_close_is_said_not_to_be_final() -> None:
    early = report(frames(board_at=datetime(2026, 11, 24, 12, 59, tzinfo=UTC)))
    assert "The last board is of 24 Nov 2026, 13:59, before the close" in sentences(early, "context")
    assert "before the close" not in sentences(report(frames()), "context")


def test_a_session_of_a_history_file_has_no_moment() -> None:
    told = report(frames(board_at=None))
    assert told.data_until is None
    assert cells(told, "data_quality", "value")[2] == "from a history file, no time given"


@pytest.mark.parametrize("named", [False, True])
def test_without_quotation_groups_nothing_is_said_of_suspensions(named: bool) -> None:
    listings = LISTINGS if named else tuple(replace(each, group=None) for each in LISTINGS)
    told = cells(report(quote(frames(listings=listings), 0, group="99")), "breadth", "listings")
    assert told[-1] == ("1" if named else "quotation groups not known")
