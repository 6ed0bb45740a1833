"""The board: one QUOTE object for each instrument, as `/market/groups/{groups}` answers."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import numpy as np

from bvmt.sandbox.calendar import END_OF_DAY, Moment, session_at
from bvmt.sandbox.draws import Flags, Floats, Integers, Stream, generator
from bvmt.sandbox.history import history
from bvmt.sandbox.intraday import Standing, standing, tape
from bvmt.sandbox.listings import ARABIC_NAMES, OTHER_LINES, Listing, OtherLine, listings
from bvmt.sandbox.numbers import written
from bvmt.sandbox.prices import TICK, band

Json = dict[str, Any]

_BOOK_LASTS = 300
"""Seconds that an order book stands still."""

_ONE_SIDED = 0.03
_SWAPPED = 0.06
"""Chance that the feed swaps the two sides of a share outside trading hours, as the real one does."""

_EMPTY_LIMIT: Json = {"bid": 0, "bidQty": 0, "bidOrd": 0, "ask": 0, "askQty": 0, "askOrd": 0}


@dataclass(frozen=True, slots=True)
class _Books:
    """The best orders of each share, columns bid and ask: TND, shares, counts; 0 is an empty side."""

    price: Floats
    quantity: Integers
    orders: Integers


def markets(seed: int, instant: datetime, groups: Collection[str]) -> list[Json]:
    """Return the quotes of `groups` as they stand at `instant` (aware), shares first.

    Raises ValueError before the world's first opening.
    """
    moment = session_at(instant)
    shares = _share_quotes(seed, moment, groups)
    others = [_other_quote(line, moment.session) for line in OTHER_LINES if _is_shown(line, groups)]
    return shares + others


def clock_text(second: int) -> str:
    """Return a second of the day as `HH:MM:SS`."""
    return f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"


def _is_shown(line: OtherLine, groups: Collection[str]) -> bool:
    return line.group in groups or line.shown_with in groups


def _share_quotes(seed: int, moment: Moment, groups: Collection[str]) -> list[Json]:
    known = history(seed, moment.session)
    ordinal = known.ordinal(moment.session)
    prints = tape(seed, moment.session)
    now = standing(prints, moment.second)
    books = _books(seed, moment, ordinal, np.where(now.traded, now.last, prints.reference), prints.reference)
    quotes = []
    for share, (listing, group) in enumerate(zip(listings(), known.traits.groups, strict=True)):
        if group in groups:
            numbers = _numbers(now, share, float(prints.reference[share]))
            limit = _EMPTY_LIMIT if group == "99" else _limit(books, share)
            quote = _quote(listing, group, moment.session, ordinal, numbers)
            quotes.append({**quote, "time": _time(now, share), "limit": limit})
    return quotes


def _quote(listing: Listing, group: str, session: date, ordinal: int, numbers: dict[str, float]) -> Json:
    fields = {name: written(value, listing.isin, name, ordinal) for name, value in numbers.items()}
    return {
        "isin": listing.isin,
        "referentiel": {
            "isin": listing.isin,
            "ticker": listing.ticker,
            "stockName": listing.name,
            "arabName": ARABIC_NAMES.get(listing.ticker),
            "valGroup": group,
        },
        **fields,
        "seance": session.isoformat(),
    }


def _numbers(now: Standing, share: int, reference: float) -> dict[str, float]:
    last = float(now.last[share])
    return {
        "last": last,
        "close": reference,
        "open": float(now.open[share]),
        "high": float(now.high[share]),
        "low": float(now.low[share]),
        "change": round((last / reference - 1) * 100, 2) if last else 0.0,
        "volume": int(now.volume[share]),
        "caps": float(now.turnover[share]),
        "trVolume": int(now.trades[share]),
    }


def _time(now: Standing, share: int) -> str | None:
    return clock_text(int(now.second[share])) if now.traded[share] else None


def _books(seed: int, moment: Moment, ordinal: int, price: Floats, reference: Floats) -> _Books:
    """Draw the best orders around `price`; a price at its limit leaves nobody on the other side."""
    step = moment.second // _BOOK_LASTS if moment.is_open else END_OF_DAY
    rng = generator(seed, Stream.BOOK, ordinal, step)
    size = len(price)
    away = rng.integers(1, 4, (size, 2)) * np.maximum(np.rint(price * 0.0015 / TICK), 1)[:, None]
    ticks = np.rint(price / TICK)[:, None] + away * np.array([-1.0, 1.0])
    low, high = band(reference, np.full(size, np.inf))
    ticks = np.clip(ticks, np.rint(low / TICK)[:, None], np.rint(high / TICK)[:, None])
    at_limit = np.stack([price <= low, price >= high], axis=1)
    present = ~at_limit & ~_one_sided(rng, size) & (ticks[:, 1:] > ticks[:, :1])
    quantity = np.rint(np.exp(rng.normal(5.5, 1.1, (size, 2)))).astype(np.int64) + 1
    orders = np.minimum(rng.integers(1, 9, (size, 2)), quantity)
    books = _Books(ticks / 100.0 * present, quantity * present, orders * present)
    return books if moment.is_open else _swap(books, rng.random(size) < _SWAPPED)


def _one_sided(rng: np.random.Generator, size: int) -> Flags:
    """Now and then a share is reserved: one side of its book is empty."""
    empty = rng.random(size) < _ONE_SIDED
    side = rng.integers(0, 2, size)
    one_sided: Flags = empty[:, None] & (np.arange(2) == side[:, None])
    return one_sided


def _swap(books: _Books, which: Flags) -> _Books:
    def swapped(values: Any) -> Any:
        return np.where(which[:, None], values[:, ::-1], values)

    return _Books(swapped(books.price), swapped(books.quantity), swapped(books.orders))


def _limit(books: _Books, share: int) -> Json:
    sides = {}
    for column, side in enumerate(("bid", "ask")):
        sides[side] = float(books.price[share, column])
        sides[f"{side}Qty"] = int(books.quantity[share, column])
        sides[f"{side}Ord"] = int(books.orders[share, column])
    return sides


def _other_quote(line: OtherLine, session: date) -> Json:
    idle = dict.fromkeys(("last", "open", "high", "low", "change", "volume", "caps", "trVolume"), 0)
    return {
        "isin": line.isin,
        "referentiel": {
            "isin": line.isin,
            "ticker": None,
            "stockName": line.name,
            "arabName": None,
            "valGroup": line.group,
        },
        **idle,
        "close": line.price,
        "seance": session.isoformat(),
        "time": None,
        "limit": None,
    }
