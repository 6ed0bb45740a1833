"""The platform's notification service, which sends mail in this product's place."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from bvmt.clock import Clock
from bvmt.errors import SourceError, SourceFormatError, SourceRefused
from bvmt.mail.composing import Attachment, Parcel, Picture
from bvmt.mail.outcome import Outcome, Verdict
from bvmt.sources.exchange_fields import text
from bvmt.sources.http import HttpLimits, _was_not_obeyed
from bvmt.sources.platform import _Service

NOTIFICATION_SERVICE = "Notification service"

SEND = "/api/notifications/email/send"
ALERT = "/api/notifications/alert/anomaly"

# The outbox tries again by itself.
LIMITS = HttpLimits(read_timeout=30.0, deadline=60.0, attempts=1)

_ABOUT_THE_MAIL = frozenset({400, 413, 415, 422})


class NotificationService(_Service):
    """The notification service, as a way for mail: it takes one recipient at a time.

    Its documents say nothing of what an attachment looks like; they are sent as objects with `filename`,
    `content_type`, `content` in Base64 and, for pictures in the HTML, `content_id`.
    """

    name = NOTIFICATION_SERVICE

    def __init__(self, base_url: str, *, clock: Clock, limits: HttpLimits = LIMITS) -> None:
        super().__init__(base_url, clock=clock, limits=limits)

    def open(self) -> None:
        """Nothing: each mail has a connection of its own."""

    def send(self, parcel: Parcel) -> Outcome:
        """Hand a mail over; one about a single anomaly as the service's own alert.

        The service may have obeyed a request whose answer was lost or an error: that is `Verdict.UNKNOWN`, and it
        is not asked again.
        """
        path, body = _alert(parcel) if parcel.letter.anomaly is not None else _email(parcel)
        try:
            return self._post(path, body, _read)
        except SourceFormatError as error:
            return Outcome(Verdict.UNKNOWN, str(error))
        except SourceError as error:
            return _failed(error)


def _email(parcel: Parcel) -> tuple[str, dict[str, Any]]:
    letter = parcel.letter
    files = [_attachment(file) for file in letter.attachments]
    return SEND, {
        "to": [parcel.envelope.address],
        "subject": letter.subject,
        "body": letter.text,
        "html": letter.html,
        "cc": [],
        "bcc": [],
        "attachments": files + [_picture(picture) for picture in letter.pictures],
    }


def _alert(parcel: Parcel) -> tuple[str, dict[str, Any]]:
    anomaly: Mapping[str, Any] = parcel.letter.anomaly or {}
    return ALERT, {**anomaly, "recipients": [parcel.envelope.address]}


def _attachment(file: Attachment) -> dict[str, str]:
    content = base64.b64encode(file.content).decode()
    return {"filename": file.file_name, "content_type": file.media_type, "content": content}


def _picture(picture: Picture) -> dict[str, str]:
    file = Attachment(f"{picture.cid}.png", "image/png", picture.png)
    return {**_attachment(file), "content_id": picture.cid}


def _read(answer: object) -> Outcome:
    row = answer if isinstance(answer, dict) else {}
    told = text(row.get("message")) or text(row.get("error")) or text(row.get("message_id")) or "taken"
    if row.get("success") is False:
        return Outcome(Verdict.LATER, f"The service answered that it could not send it: {told}")
    return Outcome(Verdict.SENT, told)


def _failed(error: SourceError) -> Outcome:
    if _was_not_obeyed(error):
        return Outcome(Verdict.UNTOUCHED, str(error))
    if isinstance(error, SourceRefused) and 400 <= error.status < 500:
        # A missing route or a refused caller is no fault of this mail.
        return Outcome(Verdict.NEVER if error.status in _ABOUT_THE_MAIL else Verdict.UNTOUCHED, str(error))
    if error.permanent:  # an address that cannot be used
        return Outcome(Verdict.UNTOUCHED, str(error))
    return Outcome(Verdict.UNKNOWN, str(error))
