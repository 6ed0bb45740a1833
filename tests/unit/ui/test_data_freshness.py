from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.store.freshness import Freshness
from bvmt.ui.data_freshness import LINES, freshness_line

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
NOTHING = Freshness(None, None, None, None, None, None, None, None, None, None, None, 0, 0)
FULL = Freshness(
    imported_at=NOON,
    imported_until=date(2026, 11, 23),
    listing_changed_at=NOON - timedelta(days=1),
    own_day_entered_at=NOON,
    last_own_day=date(2027, 3, 20),
    hours_since=date(2027, 2, 8),
    event_entered_at=NOON,
    last_event=date(2026, 12, 18),
    next_event=date(2026, 11, 27),
    news_read_at=NOON,
    news_oldest_at=NOON - timedelta(hours=2),
    news_sources=5,
    news_unread=1,
)


def line(part: str, known: Freshness) -> str:
    """The line of a part at noon."""
    return freshness_line(part, known, TUNIS, NOON)


@pytest.mark.parametrize("part", LINES)
def test_with_nothing_stored_every_part_says_so_in_a_sentence(part: str) -> None:
    assert line(part, NOTHING).endswith(".")
    assert "None" not in line(part, NOTHING).replace("None of", "")


@pytest.mark.parametrize(
    ("part", "told"),
    [
        ("Import", "Last import stored today 12:00, sessions up to Mon 23 Nov 2026."),
        ("Listings", "Last change of a listing yesterday 12:00."),
        ("Calendar", "Own days reach to Sat 20 Mar 2027, last entered today 12:00; own hours since Mon 08 Feb 2027."),
        ("Events", "Last entered today 12:00. They reach to Fri 18 Dec 2026; the next is on Fri 27 Nov 2026."),
        ("News sources", "Last read today 12:00, the one furthest behind today 10:00; 1 source never."),
    ],
)
def test_each_part_tells_when_it_was_changed_and_how_far_it_reaches(part: str, told: str) -> None:
    assert told in line(part, FULL)


def test_events_that_are_all_over_are_not_taken_for_a_reach() -> None:
    assert line("Events", replace(FULL, next_event=None)).endswith("none is to come.")


def test_active_sources_that_were_never_read_are_counted() -> None:
    unread = replace(NOTHING, news_sources=3, news_unread=3)
    assert line("News sources", unread) == "None of 3 active sources was read yet."
