"""Alerts on their way out: those of a few minutes become one message, so that a bad hour is not fifty."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection, text

from bvmt.store.deliveries import DeliveryChannel, address_one, address_subscribers
from bvmt.store.outbox import ALERT_KINDS, Message, MessageKind, put_message, settle_as_nobody
from bvmt.store.signals import wake

# The first alert opens the window. One with deliveries of its own was sent to somebody by hand, after its time.
_WAITING = """
{alias}.state = 'waiting' and {alias}.kind = any(:kinds)
and not exists (select from deliveries d where d.message_id = {alias}.id)
"""

_DUE = text(f"""
select o.id, o.subject, o.body,
  (select min(w.created_at) from outbox w where {_WAITING.format(alias="w")})
    + make_interval(mins => :minutes) <= clock_timestamp() as due
from outbox o where {_WAITING.format(alias="o")}
order by o.id for update of o
""")

_GROUPED = text("""
update outbox set state = 'grouped', told_in = :message, settled_at = clock_timestamp() where id = any(:ids)
""")


def group_alerts(conn: Connection, *, minutes: int, addresses: Mapping[str, str], language: str) -> int | None:
    """Make one message of all waiting alerts, once the first of them is `minutes` old, and address it.

    It goes to the active subscribers to alerts and to each of `addresses`, which maps fingerprints of ALERT_URLS to
    what is shown of them; those get it in `language`. Where there is nobody to tell, the alerts are settled so.
    Returns the message's id, None where there is none yet. Call it in a transaction.
    """
    rows = conn.execute(_DUE, {"minutes": minutes, "kinds": list(ALERT_KINDS)}).all()
    if not rows or not rows[0].due:
        return None
    ids = [row.id for row in rows]
    message = Message(
        key=f"alerts {ids[0]} to {ids[-1]}",
        kind=MessageKind.ALERTS,
        subject=rows[0].subject if len(rows) == 1 else f"{len(rows)} alerts",
        body="\n\n".join(f"{row.subject}\n{row.body}" for row in rows),
        payload={"alerts": len(rows)},
    )
    message_id = put_message(conn, message)
    if message_id is None:
        raise AssertionError("alerts are grouped once, and then no longer wait")
    told = address_subscribers(conn, message_id, "alerts")
    for fingerprint, shown in addresses.items():
        made = address_one(
            conn, message_id, address=fingerprint, name=shown, language=language, channel=DeliveryChannel.ALERT
        )
        told += made is not None
    if told:
        conn.execute(_GROUPED, {"message": message_id, "ids": ids})
        wake(conn)
        return message_id
    settle_as_nobody(conn, ids)
    conn.execute(text("delete from outbox where id = :id"), {"id": message_id})
    return None
