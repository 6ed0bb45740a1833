"""How pages write durations, instants and counts. Pure: the zone and the present come in."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo


def duration(seconds: float | None) -> str:
    """A duration at the precision that people need: `40 ms`, `6.2 s`, `12 s`, `3 min 05 s`, `2 h 10 min`."""
    if seconds is None:
        return "—"
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02} s"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes:02} min"


def usual_words(low: float, high: float) -> str:
    """What durations usually are, in seconds, units kept with their numbers: `usual 1.2 s to 1.9 s`, `usual 40 ms`."""
    least, most = (duration(end).replace(" ", "\u00a0") for end in (low, high))
    return f"usual {least}" if least == most else f"usual {least} to {most}"


def span(seconds: float) -> str:
    """A whole number of seconds without what is nought: `2 s`, `10 min`, `1 h 30 min`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [f"{count} {unit}" for count, unit in ((hours, "h"), (minutes, "min"), (rest, "s")) if count]
    return " ".join(parts) or "0 s"


def cut(text: str, most: int) -> str:
    """The text, with an ellipsis for what is beyond `most` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


def clock_time(at: datetime | None, zone: ZoneInfo) -> str:
    """A time of day with seconds in `zone`."""
    return f"{at.astimezone(zone):%H:%M:%S}" if at else "—"


def instant(at: datetime | None, zone: ZoneInfo) -> str:
    """A full instant with its zone: `Wed 25 Nov 2026, 09:00:00 (Africa/Tunis)`."""
    return f"{at.astimezone(zone):%a %d %b %Y, %H:%M:%S} ({zone.key})" if at else "—"


def short_instant(at: datetime | None, zone: ZoneInfo, *, now: datetime) -> str:
    """A day and time without what is obvious: `today 09:00`, `tomorrow 09:00`, `Fri 27 Nov 17:00`."""
    if at is None:
        return "—"
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    names = {today: "today", today + timedelta(days=1): "tomorrow", today - timedelta(days=1): "yesterday"}
    return f"{names.get(local.date()) or f'{local:%a %d %b}'} {local:%H:%M}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: `1 run`, `3 runs`, `2 entries`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def figure(value: object, unit: str) -> str:
    """A job's figure with its unit, thousands apart: `8,847,442 TND`."""
    if isinstance(value, float) and not value.is_integer():
        shown = f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.2f}"
    elif isinstance(value, int | float):
        shown = f"{value:,.0f}"
    else:
        shown = str(value)
    return f"{shown} {unit}".strip()
