"""A report to one address more, whether or not it went out to subscribers."""

from __future__ import annotations

from uuid import UUID

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.errors import ActionRefused, NotFound
from bvmt.mail.addresses import checked_address
from bvmt.mail.words import LANGUAGES
from bvmt.store import Engine, deliveries, reports
from bvmt.store.report_mail import message_for


def send_report(engine: Engine, report_id: UUID, address: str, *, language: str, by: Actor) -> UUID:
    """Have a report mailed to an address, once more where it has it. Returns the delivery.

    Raises Forbidden, NotFound for a report that is not there, and ActionRefused for a bad address or language and
    while a delivery to that address is under way.
    """
    to = checked_address(address)
    if language not in LANGUAGES:
        raise ActionRefused(f"{language!r} is no language that mail is written in.")
    with performing(engine, by, Deed.RESEND_MESSAGE, f"report {report_id}") as deed:
        shelved = reports.find_report(deed.conn, report_id)
        if shelved is None:
            raise NotFound(f"There is no report {report_id}.")
        message = message_for(deed.conn, report_id, shelved.kind)
        deed.after = {"address": to, "message": message}
        return deliveries.send_to(deed.conn, message, address=to, name="", language=language, by=by.name)
