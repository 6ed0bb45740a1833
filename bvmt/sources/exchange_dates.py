"""Session dates and times of day as the exchange writes them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bvmt.sources.exchange_fields import Unreadable, is_absent, json_text

FIRST_SESSION = date(1990, 1, 1)
"""Nothing that the feed can mean is older: electronic trading began in 1996."""

CLOCK_TOLERANCE = timedelta(minutes=10)
"""How far the exchange's clock may run ahead of ours before a time of update is not believed."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_MS = (100_000_000_000, 4_102_444_800_000)  # 1973 to 2100; below are numbers such as 20260413
_MONTHS = {
    "janvier": 1,
    "fevrier": 2,
    "mars": 3,
    "avril": 4,
    "mai": 5,
    "juin": 6,
    "juillet": 7,
    "aout": 8,
    "septembre": 9,
    "octobre": 10,
    "novembre": 11,
    "decembre": 12,
}
_FRENCH = re.compile(r"(?:[a-z]+\.? )?([0-9]{1,2})(?:er)? ([a-z]+) ([0-9]{4})")
_SLASHED = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})")
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:[T ].*)?")
_EPOCH_DIGITS = re.compile(r"[0-9]{12,13}")
_TIME = re.compile(r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2}))?")


@dataclass(frozen=True, slots=True)
class FetchMoment:
    """The instant (aware) at which an answer was fetched, and the exchange's zone."""

    now: datetime
    zone: ZoneInfo

    def session(self, value: object) -> date | None:
        """Return the session date that `value` names, None where the feed gives none.

        Raises Unreadable where it is no date, lies in the future or before 1990.
        """
        if is_absent(value):
            return None
        day = session_date(value, self.zone)
        if day is None:
            raise Unreadable(f"seance is not a date: {json_text(value, 40)}")
        if day > self.now.astimezone(self.zone).date():
            raise Unreadable(f"seance lies in the future: {day}")
        if day < FIRST_SESSION:
            raise Unreadable(f"seance lies before 1990: {day}")
        return day

    def updated_at(self, session: date, value: object) -> datetime | None:
        """Return the instant (UTC) of a time of day in `session`; None where unreadable or still to come."""
        at = time_of_day(value)
        if at is None:
            return None
        instant = datetime.combine(session, at, tzinfo=self.zone).astimezone(UTC)
        return instant if instant <= self.now + CLOCK_TOLERANCE else None


def session_date(value: object, zone: ZoneInfo) -> date | None:
    """Return the date in `value`, None where there is none.

    Seen: "2026-04-13" (also with a time), "13/04/2026", "13 avril 2026" in any case and accents, "1er
    février 2026", with or without a weekday, and milliseconds since 1970, whose date is that in `zone`.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int | Decimal):
        return _from_epoch(value, zone)
    if not isinstance(value, str):
        return None
    try:
        return _from_text(_folded(value), zone)
    except (ValueError, KeyError, OverflowError):
        return None


def time_of_day(value: object) -> time | None:
    """Return the time in a text like "10:15:03" or "10:15", None where it is none."""
    found = _TIME.fullmatch(value.strip()) if isinstance(value, str) else None
    if found is None:
        return None
    try:
        return time(int(found[1]), int(found[2]), int(found[3] or 0))
    except ValueError:
        return None


def _folded(text: str) -> str:
    """In lower case, without accents, single blanks between words."""
    letters = unicodedata.normalize("NFKD", text[:60].casefold())
    return " ".join("".join(c for c in letters if not unicodedata.combining(c)).split())


def _from_text(text: str, zone: ZoneInfo) -> date | None:
    if found := _SLASHED.fullmatch(text):
        day, month, year = (int(part) for part in found.groups())
        return date(year, month, day)
    if found := _FRENCH.fullmatch(text):
        return date(int(found[3]), _MONTHS[found[2]], int(found[1]))
    if _EPOCH_DIGITS.fullmatch(text):
        return _from_epoch(int(text), zone)
    return _from_iso(text.upper(), zone) if _ISO.fullmatch(text.upper()) else None


def _from_iso(text: str, zone: ZoneInfo) -> date:
    instant = datetime.fromisoformat(text)
    # A midnight in Tunis that was written in UTC belongs to the day that began there.
    return instant.astimezone(zone).date() if instant.tzinfo else instant.date()


def _from_epoch(milliseconds: int | Decimal, zone: ZoneInfo) -> date | None:
    if not Decimal(milliseconds).is_finite() or not _EPOCH_MS[0] <= milliseconds < _EPOCH_MS[1]:
        return None
    return (_EPOCH + timedelta(milliseconds=int(milliseconds))).astimezone(zone).date()
