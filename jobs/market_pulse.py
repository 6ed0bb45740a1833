"""Market Pulse: the board of the exchange, from the feed into the database, several times an hour."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import timedelta

from bvmt.errors import SourceError
from bvmt.market.board import Board, IndexLevel, Quote
from bvmt.market.calendar import Day, DayKind, day
from bvmt.market.indices import HEADLINE, Index
from bvmt.market.listings import Listing
from bvmt.market.movers import top_movers
from bvmt.market.sectors import sector_performance
from bvmt.market.summary import market_summary, unknown_instruments
from bvmt.runs.context import RunContext
from bvmt.runs.job import Figure, Job, RetryPolicy
from bvmt.runs.schedules import Schedule, window
from bvmt.runs.stopping import SkipRun
from bvmt.settings import Settings
from bvmt.sources.exchange import Exchange
from bvmt.sources.exchange_board import SOURCE as EXCHANGE_FEED
from bvmt.sources.http import HttpSource
from bvmt.store import listings as listing_store
from bvmt.store import market

log = logging.getLogger(__name__)

SOURCE = "exchange"


def work(ctx: RunContext) -> None:
    """Fetch the board, store what it shows, and work out what it says about the market."""
    today = day(ctx.clock().astimezone(ctx.settings.zone).date())
    if ctx.is_scheduled and today.kind is DayKind.CLOSED:
        raise SkipRun(f"exchange closed: {today.name}")
    feed = HttpSource(EXCHANGE_FEED, should_stop=ctx.check_stop)
    with Exchange(ctx.addresses.exchange, clock=ctx.clock, http=feed, zone=ctx.settings.zone) as exchange:
        board = _fetch(ctx, exchange)
        quotes, listings = _check(ctx, board, today)
        _store_quotes(ctx, board, quotes)
        _store_indices(ctx, exchange)
    _store_market(ctx, board, listings)


def _fetch(ctx: RunContext, exchange: Exchange) -> Board:
    with ctx.step("Fetch the board") as step:
        board = exchange.board()
        step.detail = (
            f"{len(board.stocks)} stocks of the session of {board.session}, "
            f"as of {board.as_of.astimezone(ctx.settings.zone):%H:%M}"
        )
        return board


def _check(ctx: RunContext, board: Board, today: Day) -> tuple[list[Quote], list[Listing]]:
    """Decide whether there is a session, and which quotes are of listed stocks."""
    with ctx.step("Check it") as step:
        _keep_set_aside(ctx, board)
        if ctx.is_scheduled and today.kind is DayKind.EXPECTED_CLOSURE and board.session != today.date:
            raise SkipRun(f"no session (expected: {today.name})")
        if board.session != today.date:
            log.info("The board shows the session of %s, not of today", board.session)
        with ctx.transaction() as conn:
            listings = [listing for listing in listing_store.list_listings(conn) if listing.active]
        listed = {listing.isin for listing in listings}
        quotes = [quote for quote in board.quotes if quote.isin in listed]
        _tell_unknown(ctx, board, listings)
        missing = len(listed) - len(quotes)
        ctx.figure("listings_missing", missing)
        if missing:
            ctx.warn(f"{missing} of {len(listed)} listings are not on the board or could not be read")
        step.detail = f"{len(quotes)} of {len(listed)} listings, {len(board.set_aside)} rows set aside"
        return quotes, listings


def _keep_set_aside(ctx: RunContext, board: Board) -> None:
    ctx.figure("rows_set_aside", len(board.set_aside))
    if not board.set_aside:
        return
    for row in board.set_aside:
        log.warning("Set aside %s: %s", row.isin or "a row", row.reason)
    ctx.warn(f"{len(board.set_aside)} rows of the board could not be read and were set aside")
    with ctx.transaction() as conn:
        market.store_set_aside(conn, SOURCE, board.set_aside, run_id=ctx.run.id)


def _tell_unknown(ctx: RunContext, board: Board, listings: Sequence[Listing]) -> None:
    unknown = unknown_instruments(board, listings)
    ctx.figure("unknown_instruments", len(unknown))
    for quote in unknown:
        log.warning("On the board but not among the listings: %s %s (group %s)", quote.isin, quote.name, quote.group)
    if unknown:
        ctx.warn(f"{len(unknown)} instruments on the board are not among the listings")


def _store_quotes(ctx: RunContext, board: Board, quotes: Sequence[Quote]) -> None:
    with ctx.step("Store the quotes") as step, ctx.transaction() as conn:
        listing_store.note_groups(conn, {quote.isin: quote.group for quote in quotes})
        stored = market.store_quotes(conn, board, quotes)
        new_moment = market.store_moment(conn, board, quotes, fetched_at=ctx.clock())
        step.detail = f"{stored.added} new, {stored.changed} changed, {stored.unchanged} unchanged"
        if not new_moment:
            step.detail += "; this moment of the board was stored already"
    ctx.figure("quotes_stored", stored.added + stored.changed + stored.unchanged)
    ctx.figure("quotes_changed", stored.added + stored.changed)
    if stored.refused:
        log.warning("The stored bar is ahead of the board for %s", ", ".join(stored.refused))
        ctx.warn(f"{len(stored.refused)} quotes went back behind what is stored, and were refused")


def _store_indices(ctx: RunContext, exchange: Exchange) -> None:
    """Index levels are a part of the pulse that may fail without sinking it."""
    with ctx.step("Store the index levels") as step:
        levels: list[IndexLevel] = []
        told: list[str] = []
        for index in HEADLINE:
            try:
                found = _index_levels(exchange, index)
            except SourceError as error:
                log.warning("No level of %s: %s", index.name, error)
                ctx.warn(f"{index.name} could not be read: {error}")
                continue
            levels += found
            told += [_in_words(index, found[-1])] if found else [f"{index.name}: no level yet"]
        with ctx.transaction() as conn:
            market.store_index_levels(conn, levels)
        ctx.figure("index_levels", len(levels))
        step.detail = "; ".join(told) or "none could be read"


def _index_levels(exchange: Exchange, index: Index) -> list[IndexLevel]:
    """The closes of past sessions, then the level of the session on the board."""
    history = exchange.index_history(index.isin, index.code)
    level = exchange.index_level(index.isin, index.code)
    if level is None:
        return history
    return [past for past in history if past.session < level.session] + [level]


def _in_words(index: Index, level: IndexLevel) -> str:
    change = level.change_pct
    return f"{index.name} {level.level:,.2f}" + (f" ({change:+.2f} %)" if change is not None else "")


def _store_market(ctx: RunContext, board: Board, listings: Sequence[Listing]) -> None:
    """Sectors, summary and movers come from what is stored: a row set aside today keeps its last good quote."""
    with ctx.step("Work out sectors, movers and summary") as step, ctx.transaction() as conn:
        stored = Board(board.session, board.as_of, market.read_session(conn, board.session))
        sector_of = {listing.isin: listing.sector for listing in listings}
        summary = market_summary(stored, listings)
        gainers, losers = top_movers(stored.quotes)
        market.store_sectors(conn, stored, sector_performance(stored.quotes, sector_of))
        market.store_summary(conn, summary, gainers=gainers, losers=losers)
        step.detail = (
            f"{summary.advancing} up, {summary.declining} down, {summary.unchanged} unchanged, "
            f"{summary.not_traded} not traded; turnover {summary.turnover / 1_000_000:,.2f} million TND"
        )
    ctx.figure("stocks_traded", summary.listings - summary.not_traded)
    ctx.figure("turnover_tnd", float(summary.turnover))


def _schedule(settings: Settings) -> Schedule:
    return window(settings.market_pulse_interval, settings.market_open, settings.market_close)


MARKET_PULSE = Job(
    id="market_pulse",
    name="Market Pulse",
    description="Reads the exchange's board and stores quotes, index levels, sectors, movers and the market summary.",
    schedule=_schedule,
    work=work,
    grace=timedelta(minutes=10),
    time_limit=timedelta(minutes=5),
    retry=RetryPolicy(max_attempts=3, base=timedelta(seconds=15), longest=timedelta(minutes=2)),
    figures=(
        Figure("quotes_stored", "Quotes stored", "quotes", learnt=True),
        Figure("quotes_changed", "New or changed", "quotes"),
        Figure("rows_set_aside", "Rows set aside", "rows"),
        Figure("listings_missing", "Listings missing", "listings"),
        Figure("unknown_instruments", "Unknown instruments", "instruments"),
        Figure("index_levels", "Index levels", "levels"),
        Figure("stocks_traded", "Stocks that traded", "stocks"),
        Figure("turnover_tnd", "Turnover", "TND"),
    ),
)
