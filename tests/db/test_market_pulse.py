"""Market Pulse from end to end: a real exchange on this machine, a real run, a real database."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest

from bvmt.market.indices import HEADLINE
from bvmt.runs.status import RunOrigin
from bvmt.runs.stopping import SkipRun
from bvmt.sandbox.calendar import instant_of
from bvmt.sandbox.faults import Fault, Faults
from jobs.market_pulse import MARKET_PULSE
from tests.db.pulse import SECTOR_OF, TODAY, Pulse, Row, Stub, change, number, raw_rows, traded_rows


def test_the_bars_stored_are_those_of_the_board(pulse: Pulse) -> None:
    pulse.run()
    stored = {
        isin: (close, volume, turnover)
        for isin, close, volume, turnover in pulse.desk.rows(
            "select isin, close, volume, turnover from quotes where session = :day", day=TODAY
        )
    }
    rows = [row for row in raw_rows() if row["isin"] in SECTOR_OF]
    assert len(rows) > 50
    assert stored == {
        row["isin"]: (
            number(row["last"]) if number(row["volume"]) else number(row["close"]),
            number(row["volume"]),
            number(row["caps"]),
        )
        for row in rows
    }


def test_the_summary_stored_is_what_the_raw_quotes_add_up_to(pulse: Pulse) -> None:
    pulse.run()
    rows = [row for row in raw_rows() if row["isin"] in SECTOR_OF]
    traded = traded_rows(rows)
    moves = [number(row["last"]) - number(row["close"]) for row in traded.values()]
    expected = (
        sum(number(row["caps"]) for row in rows),
        sum(number(row["volume"]) for row in rows),
        sum(number(row["trVolume"]) for row in rows),
        sum(move > 0 for move in moves),
        sum(move < 0 for move in moves),
        sum(move == 0 for move in moves),
        len(rows) - len(traded),
        len(rows),
    )
    columns = "turnover, volume, trades, advancing, declining, unchanged, not_traded, listings"
    assert pulse.desk.rows(f"select {columns} from market_summaries where session = :day", day=TODAY) == [expected]


def test_the_sectors_stored_are_what_the_raw_quotes_of_each_add_up_to(pulse: Pulse) -> None:
    pulse.run()
    members: defaultdict[str, list[Row]] = defaultdict(list)
    for row in raw_rows():
        if row["isin"] in SECTOR_OF:
            members[SECTOR_OF[row["isin"]]].append(row)
    stored = {
        found[0]: found[1:]
        for found in pulse.desk.rows(
            "select sector, listings, traded, turnover, equal_weighted_change_pct, turnover_weighted_change_pct"
            " from sector_sessions where session = :day",
            day=TODAY,
        )
    }
    assert set(stored) == set(members)
    for sector, rows in members.items():
        traded = list(traded_rows(rows).values())
        turnover = sum(number(row["caps"]) for row in rows)
        assert stored[sector][:3] == (len(rows), len(traded), turnover)
        if traded:
            equal = sum(map(change, traded)) / len(traded)
            weighted = sum(change(row) * number(row["caps"]) for row in traded) / turnover
            assert float(stored[sector][3]) == pytest.approx(float(equal), abs=0.00006)
            assert float(stored[sector][4]) == pytest.approx(float(weighted), abs=0.00006)
        else:
            assert stored[sector][3:] == (None, None)


def test_a_run_tells_its_steps_and_its_figures(pulse: Pulse) -> None:
    ctx = pulse.run()
    on_board = [row for row in raw_rows() if row["isin"] in SECTOR_OF]
    traded = traded_rows(on_board)
    assert [status for status, _ in pulse.steps(ctx).values()] == ["succeeded"] * 5
    figures = pulse.desk.run(ctx.run.id).figures
    assert set(figures) == {figure.key for figure in MARKET_PULSE.figures}
    assert figures["quotes_stored"] == figures["quotes_changed"] == len(on_board)
    assert figures["listings_missing"] == len(SECTOR_OF) - len(on_board)
    assert (figures["rows_set_aside"], figures["stocks_traded"]) == (0, len(traded))
    assert figures["turnover_tnd"] == pytest.approx(float(sum(number(row["caps"]) for row in on_board)))


def test_the_levels_of_both_headline_indices_are_stored_with_their_history(pulse: Pulse) -> None:
    ctx = pulse.run()
    counts = dict(pulse.desk.rows("select code, count(*) from index_levels group by code"))
    assert set(counts) == {index.code for index in HEADLINE}
    assert all(count > 55 for count in counts.values())
    assert sum(counts.values()) == ctx.figures["index_levels"]
    latest = pulse.desk.rows("select distinct on (code) session, as_of from index_levels order by code, session desc")
    assert [(session, as_of is not None) for session, as_of in latest] == [(TODAY, True)] * 2


def test_a_second_run_at_the_same_moment_changes_nothing(pulse: Pulse) -> None:
    pulse.run()
    before = pulse.stored()
    second = pulse.run()
    assert pulse.stored() == before
    assert second.figures["quotes_changed"] == 0
    assert pulse.steps(second)["Store the quotes"][1].endswith("this moment of the board was stored already")


def test_a_later_run_brings_the_bars_of_today_up_to_date_and_adds_a_moment(pulse: Pulse) -> None:
    pulse.run()
    pulse.instant = instant_of(TODAY, 11, 52)
    ctx = pulse.run()
    assert int(ctx.figures["quotes_changed"]) > 5
    assert pulse.desk.value("select count(*) from board_moments") == 2
    later = traded_rows(raw_rows(pulse.instant))
    assert {row[0] for row in pulse.desk.rows("select isin from quotes where volume > 0")} == set(later)


def test_on_a_confirmed_closure_a_scheduled_run_is_skipped_without_asking_the_exchange(
    pulse: Pulse, faults: Faults
) -> None:
    pulse.instant = instant_of(date(2026, 12, 17), 10, 37)
    faults.always = Fault.ERROR
    with pytest.raises(SkipRun, match=r"^exchange closed: Revolution Day$"):
        pulse.run()
    assert pulse.desk.value("select count(*) from run_steps") == 0


@pytest.mark.parametrize("origin", [RunOrigin.MANUAL, RunOrigin.API])
def test_on_a_confirmed_closure_a_run_that_was_asked_for_goes_on(pulse: Pulse, origin: RunOrigin) -> None:
    pulse.instant = instant_of(date(2026, 12, 17), 10, 37)
    ctx = pulse.run(origin)
    assert int(ctx.figures["quotes_stored"]) > 50
    assert pulse.desk.rows("select distinct session from quotes") == [(date(2026, 12, 16),)]


FEAST = date(2026, 5, 27)


def test_on_an_expected_closure_with_the_board_of_an_earlier_day_the_run_is_skipped(pulse: Pulse) -> None:
    pulse.instant = instant_of(FEAST, 10, 37)
    with pytest.raises(SkipRun, match=r"^no session \(expected: Aid el-Adha\)$"):
        pulse.run()
    assert pulse.desk.value("select count(*) from quotes") == 0


def test_on_an_expected_closure_that_turns_out_a_session_the_run_goes_on(stub: Stub) -> None:
    stub.pulse.instant = instant_of(FEAST, 10, 37)
    stub.show([{**row, "seance": FEAST.isoformat()} for row in raw_rows()])
    stub.pulse.run()
    assert stub.pulse.desk.rows("select distinct session from quotes") == [(FEAST,)]
