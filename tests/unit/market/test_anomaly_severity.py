from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import date

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bvmt.market.anomalies import Anomaly, BookReading, BookWatch, Context, History, scan
from bvmt.market.anomalies.severity import level, severity
from tests.unit.market.anomaly_worlds import (
    ISIN,
    finding,
    newest,
    planted_scan,
    planted_world,
    quiet,
    weekdays,
    with_session,
)

ORDINARY = st.sampled_from([0.0, 0.17, 1.0, 10.0, 10.5, 11.0, 1000.0, 50_000.0, float("nan")])
NUMBERS = ORDINARY | st.floats(allow_infinity=False, width=64)


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Any finite numbers, NaN for missing ones, in any number of sessions, traded or not."""
    shape = (draw(st.integers(1, 40)), draw(st.integers(1, 3)))
    floats = arrays.arrays(np.float64, shape, elements=NUMBERS)
    names = ("close", "reference", "open", "high", "low", "volume", "turnover", "trades")
    return History(
        sessions=weekdays(shape[0]),
        isins=tuple(f"TN{n:010d}" for n in range(1, shape[1] + 1)),
        traded=draw(arrays.arrays(np.bool_, shape)),
        index_returns=draw(st.none() | arrays.arrays(np.float64, shape[0], elements=NUMBERS)),
        before_close=draw(st.none() | floats),
        block_volume=draw(st.none() | floats),
        **{name: draw(floats) for name in names},
    )


@settings(max_examples=150, deadline=None)
@given(histories(), st.booleans())
def test_any_numbers_give_severities_between_0_and_1_and_figures_that_json_can_carry(
    history: History, partial: bool
) -> None:
    for anomaly in scan(history, Context(partial=partial), sessions=history.sessions):
        assert 0.0 <= anomaly.severity <= 1.0
        assert all(0.0 < each.strength <= 1.0 for each in anomaly.findings)
        json.dumps([anomaly.numbers, [asdict(each) for each in anomaly.findings]], allow_nan=False)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
def test_a_severity_grows_with_each_of_its_parts(core: float, pattern: float, context: float) -> None:
    whole = severity(core, pattern, context)
    assert severity(core / 2, pattern, context) <= whole
    assert severity(core, pattern / 2, context) <= whole
    assert severity(core, pattern, context / 2) <= whole


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (0.0, "info"),
        (0.2499, "info"),
        (0.25, "low"),
        (0.4999, "low"),
        (0.5, "high"),
        (0.75, "critical"),
        (1, "critical"),
    ],
)
def test_the_levels_begin_where_they_are_said_to(value: float, name: str) -> None:
    assert level(value) == name


def test_a_move_with_volume_ranks_above_either_alone() -> None:
    both = newest(with_session(quiet(), close=10.55, high=10.6, low=9.9, volume=6000.0, trades=60.0))
    volume = newest(with_session(quiet(), volume=6000.0, trades=60.0))
    move = newest(with_session(quiet(), close=10.55, high=10.6, low=9.9))
    assert both is not None and volume is not None and move is not None
    assert both.severity > volume.severity > move.severity > 0


def test_a_few_hundred_dinars_are_no_evidence() -> None:
    tiny = replace(quiet(), volume=np.full((80, 2), 20.0), turnover=np.full((80, 2), 200.0))
    anomaly = newest(with_session(tiny, volume=150.0, close=10.55, high=10.6, low=9.9))
    assert anomaly is not None
    assert anomaly.volume_rule and anomaly.price_rule and anomaly.severity == 0


def test_the_worst_of_a_session_comes_first() -> None:
    found = [each for each in planted_scan(2026).values() if each.session == date(2026, 11, 24)]
    assert len(found) > 1
    assert found == sorted(found, key=lambda each: -each.severity)


def with_forest(seed: int, sessions: tuple[date, ...]) -> list[Anomaly]:
    world = planted_world(seed)
    return scan(world.history, Context(actions=world.actions), sessions=sessions, forest=True)


def test_the_forest_is_a_hint_that_changes_neither_the_list_nor_a_severity() -> None:
    days = planted_world(2026).sessions[-60:]
    hinted, plain = with_forest(2026, days), [each for each in planted_scan(2026).values() if each.session in days]
    assert [(each.isin, each.session, each.severity) for each in hinted] == [
        (each.isin, each.session, each.severity) for each in plain
    ]
    assert any(finding(each, "outlier") for each in hinted)


def test_the_forest_tells_the_same_each_time() -> None:
    days = planted_world(2026).sessions[-3:]
    assert with_forest(2026, days) == with_forest(2026, days)


def test_without_enough_sessions_there_is_no_forest_and_no_error() -> None:
    history = with_session(quiet(sessions=30), volume=9000.0, trades=90.0)
    assert finding(newest(history, forest=True), "volume_spike") is not None


def test_a_hint_of_the_book_raises_no_alert_above_low() -> None:
    standing = [BookReading(bid_quantity=9000, ask_quantity=300, volume=100)] * 3
    watch = BookWatch([*standing, BookReading(400, 300, 100)], usual_size=1000)
    anomaly = newest(quiet(), Context(books={ISIN: watch}))
    assert anomaly is not None and anomaly.level == "low"
