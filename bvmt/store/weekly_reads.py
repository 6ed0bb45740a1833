"""What a weekly report is made from, read as far as it was known at the end of the week's last session."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, text

from bvmt.market.events import corporate_actions
from bvmt.market.returns import week_start
from bvmt.reports.market_frames import KnownAnomaly, NoSession
from bvmt.reports.weekly_frames import WeeklyFrames
from bvmt.store import calendar, events
from bvmt.store.report_news import read_news
from bvmt.store.report_reads import last_session_until, read_frames
from bvmt.store.week_signals import read_ratings, read_weights

SESSIONS = 800
"""Sessions of bars: 156 weeks and the one that the first is compared with."""

SIGNAL_WEEKS = 30
"""Weeks of our own signals: the scorecard's 26 and some that the exchange was closed in."""

ANOMALY_SESSIONS = 60

_TWO_WEEKS = timedelta(days=13)

# As in bvmt.store.report_reads, of many sessions.
_ANOMALIES = text("""
select isin, session, severity, level, volume_rule, price_rule, unconfirmed, partial, findings, explanations, numbers,
  first_seen_at, last_seen_at >= :known_until as rescanned,
  case when verdict_at < :known_until then verdict::text end as verdict
from anomalies where session between :since and :until
order by session desc, severity desc, isin
""")


def read_weekly_frames(conn: Connection, day: date, *, zone: ZoneInfo, data_source: str) -> WeeklyFrames:
    """Return what is known of the week of `day` at the end of `day`.

    The week ends with its last session up to `day`. Raises NoSession where the week has none by then.
    """
    monday = week_start(day)
    last = last_session_until(conn, day)
    if last is None or last < monday:
        raise NoSession(f"No session of the week of {monday:%d %b %Y} up to {day:%d %b %Y} is stored.")
    market = read_frames(conn, last, zone=zone, data_source=data_source, sessions=SESSIONS)
    market = replace(market, news=read_news(conn, last, since=monday, known_until=market.known_until))
    sessions = market.bars.sessions
    actions = [event for event in events.list_actions(conn) if event.day <= last]
    since = sessions[-ANOMALY_SESSIONS:][0]
    anomalies = conn.execute(_ANOMALIES, {"since": since, "until": last, "known_until": market.known_until}).mappings()
    oldest = monday - timedelta(weeks=SIGNAL_WEEKS)
    return WeeklyFrames(
        market=market,
        monday=monday,
        actions=tuple(corporate_actions(actions)),
        anomalies=tuple(
            KnownAnomaly(**{**row, "findings": tuple(row["findings"]), "explanations": tuple(row["explanations"])})
            for row in anomalies
        ),
        weights=read_weights(conn, since=oldest, before=monday),
        ratings=read_ratings(conn, since=oldest, before=monday),
        own_days=calendar.read_own_days(conn, since=monday, until=monday + _TWO_WEEKS),
    )
