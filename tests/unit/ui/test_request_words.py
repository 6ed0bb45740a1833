from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bvmt.store.history import Request
from bvmt.ui.request_words import request_words

NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def told(kind: str, **detail: Any) -> str:
    return request_words(Request(kind, None, "ada", NOON, detail), ZoneInfo("Africa/Tunis"), NOON)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("run", "asked for a run"),
        ("retry", "asked for a run to be repeated"),
        ("cancel", "cancelled a run"),
        ("resume", "resumed it"),
    ],
)
def test_a_request_is_told_by_its_kind(kind: str, words: str) -> None:
    assert told(kind) == words


def test_a_pause_tells_its_end_and_its_reason() -> None:
    paused = told("pause", reason="feed maintenance", until="2026-11-24T13:00:00+00:00")
    assert paused == "paused it until today 14:00: feed maintenance"


def test_a_pause_without_end_and_reason_is_just_that() -> None:
    assert told("pause", reason=None, until=None) == "paused it"


def test_a_changed_schedule_tells_both_texts() -> None:
    words = told("schedule", before="every 15 min", after="0 12 * * mon-fri")
    assert words == "changed the schedule from “every 15 min” to “0 12 * * mon-fri”"
