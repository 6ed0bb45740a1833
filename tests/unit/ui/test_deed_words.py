from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bvmt.access.actor import Role
from bvmt.store.audit import AuditRow
from bvmt.ui.deed_words import LONGEST_VALUE, audit_cells, audit_export, change_words, deed_words

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)


def line(deed: str, before: dict[str, Any] | None = None, after: dict[str, Any] | None = None) -> AuditRow:
    return AuditRow(7, NOON, "ada", "person", "admin", "192.0.2.7", deed, "job market_pulse", before, after)


def told(deed: str, before: dict[str, Any] | None = None, **after: Any) -> str:
    return deed_words(line(deed, before, after), TUNIS, NOON)


@pytest.mark.parametrize(
    ("deed", "words"),
    [
        ("run", "asked for a run"),
        ("retry", "asked for a run to be repeated"),
        ("cancel", "cancelled a run"),
        ("generate report", "asked for a report"),
        ("resume", "resumed it"),
    ],
)
def test_a_deed_is_told_in_words(deed: str, words: str) -> None:
    assert told(deed, run="0198") == words


def test_a_pause_tells_its_end_and_its_reason() -> None:
    paused = told("pause", reason="feed maintenance", until="2026-11-24T13:00:00+00:00")
    assert paused == "paused it until today 14:00: feed maintenance"


def test_a_pause_without_end_and_reason_is_just_that() -> None:
    assert told("pause", reason=None, until=None) == "paused it"


def test_a_changed_schedule_tells_both_texts() -> None:
    words = told("change schedule", {"schedule": "every 15 min"}, schedule="0 12 * * mon-fri")
    assert words == "changed the schedule from “every 15 min” to “0 12 * * mon-fri”"


def test_a_deed_without_words_of_its_own_is_named_with_what_it_changed() -> None:
    assert told("judge anomaly", verdict="false") == "judge anomaly: verdict: false"


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (None, None, ""),
        ({"status": "running"}, {"status": "cancelled"}, "status: running → cancelled"),
        (None, {"reason": None, "until": None}, ""),
        (None, {"dismissed": True, "set_aside": 3}, "dismissed: yes, set aside: 3"),
        ({"day": "2026-11-24"}, None, "day: 2026-11-24 → none"),
        ({"kept": 1, "old": 2}, {"kept": 1, "old": 3}, "old: 2 → 3"),
        (None, {"listing": {"group": "11"}}, 'listing: {"group": "11"}'),
    ],
)
def test_a_change_names_what_is_other_than_before(
    before: dict[str, Any] | None, after: dict[str, Any] | None, words: str
) -> None:
    assert change_words(before, after) == words


def test_a_long_value_is_cut_short() -> None:
    words = change_words(None, {"note": "x" * 500})
    assert words == f"note: {'x' * (LONGEST_VALUE - 1)}…"


def test_where_from_is_shown_to_admins_only() -> None:
    assert audit_cells(line("run"), TUNIS, Role.ADMIN)["From"] == "192.0.2.7"
    assert "192.0.2.7" not in str(audit_cells(line("run"), TUNIS, Role.OPERATOR))
    assert "192.0.2.7" not in str(audit_export(line("run"), Role.OPERATOR))


def test_a_file_holds_the_instant_in_utc_and_the_change_whole() -> None:
    row = audit_export(line("cancel", {"status": "running"}, {"status": "cancelled"}), Role.ADMIN)
    assert (row["at"], row["before"], row["after"]) == (
        "2026-11-24T11:00:00.000Z",
        '{"status": "running"}',
        '{"status": "cancelled"}',
    )
