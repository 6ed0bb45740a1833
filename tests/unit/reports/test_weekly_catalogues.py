"""The weekly report's messages: every key there is, in both languages, with the same places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.pofile import read_po

from bvmt.market.calendar import Day, DayKind
from bvmt.market.events import Event, EventKind
from bvmt.market.ratings import Term
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label
from bvmt.reports import weekly
from bvmt.reports.language import CATALOGUES, LANGUAGES, Language, LanguageCode
from bvmt.reports.market_frames import KnownEvent, News, Story
from bvmt.reports.weekly_frames import WeeklyFrames
from tests.unit.reports.daily_world import messages
from tests.unit.reports.weekly_world import (
    FRIDAY,
    ISINS,
    MADE_AT,
    MONDAY,
    anomaly,
    frames,
    past,
    report,
    weeks_ago,
    with_market,
)

KEY = re.compile(r"weekly(\.[a-z_0-9]+)+")

PUT_TOGETHER = {f"weekly.column.{term.value}" for term in Term if term not in {Term.TREND, Term.ANOMALIES}} | {
    f"weekly.lead.{way}_year" for way in ("up", "down", "unchanged")
}
"""Keys that the code puts together."""


def forms(code: str) -> dict[str, tuple[str, ...]]:
    """Key -> the text of each plural form."""
    with (CATALOGUES / code / "weekly.po").open("rb") as file:
        book = read_po(file, locale=code, abort_invalid=True)
    told = {}
    for entry in book:
        if entry.id:
            one = isinstance(entry.id, str)
            key = entry.id if one else entry.id[0]
            told[str(key)] = (str(entry.string),) if one else tuple(map(str, entry.string))
    return told


def places(text: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(text) if place}


def keys_in_code() -> set[str]:
    """Every string of the weekly content that has the shape of a key."""
    strings = (
        node.value
        for path in Path(weekly.__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in strings if KEY.fullmatch(text)} | PUT_TOGETHER


def tone(isin: str | None, day: date, score: float, items: int = 4, kind: NewsKind = NewsKind.NEWS) -> DailyScore:
    return DailyScore(isin, day, kind, score, items, items, items, 0, 0, 0.8, items < 3)


def told_week() -> WeeklyFrames:
    """A week of which much is known: news, events, closures, signals of before, anomalies, holdings over limits."""
    tones = tuple(
        tone(isin, day, score) for isin in (None, *ISINS[:8]) for day, score in ((MONDAY, 0.6), (FRIDAY, -0.1))
    )
    few = (
        tone(ISINS[9], FRIDAY, 0.3, 1),
        tone(None, MONDAY, -0.4, kind=NewsKind.SOCIAL),
        tone(None, weeks_ago(1), -0.5),
    )
    story = Story("عنوان", "https://example.tn/1", "Presse", NewsKind.NEWS, MADE_AT, 0.7, Label.POSITIVE, ISINS[:2], 2)
    dividend = Event(date(2026, 11, 24), EventKind.DIVIDEND, "Dividende", "avis", isin=ISINS[3], amount=Decimal("1.2"))
    review = Event(date(2026, 11, 25), EventKind.INDEX_REVIEW, "Révision", "avis")
    week = frames(
        anomalies=(
            *(anomaly(n % 12, FRIDAY, severity=0.9, level="critical") for n in range(22)),
            anomaly(13, MONDAY, unconfirmed=True),
            anomaly(14, weeks_ago(3), verdict="true"),
            anomaly(15, weeks_ago(3), verdict="false"),
        ),
        weights={weeks_ago(1): {ISINS[0]: 0.45, **dict.fromkeys(ISINS[1:5], 0.1)}},
        ratings={
            weeks_ago(1): {isin: past(("overweight", "underweight", None)[n % 3]) for n, isin in enumerate(ISINS)},
            weeks_ago(2): {ISINS[0]: past("underweight")},
        },
        own_days={date(2026, 11, 26): Day(date(2026, 11, 26), DayKind.CLOSED, "Deuil national")},
    )
    events = (KnownEvent(dividend), KnownEvent(review))
    return with_market(week, news=News((*tones, *few), (story,)), events=events)


def worlds() -> Iterator[WeeklyFrames]:
    """Weeks that between them bring out most of what a weekly report can say."""
    yield told_week()
    for weeks in (1, 2, 30, 60, 130):
        yield frames(weeks)
    yield frames(130, last=date(2026, 11, 18))
    yield with_market(frames(), indices={}, listings=frames().market.listings[:3])
    yield frames(110, last=date(2026, 12, 11))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_key_of_the_content_is_in_the_catalogue_and_no_other(code: LanguageCode) -> None:
    assert set(forms(code)) == keys_in_code()


def test_a_translation_has_the_same_places_as_the_original() -> None:
    english, french = forms("en"), forms("fr")
    assert set(english) == set(french)
    for key, texts in english.items():
        assert len(texts) == len(french[key]), key
        assert {place for text in texts for place in places(text)} == places(french[key][-1]), key
        assert all(places(text) <= places(texts[-1]) for text in (*texts, *french[key])), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_empty_and_none_accuses(code: LanguageCode) -> None:
    for key, texts in forms(code).items():
        assert all(text.strip() for text in texts), key
        assert not re.search(r"manipulat|fraud|délit|suspect", " ".join(texts), re.IGNORECASE), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_of_a_report_can_be_written(code: LanguageCode) -> None:
    language = Language(code)
    for week in worlds():
        made = report(week, made_at=MADE_AT + timedelta(days=30))
        assert all("{" not in language.show(message) for message in messages(made)), week.monday


def test_a_week_of_which_much_is_known_tells_it() -> None:
    english = Language("en")
    told = " ".join(english.show(message) for message in messages(report(told_week())))
    for words in (
        "The exchange is closed on 26 Nov 2026: Deuil national.",
        "fewer than 3 stories",
        "The press sounds good",
        "since the limit on turnover forbids to sell more this week",
        "Of 2 anomalies judged by operators in 60 sessions, 1 were worth a look (50.00%).",
        "corporate action to confirm",
    ):
        assert words in told
