"""Market data for pages and API: listings, a history file, anomalies."""

from __future__ import annotations

import json
from datetime import date

import sqlalchemy as sa

from bvmt.market.listings import seed_listings
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.files import quotes_file
from bvmt.store import listings

SFBT, BIAT = "TN0001100254", "TN0001800457"
SESSION = date(2026, 11, 23)
YEAR = 2026

_BAR = sa.text("""
insert into quotes (isin, session, open, high, low, close, reference, change_pct, volume, turnover, trades, as_of)
values (:isin, :session, 10, 11, 9.5, 10.5, 10, 5, 1000, 10500.125, 12, clock_timestamp())
""")

_ANOMALY = sa.text("""
insert into anomalies (isin, session, severity, level, volume_rule, price_rule, findings, explanations, numbers,
  partial)
values (:isin, :session, :severity, cast(:level as anomaly_level), true, false, cast(:findings as jsonb),
  '["The dividend is detached."]', '{}', :partial)
""")

_SCAN_JOB = sa.text("""
insert into jobs (id, position, name, description, schedule_default, grace, max_attempts, retry_base, time_limit)
values ('anomaly_scan', 1, 'Anomaly Scan', 'Scans.', 'every 60 min 09:00-16:00 mon-fri', '10 minutes', 3,
        '15 seconds', '5 minutes')
""")

_SCAN = sa.text("""
with at as (
  insert into instances (id, host, os_pid, version, fires, lease_until)
  values (gen_random_uuid(), 'desk', 1, '0', true, clock_timestamp()) returning id)
insert into runs (id, job_id, origin, status, attempt, instance_id, started_at, finished_at)
select gen_random_uuid(), 'anomaly_scan', 'manual', 'succeeded', 1, id, clock_timestamp(), clock_timestamp() from at
""")

_SUMMARY = sa.text("""
insert into market_summaries (session, as_of, turnover, volume, trades, advancing, declining, unchanged, not_traded,
  suspended, listings, market_cap, market_cap_coverage, gainers, losers)
values (:session, clock_timestamp(), 8847442.125, 12345, 321, 30, 20, 5, 20, 2, 77, null, 0,
  '[{"isin": "TN0001100254", "change_pct": "5.0000"}]', '[]')
""")

_SECTOR = sa.text("""
insert into sector_sessions (session, sector, listings, traded, advancers, decliners, unchanged,
  equal_weighted_change_pct, turnover_weighted_change_pct, turnover, volume, as_of)
values (:session, 'Banques', 12, 10, 6, 3, 1, 0.1234, null, 100.500, 7, clock_timestamp())
""")


def add_listings(engine: sa.Engine) -> None:
    """The packaged listings."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())


def add_bar(engine: sa.Engine, isin: str = SFBT, session: date = SESSION) -> None:
    """A daily bar that closed at 10.5 TND."""
    with engine.connect() as conn:
        conn.execute(_BAR, {"isin": isin, "session": session})


def add_anomaly(
    engine: sa.Engine,
    isin: str = SFBT,
    session: date = SESSION,
    *,
    severity: float = 0.62,
    level: str = "high",
    partial: bool = False,
    sentence: str = "Volume 9,000 shares, 9.0 times the mean of 20 traded sessions.",
) -> None:
    """An atypical move to check."""
    findings = [{"kind": "volume", "strength": 0.7, "sentence": sentence, "numbers": {}}]
    values = {"isin": isin, "session": session, "severity": severity, "level": level, "partial": partial}
    with engine.connect() as conn:
        conn.execute(_ANOMALY, values | {"findings": json.dumps(findings)})


def add_scan(engine: sa.Engine) -> None:
    """An Anomaly Scan that has just succeeded."""
    with engine.connect() as conn:
        conn.execute(_SCAN_JOB)
        conn.execute(_SCAN)


def add_session(engine: sa.Engine, session: date = SESSION) -> None:
    """What Market Pulse stores of a session beside its bars."""
    with engine.connect() as conn:
        conn.execute(_SUMMARY, {"session": session})
        conn.execute(_SECTOR, {"session": session})


def history_file() -> bytes:
    """A yearly file of quotes as the exchange gives it, with a line that nobody can read."""
    content = quotes_file(2026, instant_of(SESSION, 20, 0), YEAR)
    assert content is not None
    return f"{content}=1+1;;;nonsense;;;;;;;\n".encode()
