"""The daily report as a whole."""

from __future__ import annotations

from datetime import datetime

from bvmt.market.indices import TUNINDEX, TUNINDEX20
from bvmt.reports.content import Report, ReportKind
from bvmt.reports.daily.activity import activity_section, turnover_ratio
from bvmt.reports.daily.anomalies import anomalies_section, counts
from bvmt.reports.daily.breadth import breadth_section, equal_weighted
from bvmt.reports.daily.context import DISCLAIMER, context_section, data_until
from bvmt.reports.daily.contributors import contributors_section
from bvmt.reports.daily.indices import indices_section
from bvmt.reports.daily.lead import lead
from bvmt.reports.daily.movers import active_section, movers_section
from bvmt.reports.daily.news import mood, news_section
from bvmt.reports.daily.sectors import sectors_section
from bvmt.reports.daily.session import Session
from bvmt.reports.daily.tomorrow import tomorrow_section
from bvmt.reports.market_frames import MarketFrames
from bvmt.reports.values import Figure, on, say

SIMULATED = "sandbox"
"""The data source whose market is not the real one."""


def daily_report(frames: MarketFrames, *, made_at: datetime) -> Report:
    """Return the report of the session that `frames` are about; the same frames and moment give the same report.

    What the history is too short for, or a source did not tell, stands there as Missing with its reason.
    """
    session = Session(frames)
    return Report(
        kind=ReportKind.DAILY,
        first_day=frames.day,
        last_day=frames.day,
        made_at=made_at,
        data_until=data_until(session),
        data_source=frames.data_source,
        simulated=frames.data_source == SIMULATED,
        zone=frames.zone.key,
        title=say("daily.title", day=on(frames.day)),
        lead=lead(session),
        sections=(
            indices_section(session),
            activity_section(session),
            breadth_section(session),
            contributors_section(session),
            sectors_section(session),
            movers_section(session),
            active_section(session),
            anomalies_section(session),
            news_section(session),
            tomorrow_section(session),
            context_section(session, made_at),
        ),
        figures=_figures(session),
        disclaimer=tuple(say(key) for key in DISCLAIMER),
    )


def _figures(session: Session) -> dict[str, float | None]:
    indices, summary = session.headline, session.summary
    tunindex, tunindex20 = indices.get(TUNINDEX.code), indices.get(TUNINDEX20.code)
    scanned = session.frames.scanned
    critical = counts(session.frames.anomalies)["critical"]
    found: dict[str, Figure] = {
        "tunindex": tunindex.level if tunindex else None,
        "tunindex_change": tunindex.day if tunindex else None,
        "tunindex_week": tunindex.week if tunindex else None,
        "tunindex_month": tunindex.month if tunindex else None,
        "tunindex_year": tunindex.year if tunindex else None,
        "tunindex20": tunindex20.level if tunindex20 else None,
        "tunindex20_change": tunindex20.day if tunindex20 else None,
        "turnover_tnd": summary.turnover,
        "turnover_to_median20": turnover_ratio(session),
        "volume": summary.volume,
        "trades": summary.trades,
        "advancing": summary.advancing,
        "declining": summary.declining,
        "unchanged": summary.unchanged,
        "not_traded": summary.not_traded,
        "equal_weighted_change": equal_weighted(session),
        "market_cap_tnd": summary.market_cap,
        "market_cap_listings": summary.market_cap_coverage,
        "anomalies": len(session.frames.anomalies) if scanned else None,
        "anomalies_critical": critical if scanned else None,
        "mood": mood(session),
    }
    return {name: None if value is None else float(value) for name, value in found.items()}
