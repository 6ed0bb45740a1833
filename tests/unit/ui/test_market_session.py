"""Where the exchange stands, in words."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.market.calendar import Day, DayKind
from bvmt.market.hours import WINTER, Phase
from bvmt.ui.market_session import exchange_state, expected_session, stale_words

TUNIS = ZoneInfo("Africa/Tunis")
TUESDAY = date(2026, 11, 24)
QUARTER = timedelta(minutes=15)


def at(hour: int, minute: int = 0, day: date = TUESDAY) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=TUNIS)


@pytest.mark.parametrize(
    ("when", "word", "sentence"),
    [
        (at(7), "Closed", "Today's session opens at 09:00."),
        (at(8, 45), "Pre-open", "Continuous trading begins at 09:00."),
        (at(10), "Open", "Closing call at 14:00."),
        (at(14, 2), "Closing call", "Trading at last begins at 14:05."),
        (at(14, 10), "Trading at last", "Only blocks after at 14:15."),
        (at(14, 20), "Blocks only", "The session ends at 14:30."),
        (at(20), "Closed", "Next session Wed 25 Nov 2026, 09:00."),
        (at(10, day=date(2026, 11, 28)), "Closed", "Next session Mon 30 Nov 2026, 09:00."),
        (
            at(10, day=date(2026, 12, 17)),
            "Closed",
            "No session today: Revolution Day. Next session Fri 18 Dec 2026, 09:00.",
        ),
    ],
)
def test_each_phase_has_its_word_and_says_what_comes_next(when: datetime, word: str, sentence: str) -> None:
    state = exchange_state(when, WINTER, {})
    assert (state.word, state.sentence) == (word, sentence)


def test_a_day_that_an_operator_closed_is_closed() -> None:
    own = {TUESDAY: Day(TUESDAY, DayKind.CLOSED, "storm")}
    state = exchange_state(at(10), WINTER, own)
    assert state.phase is Phase.CLOSED
    assert state.sentence.startswith("No session today: storm.")


def test_only_phases_in_which_the_board_moves_are_live() -> None:
    hours = (8.75, 10, 14.02, 14.1, 14.3, 20)
    live = [exchange_state(at(0) + timedelta(hours=hour), WINTER, {}).live for hour in hours]
    assert live == [False, True, True, True, False, False]


def test_todays_session_is_expected_once_a_pulse_had_the_time_to_read_it() -> None:
    assert expected_session(at(9, 29), WINTER, {}, QUARTER) == date(2026, 11, 23)
    assert expected_session(at(9, 30), WINTER, {}, QUARTER) == TUESDAY
    assert expected_session(at(12, day=date(2026, 11, 29)), WINTER, {}, QUARTER) == date(2026, 11, 27)


def told(stored: date, as_of: datetime | None, when: datetime) -> str | None:
    state = exchange_state(when, WINTER, {})
    expected = expected_session(when, WINTER, {}, QUARTER)
    return stale_words(when, state, stored=stored, expected=expected, as_of=as_of, interval=QUARTER)


def test_a_session_that_is_missing_is_told() -> None:
    assert told(date(2026, 11, 20), None, at(8)) == (
        "The newest session stored is Fri 20 Nov 2026, and one of Mon 23 Nov 2026 was expected."
    )


def test_a_board_that_does_not_move_during_the_session_is_told_with_its_age() -> None:
    assert told(TUESDAY, at(10), at(11)) == "The board is 1 h 00 min old; Market Pulse should read it every 15 minutes."


def test_a_board_that_keeps_up_is_not_called_old() -> None:
    assert told(TUESDAY, at(10, 40), at(11)) is None
    assert told(TUESDAY, at(14, 5), at(22)) is None
