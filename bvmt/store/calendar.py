"""What operators know better than the calendar's rules: closures and reopenings, and the hours of a session."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, text

from bvmt.errors import ActionRefused
from bvmt.market.calendar import Day, DayKind, next_trading_day
from bvmt.market.hours import Regime
from bvmt.store.texts import storable


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day as an operator entered it."""

    day: date
    open: bool
    name: str
    updated_by: str
    updated_at: datetime


HourRegime = Regime
"""The hours of a session from a day on, as `bvmt.market.hours` takes them."""

_AHEAD = timedelta(days=60)
"""Own days so far ahead are looked at for the next session; closures in a row are far shorter."""

_DAYS = text("select day, open, name, updated_by, updated_at from calendar_days order by day desc")
_DAY = text("select day, open, name from calendar_days where day between :since and :until")
_PUT_DAY = text("""
insert into calendar_days (day, open, name, updated_by) values (:day, :open, :name, :by)
on conflict (day) do update set open = excluded.open, name = excluded.name, updated_by = excluded.updated_by,
  updated_at = clock_timestamp()
""")
_DROP_DAY = text("delete from calendar_days where day = :day returning 1")
_REGIMES = text("""
select since, name, order_entry, continuous, closing_call, at_last, blocks, closed from hour_regimes order by since desc
""")
_PUT_REGIME = text("""
insert into hour_regimes (since, name, order_entry, continuous, closing_call, at_last, blocks, closed, updated_by)
values (:since, :name, :order_entry, :continuous, :closing_call, :at_last, :blocks, :closed, :by)
on conflict (since) do update set name = excluded.name, order_entry = excluded.order_entry,
  continuous = excluded.continuous, closing_call = excluded.closing_call, at_last = excluded.at_last,
  blocks = excluded.blocks, closed = excluded.closed, updated_by = excluded.updated_by,
  updated_at = clock_timestamp()
""")
_DROP_REGIME = text("delete from hour_regimes where since = :since returning 1")


def read_own_days(conn: Connection, *, since: date, until: date) -> dict[date, Day]:
    """Operators' days in the form that `bvmt.market.calendar.day` takes."""
    return {
        row.day: Day(row.day, DayKind.OPEN if row.open else DayKind.CLOSED, row.name)
        for row in conn.execute(_DAY, {"since": since, "until": until})
    }


def list_own_days(conn: Connection) -> list[OwnDay]:
    """All days that operators entered, the latest first."""
    return [OwnDay(**row) for row in conn.execute(_DAYS).mappings()]


def next_session(conn: Connection, after: date) -> date:
    """Return the first expected session after a day, by the rules and by what operators know better."""
    return next_trading_day(after, read_own_days(conn, since=after, until=after + _AHEAD))


def put_own_day(conn: Connection, day: date, *, open: bool, name: str, by: str) -> None:
    """Enter a closure (`open` false) or a reopening, or change it. Raises ActionRefused without a name for it."""
    if not name.strip():
        raise ActionRefused(f"Say why {day} is {'open' if open else 'closed'}: the reason is shown with the day.")
    conn.execute(_PUT_DAY, {"day": day, "open": open, "name": storable(name.strip()), "by": by})


def drop_own_day(conn: Connection, day: date) -> bool:
    """Let the rules decide about the day again. False: they did already."""
    return conn.execute(_DROP_DAY, {"day": day}).first() is not None


def list_regimes(conn: Connection) -> list[Regime]:
    """Return the hour regimes, the latest first; empty where nobody entered one: winter hours count then."""
    return [Regime(**row) for row in conn.execute(_REGIMES).mappings()]


def put_regime(conn: Connection, regime: Regime, *, by: str) -> None:
    """Enter an hour regime or change the one of the same day.

    Raises ActionRefused for one without a name, or whose phases do not follow each other.
    """
    if not regime.name.strip():
        raise ActionRefused("The hours need a name, such as Ramadan 2027.")
    if not regime.in_order():
        raise ActionRefused(
            f"The hours of {regime.name} are not in order: order entry, continuous trading, closing call, trading at "
            "last, blocks and end have to follow each other."
        )
    values = {each.name: getattr(regime, each.name) for each in fields(regime)}
    conn.execute(_PUT_REGIME, values | {"name": storable(regime.name.strip()), "by": by})


def drop_regime(conn: Connection, since: date) -> bool:
    """Take an hour regime back. False: none begins on that day."""
    return conn.execute(_DROP_REGIME, {"since": since}).first() is not None
