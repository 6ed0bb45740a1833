"""Rows as the exchange's feed sends them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.sources.exchange_dates import FetchMoment

TUNIS = ZoneInfo("Africa/Tunis")
NOW = datetime(2026, 4, 13, 11, 30, 42, tzinfo=UTC)
"""A Monday, 12:30:42 in Tunis."""

MOMENT = FetchMoment(NOW, TUNIS)
ABSENT = object()


def row(isin: str = "TN0001100254", *, group: object = "11", name: str = "SFBT", **changes: object) -> dict[str, Any]:
    """A complete row of a share in mid-session; a change to ABSENT takes the field away."""
    complete = {
        "referentiel": {
            "isin": isin,
            "ticker": name[:5],
            "stockName": name,
            "arabName": "شركة",
            "valGroup": group,
        },
        "isin": isin,
        "last": 12.5,
        "close": 12.4,
        "open": 12.4,
        "high": 12.6,
        "low": 12.3,
        "change": 0.81,
        "volume": 4000,
        "caps": 50000.25,
        "trVolume": 37,
        "seance": "2026-04-13",
        "time": "10:15:03",
        "limit": {"bid": 12.4, "bidQty": 100, "bidOrd": 2, "ask": 12.5, "askQty": 300, "askOrd": 4},
    }
    return {key: value for key, value in {**complete, **changes}.items() if value is not ABSENT}


def board(*rows: object) -> dict[str, Any]:
    """The answer of `/market/groups/…`."""
    return {"markets": list(rows)}
