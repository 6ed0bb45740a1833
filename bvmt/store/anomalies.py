"""Anomalies as they are stored: one row a listing and session, updated by later scans, judged by people."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, text

from bvmt.market.anomalies import Anomaly


class Verdict(StrEnum):
    """What an operator found an anomaly to be. The same words as the enum `anomaly_verdict` in PostgreSQL."""

    TRUE = "true"  #: worth a look, and nothing explains it
    EXPLAINED = "explained"  #: real, and something ordinary explains it
    FALSE = "false"  #: no anomaly


@dataclass(frozen=True, slots=True)
class StoredAnomalies:
    """What became of a scan's anomalies. `critical` are ISINs that were not critical before this scan."""

    added: int
    updated: int
    withdrawn: int
    critical: Sequence[str]


@dataclass(frozen=True, slots=True)
class AnomalyRow:
    """An anomaly with its listing's names and an operator's verdict."""

    isin: str
    ticker: str
    name: str
    sector: str
    session: date
    severity: float
    level: str
    volume_rule: bool
    price_rule: bool
    unconfirmed: bool
    partial: bool
    findings: list[dict[str, Any]]
    explanations: list[str]
    numbers: dict[str, float]
    first_seen_at: datetime
    last_seen_at: datetime
    verdict: Verdict | None
    verdict_by: str | None
    verdict_at: datetime | None
    verdict_note: str | None


_STORE = text("""
with given as (
  select * from jsonb_to_recordset(cast(:rows as jsonb)) as r(
    isin text, session date, severity float8, level anomaly_level, volume_rule boolean, price_rule boolean,
    unconfirmed boolean, findings jsonb, explanations jsonb, numbers jsonb, partial boolean)),
before as (select isin, session, anomalies.level from anomalies join given using (isin, session)),
kept as (
  insert into anomalies as a (isin, session, severity, level, volume_rule, price_rule, unconfirmed, findings,
    explanations, numbers, partial, run_id)
  select given.*, cast(:run as uuid) from given
  on conflict (isin, session) do update set
    severity = excluded.severity, level = excluded.level, volume_rule = excluded.volume_rule,
    price_rule = excluded.price_rule, unconfirmed = excluded.unconfirmed, findings = excluded.findings,
    explanations = excluded.explanations, numbers = excluded.numbers, partial = excluded.partial,
    last_seen_at = clock_timestamp(), run_id = excluded.run_id
  returning a.isin, a.level, (xmax = 0) as added)
select kept.isin, kept.added,
       kept.level = 'critical' and before.level is distinct from 'critical' as newly_critical
from kept left join before on before.isin = kept.isin
""")

# What an earlier scan of an unfinished session saw and this one does not: gone, unless somebody has judged it.
_WITHDRAW = text("""
delete from anomalies
where session = :session and partial and verdict is null and isin <> all(cast(:isins as text[]))
returning isin
""")

_COLUMNS = """
  a.isin, l.ticker, l.name, l.sector, a.session, a.severity, a.level, a.volume_rule, a.price_rule, a.unconfirmed,
  a.partial, a.findings, a.explanations, a.numbers, a.first_seen_at, a.last_seen_at, a.verdict, a.verdict_by,
  a.verdict_at, a.verdict_note
from anomalies a join listings l using (isin)
"""

_BETWEEN = text(f"""
select {_COLUMNS}
where a.session between :since and :until
  and (cast(:levels as text[]) is null or a.level::text = any(cast(:levels as text[])))
  and (cast(:isin as text) is null or a.isin = :isin)
order by a.session desc, a.severity desc, a.isin limit :limit
""")

_JUDGE = text("""
update anomalies set verdict = cast(:verdict as anomaly_verdict), verdict_by = :by, verdict_note = :note,
  verdict_at = clock_timestamp()
where isin = :isin and session = :session returning 1
""")

_RATES = text("""
select verdict, count(*) as n from anomalies where verdict is not null and session >= :since group by verdict
""")


def store_anomalies(conn: Connection, session: date, found: Sequence[Anomaly], *, run_id: UUID) -> StoredAnomalies:
    """Store what a scan of one session found; an anomaly seen before is updated, with its verdict kept."""
    rows = [asdict(each) | {"session": each.session.isoformat()} for each in found]
    told = list(conn.execute(_STORE, {"rows": json.dumps(rows), "run": run_id}))
    isins = [each.isin for each in found]
    withdrawn = list(conn.execute(_WITHDRAW, {"session": session, "isins": isins}))
    return StoredAnomalies(
        added=sum(row.added for row in told),
        updated=sum(not row.added for row in told),
        withdrawn=len(withdrawn),
        critical=[row.isin for row in told if row.newly_critical],
    )


def list_anomalies(
    conn: Connection,
    *,
    since: date,
    until: date,
    levels: Sequence[str] | None = None,
    isin: str | None = None,
    limit: int = 200,
) -> list[AnomalyRow]:
    """Anomalies of the sessions `since` to `until`, the newest session first, worst first in each."""
    parameters = {
        "since": since,
        "until": until,
        "levels": list(levels) if levels else None,
        "isin": isin,
        "limit": limit,
    }
    rows = conn.execute(_BETWEEN, parameters).mappings()
    return [AnomalyRow(**{**row, "verdict": row["verdict"] and Verdict(row["verdict"])}) for row in rows]


def judge(
    conn: Connection, isin: str, session: date, verdict: Verdict | None, *, by: str, note: str | None = None
) -> bool:
    """Write an operator's verdict down, or take it back with None. False: there is no such anomaly."""
    parameters = {"isin": isin, "session": session, "verdict": verdict, "by": by, "note": note}
    return conn.execute(_JUDGE, parameters).first() is not None


def count_verdicts(conn: Connection, *, since: date) -> dict[Verdict, int]:
    """How often each verdict was given on sessions from `since` on."""
    return {Verdict(row.verdict): row.n for row in conn.execute(_RATES, {"since": since})}
