"""What a report is made from, read in a few statements, as far as it was known at the end of its day."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from bvmt.market.adjustments import Factor
from bvmt.market.events import Event, EventKind
from bvmt.market.indices import HEADLINE
from bvmt.market.listings import Listing
from bvmt.reports.market_frames import IndexSeries, KnownAnomaly, KnownEvent, MarketFrames, NoSession
from bvmt.store import calendar, listings, market
from bvmt.store.bars import read_bars
from bvmt.store.report_news import read_news

SESSIONS = 260
"""Sessions of bars: a year, and what its first week is compared with."""

AHEAD = timedelta(days=45)
"""How far ahead events are read."""

_AHEAD_CLOSED = timedelta(days=60)

_BACK = 20
"""Events are read from the first of so many sessions on."""

_TRADED = text("select exists (select from quotes where session = :day and volume > 0)")

_LAST_SESSION = text("select max(session) from quotes where session <= :day and volume > 0")

# A history beyond `since` only of the headline indices: "largest move since" looks back as far as there is anything.
_INDICES = text("""
select code, session, level, previous from index_levels
where session <= :day and (session >= :since or code = any(cast(:headline as text[])))
order by code, session
""")

_FACTORS = text("""
select a.isin, a.day, a.price_factor, a.share_factor, case when e.kind = 'dividend' then e.amount else 0 end as cash,
  a.close_before, a.detail
from adjustments a join market_events e on e.id = a.event_id
where a.day <= :day order by a.isin, a.day, a.event_id
""")

_EVENTS = text("""
select id, day, kind, isin, title, amount, new_shares, old_shares, source, updated_at >= :known_until as entered_later
from market_events where day between :since and :until order by day, title, isin, id
""")

# A scan of the next session looks at this one again, and an imported history is scanned long after: the rows are of
# this session all the same, and `rescanned` says that they are younger. A verdict that was not given yet is not told.
_ANOMALIES = text("""
select isin, session, severity, level, volume_rule, price_rule, unconfirmed, partial, findings, explanations, numbers,
  first_seen_at, last_seen_at >= :known_until as rescanned,
  case when verdict_at < :known_until then verdict::text end as verdict
from anomalies where session = :day
order by severity desc, isin
""")

# The scan looks at the newest session and at the one before.
_SCANNED = text("""
select exists (
  select from runs where job_id = 'anomaly_scan' and status = 'succeeded' and finished_at >= :opened
    and finished_at < :known_until) as scanned
