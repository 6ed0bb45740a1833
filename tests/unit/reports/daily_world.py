"""A small market for daily reports: ten listings, as many sessions as a test wants, every number by a plain rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from bvmt.market.anomalies import History
from bvmt.market.board import Quote
from bvmt.market.indices import TUNINDEX, TUNINDEX20
from bvmt.market.listings import Listing
from bvmt.reports.content import Chart, Facts, Message, Missing, Paragraph, Phrase, Report, Section, Table, Value
from bvmt.reports.daily import daily_report
from bvmt.reports.language import Language
from bvmt.reports.market_frames import IndexSeries, MarketFrames

DAY = date(2026, 11, 24)
TUNIS = ZoneInfo("Africa/Tunis")
MADE_AT = datetime(2026, 11, 24, 17, 0, tzinfo=UTC)
BOARD_AT = datetime(2026, 11, 24, 13, 20, tzinfo=UTC)

ISINS = tuple(f"TN000000000{n}" for n in range(10))
SECTORS = ("Banques", "Banques", "Assurances", "Industries", "Distribution")
LISTINGS = tuple(
    Listing(isin, f"T{n}", f"Société {n}", SECTORS[n % 5], group="11", shares_outstanding=1000 * (n + 1),
            free_float_pct=Decimal(50))
    for n, isin in enumerate(ISINS)
)  # fmt: skip


def sessions(n: int, until: date = DAY) -> tuple[date, ...]:
    """The last `n` weekdays up to a day, oldest first."""
    days = (until - timedelta(days=ago) for ago in range(2 * n + 10))
    return tuple(sorted([day for day in days if day.weekday() < 5][:n]))


def series(code: str, levels: Sequence[float | str], until: date = DAY) -> IndexSeries:
    """An index with these levels in the sessions up to a day."""
    return IndexSeries(code, sessions(len(levels), until), tuple(Decimal(str(level)) for level in levels))


def frames(n: int = 30, changes: Mapping[int, float] | None = None, **other: object) -> MarketFrames:
    """A market of `n` sessions in which all shares close at 10 TND with 100 trades of 10 shares each.

    On the last day the share of each number in `changes` moves by so much (a fraction), the others stand still.
    """
    moves = {0: 0.02, 1: -0.01, **(changes or {})}
    days, shape = sessions(n), (n, len(ISINS))
    close = np.full(shape, 10.0)
    for column, move in moves.items():
        close[-1, column] = round(10 * (1 + move), 3)
    volume = np.full(shape, 1000.0)
    bars = History(
        sessions=days, isins=ISINS, close=close, reference=np.full(shape, 10.0), open=close, high=close, low=close,
        volume=volume, turnover=close * volume, trades=np.full(shape, 100.0), traded=volume > 0,
    )  # fmt: skip
    levels = [10000.0 + n for n in range(n)]
    made = MarketFrames(
        day=DAY,
        known_until=datetime.combine(DAY + timedelta(days=1), time(), TUNIS),
        zone=TUNIS,
        data_source="sandbox",
        listings=LISTINGS,
        quotes=tuple(_quote(bars, column) for column in range(len(ISINS))),
        bars=bars,
        indices={TUNINDEX.code: series(TUNINDEX.code, levels), TUNINDEX20.code: series(TUNINDEX20.code, levels)},
        scanned=True,
        board_at=BOARD_AT,
    )
    return replace(made, **other)  # type: ignore[arg-type]


def quote(market: MarketFrames, n: int, **changes: object) -> MarketFrames:
    """The market with another quote of share `n`."""
    quotes = tuple(
        replace(each, **changes) if each.isin == ISINS[n] else each  # type: ignore[arg-type]
        for each in market.quotes
    )
    return replace(market, quotes=quotes)


def report(market: MarketFrames, *, made_at: datetime = MADE_AT) -> Report:
    """The daily report of a market."""
    return daily_report(market, made_at=made_at)


def section(of: Report, id: str) -> Section:
    """A section by its id."""
    return next(each for each in of.sections if each.id == id)


def table(of: Report, id: str) -> Table:
    """A table by its id."""
    return next(block for each in of.sections for block in each.blocks if isinstance(block, Table) and block.id == id)


def chart(of: Report, id: str) -> Chart:
    """A chart by its id."""
    return next(block for each in of.sections for block in each.blocks if isinstance(block, Chart) and block.id == id)


def cells(of: Report, id: str, key: str) -> list[str]:
    """A column of a table as the English report shows it."""
    shown = table(of, id)
    place = [column.key for column in shown.columns].index(key)
    return [Language("en").show(row.cells[place]) for row in shown.rows]


def facts(of: Report, id: str) -> dict[str, str]:
    """The facts of a section, by their label, as the English report shows them."""
    blocks = [block for block in section(of, id).blocks if isinstance(block, Facts)]
    english = Language("en")
    return {english.text(fact.label): english.show(fact.value) for block in blocks for fact in block.items}


def sentences(of: Report, id: str) -> str:
    """The running text of a section in English."""
    blocks = [block for block in section(of, id).blocks if isinstance(block, Paragraph)]
    return " ".join(Language("en").sentences(block.sentences) for block in blocks)


def lead(of: Report) -> str:
    """The opening in English."""
    return Language("en").sentences(of.lead)


def messages(of: Report) -> Iterator[Message | Missing]:
    """Every message of a report, those inside of others too."""
    yield from _messages(of.title)
    for message in (*of.lead, *of.disclaimer):
        yield from _messages(message)
    for each in of.sections:
        for message in (each.heading, *each.method):
            yield from _messages(message)
        for block in each.blocks:
            for value in _values(block):
                yield from _messages(value)


def _values(block: Paragraph | Facts | Table | Chart) -> Iterator[Value]:
    match block:
        case Paragraph():
            yield from block.sentences
        case Facts():
            for fact in block.items:
                yield from (each for each in (fact.label, fact.value, fact.change, fact.remark) if each is not None)
        case Table():
            yield from (each for each in (block.title, block.note, block.empty) if each is not None)
            yield from (column.heading for column in block.columns)
            yield from (cell for row in block.rows for cell in row.cells)
        case Chart():
            yield from (each for each in (block.title, block.alt, block.x.title, block.y.title, block.empty) if each)


def _messages(value: Value) -> Iterator[Message | Missing]:
    if isinstance(value, Message | Missing):
        yield value
        for inner in value.values.values():
            yield from _messages(inner)
    if isinstance(value, Phrase):
        for part in value.parts:
            yield from _messages(part)


def _quote(bars: History, column: int) -> Quote:
    close, volume = Decimal(f"{bars.close[-1, column]:.3f}"), int(bars.volume[-1, column])
    listing = LISTINGS[column]
    return Quote(
        isin=listing.isin, group="11", name=listing.name, ticker=listing.ticker, session=DAY, last=close,
        reference=Decimal(10), volume=volume, turnover=close * volume, trades=100, updated_at=BOARD_AT,
    )  # fmt: skip
