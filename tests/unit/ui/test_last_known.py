from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from bvmt.errors import DatabaseAway, StoreError
from bvmt.ui import last_known as module
from bvmt.ui.last_known import age_words, last_known

NOW = datetime(2026, 11, 24, 11, 3, 45, tzinfo=UTC)


@pytest.fixture(autouse=True)
def session(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    state: dict[str, object] = {}
    monkeypatch.setattr(module, "st", SimpleNamespace(session_state=state))
    return state


def failing(error: Exception) -> Callable[[], str]:
    def read() -> str:
        raise error

    return read


def test_what_is_read_is_not_stale() -> None:
    known = last_known("here", lambda: "a")
    assert (known.value, known.stale) == ("a", False)


def test_while_the_database_is_away_the_last_read_stands_in_with_its_time() -> None:
    first = last_known("here", lambda: "a")
    known = last_known("here", failing(DatabaseAway("away")))
    assert (known.value, known.stale, known.read_at) == ("a", True, first.read_at)


def test_what_was_never_read_cannot_stand_in() -> None:
    last_known("elsewhere", lambda: "a")
    with pytest.raises(DatabaseAway):
        last_known("here", failing(DatabaseAway("away")))


def test_another_failure_is_not_covered_up() -> None:
    last_known("here", lambda: "a")
    with pytest.raises(StoreError):
        last_known("here", failing(StoreError("broken")))


def test_the_age_of_a_read_is_told_with_its_time() -> None:
    read_at = NOW - timedelta(seconds=40)
    assert age_words(read_at, now=NOW, zone=ZoneInfo("Africa/Tunis")) == "as of 12:03:05, 40 s ago"
