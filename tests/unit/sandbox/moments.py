"""The world and the instants that these tests share."""

from __future__ import annotations

from datetime import date
from typing import Any

from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.history import History, history

SEED = 2026
TODAY = date(2026, 11, 24)
YESTERDAY = date(2026, 11, 23)
MIDDAY = instant_of(TODAY, 11, 47)
EVENING = instant_of(TODAY, 18)
SHARE_GROUPS = ("11", "12", "99")

Quote = dict[str, Any]


def known() -> History:
    """The history that the tests look at, with the whole of the year in it."""
    return history(SEED, TODAY)


def number(value: float | str) -> float:
    """A number as the feed writes it: at times as text with a decimal comma."""
    return float(value.replace(",", ".")) if isinstance(value, str) else float(value)
