"""A market for daily reports: the sandbox's yearly files imported, and what a desk knows besides."""

from __future__ import annotations

import csv
import json
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from bvmt.imports import ImportStatus, import_file
from bvmt.market.events import Event, EventKind
from bvmt.market.listings import seed_listings
from bvmt.reports.market_frames import MarketFrames
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.files import indices_file, quotes_file
from bvmt.store import adjustments, listings
from bvmt.store.engine import transaction
from bvmt.store.report_reads import read_frames

SEED = 2026
DAY = date(2026, 11, 18)
MADE_AT = datetime(2026, 11, 18, 17, 0, tzinfo=UTC)
TUNIS = ZoneInfo("Africa/Tunis")
YEARS = (2025, 2026)

BIAT, SFBT, AB, BT = "TN0001800457", "TN0001100254", "TN0003400058", "TN0002200053"
DIVIDEND = Decimal("0.250")
COMING_DIVIDEND = Decimal("1.500")

_ANOMALY = sa.text("""
insert into anomalies (isin, session, severity, level, volume_rule, price_rule, findings, explanations, numbers,
  partial, first_seen_at, last_seen_at)
values (:isin, :session, :severity, cast(:level as anomaly_level), true, false, cast(:findings as jsonb),
  cast(:explanations as jsonb), '{}', false, :seen, :seen)
""")

_TONE = sa.text("""
insert into daily_sentiments (isin, day, kind, origin, score, items, articles, positive, neutral, negative, confidence,
  insufficient)
values (:isin, :day, 'news', 'own', :score, :items, :items, :positive, 0, :negative, 0.8, :insufficient)
""")

# Numbers of shares that the test can tell from an ISIN as well.
_SHARES = sa.text("""
update listings set free_float_pct = 40,
  shares_outstanding = 1000000 * ascii(substring(isin from 8 for 1)) + 1000 * ascii(substring(isin from 9 for 1))
""")


@dataclass
class RawMarket:
    """The files read plainly: per ISIN and session the numbers of the line, per index code the levels."""

    close: dict[str, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    volume: dict[str, dict[date, int]] = field(default_factory=lambda: defaultdict(dict))
    trades: dict[str, dict[date, int]] = field(default_factory=lambda: defaultdict(dict))
    turnover: dict[str, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))
    level: dict[str, dict[date, Decimal]] = field(default_factory=lambda: defaultdict(dict))

    @property
    def sessions(self) -> list[date]:
        """All sessions, oldest first."""
        return sorted(self.close[BIAT])


def raw_market() -> RawMarket:
    """Read the files as they are, with nothing of the product."""
    raw, listed = RawMarket(), {listing.isin for listing in seed_listings()}
    for quotes, indices in _files():
        for row in csv.DictReader(quotes.splitlines(), delimiter=";"):
            cells = {name.strip(): (value or "").strip() for name, value in row.items() if name}
            if (isin := cells["CODE"]) in listed:
                session = _day(cells["SEANCE"])
                raw.close[isin][session] = Decimal(cells["CLOTURE"])
                raw.volume[isin][session] = int(cells["QUANTITE_NEGOCIEE"])
                raw.trades[isin][session] = int(cells["NB_TRANSACTION"])
                raw.turnover[isin][session] = Decimal(cells["CAPITAUX"])
        for row in csv.DictReader(indices.splitlines(), delimiter=";"):
            cells = {name.strip(): (value or "").strip() for name, value in row.items() if name}
            raw.level[cells["CODE_INDICE"]][_day(cells["SEANCE"])] = Decimal(cells["INDICE_JOUR"])
    return raw


def import_market(engine: sa.Engine) -> None:
    """Listings and the two years of files, as an operator imports them."""
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    for year, files in zip(YEARS, _files(), strict=True):
        for content in files:
            result = import_file(
                engine, content.encode(), file_name=f"{year}.csv", asked_by="ines", clock=lambda: MADE_AT
            )
            assert result.status is ImportStatus.DONE, result.detail


def know_more(engine: sa.Engine) -> None:
    """Shares outstanding, two dividends, two anomalies and a tone."""
    events = [
        Event(DAY, EventKind.DIVIDEND, "Dividende 2025", "avis", isin=SFBT, amount=DIVIDEND),
        Event(DAY + timedelta(days=3), EventKind.DIVIDEND, "Dividende 2025", "avis", isin=BIAT, amount=COMING_DIVIDEND),
    ]
    with transaction(engine) as conn:
        adjustments.save_events(conn, events, "ines")
        conn.execute(sa.text("update market_events set updated_at = :at"), {"at": MADE_AT})
    findings = [
        {
            "kind": "volume_spike",
            "strength": 0.8,
            "sentence": "Volume.",
            "numbers": {"volume": 95270.0, "ratio": 3.456, "sessions": 20.0},
        },
        {
            "kind": "block_trade",
            "strength": 1.0,
            "sentence": "Block.",
            "numbers": {"volume": 95270.0, "block": 60000.0, "ratio": 3.456},
        },
    ]
    with engine.connect() as conn:
        conn.execute(_SHARES)
        for isin, severity, level, found, told in (
            (AB, 0.61, "high", findings, []),
            (SFBT, 0.12, "info", findings[:1], ["Ex-dividend of 0.250 TND."]),
        ):
            values = {"isin": isin, "session": DAY, "severity": severity, "level": level, "seen": MADE_AT}
            conn.execute(_ANOMALY, values | {"findings": json.dumps(found), "explanations": json.dumps(told)})
        for isin, score, items, insufficient in (
            (None, 0.125, 8, False),
            (BIAT, -0.333, 3, False),
            (SFBT, 0.5, 5, False),
            (BT, 0.9, 1, True),
        ):
            good = items if score > 0 else 0
            values = {"isin": isin, "day": DAY, "score": score, "items": items, "insufficient": insufficient}
            conn.execute(_TONE, values | {"positive": good, "negative": items - good})


def frames_of(engine: sa.Engine, day: date = DAY, **how: int) -> MarketFrames:
    """What is known of a day."""
    with engine.connect() as conn:
        return read_frames(conn, day, zone=TUNIS, data_source="sandbox", **how)


def _files() -> list[tuple[str, str]]:
    until = instant_of(DAY, 20, 0)
    made = [(quotes_file(SEED, until, year), indices_file(SEED, until, year)) for year in YEARS]
    return [(quotes, indices) for quotes, indices in made if quotes is not None and indices is not None]


def _day(text: str) -> date:
    return datetime.strptime(text, "%d/%m/%Y").replace(tzinfo=UTC).date()
