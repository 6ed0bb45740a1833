"""The words of mail: the same in both languages, and what alerts say with them."""

from __future__ import annotations

from string import Formatter
from zoneinfo import ZoneInfo

import pytest

from bvmt.mail.alert_letter import MOST_ALERTS, Alert, Setting, alert_letter
from bvmt.mail.words import LANGUAGES, _catalogue, words

SETTING = Setting(ZoneInfo("Africa/Tunis"), simulated=False, public_url="https://desk.example.tn")
FAILED = Alert(
    "run_failed",
    "Market Pulse failed",
    "no answer",
    {
        "job": "market_pulse",
        "name": "Market Pulse",
        "run": "0198",
        "status": "failed",
        "attempt": 3,
        "failures": 4,
        "error": "no answer",
        "since": "2026-11-24T23:30:00Z",
    },
)


def places(text: str) -> set[str]:
    """The names in braces."""
    return {name for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_have_the_same_words_with_the_same_places() -> None:
    english, french = _catalogue("en"), _catalogue("fr")
    assert {key: places(text) for key, text in english.items()} == {key: places(text) for key, text in french.items()}
    assert len(english) > 25


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_there_is_not_is_an_error(language: str) -> None:
    with pytest.raises(KeyError):
        words(language, "no.such.word")
    with pytest.raises(KeyError):
        words("de", "report.daily")


def test_a_failure_tells_the_error_the_attempts_and_since_when_in_tunis_time() -> None:
    written = alert_letter([FAILED], "en", SETTING)
    assert written.subject == "Market Pulse failed"
    assert written.text == (
        "Market Pulse failed\nno answer\nAttempt 3 was the last one.\n"
        "It has failed 4 times since 25 Nov 2026 00:30.\n"
        "Open it on the dashboard: https://desk.example.tn/run?id=0198\n"
    )


def test_without_a_public_address_there_are_no_links() -> None:
    written = alert_letter([FAILED], "fr", Setting(ZoneInfo("Africa/Tunis"), simulated=True))
    assert "http" not in written.text
    assert "<a " not in written.html
    assert written.subject == "Market Pulse : échec (données simulées)"


@pytest.mark.parametrize(("count", "told"), [(MOST_ALERTS, MOST_ALERTS), (MOST_ALERTS + 1, MOST_ALERTS)])
def test_of_very_many_alerts_the_first_are_told_and_the_rest_counted(count: int, told: int) -> None:
    written = alert_letter([FAILED] * count, "en", SETTING)
    assert written.text.count("no answer") == told
    assert ("and 1 more, on the dashboard" in written.text) == (count > told)


def test_an_alert_of_a_kind_that_a_later_version_left_is_told_as_it_stands() -> None:
    written = alert_letter([Alert("disk_full", "Disk full", "4 MB left", {})], "en", SETTING)
    assert (written.subject, written.text) == ("Disk full", "Disk full\n4 MB left\n")
