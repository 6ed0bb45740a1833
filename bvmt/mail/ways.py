"""The ways out of this installation, as its settings have them."""

from __future__ import annotations

from typing import Protocol

from bvmt.clock import Clock
from bvmt.mail.composing import Parcel
from bvmt.mail.outcome import Outcome
from bvmt.settings import Settings
from bvmt.sources.mail_server import MAIL_SERVER, MailServer
from bvmt.sources.platform_notification import NOTIFICATION_SERVICE, NotificationService

NOT_SET_UP = (
    "Mail is not set up: set SMTP_HOST and MAIL_FROM, or NOTIFICATION_SERVICE_URL, and start again. "
    "It goes out then by itself."
)
NO_SENDER = "MAIL_FROM is not set: say whom mail is from, and start again. It goes out then by itself."

PLACEHOLDER_SENDER = "BVMT Jobs <bvmt-jobs@localhost>"
"""Whom a mail is from that is looked at before MAIL_FROM is set."""


class MailWay(Protocol):
    """Something that takes mail. `open` raises SourceError where it takes none at all just now."""

    name: str

    def open(self) -> None:
        """Be ready to take mail."""

    def send(self, parcel: Parcel) -> Outcome:
        """Hand one mail over."""

    def close(self) -> None:
        """Let go of connections."""


def mail_way(settings: Settings, clock: Clock) -> MailWay | None:
    """The way for mail, or None where none is set up (`why_held` says what is missing)."""
    if settings.notification_service_url is not None:
        return NotificationService(settings.notification_service_url, clock=clock)
    if settings.smtp_host is not None and settings.mail_from is not None:
        return MailServer.from_settings(settings)
    return None


def way_name(settings: Settings) -> str | None:
    """What the way for mail is called, or None."""
    if settings.notification_service_url is not None:
        return NOTIFICATION_SERVICE
    return MAIL_SERVER if settings.smtp_host is not None and settings.mail_from is not None else None


def why_held(settings: Settings) -> str:
    """What is missing for mail to go out, in a sentence."""
    return NO_SENDER if settings.smtp_host is not None else NOT_SET_UP
