"""Failures in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bvmt.store.failures import FailureGroup, FailureState
from bvmt.ui.failure_list import trend_bars
from bvmt.ui.failure_parts import status_words
from bvmt.ui.failure_words import STATE_BADGES, ago, retried_words, standing_words, states_words, trend_words

TUNIS = ZoneInfo("Africa/Tunis")
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DAYS = [date(2026, 11, 22), date(2026, 11, 23), date(2026, 11, 24)]
GROUP = FailureGroup(
    fingerprint="OSError at jobs/probe.py:work",
    error_class="OSError",
    message="disk full",
    state=FailureState.ACKNOWLEDGED,
    first_seen=NOW,
    last_seen=NOW,
    failures=3,
    unacknowledged=2,
    last_run=UUID(int=1),
    acknowledged_at=NOW,
    acknowledged_by="Amel",
    resolved_at=NOW,
    resolved_by="Sami",
    jobs=["Probe"],
)


def test_every_state_has_a_sign_and_a_word_of_its_own() -> None:
    assert set(STATE_BADGES) == set(FailureState)
    assert len({(badge.sign, badge.word) for badge in STATE_BADGES.values()}) == len(FailureState)


def test_states_are_counted_without_those_that_nothing_stands_in() -> None:
    counts = {FailureState.BACK: 1, FailureState.NEW: 0, FailureState.RESOLVED: 1_200}
    assert states_words(counts) == "1 back again · 1,200 resolved"


def test_a_trend_tells_its_sum_and_its_worst_day() -> None:
    assert trend_words([1, 5, 5], DAYS) == "11 failures in 3 days, most on Tue 24 Nov: 5"
    assert trend_words([0, 0, 0], DAYS) == "No failures in 3 days"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (FailureState.NEW, ""),
        (
            FailureState.ACKNOWLEDGED,
            "Acknowledged by Amel, Tue 24 Nov 2026, 10:00:00 (Africa/Tunis). 2 failures since.",
        ),
        (FailureState.RESOLVED, "Resolved by Sami, Tue 24 Nov 2026, 10:00:00 (Africa/Tunis)."),
        (
            FailureState.BACK,
            "Resolved by Sami, Tue 24 Nov 2026, 10:00:00 (Africa/Tunis), and it failed again since.",
        ),
    ],
)
def test_what_was_last_said_of_a_group(state: FailureState, told: str) -> None:
    assert standing_words(replace(GROUP, state=state), TUNIS) == told


def test_the_place_is_the_fingerprint_without_the_class() -> None:
    assert GROUP.place == "jobs/probe.py:work"
    assert replace(GROUP, fingerprint="OSError").place == ""


@pytest.mark.parametrize(
    ("past", "told"),
    [
        (timedelta(seconds=-3), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(minutes=59), "59 min ago"),
        (timedelta(hours=47, minutes=59), "47 h ago"),
        (timedelta(days=2), "2 days ago"),
        (timedelta(days=1_500), "1,500 days ago"),
    ],
)
def test_how_long_ago(past: timedelta, told: str) -> None:
    assert ago(NOW - past, NOW) == told


def test_repeating_tells_how_many_and_why_not_the_others() -> None:
    assert retried_words(1, []) == "A run is queued for 1 of 1 job."
    assert (
        retried_words(1, ["Probe is running already."]) == "A run is queued for 1 of 2 jobs. Probe is running already."
    )


@pytest.mark.parametrize(
    ("status", "told"), [(None, "no answer came"), (503, "503 Service Unavailable"), (299, "299"), (599, "599")]
)
def test_an_answers_status_has_its_phrase(status: int | None, told: str) -> None:
    assert status_words(status) == told


def test_bars_are_as_high_as_their_day_and_have_words() -> None:
    bars = trend_bars([0, 2, 4], DAYS)
    assert [part.partition("%")[0] for part in bars.split("height:")[1:]] == ["0", "50", "100"]
    assert 'aria-label="6 failures in 3 days, most on Tue 24 Nov: 4"' in bars
    assert 'title="Mon 23 Nov: 2"' in bars
