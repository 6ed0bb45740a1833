"""Forms of market data. Prices, turnover and percentages are texts with all their decimals."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from bvmt.store.anomalies import AnomalyRow
from bvmt.store.imports import ImportStatus

Digits = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]
"""A decimal number with all its digits."""


class IndexLevel(BaseModel):
    """An index in points; `as_of` is null for a session's close out of a history."""

    code: str
    session: date
    level: Digits
    previous: Digits | None
    as_of: datetime | None


class Summary(BaseModel):
    """A session as Market Pulse saw it last. Money in TND; `market_cap_coverage` listings are in `market_cap`."""

    session: date
    as_of: datetime
    turnover: Digits
    volume: int
    trades: int
    advancing: int
    declining: int
    unchanged: int
    not_traded: int
    suspended: int
    listings: int
    market_cap: Digits | None
    market_cap_coverage: int
    indices: list[IndexLevel]


class Quote(BaseModel):
    """The daily bar of a listing. `last` is null where nothing traded."""

    isin: str
    group: str
    name: str
    ticker: str | None
    last: Digits | None
    reference: Digits | None
    open: Digits | None
    high: Digits | None
    low: Digits | None
    change_pct: Digits | None
    volume: int
    turnover: Digits
    trades: int
    updated_at: datetime | None


class Quotes(BaseModel):
    """The bars of a session, by name."""

    session: date
    quotes: list[Quote]


class Movers(BaseModel):
    """The top gainers and losers of a session."""

    session: date
    as_of: datetime
    gainers: list[dict[str, Any]]
    losers: list[dict[str, Any]]


class Sector(BaseModel):
    """How a sector did in a session."""

    session: date
    sector: str
    listings: int
    traded: int
    advancers: int
    decliners: int
    unchanged: int
    equal_weighted_change_pct: Digits | None
    turnover_weighted_change_pct: Digits | None
    turnover: Digits
    volume: int
    as_of: datetime


class Sectors(BaseModel):
    """The sectors of a session."""

    session: date
    sectors: list[Sector]


class Anomalies(BaseModel):
    """Anomalies of the sessions from `since` to `until`, both of which are null where nothing is stored."""

    since: date | None
    until: date | None
    anomalies: list[AnomalyRow]


class BegunImport(BaseModel):
    """An import that works in the background; `url` tells how far it is."""

    import_id: UUID
    status: Literal["running"]
    url: str


class RejectedRow(BaseModel):
    """A row of a file that was set aside."""

    line: int
    reason: str
    raw: str


class Import(BaseModel):
    """An import with its counts."""

    id: UUID
    file_name: str
    form: str | None
    status: ImportStatus
    asked_by: str
    started_at: datetime
    finished_at: datetime | None
    rows_read: int
    added: int
    changed: int
    unchanged: int
    left_out: dict[str, int]
    set_aside: dict[str, int]
    first_day: date | None
    last_day: date | None
    detail: str | None
    rejects: list[RejectedRow]
