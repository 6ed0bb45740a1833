"""Market Pulse: the board of the exchange, from the feed into the database, several times an hour.

Where the platform's stock or market service is set, the one stands in for the board and the other for index
levels and market figures.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bvmt.errors import SourceError
from bvmt.market.board import Board, IndexLevel, Quote, SetAsideRow
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
from bvmt.sources.platform import MarketService, StockService
from bvmt.sources.platform_stocks import ASSUMED_GROUP
from bvmt.sources.platform_view import MarketView, ask_market
from bvmt.store import calendar, market
from bvmt.store import listings as listing_store
from bvmt.store.adjustments import recompute_adjustments
from bvmt.store.unknown_instruments import note_unknown

log = logging.getLogger(__name__)

SOURCE = "exchange"
STOCK_SERVICE_SOURCE = "stock service"
MARKET_SERVICE_SOURCE = "market service"


def work(ctx: RunContext) -> None:
    """Fetch the board, store what it shows, and work out what it says about the market."""
    today = _today(ctx)
    if ctx.is_scheduled and today.kind is DayKind.CLOSED:
        raise SkipRun(f"exchange closed: {today.name}")
    feed = HttpSource(EXCHANGE_FEED, should_stop=ctx.check_stop)
    with Exchange(ctx.addresses.exchange, clock=ctx.clock, http=feed, zone=ctx.settings.zone) as exchange:
        board = _fetch(ctx, exchange)
        quotes, listings = _check(ctx, board, today)
        _store_quotes(ctx, board, quotes)
        view = MarketView()
        if url := ctx.settings.market_service_url:
            view = _ask_market_service(ctx, url, listings)
            _store_given_indices(ctx, view)
        else:
            _store_indices(ctx, exchange)
    _store_market(ctx, board, listings, view)


def _today(ctx: RunContext) -> Day:
    today = ctx.clock().astimezone(ctx.settings.zone).date()
    with ctx.transaction() as conn:
        return day(today, calendar.read_own_days(conn, since=today, until=today))


def _fetch(ctx: RunContext, exchange: Exchange) -> Board:
    with ctx.step("Fetch the board") as step:
        url = ctx.settings.stock_service_url
        board = _fetch_from_platform(ctx, url) if url else exchange.board()
        step.detail = (
            f"{len(board.stocks)} stocks of the session of {board.session}, "
            f"as of {board.as_of.astimezone(ctx.settings.zone):%H:%M}"
        )
        return board


def _fetch_from_platform(ctx: RunContext, url: str) -> Board:
    with ctx.transaction() as conn:
        listings = listing_store.list_listings(conn)
    with StockService(url, clock=ctx.clock, zone=ctx.settings.zone, should_stop=ctx.check_stop) as stocks:
        _refresh(ctx, stocks)
        return stocks.board(listings)


def _refresh(ctx: RunContext, stocks: StockService) -> None:
    """Stocks that cannot be refreshed still say of when they are."""
    try:
        refreshed = stocks.refresh()
    except SourceError as error:
        ctx.warn(f"The stocks could not be refreshed and are as the service had them: {error}")
        return
    if not refreshed.complete:
        ctx.warn(f"The stock service refreshed its stocks with {refreshed.failed or 'an unknown number of'} failures")


def _check(ctx: RunContext, board: Board, today: Day) -> tuple[list[Quote], list[Listing]]:
    """Decide whether there is a session, and which quotes are of listed stocks."""
    with ctx.step("Check it") as step:
        ctx.figure("rows_set_aside", len(board.set_aside))
        _keep_set_aside(ctx, STOCK_SERVICE_SOURCE if ctx.settings.stock_service_url else SOURCE, board.set_aside)
        if ctx.is_scheduled and today.kind is DayKind.EXPECTED_CLOSURE and board.session != today.date:
            raise SkipRun(f"no session (expected: {today.name})")
        if board.session != today.date:
            log.info("The board shows the session of %s, not of today", board.session)
        with ctx.transaction() as conn:
            known = listing_store.list_listings(conn)
        listings = [listing for listing in known if listing.active]
        listed = {listing.isin for listing in listings}
        quotes = [quote for quote in board.quotes if quote.isin in listed]
        _note_unknown(ctx, board, known)
        missing = len(listed) - len(quotes)
        ctx.figure("listings_missing", missing)
        if missing:
            ctx.warn(f"{missing} of {len(listed)} listings are not on the board or could not be read")
        step.detail = f"{len(quotes)} of {len(listed)} listings, {len(board.set_aside)} rows set aside"
        return quotes, listings


def _keep_set_aside(ctx: RunContext, source: str, rows: Sequence[SetAsideRow]) -> None:
    if not rows:
        return
    for row in rows:
        log.warning("Set aside %s: %s", row.isin or "a row", row.reason)
    of = "the market service" if source == MARKET_SERVICE_SOURCE else "the board"
    ctx.warn(f"{len(rows)} rows of {of} could not be read and were set aside")
    with ctx.transaction() as conn:
        market.store_set_aside(conn, source, rows, run_id=ctx.run.id)


def _note_unknown(ctx: RunContext, board: Board, known: Sequence[Listing]) -> None:
    """Offer the operator what the listings miss, and warn when it is seen for the first time."""
    unknown = unknown_instruments(board, known)
    ctx.figure("unknown_instruments", len(unknown))
    if not unknown:
        return
    source = STOCK_SERVICE_SOURCE if ctx.settings.stock_service_url else SOURCE
    with ctx.transaction() as conn:
        new = set(note_unknown(conn, unknown, source=source))
    for quote in unknown:
        if quote.isin in new:
            log.warning("Not among the listings: %s %s (group %s)", quote.isin, quote.name, quote.group)
    if new:
        ctx.warn(f"{len(new)} instruments on the board are not among the listings")


def _store_quotes(ctx: RunContext, board: Board, quotes: Sequence[Quote]) -> None:
    with ctx.step("Store the quotes") as step, ctx.transaction() as conn:
        if ctx.settings.stock_service_url is None:  # the platform tells no groups
            listing_store.note_groups(conn, {quote.isin: quote.group for quote in quotes})
        stored = market.store_quotes(conn, board, quotes)
        new_moment = market.store_moment(conn, board, quotes, fetched_at=ctx.clock())
        if stored.added:  # a new session may be the first one after an action announced before
            recompute_adjustments(conn)
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


def _ask_market_service(ctx: RunContext, url: str, listings: Sequence[Listing]) -> MarketView:
    """What the market service cannot tell is computed here, and said so."""
    with ctx.step("Ask the market service") as step:
        with MarketService(url, clock=ctx.clock, zone=ctx.settings.zone, should_stop=ctx.check_stop) as service:
            view = ask_market(service, listings)
        for problem in view.problems:
            log.warning(problem)
            ctx.warn(problem)
        _keep_set_aside(ctx, MARKET_SERVICE_SOURCE, view.set_aside)
        step.detail = f"It gave {view.told()}"
        return view


def _store_given_indices(ctx: RunContext, view: MarketView) -> None:
    with ctx.step("Store the index levels") as step:
        level_of = {level.code: level for level in view.levels}
        for index in HEADLINE:
            if index.code not in level_of:
                ctx.warn(f"{index.name} could not be read: the market service gave no level of it")
        with ctx.transaction() as conn:
            market.store_index_levels(conn, view.levels)
        ctx.figure("index_levels", len(view.levels))
        told = [_in_words(index, level_of[index.code]) for index in HEADLINE if index.code in level_of]
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


def _store_market(ctx: RunContext, board: Board, listings: Sequence[Listing], view: MarketView) -> None:
    """Sectors, summary and movers come from what is stored: a row set aside today keeps its last good quote."""
    with ctx.step("Work out sectors, movers and summary") as step, ctx.transaction() as conn:
        stored = Board(board.session, board.as_of, _of_shares(market.read_session(conn, board.session)))
        sector_of = {listing.isin: listing.sector for listing in listings}
        summary = view.summary(market_summary(stored, listings))
        gainers, losers = view.movers(top_movers(stored.quotes), stored.quotes)
        sectors, unknown = view.sectors(sector_performance(stored.quotes, sector_of))
        if unknown:
            ctx.warn(f"The market service has sectors that no listing is in: {', '.join(unknown)}")
        market.store_sectors(conn, stored, sectors)
        market.store_summary(conn, summary, gainers=gainers, losers=losers)
        step.detail = (
            f"{summary.advancing} up, {summary.declining} down, {summary.unchanged} unchanged, "
            f"{summary.not_traded} not traded; turnover {summary.turnover / 1_000_000:,.2f} million TND"
        )
    ctx.figure("stocks_traded", summary.listings - summary.not_traded)
    ctx.figure("turnover_tnd", float(summary.turnover))


def _of_shares(quotes: Sequence[Quote]) -> list[Quote]:
    """Stored quotes are of listed shares, also those whose quotation group no source has told yet."""
    return [quote if quote.group else replace(quote, group=ASSUMED_GROUP) for quote in quotes]


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
    needs_session=True,
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
