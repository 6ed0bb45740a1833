"""Market Pulse when something goes wrong: what is stored stays, what can be read is read, and it says so."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
import sqlalchemy as sa

from bvmt.errors import LostRun, SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.runs.context import RunContext
from bvmt.runs.execution import attempt
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import StopRun
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.faults import Fault, Faults
from bvmt.sources.exchange_board import EmptyBoard
from bvmt.sources.http import HttpLimits, HttpSource
from bvmt.store import market
from jobs import market_pulse
from jobs.market_pulse import MARKET_PULSE
from tests.db.boards import BIAT, dump
from tests.db.desk import Desk
from tests.db.pulse import BOARD_PATH, SECTOR_OF, TODAY, Pulse, Stub, number, raw_rows, traded_rows
from tests.unit.sources.feed_server import page


@pytest.fixture
def little_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """The job waits a fifth of a second for an answer instead of ten."""
    limits = HttpLimits(read_timeout=0.2)
    monkeypatch.setattr(market_pulse, "HttpSource", partial(HttpSource, limits=limits))


@pytest.mark.usefixtures("little_patience")
@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (Fault.EMPTY, EmptyBoard, "empty board"),
        (Fault.HTML, SourceFormatError, "not JSON but an HTML page"),
        (Fault.ERROR, SourceRefused, "answered 500"),
        (Fault.HANG, SourceUnreachable, "no answer from"),
    ],
)
def test_a_board_that_cannot_be_read_fails_the_run_and_leaves_what_is_stored(
    pulse: Pulse, faults: Faults, fault: Fault, error: type[Exception], words: str
) -> None:
    pulse.run()
    before = dump(pulse.desk.engine)
    pulse.instant = instant_of(TODAY, 11, 52)
    faults.always = fault
    with pytest.raises(error, match=words):
        pulse.run()
    assert dump(pulse.desk.engine) == before


@pytest.mark.parametrize("fault", [Fault.EMPTY, Fault.ERROR])
def test_a_fault_that_passes_is_asked_away(pulse: Pulse, faults: Faults, fault: Fault) -> None:
    faults.next(fault, fault)
    assert int(pulse.run().figures["quotes_stored"]) > 50


def test_one_broken_row_is_set_aside_and_its_earlier_quote_stays_while_the_others_move_on(stub: Stub) -> None:
    stub.show(raw_rows())
    stub.pulse.run()
    before = stub.pulse.bar(BIAT)
    stub.pulse.instant = instant_of(TODAY, 11, 52)
    stub.show([{**row, "last": "n/a"} if row["isin"] == BIAT else row for row in raw_rows(stub.pulse.instant)])
    ctx = stub.pulse.run()
    assert stub.pulse.bar(BIAT) == before
    others = {isin: row for isin, row in traded_rows(raw_rows(stub.pulse.instant)).items() if isin != BIAT}
    assert {isin: stub.pulse.bar(isin)[1] for isin in others} == {
        isin: number(row["volume"]) for isin, row in others.items()
    }
    assert ctx.figures["rows_set_aside"] == 1
    assert "1 rows of the board could not be read and were set aside" in ctx.warnings
    assert stub.pulse.desk.rows("select isin, reason, seen, last_run_id from set_aside_rows") == [
        (BIAT, 'last is not a number: "n/a"', 1, ctx.run.id)
    ]


def test_a_broken_row_still_counts_in_the_summary_with_its_last_good_quote(stub: Stub) -> None:
    stub.show(raw_rows())
    stub.pulse.run()
    before = stub.pulse.stored()["market_summaries"]
    stub.show([{**row, "last": -1} if row["isin"] == BIAT else row for row in raw_rows()])
    stub.pulse.run()
    assert stub.pulse.stored()["market_summaries"] == before


def test_a_quote_that_went_back_is_refused_with_a_warning(stub: Stub) -> None:
    stub.show(raw_rows())
    stub.pulse.run()
    before = stub.pulse.bar(BIAT)
    stub.show([{**row, "volume": 1} if row["isin"] == BIAT else row for row in raw_rows()])
    ctx = stub.pulse.run()
    assert stub.pulse.bar(BIAT) == before
    assert "1 quotes went back behind what is stored, and were refused" in ctx.warnings


def test_an_instrument_that_is_not_listed_is_told_and_not_stored(stub: Stub) -> None:
    share = next(row for row in raw_rows() if row["isin"] == BIAT)
    named = {**share["referentiel"], "isin": "TN0000000019", "ticker": "NEW", "stockName": "NEWCO"}
    stub.show([*raw_rows(), {**share, "isin": "TN0000000019", "referentiel": named}])
    ctx = stub.pulse.run()
    told = "1 instruments on the board are not among the listings"
    assert (ctx.figures["unknown_instruments"], told in ctx.warnings) == (1, True)
    assert stub.pulse.desk.rows("select 1 from quotes where isin = 'TN0000000019'") == []


def test_a_listing_that_is_not_on_the_board_is_told(stub: Stub) -> None:
    stub.show([row for row in raw_rows() if row["isin"] != BIAT])
    missing = len(SECTOR_OF) - len([row for row in raw_rows() if row["isin"] in SECTOR_OF]) + 1
    ctx = stub.pulse.run()
    assert ctx.figures["listings_missing"] == missing
    assert any("listings are not on the board" in warning for warning in ctx.warnings)


def test_without_its_index_levels_the_run_succeeds_with_a_warning_for_each(pulse: Pulse, faults: Faults) -> None:
    faults.next(None)
    faults.always = Fault.ERROR
    ctx = pulse.run()
    assert [warning.partition(" could not be read")[0] for warning in ctx.warnings] == ["TUNINDEX", "TUNINDEX20"]
    assert (ctx.figures["index_levels"], pulse.desk.value("select count(*) from index_levels")) == (0, 0)
    assert pulse.steps(ctx)["Store the index levels"] == ("succeeded", "none could be read")
    assert pulse.desk.value("select count(*) from market_summaries") == 1


def test_before_the_first_point_of_the_session_the_history_alone_is_stored(stub: Stub) -> None:
    stub.show(raw_rows())
    ctx = stub.pulse.run()
    assert ctx.warnings == [] or all("listings" in warning for warning in ctx.warnings)
    assert stub.pulse.steps(ctx)["Store the index levels"][1] == "TUNINDEX: no level yet; TUNINDEX20: no level yet"


def interrupt(desk: Desk) -> None:
    """Another process takes this instance for dead."""
    desk.execute("update instances set state = 'dead'")
    other = desk.instance()
    desk.rescue(other)


def losing(pulse: Pulse, monkeypatch: pytest.MonkeyPatch, before: str) -> RunContext:
    """A run that is taken away just before this function of the store is called."""
    stored: Callable[..., object] = getattr(market_pulse, before)

    def lose_first(*given: object, **named: object) -> object:
        interrupt(pulse.desk)
        return stored(*given, **named)

    monkeypatch.setattr(market_pulse, before, lose_first)
    return pulse.context()


@pytest.mark.parametrize("step", ["_store_quotes", "_store_indices", "_store_market"])
def test_the_late_results_of_a_run_that_was_lost_are_refused(
    pulse: Pulse, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    ctx = losing(pulse, monkeypatch, step)
    table = {"_store_quotes": "quotes", "_store_indices": "index_levels", "_store_market": "market_summaries"}[step]
    with pytest.raises(LostRun, match="late results are refused"):
        MARKET_PULSE.work(ctx)
    assert pulse.desk.value(f"select count(*) from {table}") == 0
    assert pulse.desk.status(ctx.run.id) is RunStatus.INTERRUPTED


def test_a_rescue_waits_for_results_that_are_being_written(pulse: Pulse) -> None:
    ctx = pulse.context()
    with ctx.transaction() as conn:
        pulse.desk.execute("update instances set state = 'dead'")
        locked = sa.text("set lock_timeout = '50ms'; update runs set status = 'interrupted', finished_at = now()")
        with pulse.desk.engine.connect() as other, pytest.raises(sa.exc.OperationalError, match="lock timeout"):
            other.execute(locked)
        market.store_index_levels(conn, [])
    assert pulse.desk.rescue(pulse.desk.instance()) == [ctx.run.id]


def test_a_run_that_was_told_to_stop_stores_nothing(pulse: Pulse) -> None:
    ctx = pulse.context()
    ctx.signal.stop(RunStatus.CANCELLED, "cancelled by Amel")
    with pytest.raises(StopRun):
        MARKET_PULSE.work(ctx)
    assert all(rows == [] for table, rows in pulse.stored().items() if table != "listings")


def test_an_attempt_that_meets_a_passing_fault_is_followed_by_another(pulse: Pulse, faults: Faults) -> None:
    faults.always = Fault.ERROR
    outcome = attempt(MARKET_PULSE, pulse.context())
    assert outcome is not None
    assert outcome.status is RunStatus.FAILED
    assert outcome.retry_in_seconds is not None
    assert outcome.failure is not None
    assert outcome.failure.fingerprint.startswith("SourceRefused at bvmt/sources/")


def test_a_feed_that_answers_with_a_page_is_named_in_the_words_of_the_operator(stub: Stub) -> None:
    stub.server.answer(BOARD_PATH, page())
    with pytest.raises(SourceFormatError, match=r"^Exchange feed: "):
        stub.pulse.run()
