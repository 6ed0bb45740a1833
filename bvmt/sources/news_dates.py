"""Dates as sites write them, in French, Arabic or English, absolute or relative."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

_TUNIS = ZoneInfo("Africa/Tunis")
_LONGEST = 60
_LANGUAGES = ["fr", "ar", "en"]
_INTRODUCTION = re.compile(
    r"^(?:publi[ée]e?|post[ée]e?|mise? à jour|posted|published|updated)?\s*(?:le\b|on\b|:)\s*", re.IGNORECASE
)

_TUNISIAN_MONTHS = {
    "جانفي": "يناير",
    "فيفري": "فبراير",
    "أفريل": "أبريل",
    "ماي": "مايو",
    "جوان": "يونيو",
    "جويلية": "يوليو",
    "أوت": "أغسطس",
}
"""The months whose Arabic names in Tunisia come from the French, with the names that dateparser knows."""


def read_date(text: str, now: datetime) -> datetime | None:
    """Return the instant in UTC that `text` names, or None.

    Understands ISO 8601, "24/11/2026 10:30" (day first), "mardi 24 novembre 2026 à 10h30", "il y a 2 heures" and
    the like; without a zone the time is Tunis'. `now` (aware) is what relative ones count from.
    """
    text = text.strip()
    if not text or len(text) > _LONGEST:
        return None
    try:
        exact = datetime.fromisoformat(text)
    except ValueError:
        return _worded(text, now)
    return (exact if exact.tzinfo else exact.replace(tzinfo=_TUNIS)).astimezone(UTC)


def _worded(text: str, now: datetime) -> datetime | None:
    import dateparser

    words = [_TUNISIAN_MONTHS.get(word, word) for word in _INTRODUCTION.sub("", text).split()]
    try:
        found = dateparser.parse(
            " ".join(words),
            languages=_LANGUAGES,
            settings={
                "DATE_ORDER": "DMY",
                "TIMEZONE": str(_TUNIS),
                "RETURN_AS_TIMEZONE_AWARE": True,
                "RELATIVE_BASE": now.astimezone(_TUNIS).replace(tzinfo=None),
                "REQUIRE_PARTS": ["day", "month", "year"],
                "PREFER_DATES_FROM": "past",
            },
        )
    except (ValueError, OverflowError):
        return None
    return found.astimezone(UTC) if found is not None else None
