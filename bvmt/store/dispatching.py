"""The statements that move a delivery from waiting to its end. `clock_timestamp()` decides; claims fence what follows.

A delivery is claimed, and the claim committed, before a server is asked to take it. So whatever happens in between,
no other instance takes it up: it is never sent twice by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.store.deliveries import DELIVERY_COLUMNS, Delivery, DeliveryChannel, DeliveryState, read_delivery
from bvmt.store.texts import storable

ANSWER_CHARACTERS = 500

LOST = "Its process ended while it was being handed over: it may have arrived or not. Send it again if it did not."

# Alerts first. What is due is only looked at here: `claim` decides who gets it.
_DUE = text(
    DELIVERY_COLUMNS
    + """
where d.state = 'waiting' and d.next_try_at <= clock_timestamp()
  and d.channel = any(cast(:channels as delivery_channel[]))
order by (o.kind = 'alerts') desc, d.next_try_at, d.id limit :limit
"""
)

_MAILED_LATELY = """
(select count(*) from deliveries lately
 where lately.claimed_at > clock_timestamp() - interval '1 minute' and lately.channel = 'mail')
"""

_ALLOWANCE = text(f"select greatest(0, :rate - {_MAILED_LATELY})")

_CLAIM = text(f"""
with pick as (
  select d.id from deliveries d
  where d.id = :id and d.state = 'waiting' and d.next_try_at <= clock_timestamp()
    and (d.channel = 'alert' or {_MAILED_LATELY} < :rate)
    and (d.subscriber_id is null or exists (select from subscribers s where s.id = d.subscriber_id and s.active))
  for update skip locked)
update deliveries set state = 'sending', claim = :claim, claimed_by = :me, claimed_at = clock_timestamp(),
  reason = null, settled_at = null
from pick where deliveries.id = pick.id
returning deliveries.id
""")

# Also from `unknown`: others may have taken this process for dead while it was sending, and it knows better.
_FENCE = "id = :id and claim = :claim and state in ('sending', 'unknown')"

_SENT = text(f"""
update deliveries set state = 'sent', tries = tries + 1, answer = :answer, reason = null, settled_at = clock_timestamp()
where {_FENCE}
""")

_DEAD = text(f"""
update deliveries set state = 'dead', tries = tries + 1, answer = :answer, reason = :reason,
  settled_at = clock_timestamp()
where {_FENCE}
""")

_UNKNOWN = text(f"""
update deliveries set state = 'unknown', tries = tries + 1, answer = :answer, reason = :reason,
  settled_at = clock_timestamp()
where {_FENCE}
""")

_LATER = text(f"""
update deliveries set state = 'waiting', tries = tries + 1, answer = :answer, reason = null, settled_at = null,
  next_try_at = clock_timestamp() + make_interval(secs => :wait)
where {_FENCE}
""")

_UNTOUCHED = text(f"""
update deliveries set state = 'waiting', reason = null, settled_at = null, claimed_at = null where {_FENCE}
""")

# One instance tidies at a time: two that change the same deliveries in different orders would block each other.
_ALONE = text("select pg_try_advisory_xact_lock(hashtextextended('tidy the outbox', 0))")

_MARK_LOST = text("""
update deliveries d set state = 'unknown', reason = :reason, settled_at = clock_timestamp()
where d.state = 'sending' and not exists (
  select from instances i where i.id = d.claimed_by and i.state in ('alive', 'draining'))
""")

_HOLD = text("update deliveries set state = 'held', reason = :reason where state = 'waiting' and channel = 'mail'")

_LET_GO = text("""
update deliveries set state = 'waiting', reason = null, next_try_at = clock_timestamp()
where state = 'held' and channel = 'mail'
""")

_WAY = text("""
insert into mail_ways (way, failing_since, error, last_sent_at)
values (:way, case when :failing then clock_timestamp() end, cast(:error as text),
        case when not :failing then clock_timestamp() end)
