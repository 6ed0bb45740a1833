from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from bvmt.store.tokens import TokenRow
from bvmt.ui.token_words import Life, token_cells, token_label

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)  # the 25th in Tunis
TOKEN = TokenRow(
    UUID(int=1), "nightly", "operator", "x7Qw", "active", "amel", NOON, None, revoked_at=None, revoked_by=None,
    last_used_at=None,
)  # fmt: skip


def test_a_token_that_was_never_used_and_never_expires_says_so() -> None:
    cells = token_cells(TOKEN, TUNIS, NOON)
    assert (cells["State"], cells["Expires"], cells["Last used"], cells["Made"]) == (
        "active",
        "never",
        "never",
        "24 Nov 2026 by amel",
    )


def test_days_are_those_of_the_zone() -> None:
    assert token_cells(replace(TOKEN, expires_at=MIDNIGHT), TUNIS, NOON)["Expires"] == "25 Nov 2026"


def test_a_revoked_token_tells_who_revoked_it_and_when() -> None:
    revoked = replace(TOKEN, state="revoked", revoked_at=NOON, revoked_by="vera")
    assert token_cells(revoked, TUNIS, NOON)["State"] == "revoked by vera, today 12:00"


def test_a_choice_tells_tokens_apart_by_role_and_end() -> None:
    assert token_label(TOKEN) == "nightly (operator, …x7Qw)"


@pytest.mark.parametrize(("life", "days"), [(Life.MONTH, 30), (Life.QUARTER, 90), (Life.YEAR, 365)])
def test_a_token_is_good_for_as_many_days_as_its_choice_says(life: Life, days: int) -> None:
    assert life.end(NOON) == NOON + timedelta(days=days)


def test_a_token_may_be_good_until_it_is_revoked() -> None:
    assert Life.OPEN.end(NOON) is None
