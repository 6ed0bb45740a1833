"""What a report is made from: the market up to one session, as far as it was known at the end of that day.

`bvmt.store.report_reads` fills it. What the tables cannot tell of a past day is marked where it stands:
listings and their sectors are those of today, and an event or an anomaly says when it came too late.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from bvmt.errors import ActionRefused
from bvmt.market.adjustments import Factor
from bvmt.market.anomalies import History
from bvmt.market.board import Quote
from bvmt.market.calendar import Day
from bvmt.market.events import Event
from bvmt.market.hours import Regime
from bvmt.market.listings import Listing
from bvmt.news.daily import DailyScore
from bvmt.news.items import NewsKind
from bvmt.news.tone import Label


class NoSession(ActionRefused):
    """No session of the day is stored, so there is nothing to report. The text says which day."""


@dataclass(frozen=True, slots=True)
class IndexSeries:
    """An index's closing levels in points, oldest first, up to the report's day.

    `previous` is what the exchange itself compares the newest level with; None where it did not say.
    """

    code: str
    sessions: tuple[date, ...]
    levels: tuple[Decimal, ...]
    previous: Decimal | None = None

    def level_on(self, day: date) -> Decimal | None:
        """Return the level of a session; None without one."""
        return self.levels[self.sessions.index(day)] if day in self.sessions else None


@dataclass(frozen=True, slots=True)
class KnownEvent:
    """An event. `entered_later`: it was entered or changed after the report's day, so it may not have been known."""

    event: Event
    entered_later: bool = False


@dataclass(frozen=True, slots=True)
class KnownAnomaly:
    """An atypical session of a listing; the words of `bvmt.market.anomalies.Anomaly`.

    `findings` have `kind`, `strength`, `sentence` and `numbers`. `rescanned`: a scan after the report's day looked at
    it again. `verdict` is an operator's, where it was given by the end of the report's day.
    """

    isin: str
    session: date
    severity: float
    level: str
    volume_rule: bool
    price_rule: bool
    unconfirmed: bool
    partial: bool
    findings: tuple[Mapping[str, Any], ...]
    explanations: tuple[str, ...]
    numbers: Mapping[str, float]
    first_seen_at: datetime
    rescanned: bool = False
    verdict: str | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A story of the day, printed by `copies` articles. `isins` are the listings that it is about."""

    title: str
    url: str
    source: str
    kind: NewsKind
    published_at: datetime
    score: float
    label: Label
    isins: tuple[str, ...] = ()
    copies: int = 1


@dataclass(frozen=True, slots=True)
class News:
    """The tones of the 30 days up to the report's, and the stories since the session before, the weightiest first."""

    tones: tuple[DailyScore, ...] = ()
    stories: tuple[Story, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class MarketFrames:
    """The market up to the session `day`, of which something traded.

    `known_until` is the end of `day` in the report's zone: nothing later is in here. `listings` are those on the
    exchange, `quotes` their bars of `day` as they are stored (prices in TND, `reference` None where no source gave
    one). `bars` are the last sessions up to `day` of all of them, raw; `factors` the corporate actions up to `day` by
    ISIN. `events` reach from the first of the last 20 sessions to 45 days ahead. `anomalies` are those of `day`, the
    worst first; `scanned` tells whether a scan looked at that session, as far as the records reach. `news` is None
    where no news has ever been read. `board_at` is the newest moment of the board in that session, None where a
    history file is all there is; `set_aside` counts its rows that could not be read.
    """

    day: date
    known_until: datetime
    zone: ZoneInfo
    data_source: str
    listings: tuple[Listing, ...]
    quotes: tuple[Quote, ...]
    bars: History
    indices: Mapping[str, IndexSeries] = field(default_factory=dict)
    factors: Mapping[str, tuple[Factor, ...]] = field(default_factory=dict)
    events: tuple[KnownEvent, ...] = ()
    anomalies: tuple[KnownAnomaly, ...] = ()
    scanned: bool = False
    news: News | None = None
    own_days: Mapping[date, Day] = field(default_factory=dict)
    regimes: tuple[Regime, ...] = ()
    board_at: datetime | None = None
    set_aside: int = 0