on conflict (way) do update set
  failing_since = case when :failing then coalesce(mail_ways.failing_since, clock_timestamp()) end,
  error = cast(:error as text),
  last_sent_at = case when :failing then mail_ways.last_sent_at else clock_timestamp() end,
  updated_at = clock_timestamp()
""")

_WAYS = text("select way, failing_since, error, last_sent_at from mail_ways order by way")


@dataclass(frozen=True, slots=True)
class MailWay:
    """How a way out is doing: `failing_since` is None while it works."""

    way: str
    failing_since: datetime | None
    error: str | None
    last_sent_at: datetime | None


def list_due(conn: Connection, *, channels: Sequence[DeliveryChannel], limit: int) -> list[Delivery]:
    """At most `limit` deliveries whose turn it is, alerts first. Nothing is claimed yet."""
    rows = conn.execute(_DUE, {"channels": [str(channel) for channel in channels], "limit": limit}).mappings()
    return [read_delivery(row) for row in rows]


def allowance(conn: Connection, *, rate: int) -> int:
    """How many mails may go out now, where `rate` a minute may, from all instances together."""
    return int(conn.execute(_ALLOWANCE, {"rate": rate}).scalar_one())


def claim(conn: Connection, delivery_id: UUID, *, claim: UUID, me: UUID, rate: int) -> bool:
    """Take a delivery to send it. False: another instance has it, its subscriber left, or the rate is used up."""
    values = {"id": delivery_id, "claim": claim, "me": me, "rate": rate}
    return conn.execute(_CLAIM, values).first() is not None


def record_sent(conn: Connection, delivery_id: UUID, claim: UUID, answer: str) -> None:
    """The server took it."""
    conn.execute(_SENT, {"id": delivery_id, "claim": claim, "answer": _short(answer)})


def record_later(conn: Connection, delivery_id: UUID, claim: UUID, answer: str, *, wait_seconds: float) -> None:
    """The server did not take it this time; it is due again after the wait."""
    values = {"id": delivery_id, "claim": claim, "answer": _short(answer), "wait": wait_seconds}
    conn.execute(_LATER, values)


def record_over(
    conn: Connection, delivery_id: UUID, claim: UUID, answer: str, *, state: DeliveryState, reason: str
) -> None:
    """It is `dead`, or `unknown`, for a reason in a sentence."""
    statement = _DEAD if state is DeliveryState.DEAD else _UNKNOWN
    conn.execute(statement, {"id": delivery_id, "claim": claim, "answer": _short(answer), "reason": _short(reason)})


def release(conn: Connection, delivery_id: UUID, claim: UUID) -> None:
    """Nothing was asked of any server: give it back as it was, with no try counted."""
    conn.execute(_UNTOUCHED, {"id": delivery_id, "claim": claim})


def alone(conn: Connection) -> bool:
    """Whether this is the one transaction that tidies at this moment; it is until it ends."""
    return bool(conn.execute(_ALONE).scalar_one())


def mark_lost(conn: Connection) -> int:
    """Mark as `unknown` what instances that are gone had under way. Returns how many."""
    return conn.execute(_MARK_LOST, {"reason": LOST}).rowcount


def hold_mail(conn: Connection, reason: str) -> int:
    """Hold all waiting mail, for a reason in a sentence. Returns how many."""
    return conn.execute(_HOLD, {"reason": reason}).rowcount


def let_go(conn: Connection) -> int:
    """Let held mail go out. Returns how many."""
    return conn.execute(_LET_GO).rowcount


def note_way(conn: Connection, way: str, error: str | None) -> None:
    """Write down that a way out has worked just now, or has failed with an error."""
    conn.execute(_WAY, {"way": way, "failing": error is not None, "error": error and _short(error)})


def list_ways(conn: Connection) -> list[MailWay]:
    """How each way out that was used is doing."""
    return [MailWay(**row) for row in conn.execute(_WAYS).mappings()]


def _short(words: str) -> str:
    return storable(words)[:ANSWER_CHARACTERS]
