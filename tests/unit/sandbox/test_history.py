from __future__ import annotations

from datetime import date

import numpy as np

from bvmt.sandbox.history import history
from bvmt.sandbox.indices import INDICES, members
from bvmt.sandbox.listings import listings
from bvmt.sandbox.world import CONTROL, Role, world
from tests.unit.sandbox.moments import SEED, TODAY, known


def test_a_longer_history_begins_with_the_shorter_one() -> None:
    short, long = history(SEED, date(2025, 6, 2)), known()
    n = len(short.sessions)
    assert len(long.sessions) > n
    assert np.array_equal(short.walk.close, long.walk.close[:n])
    assert np.array_equal(short.walk.volume, long.walk.volume[:n])
    assert np.array_equal(short.bars.turnover, long.bars.turnover[:n])
    assert np.array_equal(short.levels, long.levels[:n])


def test_another_seed_is_another_world() -> None:
    assert not np.array_equal(history(SEED + 1, TODAY).walk.close[-1], known().walk.close[-1])


def test_every_price_stands_on_a_tick() -> None:
    for prices in (known().walk.close, known().walk.reference, known().bars.high, known().bars.low):
        assert np.abs(prices * 100 - np.rint(prices * 100)).max() < 1e-6


def test_no_session_leaves_its_band() -> None:
    walk, bars = known().walk, known().bars
    traded, dear = walk.volume > 0, walk.reference >= 3
    for prices in (walk.close, bars.open, bars.high, bars.low):
        move = np.abs(prices / walk.reference - 1)
        assert move[traded & dear].max() <= 0.06 + 1e-9
        tick = np.maximum(0.01 / walk.reference, 0.10)
        assert (move <= tick + 1e-9)[traded & ~dear].all()


def test_open_high_low_and_close_agree() -> None:
    walk, bars = known().walk, known().bars
    traded = walk.volume > 0
    assert (bars.low <= np.minimum(bars.open, walk.close))[traded].all()
    assert (bars.high >= np.maximum(bars.open, walk.close))[traded].all()
    assert (bars.high[~traded] == 0).all()


def test_turnover_lies_between_volume_at_the_low_and_at_the_high() -> None:
    walk, bars = known().walk, known().bars
    assert (bars.turnover >= walk.volume * bars.low - 0.01).all()
    assert (bars.turnover <= walk.volume * bars.high + 0.01).all()


def test_trades_and_volume_are_zero_together_and_no_trade_is_smaller_than_a_share() -> None:
    walk = known().walk
    assert ((walk.trades == 0) == (walk.volume == 0)).all()
    assert (walk.trades <= walk.volume).all()


def test_a_share_that_does_not_trade_keeps_its_reference() -> None:
    walk = known().walk
    idle = walk.volume == 0
    assert np.array_equal(walk.close[idle], walk.reference[idle])


def test_a_fifth_to_a_quarter_of_the_days_of_shares_have_no_trade() -> None:
    assert 0.20 <= (known().walk.volume == 0).mean() <= 0.25


def test_about_a_third_of_the_lines_trade_every_day() -> None:
    daily = (known().walk.volume[-250:] > 0).all(axis=0).mean()
    assert 0.28 <= daily <= 0.45


def test_five_shares_make_about_36_percent_of_the_turnover() -> None:
    turnover = np.sort(known().bars.turnover.sum(axis=0))[::-1]
    assert 0.32 <= turnover[:5].sum() / turnover.sum() <= 0.40
    assert 0.78 <= turnover[:20].sum() / turnover.sum() <= 0.87


def test_a_session_turns_over_6_to_12_million_dinars() -> None:
    sessions = known().bars.turnover.sum(axis=1)
    assert 7e6 <= sessions.mean() <= 9e6
    assert ((sessions > 6e6) & (sessions < 12e6)).mean() > 0.95


def test_there_are_55_continuous_lines_24_fixing_lines_and_three_suspended_ones() -> None:
    groups = known().traits.groups
    assert [groups.count(code) for code in ("11", "12", "99")] == [55, 24, 3]
    suspended = known().traits.pool(Role.SUSPENDED)
    assert not known().walk.volume[:, suspended].any()


def test_the_tunindex_moves_by_a_third_of_a_percent_a_day_and_ends_2025_at_its_real_level() -> None:
    levels = known().levels[:, 0]
    assert 0.28 <= np.diff(np.log(levels)).std() * 100 <= 0.42
    assert levels[known().ordinal(date(2025, 12, 31))] == 13449.95


def test_an_index_is_the_capitalisation_of_its_members_chained() -> None:
    walk, n = known().walk, known().ordinal(TODAY)
    for index, member in enumerate(members(known().traits)):
        now = (walk.outstanding[n] * walk.close[n])[member].sum()
        before = (walk.outstanding[n] * walk.reference[n])[member].sum()
        level, previous = known().levels[n, index], known().levels[n - 1, index]
        assert abs(level / previous - now / before) < 1e-5, INDICES[index].label


def test_an_isin_of_an_index_carries_its_check_digit() -> None:
    isins = {index.code: index.isin for index in INDICES}
    assert isins["905001"] == "TN0009050014"
    assert isins["905028"] == "TN0009050287"
    assert isins["905015"] == "TN0009050154"


def test_shares_of_one_sector_move_together() -> None:
    names = [listing.sector for listing in listings()]
    moves = np.diff(np.log(known().levels), axis=0)
    banks = [n for n, sector in enumerate(names) if sector == "Banques" and world(SEED).rank[n] < 16]
    own = known().walk.close[1:] / known().walk.reference[1:] - 1
    assert np.corrcoef(own[:, banks[0]], moves[:, 2])[0, 1] > 0.3


def test_the_control_share_is_quiet() -> None:
    share = [listing.ticker for listing in listings()].index(CONTROL)
    walk = known().walk
    assert np.abs(walk.close / walk.reference - 1)[:, share].max() < 0.02
    volume = walk.volume[:, share].astype(float)
    usual = np.convolve(volume, np.full(20, 1 / 20), "valid")[:-1]
    assert (volume[20:] / usual).min() > 0.4
    assert (volume[20:] / usual).max() < 2.0
