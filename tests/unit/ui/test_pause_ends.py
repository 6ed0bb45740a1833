from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bvmt.errors import ActionRefused
from bvmt.ui.pause_ends import PauseEnd, pause_end

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def end(choice: PauseEnd, own: datetime | None = None, *, now: datetime = NOON) -> datetime | None:
    return pause_end(choice, own, now=now, zone=TUNIS)


def test_a_pause_may_have_no_end() -> None:
    assert end(PauseEnd.RESUMED) is None


def test_an_hour_is_an_hour_from_now() -> None:
    assert end(PauseEnd.HOUR) == NOON + timedelta(hours=1)


def test_tomorrow_morning_is_eight_in_the_zone() -> None:
    assert end(PauseEnd.MORNING) == datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def test_tomorrow_is_counted_in_the_zone_and_not_in_utc() -> None:
    after_midnight_in_tunis = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)
    assert end(PauseEnd.MORNING, now=after_midnight_in_tunis) == datetime(2026, 11, 26, 7, 0, tzinfo=UTC)


def test_a_time_of_ones_own_is_read_in_the_zone() -> None:
    assert end(PauseEnd.OWN, datetime(2026, 11, 24, 18, 30)) == datetime(2026, 11, 24, 17, 30, tzinfo=UTC)  # noqa: DTZ001


def test_a_time_that_has_passed_is_refused_with_that_time() -> None:
    with pytest.raises(ActionRefused, match=r"in the future, and today 11:59 has passed"):
        end(PauseEnd.OWN, datetime(2026, 11, 24, 11, 59))  # noqa: DTZ001


def test_a_time_of_ones_own_that_is_missing_is_asked_for() -> None:
    with pytest.raises(ActionRefused, match="Say when the pause ends"):
        end(PauseEnd.OWN)
