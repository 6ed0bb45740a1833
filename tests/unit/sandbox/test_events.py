from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from bvmt.sandbox.events import EventKind, PlantedEvent, planted_events
from bvmt.sandbox.listings import listings, positions
from bvmt.sandbox.world import CONTROL
from tests.unit.sandbox.moments import SEED, TODAY, known


def planted(kind: EventKind) -> Iterator[tuple[PlantedEvent, int, int]]:
    """Each event of a kind with its session's and its share's position."""
    events = [event for event in planted_events(SEED, TODAY) if event.kind is kind]
    assert len(events) >= 10
    for event in events:
        yield event, known().ordinal(event.session), positions()[event.isin]


def usual(session: int, share: int) -> float:
    """The mean volume of the 20 traded sessions before."""
    past = known().walk.volume[:session, share]
    return float(past[past > 0][-20:].mean())


def move(session: int, share: int) -> float:
    return float(known().walk.close[session, share] / known().walk.reference[session, share] - 1)


def test_a_volume_spike_is_6_to_15_times_the_mean_of_the_20_traded_sessions_before() -> None:
    for event, session, share in planted(EventKind.VOLUME_SPIKE):
        ratio = known().walk.volume[session, share] / usual(session, share)
        assert ratio == pytest.approx(event.size, rel=0.01)
        assert 6 <= ratio <= 15


def test_a_price_move_is_between_5_and_6_percent_both_ways() -> None:
    moves = [move(session, share) for _, session, share in planted(EventKind.PRICE_MOVE)]
    assert all(0.051 <= abs(value) <= 0.059 for value in moves)
    assert min(moves) < 0 < max(moves)


def test_a_pump_rises_by_15_percent_or_more_in_ten_sessions_on_twice_the_turnover() -> None:
    for event, session, share in planted(EventKind.PUMP):
        if event.last > TODAY:
            continue
        closes = known().walk.close[session - 1 : session + 10, share]
        assert closes[-1] / closes[0] - 1 >= 0.15
        assert (np.diff(closes) > 0).sum() >= 6
        turnover = known().bars.turnover[:, share]
        assert turnover[session : session + 10].mean() >= 2 * turnover[session - 60 : session].mean()


def test_a_pump_is_followed_by_a_fall() -> None:
    for event, session, share in planted(EventKind.PUMP):
        if event.last < TODAY.replace(month=10):
            closes = known().walk.close[session + 9 : session + 15, share]
            assert closes[-1] / closes[0] - 1 <= -0.08


def test_a_marked_close_stands_off_the_session_and_comes_back_by_half() -> None:
    for _, session, share in planted(EventKind.CLOSE_MARKING):
        walk, bars = known().walk, known().bars
        mean_price = bars.turnover[session, share] / walk.volume[session, share]
        close = walk.close[session, share]
        assert close / mean_price - 1 >= 0.015
        reversal = (close - walk.close[session + 1, share]) / (close - walk.reference[session, share])
        assert reversal >= 0.5


def test_a_stale_jump_ends_five_idle_sessions_with_a_move_of_6_percent_or_more() -> None:
    for _, session, share in planted(EventKind.STALE_JUMP):
        assert not known().walk.volume[session - 5 : session, share].any()
        assert known().walk.volume[session, share] > 0
        assert abs(move(session, share)) >= 0.06


def test_an_ex_dividend_day_lowers_the_reference_and_hardly_moves_against_it() -> None:
    for event, session, share in planted(EventKind.EX_DIVIDEND):
        before = known().walk.close[session - 1, share]
        assert known().walk.reference[session, share] / before - 1 == pytest.approx(-event.size, abs=0.002)
        assert abs(move(session, share)) < 0.01


def test_a_split_changes_the_shares_and_the_reference_and_not_the_capitalisation() -> None:
    for event, session, share in planted(EventKind.SPLIT):
        walk = known().walk
        before, after = walk.outstanding[session - 1 : session + 1, share]
        assert after / before == event.size
        reference, close = walk.reference[session, share], walk.close[session - 1, share]
        assert after * reference == pytest.approx(before * close, rel=0.002)


def test_a_tick_of_the_penny_share_is_more_than_5_percent() -> None:
    for _, session, share in planted(EventKind.ONE_TICK):
        walk = known().walk
        assert round(abs(walk.close[session, share] - walk.reference[session, share]), 2) == 0.01
        assert abs(move(session, share)) > 0.05
        assert walk.close[session + 1, share] == 0.17


def test_a_block_adds_more_than_a_million_dinars_and_moves_nothing() -> None:
    for event, session, share in planted(EventKind.BLOCK_TRADE):
        assert known().bars.turnover[session, share] > event.size > 1e6
        assert abs(move(session, share)) < 0.01


def test_any_30_sessions_hold_every_kind_of_anomaly_or_all_but_one() -> None:
    sessions = known().sessions[: known().ordinal(TODAY) + 1]
    events = [event for event in planted_events(SEED, TODAY) if not event.decoy]
    for end in range(120, len(sessions), 7):
        window = (sessions[end - 30], sessions[end])
        assert len({event.kind for event in events if window[0] < event.session <= window[1]}) >= 4


def test_the_list_up_to_a_day_is_the_beginning_of_a_longer_list() -> None:
    early, late = planted_events(SEED, TODAY.replace(year=2024)), planted_events(SEED, TODAY)
    assert len(early) < len(late)
    assert late[: len(early)] == early
    assert all(event.session <= TODAY for event in late)


def test_no_event_touches_the_control_share_and_no_share_has_two_kinds() -> None:
    events = planted_events(SEED, TODAY)
    assert CONTROL not in {event.ticker for event in events}
    kinds = {listing.ticker: {e.kind for e in events if e.ticker == listing.ticker} for listing in listings()}
    assert max(len(own) for own in kinds.values()) == 1
