"""What the charts of the market pages are made of."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from bvmt.market.events import Event, EventKind
from bvmt.store.anomalies import AnomalyRow
from bvmt.store.board_reads import DayRow, MomentRow
from bvmt.ui.listing_charts import PICKED, price_chart, volume_chart
from bvmt.ui.listing_series import Drawn
from bvmt.ui.market_anomaly_map import anomaly_map, anomaly_map_chart
from bvmt.ui.market_charts import axis_days, moments_chart, turnover_chart

DAY = date(2026, 11, 23)
AT = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


def bar(day: date = DAY, close: float = 10.0) -> Drawn:
    return Drawn(day, close, close + 1, close - 1, close, 1.0, 100, 1000, 3)


def anomaly(session: date = DAY, ticker: str = "SFBT", severity: float = 0.8, level: str = "critical") -> AnomalyRow:
    findings = [{"kind": "price", "sentence": "Price 10 TND.", "strength": 1.0, "numbers": {}}]
    return AnomalyRow(
        isin=ticker,
        ticker=ticker,
        name=ticker,
        sector="Banques",
        session=session,
        severity=severity,
        level=level,
        volume_rule=False,
        price_rule=True,
        unconfirmed=False,
        partial=False,
        findings=findings,
        explanations=[],
        numbers={},
        first_seen_at=AT,
        last_seen_at=AT,
        verdict=None,
        verdict_by=None,
        verdict_at=None,
        verdict_note=None,
    )


def data_of(chart: Any) -> list[dict[str, Any]]:
    """Every row of every data set of a chart."""
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


@pytest.mark.parametrize("candles", [True, False])
@pytest.mark.parametrize("dark", [True, False])
def test_an_atypical_move_is_marked_at_its_session_and_can_be_picked(candles: bool, dark: bool) -> None:
    chart = price_chart([bar()], [anomaly()], [], candles=candles, chosen=DAY, dark=dark)
    assert [row["how"] for row in data_of(chart) if "picked" in row] == ["▲ critical, severity 0.80"]
    assert PICKED in [each["name"] for each in chart.to_dict()["params"]]


def test_a_chart_without_atypical_moves_has_the_selection_all_the_same() -> None:
    chart = price_chart([bar()], [], [], candles=False, chosen=None, dark=False)
    assert PICKED in [each["name"] for each in chart.to_dict()["params"]]


def test_an_event_stands_under_the_next_session_and_one_to_come_is_left_out() -> None:
    events = [
        Event(DAY - timedelta(days=1), EventKind.DIVIDEND, "Dividend 1.2 TND", "desk", id=uuid4()),
        Event(DAY + timedelta(days=9), EventKind.MEETING, "Meeting", "desk", id=uuid4()),
    ]
    chart = price_chart([bar()], [], events, candles=False, chosen=None, dark=False)
    marks = {(row["letter"], row["day"]) for row in data_of(chart) if "letter" in row}
    assert marks == {("D", "2026-11-23")}


def test_the_price_axis_spans_the_prices_even_where_they_are_all_one() -> None:
    flat = Drawn(DAY, 10, 10, 10, 10, 0, 1, 10, 1)
    layers = price_chart([flat], [], [], candles=True, chosen=None, dark=False).to_dict()["layer"]
    low, high = layers[0]["encoding"]["y"]["scale"]["domain"]
    assert low < 10 < high


def test_volumes_are_drawn_in_a_unit_that_fits_them() -> None:
    large = Drawn(DAY, 1, 1, 1, 1, -1, 3_000_000, 1, 1)
    chart = volume_chart([large], labels=True, dark=False).to_dict()
    assert chart["encoding"]["y"]["title"] == "Volume, M shares"
    assert volume_chart([bar()], labels=True, dark=False).to_dict()["encoding"]["y"]["title"] == "Volume, shares"


def test_each_session_of_the_turnover_is_set_against_those_before_it_only() -> None:
    days = [DayRow(DAY + timedelta(days=n), Decimal(10 + n), 1, 1, 2, 3, 4, 5) for n in range(3)]
    rows = data_of(turnover_chart(days, DAY, DAY + timedelta(days=2), dark=False))
    assert [row["usual"] for row in rows] == [None, pytest.approx(10e-6), pytest.approx(10.5e-6)]
    assert [row["strength"] for row in rows] == [0.45, 0.45, 1.0]


def test_the_moments_of_a_session_are_drawn_at_tunis_wall_time() -> None:
    moments = [MomentRow(AT + timedelta(hours=n), Decimal(5), 1, 2) for n in range(2)]
    rows = data_of(moments_chart(moments, None, ZoneInfo("Africa/Tunis"), dark=True))
    assert [row["time"] for row in rows] == ["10:30", "11:30"]
    assert [row["at"][:16] for row in rows] == ["2026-11-23T10:30", "2026-11-23T11:30"]


def test_an_axis_names_few_days_and_always_the_last() -> None:
    days = [f"day {n}" for n in range(250)]
    named = axis_days(days)
    assert named[0] == "day 249"
    assert len(named) <= 9


def test_the_heatmap_puts_the_most_severe_listing_first_and_counts_those_left_out() -> None:
    found = [anomaly(ticker="A", severity=0.3), anomaly(ticker="B", severity=0.9), anomaly(ticker="C", severity=0.1)]
    shown = anomaly_map(found, [DAY], most=2)
    assert (list(shown.tickers), shown.left_out) == (["B", "A"], 1)
    assert {row["ticker"] for row in shown.rows} == {"A", "B"}


def test_moves_of_other_sessions_are_not_in_the_heatmap() -> None:
    assert anomaly_map([anomaly(DAY - timedelta(days=1))], [DAY]).rows == []


def test_each_cell_of_the_heatmap_has_a_sign_beside_its_colour() -> None:
    levels = ("critical", "high", "low", "info")
    found = [anomaly(ticker=level, level=level) for level in levels]
    rows = data_of(anomaly_map_chart(anomaly_map(found, [DAY]), dark=True))
    assert {row["level"]: row["sign"] for row in rows} == {"critical": "▲", "high": "△", "low": "▽", "info": "·"}
