"""Failures in words and signs. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bvmt.store.failures import FailureGroup, FailureState
from bvmt.ui.badges import Badge
from bvmt.ui.words import instant, plural

STATE_BADGES = {
    FailureState.BACK: Badge("Back again", "red", "↻", ":material/replay:"),
    FailureState.NEW: Badge("New", "red", "✕", ":material/error:"),
    FailureState.ACKNOWLEDGED: Badge("Acknowledged", "orange", "◔", ":material/visibility:"),
    FailureState.RESOLVED: Badge("Resolved", "green", "✓", ":material/check_circle:"),
}


def states_words(counts: dict[FailureState, int]) -> str:
    """How many groups stand where: `1 back again · 2 new · 5 resolved`."""
    return " · ".join(f"{count:,} {state}" for state, count in counts.items() if count) or "no failures"


def trend_words(trend: Sequence[int], days: Sequence[date]) -> str:
    """A trend in a sentence: `12 failures in 14 days, most on Tue 24 Nov: 9`."""
    total = sum(trend)
    if not total:
        return f"No failures in {len(days)} days"
    most = max(range(len(trend)), key=lambda index: (trend[index], index))
    return f"{plural(total, 'failure')} in {len(days)} days, most on {days[most]:%a %d %b}: {trend[most]:,}"


def standing_words(group: FailureGroup, zone: ZoneInfo) -> str:
    """What was last said of a group and by whom, in a sentence; empty where nothing was."""
    match group.state:
        case FailureState.BACK:
            return f"Resolved by {group.resolved_by}, {instant(group.resolved_at, zone)}, and it failed again since."
        case FailureState.RESOLVED:
            return f"Resolved by {group.resolved_by}, {instant(group.resolved_at, zone)}."
        case FailureState.ACKNOWLEDGED:
            since = f" {plural(group.unacknowledged, 'failure')} since." if group.unacknowledged else ""
            return f"Acknowledged by {group.acknowledged_by}, {instant(group.acknowledged_at, zone)}.{since}"
        case _:
            return ""


def retried_words(queued: int, refused: Sequence[str]) -> str:
    """What became of repeating all: `A run is queued for 1 of 2 jobs. market_pulse is running already.`"""
    told = f"A run is queued for {queued} of {plural(queued + len(refused), 'job')}."
    return " ".join([told, *refused])


def ago(at: datetime, now: datetime) -> str:
    """How long ago, at the precision of a glance: `just now`, `12 min ago`, `3 h ago`, `5 days ago`."""
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} min ago"
    if minutes < 48 * 60:
        return f"{minutes // 60} h ago"
    return f"{minutes // (24 * 60):,} days ago"
