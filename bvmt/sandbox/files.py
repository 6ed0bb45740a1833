"""The yearly history files, in the form of 2025: `;` between columns that are padded with blanks. And the shares."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from bvmt.sandbox.calendar import ANCHOR, last_finished
from bvmt.sandbox.history import History, history
from bvmt.sandbox.indices import INDICES
from bvmt.sandbox.listings import OTHER_LINES, listings

_QUOTES_HEADER = (
    "SEANCE    ;GROUPE    ;CODE        ;VALEUR          ;OUVERTURE ;CLOTURE    ;PLUS_BAS   ;PLUS_HAUT ;"
    "QUANTITE_NEGOCIEE;NB_TRANSACTION ;CAPITAUX \n"
)
_INDICES_HEADER = (
    "SEANCE;CODE_INDICE;LIB_INDICE;INDICE_JOUR    ;INDICE_VEILLE;VARIATION_VEILLE;INDICE_PLUS_HAUT;INDICE_PLUS_BAS\r\n"
)


def quotes_file(seed: int, instant: datetime, year: int) -> str | None:
    """Return `histo_cotation_{year}.csv` with every session that is final at `instant`.

    Oldest first, then by group and code. A share without a trade has its reference as open and close and
    zeros elsewhere. None for a year that the exchange has no file of.
    """
    until = last_finished(instant)
    return _quotes_file(seed, until, year) if ANCHOR.year <= year <= until.year else None


def indices_file(seed: int, instant: datetime, year: int) -> str | None:
    """Return `histo_indice_{year}.csv` with every session that is final at `instant`, oldest first.

    Lines end with CRLF, as in the exchange's own file. None for a year that the exchange has no file of.
    """
    until = last_finished(instant)
    return _indices_file(seed, until, year) if ANCHOR.year <= year <= until.year else None


def shares_file(seed: int, instant: datetime) -> str:
    """Return `shares.csv`: each share's number outstanding after the last session final at `instant`, and its float.

    All of a company floats here: the sandbox's indices weigh by the whole capitalisation.
    """
    known = history(seed, last_finished(instant))
    ordinal = max(n for n, day in enumerate(known.sessions) if day <= last_finished(instant))
    rows = [
        f"{listing.isin};{int(number)};100.000\n"
        for listing, number in zip(listings(), known.walk.outstanding[ordinal], strict=True)
    ]
    return "".join(["isin;shares_outstanding;free_float_pct\n", *rows])


@lru_cache(maxsize=8)
def _quotes_file(seed: int, until: date, year: int) -> str:
    known = history(seed, until)
    order = sorted(range(len(listings())), key=lambda n: (known.traits.groups[n], listings()[n].isin))
    lines = [_QUOTES_HEADER]
    for ordinal in _ordinals(known, until, year):
        lines += [_share_line(known, ordinal, share) for share in order]
        lines += _other_lines(known.sessions[ordinal])
    return "".join(lines)


@lru_cache(maxsize=8)
def _indices_file(seed: int, until: date, year: int) -> str:
    known = history(seed, until)
    lines = [_INDICES_HEADER]
    for ordinal in _ordinals(known, until, year):
        lines += [_index_line(known, ordinal, index) for index in range(len(INDICES))]
    return "".join(lines)


def _ordinals(known: History, until: date, year: int) -> list[int]:
    return [n for n, day in enumerate(known.sessions) if day.year == year and day <= until]


def _share_line(known: History, ordinal: int, share: int) -> str:
    walk, bars, at = known.walk, known.bars, (ordinal, share)
    traded = walk.volume[at] > 0
    prices = (bars.open[at] if traded else walk.close[at], walk.close[at], bars.low[at], bars.high[at])
    listing = listings()[share]
    return _quote_line(
        known.sessions[ordinal],
        (known.traits.groups[share], listing.isin, listing.name),
        (float(prices[0]), float(prices[1]), float(prices[2]), float(prices[3])),
        (int(walk.volume[at]), int(walk.trades[at]), float(bars.turnover[at])),
    )


def _other_lines(session: date) -> list[str]:
    idle = (0, 0, 0.0)
    rows = sorted(OTHER_LINES, key=lambda line: (line.group, line.isin))
    return [
        _quote_line(session, (row.group, row.isin, _quoted(row.name)), (row.price, row.price, 0.0, 0.0), idle)
        for row in rows
    ]


def _quoted(name: str) -> str:
    """The exchange's export puts a name with a comma in quotation marks."""
    return f'"{name}"' if "," in name else name


def _quote_line(
    session: date,
    line: tuple[str, str, str],
    prices: tuple[float, float, float, float],
    activity: tuple[int, int, float],
) -> str:
    group, code, name = line
    opened, closed, low, high = prices
    quantity, trades, turnover = activity
    return (
        f"{session:%d/%m/%Y}   ;{group:<10};{code:<12};{name:<18};{opened:<10.3f};{closed:<10.3f};"
        f"{low:<10.3f};{high:<10.3f};{quantity:<18};{trades:<15};{turnover:.3f}\n"
    )


def _index_line(known: History, ordinal: int, index: int) -> str:
    level = float(known.levels[ordinal, index])
    before = float(known.levels[max(ordinal - 1, 0), index])
    change = (level / before - 1) * 100
    own = INDICES[index]
    return (
        f"{known.sessions[ordinal]:%d/%m/%Y}   ;{own.code:<10};{own.label:<18};{level:<20.3f};"
        f"{before:<20.3f};{change:<20.3f};{max(level, before):<20.3f};{min(level, before):<20.3f}\r\n"
    )
