"""The market in one line: activity, breadth and capitalisation of the listed shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bvmt.market.board import SUSPENDED_GROUPS, Board, Quote
from bvmt.market.listings import Listing, is_rights_line
from bvmt.market.movers import change_pct


@dataclass(frozen=True, slots=True)
class MarketSummary:
    """One board of the listed shares in figures.

    `listings` counts the active listings on the board, and is the sum of `advancing`, `declining`,
    `unchanged`, `change_unknown` (traded, but with no reference to compare with) and `not_traded`.
    `suspended` are those among them in a group under a suspended or special regime, which may trade all
    the same. `turnover` and `market_cap` in TND, `volume` in shares. `market_cap` adds up
    `market_cap_coverage` of the listings, and is None where that is 0.
    """

    session: date
    as_of: datetime
    turnover: Decimal
    volume: int
    trades: int
    advancing: int
    declining: int
    unchanged: int
    not_traded: int
    suspended: int
    market_cap: Decimal | None
    market_cap_coverage: int
    listings: int
    change_unknown: int = 0


def market_summary(board: Board, listings: Sequence[Listing]) -> MarketSummary:
    """Return the figures of the board's listed shares: the active `listings`, found by ISIN.

    Rights, bonds and instruments not in `listings` count nowhere. Breadth is counted as Tunis desks do in
    their "balance des variations": up, down and unchanged among the shares that traded, by their move
    against the exchange's reference, with the untraded named apart. Turnover is single-counted, as the
    feed gives it.
    """
    shares = {listing.isin: listing.shares_outstanding for listing in listings if listing.active}
    quotes = [quote for quote in board.quotes if quote.isin in shares]
    changes = [change_pct(quote) for quote in quotes if quote.traded]
    known = [change for change in changes if change is not None]
    caps = [cap for quote in quotes if (cap := _market_cap(quote, shares[quote.isin])) is not None]
    return MarketSummary(
        session=board.session,
        as_of=board.as_of,
        turnover=sum((quote.turnover for quote in quotes), Decimal(0)),
        volume=sum(quote.volume for quote in quotes),
        trades=sum(quote.trades for quote in quotes),
        advancing=sum(change > 0 for change in known),
        declining=sum(change < 0 for change in known),
        unchanged=sum(change == 0 for change in known),
        not_traded=len(quotes) - len(changes),
        suspended=sum(quote.group in SUSPENDED_GROUPS for quote in quotes),
        market_cap=sum(caps, Decimal(0)) if caps else None,
        market_cap_coverage=len(caps),
        listings=len(quotes),
        change_unknown=len(changes) - len(known),
    )


def unknown_instruments(board: Board, listings: Sequence[Listing]) -> list[Quote]:
    """Return the quotes of share groups whose ISIN is in no listing, in the board's order.

    They are the shares that the reference data miss, such as a new listing. An inactive listing is known;
    rights and odd-lot lines are not shares.
    """
    known = {listing.isin for listing in listings}
    return [quote for quote in board.stocks if quote.isin not in known and not is_rights_line(quote.name)]


def _market_cap(quote: Quote, shares: int | None) -> Decimal | None:
    """Shares outstanding x last price in TND, an untraded share at the price carried over from before."""
    price = quote.last or quote.reference
    return shares * price if shares and price else None
