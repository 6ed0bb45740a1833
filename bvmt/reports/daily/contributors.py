"""The section on contributions: the points of TUNINDEX by share, where the shares outstanding allow it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bvmt.market.board import Quote
from bvmt.market.indices import TUNINDEX
from bvmt.reports.content import NumberForm, Paragraph, Row, Section, Table
from bvmt.reports.daily.indices import NO_BASE
from bvmt.reports.daily.session import Session
from bvmt.reports.values import change, column, count, figures, number, percent, say, words

SHOWN = 5
"""Contributors told on each side."""


@dataclass(frozen=True, slots=True)
class Contribution:
    """A share's part in the index's move: its `weight` (fraction) before the session, its move, and points."""

    isin: str
    weight: Decimal
    move: Decimal
    points: Decimal


def contributions(session: Session) -> list[Contribution] | None:
    """Return each moved share's contribution to TUNINDEX, the largest gain first.

    w_i x r_i x I_{t-1} in points, w_i = float capitalisation at the reference over the sum of all. None unless shares
    outstanding and free float of every quoted listing are known: a sum with holes would make the others too heavy.
    """
    index = session.headline.get(TUNINDEX.code)
    quoted = [quote for quote in session.quotes if quote.reference or quote.last]
    caps = {quote.isin: cap for quote in quoted if (cap := _float_cap(session, quote)) is not None}
    total = sum(caps.values(), Decimal(0))
    if index is None or index.before is None or len(caps) < len(quoted) or not total:
        return None
    found = []
    for isin, move in session.changes.items():
        weight = caps[isin] / total
        if move:
            found.append(Contribution(isin, weight, move, weight * move * index.before))
    return sorted(found, key=lambda each: (-each.points, each.isin))


def contributors_section(session: Session) -> Section:
    """The largest contributions on both sides and what the estimate leaves over, or why there are none."""
    found = contributions(session)
    block = _table(session, found) if found is not None else _why_not(session)
    return Section(
        id="contributors",
        heading=say("daily.contributors.heading"),
        blocks=(block,),
        method=(say("daily.contributors.method"),) if found is not None else (),
    )


def _float_cap(session: Session, quote: Quote) -> Decimal | None:
    listing = session.listings[quote.isin]
    price = quote.reference or quote.last
    if not listing.shares_outstanding or not listing.free_float_pct or not price:
        return None
    return listing.shares_outstanding * listing.free_float_pct / 100 * price


def _why_not(session: Session) -> Paragraph:
    listings = [session.listings[quote.isin] for quote in session.quotes]
    known = sum(bool(each.shares_outstanding and each.free_float_pct) for each in listings)
    if known < len(listings):
        sentence = say("daily.contributors.unknown_shares", known=count(known), of=count(len(listings)))
    else:
        sentence = say("daily.contributors.no_index")
    return Paragraph(sentences=(sentence,), tone="note")


def _table(session: Session, found: list[Contribution]) -> Table:
    index = session.headline[TUNINDEX.code]
    gains = [each for each in found if each.points > 0][:SHOWN]
    losses = [each for each in reversed(found) if each.points < 0][:SHOWN]
    shown = [*gains, *losses]
    rest = sum((each.points for each in found if each not in shown), Decimal(0))
    residual = None if index.points is None else index.points - sum((each.points for each in found), Decimal(0))
    return Table(
        id="contributors",
        columns=(
            column("share", "daily.column.share", width=1.6),
            figures("weight", "daily.column.weight"),
            figures("change", "daily.column.change"),
            figures("points", "daily.column.points"),
        ),
        rows=(
            *(
                Row(
                    cells=(
                        words(session.name(each.isin)),
                        percent(each.weight),
                        change(each.move),
                        number(each.points, NumberForm.POINTS),
                    )
                )
                for each in shown
            ),
            _sum_row("daily.contributors.rest", rest, len(found) - len(shown)),
            _sum_row("daily.contributors.residual", residual, 0),
        ),
        empty=say("daily.contributors.none"),
    )


def _sum_row(key: str, points: Decimal | None, n: int) -> Row:
    empty = words("")
    return Row(cells=(say(key, n=count(n)), empty, empty, number(points, NumberForm.POINTS, NO_BASE)), quiet=True)
