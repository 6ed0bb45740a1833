"""What can be done to the product, and the role that each deed needs. Pages, API and websocket ask the same table."""

from __future__ import annotations

import logging
from enum import StrEnum

from bvmt.access.actor import Actor, Role
from bvmt.errors import Forbidden

log = logging.getLogger(__name__)


class Deed(StrEnum):
    """Something that changes the product or its record. The value is what the audit log calls it."""

    RUN = "run"
    RETRY = "retry"
    CANCEL = "cancel"
    PAUSE = "pause"
    RESUME = "resume"
    FREEZE = "freeze"
    UNFREEZE = "unfreeze"
    GENERATE_REPORT = "generate report"
    ACKNOWLEDGE_FAILURE = "acknowledge failure"
    RESOLVE_FAILURE = "resolve failure"
    REOPEN_FAILURE = "reopen failure"
    NOTE_FAILURE = "note failure"
    JUDGE_ANOMALY = "judge anomaly"
    LABEL_ARTICLE = "label article"
    RETRAIN = "retrain"
    RESEND_MESSAGE = "resend message"
    CANCEL_MESSAGE = "cancel message"
    CHANGE_SCHEDULE = "change schedule"
    IMPORT = "import"
    CHANGE_LISTINGS = "change listings"
    CHANGE_CALENDAR = "change calendar"
    CHANGE_EVENTS = "change events"
    CHANGE_NEWS_SOURCES = "change news sources"
    CHANGE_SUBSCRIBERS = "change subscribers"
    CHANGE_TOKENS = "change tokens"

    @property
    def needs(self) -> Role:
        """The least role that may do it."""
        return Role.ADMIN if self in _OF_ADMINS else Role.OPERATOR


_OF_ADMINS = frozenset(
    {
        Deed.CHANGE_SCHEDULE,
        Deed.IMPORT,
        Deed.CHANGE_LISTINGS,
        Deed.CHANGE_CALENDAR,
        Deed.CHANGE_EVENTS,
        Deed.CHANGE_NEWS_SOURCES,
        Deed.CHANGE_SUBSCRIBERS,
        Deed.CHANGE_TOKENS,
    }
)

_WITH_ADDRESSES = (Deed.CHANGE_SUBSCRIBERS, Deed.RESEND_MESSAGE)


def hidden_from(role: Role) -> tuple[str, ...]:
    """The deeds whose lines in the audit log this role does not see: they hold subscribers' addresses."""
    return () if role.covers(Role.ADMIN) else tuple(str(deed) for deed in _WITH_ADDRESSES)


def may(actor: Actor, deed: Deed) -> bool:
    """Whether the actor's role reaches for the deed."""
    return actor.role.covers(deed.needs)


def require(actor: Actor, deed: Deed) -> None:
    """Raise Forbidden, with what would be needed, where the actor may not do this."""
    if not may(actor, deed):
        log.warning("Refused: %s (%s) tried to %s", actor.name, actor.role, deed)
        raise Forbidden(f"To {deed} takes the role of {deed.needs}; {actor.name} is {actor.role}.")
