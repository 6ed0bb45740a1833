"""When a pause ends by itself: the choices that an operator has. Pure."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bvmt.errors import ActionRefused
from bvmt.ui.words import short_instant

MORNING = time(8)


class PauseEnd(StrEnum):
    """The choices, as they are written on the page."""

    RESUMED = "Until I resume it"
    HOUR = "For 1 hour"
    MORNING = "Until tomorrow 08:00"
    OWN = "Until a time of my own"


def pause_end(choice: PauseEnd, own: datetime | None, *, now: datetime, zone: ZoneInfo) -> datetime | None:
    """Return the instant at which the pause ends; None: when somebody resumes the job.

    `own` is wall-clock time in `zone`, used with PauseEnd.OWN only. Raises ActionRefused where it is missing or
    over already.
    """
    match choice:
        case PauseEnd.RESUMED:
            return None
        case PauseEnd.HOUR:
            return now + timedelta(hours=1)
        case PauseEnd.MORNING:
            return tomorrow_morning(now, zone)
    if own is None:
        raise ActionRefused("Say when the pause ends.")
    return check_end(own.replace(tzinfo=zone), now=now, zone=zone)


def check_end(until: datetime, *, now: datetime, zone: ZoneInfo) -> datetime:
    """Return the end of a pause as it is. Raises ActionRefused for one that is over already."""
    if until <= now:
        raise ActionRefused(f"A pause ends in the future, and {short_instant(until, zone, now=now)} has passed.")
    return until


def tomorrow_morning(now: datetime, zone: ZoneInfo) -> datetime:
    """08:00 of the next day in `zone`."""
    return datetime.combine(now.astimezone(zone).date() + timedelta(days=1), MORNING, zone)
