"""What operators know better than the calendar's rules: closures and reopenings, and the hours of a session."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Connection, text

from bvmt.market.calendar import Day, DayKind


@dataclass(frozen=True, slots=True)
class OwnDay:
    """A day as an operator entered it."""

    day: date
    open: bool
    name: str
    updated_by: str
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class HourRegime:
    """The hours of a session from a day on: when each phase begins, in Tunis time."""

    since: date
    name: str
    order_entry: time
    continuous: time
    closing_call: time
    at_last: time
    blocks: time
    closed: time


_DAYS = text("select day, open, name, updated_by, updated_at from calendar_days order by day desc")
_DAY = text("select day, open, name from calendar_days where day between :since and :until")
_PUT_DAY = text("""
insert into calendar_days (day, open, name, updated_by) values (:day, :open, :name, :by)
on conflict (day) do update set open = excluded.open, name = excluded.name, updated_by = excluded.updated_by,
  updated_at = clock_timestamp()
""")
_DROP_DAY = text("delete from calendar_days where day = :day")
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
_DROP_REGIME = text("delete from hour_regimes where since = :since")


def read_own_days(conn: Connection, *, since: date, until: date) -> dict[date, Day]:
    """Operators' days in the form that `bvmt.market.calendar.day` takes."""
    return {
        row.day: Day(row.day, DayKind.OPEN if row.open else DayKind.CLOSED, row.name)
        for row in conn.execute(_DAY, {"since": since, "until": until})
    }


def list_own_days(conn: Connection) -> list[OwnDay]:
    """All days that operators entered, the latest first."""
    return [OwnDay(**row) for row in conn.execute(_DAYS).mappings()]


def put_own_day(conn: Connection, day: date, *, open: bool, name: str, by: str) -> None:
    """Enter a closure (`open` false) or a reopening, or change it."""
    conn.execute(_PUT_DAY, {"day": day, "open": open, "name": name, "by": by})


def drop_own_day(conn: Connection, day: date) -> None:
    """Let the rules decide about the day again."""
    conn.execute(_DROP_DAY, {"day": day})


def list_regimes(conn: Connection) -> list[HourRegime]:
    """The hour regimes, the latest first; empty where nobody entered one: winter hours count then."""
    return [HourRegime(**row) for row in conn.execute(_REGIMES).mappings()]


def put_regime(conn: Connection, regime: HourRegime, *, by: str) -> None:
    """Enter an hour regime or change it."""
    fields = {name: getattr(regime, name) for name in HourRegime.__dataclass_fields__}
    conn.execute(_PUT_REGIME, fields | {"by": by})


def drop_regime(conn: Connection, since: date) -> None:
    """Take an hour regime back."""
    conn.execute(_DROP_REGIME, {"since": since})
