"""The daily report's messages: every key there is, in both languages, with the same places."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from bvmt.market import calendar
from bvmt.reports import daily, event_words, finding_words
from bvmt.reports.content import Report
from bvmt.reports.event_words import CLOSURES
from bvmt.reports.language import CATALOGUES, LANGUAGES, Language, LanguageCode
from bvmt.reports.market_frames import MarketFrames, News
from tests.unit.reports.daily_world import ISINS, frames, messages, quote, report
from tests.unit.reports.test_daily_beyond_prices import anomaly, story, tone

OURS = re.compile(r"(daily|finding|explanation|event|closure)(\.[a-z_0-9]+)+")
FOLDER = Path(daily.__file__).parent


def book(code: str) -> Catalog:
    with (CATALOGUES / code / "daily.po").open("rb") as file:
        return read_po(file, locale=code, abort_invalid=True)


def forms(code: str) -> dict[str, tuple[str, ...]]:
    """Key -> the text of each plural form."""
    told = {}
    for entry in book(code):
        if entry.id:
            key, strings = entry.id, entry.string
            one = isinstance(key, str)
            told[str(key if one else key[0])] = (str(strings),) if one else tuple(map(str, strings))
    return told


def places(text: str) -> set[str]:
    return {place for _, place, _, _ in Formatter().parse(text) if place}


def keys_in_code() -> set[str]:
    """Every string of the daily content that has the shape of a key, and those that are put together."""
    files = [*FOLDER.glob("*.py"), Path(finding_words.__file__), Path(event_words.__file__)]
    strings = (
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {text for text in strings if OURS.fullmatch(text)} | set(finding_words.FINDING_KEYS)


def worlds() -> Iterator[MarketFrames]:
    """Markets that between them bring out most of what a daily report can say."""
    yield frames(300)
    yield frames(1, scanned=False, board_at=None, indices={})
    yield frames(25, {n: 0.01 * n for n in range(2, 10)}, anomalies=tuple(anomaly(n) for n in range(10)) * 2)
    yield quote(frames(30, {0: 0, 1: 0}), 3, last=None, volume=0, turnover=Decimal(0), trades=0)
    told = News((tone(None, 0.5), tone(ISINS[0], 0.2), tone(ISINS[1], 0.2, 1)), (story("Un", copies=2), story("Deux")))
    yield frames(30, news=told)
    yield replace(frames(30), listings=tuple(replace(each, free_float_pct=None) for each in frames(1).listings))


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_key_of_the_content_is_in_the_catalogue_and_no_other(code: LanguageCode) -> None:
    assert set(forms(code)) == keys_in_code()


def test_a_translation_has_the_same_places_as_the_original() -> None:
    english, french = forms("en"), forms("fr")
    assert set(english) == set(french)
    for key, texts in english.items():
        assert len(texts) == len(french[key]), key
        # The form for one may leave out what only the form for many says.
        assert places(texts[-1]) == places(french[key][-1]), key
        assert all(places(text) <= places(texts[-1]) for text in (*texts, *french[key])), key


@pytest.mark.parametrize("code", LANGUAGES)
def test_no_message_is_empty_and_none_accuses(code: LanguageCode) -> None:
    for key, texts in forms(code).items():
        assert all(text.strip() for text in texts), key
        assert not re.search(r"manipulat|fraud|délit|suspect", " ".join(texts), re.IGNORECASE), key


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("market", list(worlds()))
def test_every_message_of_a_report_can_be_written(code: LanguageCode, market: MarketFrames) -> None:
    made: Report = report(market)
    language = Language(code)
    assert all("{" not in language.show(message) for message in messages(made))


def test_closures_that_the_calendar_names_are_translated() -> None:
    fixed = set(calendar._FIXED_DAYS.values())
    feasts = {name for name, _ in calendar._FEASTS.values()}
    assert set(CLOSURES) == fixed | feasts | {"weekend"}
