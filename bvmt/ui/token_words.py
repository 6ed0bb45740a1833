"""API tokens in words. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bvmt.access.actor import Role
from bvmt.store.tokens import TokenRow
from bvmt.ui.words import short_instant

ROLE_WORDS = {
    Role.VIEWER: "viewer: reads and downloads",
    Role.OPERATOR: "operator: also runs, pauses, judges",
    Role.ADMIN: "admin: also changes what is set up",
}


class Life(StrEnum):
    """How long a token is good for."""

    MONTH = "30 days"
    QUARTER = "90 days"
    YEAR = "1 year"
    OPEN = "Until it is revoked"

    def end(self, now: datetime) -> datetime | None:
        """The instant at which a token that is made `now` expires; None: never."""
        days = {Life.MONTH: 30, Life.QUARTER: 90, Life.YEAR: 365}.get(self)
        return now + timedelta(days=days) if days else None


def token_cells(token: TokenRow, zone: ZoneInfo, now: datetime) -> dict[str, str]:
    """A token as the table has it."""
    return {
        "Name": token.name,
        "Role": token.role,
        "Ends in": f"…{token.hint}",
        "State": state_words(token, zone, now),
        "Expires": day_words(token.expires_at, zone) if token.expires_at else "never",
        "Last used": short_instant(token.last_used_at, zone, now=now) if token.last_used_at else "never",
        "Made": f"{day_words(token.created_at, zone)} by {token.created_by}",
    }


def state_words(token: TokenRow, zone: ZoneInfo, now: datetime) -> str:
    """Whether it is good, and who took it back: `revoked by amel, today 11:00`."""
    if token.state == "revoked" and token.revoked_at is not None:
        return f"revoked by {token.revoked_by or '—'}, {short_instant(token.revoked_at, zone, now=now)}"
    return token.state


def day_words(at: datetime, zone: ZoneInfo) -> str:
    """The day of an instant: `24 Nov 2026`."""
    return f"{at.astimezone(zone):%d %b %Y}"


def token_label(token: TokenRow) -> str:
    """A token in a choice: `nightly (operator, …x7Qw)`."""
    return f"{token.name} ({token.role}, …{token.hint})"
