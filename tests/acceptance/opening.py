"""When the market opens in these tests: at an hour that is far from now, so nothing is due by the true clock."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bvmt.market.calendar import next_trading_day

_TUNIS = ZoneInfo("Africa/Tunis")
_NOW = datetime.now(UTC).astimezone(_TUNIS)
_HOUR = 20 if _NOW.hour < 12 else 6

MARKET_HOURS = {"MARKET_OPEN": f"{_HOUR:02}:00", "MARKET_CLOSE": f"{_HOUR + 2:02}:00"}
"""The settings of these hours. Market Pulse is due at the opening, and every 15 minutes from there."""


def opening(*, minutes: int = 0, seconds: int = 0) -> datetime:
    """The instant of the next trading day's opening, or one that is so much later. It is never in the past."""
    day = next_trading_day(_NOW.date())
    return datetime.combine(day, time(_HOUR), _TUNIS) + timedelta(minutes=minutes, seconds=seconds)
