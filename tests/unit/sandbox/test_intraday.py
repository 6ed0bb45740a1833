from __future__ import annotations

import numpy as np
import pytest

from bvmt.sandbox.calendar import CLOSE_SECOND, END_OF_DAY, OPEN_SECOND
from bvmt.sandbox.events import EventKind, planted_events
from bvmt.sandbox.intraday import CALLS, Tape, standing, tape
from bvmt.sandbox.listings import positions
from tests.unit.sandbox.moments import SEED, TODAY, YESTERDAY, known

HALF_HOURS = range(OPEN_SECOND, CLOSE_SECOND + 1800, 1800)


@pytest.fixture
def today() -> Tape:
    return tape(SEED, TODAY)


def test_volume_turnover_and_trades_never_fall_within_a_day(today: Tape) -> None:
    stands = [standing(today, second) for second in HALF_HOURS]
    for values in ([s.volume for s in stands], [s.turnover for s in stands], [s.trades for s in stands]):
        assert (np.diff(np.array(values), axis=0) >= 0).all()


def test_high_and_low_enclose_the_last_price_at_every_moment(today: Tape) -> None:
    for second in HALF_HOURS:
        now = standing(today, second)
        assert (now.low <= now.last).all()
        assert (now.last <= now.high).all()


def test_the_end_of_the_day_is_the_daily_bar() -> None:
    for session in (YESTERDAY, TODAY, planted_events(SEED, TODAY)[-1].session):
        end, n = standing(tape(SEED, session), END_OF_DAY), known().ordinal(session)
        walk, bars = known().walk, known().bars
        assert np.array_equal(end.volume, walk.volume[n])
        assert np.array_equal(end.trades, walk.trades[n])
        assert np.array_equal(end.turnover, bars.turnover[n])
        assert np.array_equal(end.high, bars.high[n])
        assert np.array_equal(np.where(end.traded, end.last, walk.reference[n]), walk.close[n])


def test_nothing_has_traded_before_the_opening(today: Tape) -> None:
    before = standing(today, OPEN_SECOND - 1)
    assert not before.traded.any()
    assert not before.last.any()


def test_shares_begin_to_trade_one_after_the_other(today: Tape) -> None:
    traded = [int(standing(today, OPEN_SECOND + 60 * n).traded.sum()) for n in (2, 30, 120, 300)]
    assert traded == sorted(set(traded))


def test_the_day_is_busier_at_its_ends_than_in_its_middle(today: Tape) -> None:
    volume = [int(standing(today, OPEN_SECOND + 3600 * n).trades.sum()) for n in range(6)]
    hours = np.diff(volume)
    assert min(hours[0], hours[-1]) > hours[2]


def test_fixing_shares_trade_only_at_their_calls(today: Tape) -> None:
    fixing = today.second[known().traits.fixing]
    made = fixing[fixing < END_OF_DAY]
    assert len(made) > 10
    assert all(any(0 <= second - call < 60 for call in CALLS) for second in made)


def test_only_a_block_comes_after_the_closing_call() -> None:
    block = [event for event in planted_events(SEED, TODAY) if event.kind is EventKind.BLOCK_TRADE][-1]
    prints = tape(SEED, block.session)
    late = (prints.second >= CLOSE_SECOND) & (prints.second < END_OF_DAY)
    assert late.sum() == 1
    assert late[positions()[block.isin]].any()
    assert prints.trades[late] == [1]
    assert (prints.price * prints.quantity)[late][0] > 1e6


def test_a_marked_close_is_made_by_one_small_print_in_the_closing_call() -> None:
    event = [event for event in planted_events(SEED, TODAY) if event.kind is EventKind.CLOSE_MARKING][-1]
    share = positions()[event.isin]
    prints = tape(SEED, event.session)
    before, end = standing(prints, CLOSE_SECOND - 301), standing(prints, END_OF_DAY)
    assert end.last[share] / before.last[share] - 1 >= 0.015
    assert 1 - before.turnover[share] / end.turnover[share] < 0.10


def test_a_day_without_a_session_has_no_tape() -> None:
    with pytest.raises(ValueError, match="tuple"):
        tape(SEED, TODAY.replace(day=22))
