"""Market Pulse at a desk: at the sandbox exchange, or at a feed that the test writes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bvmt.clock import monotonic
from bvmt.market.indices import HEADLINE
from bvmt.market.listings import seed_listings
from bvmt.runs.context import RunContext
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.stopping import StopSignal
from bvmt.sandbox.board import markets
from bvmt.sandbox.calendar import instant_of
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.sources.exchange import BOARD_GROUPS
from jobs.market_pulse import MARKET_PULSE
from tests.db.boards import dump
from tests.db.desk import Desk
from tests.unit.sources.feed_server import FeedServer, as_json

SEED = 2026
TODAY = date(2026, 11, 24)
MORNING = instant_of(TODAY, 10, 37)
SECTOR_OF = {listing.isin: listing.sector for listing in seed_listings()}
BOARD_PATH = f"/market/groups/{BOARD_GROUPS}"

Row = dict[str, Any]


@dataclass
class Pulse:
    """The job at a desk: its exchange, its clock, and runs of it."""

    desk: Desk
    feed_url: str
    instant: datetime = MORNING

    def context(self, origin: RunOrigin = RunOrigin.SCHEDULED) -> RunContext:
        """A run of the job that has just started."""
        if origin is RunOrigin.SCHEDULED:
            run = self.desk.start(MARKET_PULSE.id)
        else:
            self.desk.request(MARKET_PULSE.id, origin=origin)
            started = self.desk.dispatch()
            assert started is not None
            run = started
        return RunContext(
            run=run,
            instance_id=self.desk.me,
            engine=self.desk.engine,
            settings=load_settings(env_file=None),
            addresses=Addresses(exchange=self.feed_url),
            clock=lambda: self.instant,
            monotonic=monotonic,
            signal=StopSignal(),
            recorder=Recorder(self.desk.engine, run, self.desk.me),
        )

    def run(self, origin: RunOrigin = RunOrigin.SCHEDULED) -> RunContext:
        """One run to its end; what the job raises comes through once the run is over."""
        ctx = self.context(origin)
        try:
            MARKET_PULSE.work(ctx)
        except BaseException:
            self.desk.finish(ctx.run, RunStatus.FAILED)
            raise
        self.desk.finish(ctx.run, figures=ctx.figures, warnings=ctx.warnings)
        return ctx

    def steps(self, ctx: RunContext) -> dict[str, tuple[str, str]]:
        """Status and detail of each step of a run."""
        query = "select name, status, detail from run_steps where run_id = :run order by position"
        return {name: (status, detail) for name, status, detail in self.desk.rows(query, run=ctx.run.id)}

    def bar(self, isin: str) -> tuple[Any, ...]:
        """Close, volume and turnover of a listing's bar of today."""
        query = "select close, volume, turnover from quotes where isin = :isin and session = :session"
        return self.desk.rows(query, isin=isin, session=TODAY)[0]

    def stored(self) -> dict[str, list[tuple[Any, ...]]]:
        """Everything that is stored of the market, without the versions of rows."""
        return {table: [row[1:] for row in rows] for table, rows in dump(self.desk.engine).items()}


class Stub:
    """A feed that shows exactly the rows it is given, and no index levels unless told."""

    def __init__(self, desk: Desk) -> None:
        self.server = FeedServer()
        self.pulse = Pulse(desk, self.server.url)
        for index in HEADLINE:
            self.server.answer(f"/history/{index.isin}", as_json({"indexHistorys": []}))
            self.server.answer(f"/intraday/{index.isin}", as_json({"intradays": []}))

    def show(self, rows: list[Row]) -> None:
        """From the next request on, show these rows."""
        self.server.answer(BOARD_PATH, as_json({"markets": rows}))
        if len(self.server._answers[BOARD_PATH]) > 1:
            self.server.next_answer(BOARD_PATH)


def raw_rows(instant: datetime = MORNING) -> list[Row]:
    """The rows of the sandbox's board, as they go over the wire."""
    return markets(SEED, instant, set(BOARD_GROUPS.split(",")))


def number(value: float | str) -> Decimal:
    """A number as the feed writes it: at times as text with a decimal comma."""
    return Decimal(str(value).replace(",", ".").replace("\u202f", "").replace(" ", ""))


def traded_rows(rows: list[Row]) -> dict[str, Row]:
    """The listed shares that traded, by ISIN."""
    return {row["isin"]: row for row in rows if row["isin"] in SECTOR_OF and number(row["volume"]) > 0}


def change(row: Row) -> Decimal:
    """The move of a row in percent, unrounded."""
    return (number(row["last"]) / number(row["close"]) - 1) * 100