""")

_BOARD = text("select as_of, set_aside from board_moments where session = :day order by as_of desc limit 1")


def last_session_until(conn: Connection, day: date) -> date | None:
    """Return the last session up to `day` in which something traded; None where none is stored."""
    found: date | None = conn.execute(_LAST_SESSION, {"day": day}).scalar()
    return found


def end_of_day(day: date, zone: ZoneInfo) -> datetime:
    """Return the first instant after `day` in `zone`: what is stamped earlier was known on that day."""
    return datetime.combine(day + timedelta(days=1), time(), zone)


def read_frames(
    conn: Connection, day: date, *, zone: ZoneInfo, data_source: str, sessions: int = SESSIONS
) -> MarketFrames:
    """Return what is known of the market at the end of the session `day`, with its last `sessions` sessions of bars.

    Quotes, levels, factors and anomalies are of sessions up to `day`, news is what had come out by its end. Reference
    data (listings, shares outstanding, hours) are today's: they have no past. Raises NoSession where nothing traded.
    """
    if not conn.execute(_TRADED, {"day": day}).scalar():
        raise NoSession(f"No session of {day:%d %b %Y} is stored: nothing traded on that day, or it was not read.")
    bars = read_bars(conn, until=day, sessions=sessions, listed_only=False)
    if bars is None:
        raise NoSession(f"No bars up to {day:%d %b %Y} are stored.")
    known_until = end_of_day(day, zone)
    quotes = market.read_session(conn, day)
    events = _events(conn, since=bars.sessions[-_BACK:][0], until=day + AHEAD, known_until=known_until)
    traded = {quote.isin for quote in quotes if quote.traded}
    board = conn.execute(_BOARD, {"day": day}).first()
    anomalies = _anomalies(conn, day, known_until)
    return MarketFrames(
        day=day,
        known_until=known_until,
        zone=zone,
        data_source=data_source,
        listings=_on_the_exchange(listings.list_listings(conn), traded, events, day),
        quotes=tuple(quotes),
        bars=bars,
        indices=_indices(conn, day, since=bars.sessions[0]),
        factors=_factors(conn, day),
        events=events,
        anomalies=anomalies,
        scanned=bool(anomalies) or _scanned(conn, day, zone, known_until),
        news=read_news(conn, day, since=_day_after_session_before(bars.sessions, day), known_until=known_until),
        own_days=calendar.read_own_days(conn, since=day, until=day + _AHEAD_CLOSED),
        regimes=tuple(calendar.list_regimes(conn)),
        board_at=board.as_of if board else None,
        set_aside=board.set_aside if board else 0,
    )


def _day_after_session_before(sessions: tuple[date, ...], day: date) -> date:
    """The first day whose news the session before could not know: a Saturday for the session of a Monday."""
    before = [each for each in sessions if each < day]
    return before[-1] + timedelta(days=1) if before else day


def _on_the_exchange(
    known: list[Listing], traded: set[str], events: tuple[KnownEvent, ...], day: date
) -> tuple[Listing, ...]:
    """Listings of that day: the active ones, and those that traded in it and left since; not those yet to come."""
    to_come = {each.event.isin for each in events if each.event.kind is EventKind.IPO and each.event.day > day}
    chosen = [each for each in known if each.isin in traded or (each.active and each.isin not in to_come)]
    return tuple(replace(each, active=True) for each in chosen)


def _indices(conn: Connection, day: date, *, since: date) -> dict[str, IndexSeries]:
    rows: dict[str, list[Any]] = defaultdict(list)
    parameters = {"day": day, "since": since, "headline": [index.code for index in HEADLINE]}
    for row in conn.execute(_INDICES, parameters):
        rows[row.code].append(row)
    return {
        code: IndexSeries(
            code, tuple(row.session for row in of_code), tuple(row.level for row in of_code), of_code[-1].previous
        )
        for code, of_code in rows.items()
    }


def _factors(conn: Connection, day: date) -> dict[str, tuple[Factor, ...]]:
    factors: dict[str, list[Factor]] = defaultdict(list)
    for row in conn.execute(_FACTORS, {"day": day}):
        factors[row.isin].append(
            Factor(
                day=row.day,
                price=float(row.price_factor),
                shares=float(row.share_factor),
                cash=float(row.cash),
                close_before=float(row.close_before),
                detail=row.detail,
            )
        )
    return {isin: tuple(each) for isin, each in factors.items()}


def _events(conn: Connection, *, since: date, until: date, known_until: datetime) -> tuple[KnownEvent, ...]:
    found = conn.execute(_EVENTS, {"since": since, "until": until, "known_until": known_until}).mappings()
    return tuple(_event(dict(row)) for row in found)


def _event(row: dict[str, Any]) -> KnownEvent:
    entered_later = row.pop("entered_later")
    return KnownEvent(Event(**row | {"kind": EventKind(row["kind"])}), entered_later)


def _anomalies(conn: Connection, day: date, known_until: datetime) -> tuple[KnownAnomaly, ...]:
    rows = conn.execute(_ANOMALIES, {"day": day, "known_until": known_until}).mappings()
    return tuple(
        KnownAnomaly(**{**row, "findings": tuple(row["findings"]), "explanations": tuple(row["explanations"])})
        for row in rows
    )


def _scanned(conn: Connection, day: date, zone: ZoneInfo, known_until: datetime) -> bool:
    opened = datetime.combine(day, time(), zone)
    return bool(conn.execute(_SCANNED, {"opened": opened, "known_until": known_until}).scalar())
