"""What operators know better: own days and hours in the database, and the jobs that heed them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest
import sqlalchemy as sa

from bvmt.errors import ActionRefused
from bvmt.market.calendar import DayKind, day
from bvmt.market.hours import WINTER, Regime
from bvmt.runs.status import RunOrigin
from bvmt.runs.stopping import SkipRun
from bvmt.store import calendar
from jobs.anomaly_scan import ANOMALY_SCAN
from tests.db.pulse import TODAY, Pulse

RAMADAN = Regime(date(2027, 2, 8), "Ramadan", time(8), time(8, 30), time(11, 55), time(12), time(12, 15), time(12, 45))
BACK = replace(WINTER, since=date(2027, 3, 11))


def own_days(engine: sa.Engine, since: date, until: date) -> dict[date, tuple[DayKind, str | None]]:
    with engine.connect() as conn:
        found = calendar.read_own_days(conn, since=since, until=until)
    return {on: (known.kind, known.name) for on, known in found.items()}


def test_own_days_come_back_in_the_form_of_the_calendar(engine: sa.Engine) -> None:
    strike, feast = date(2026, 11, 24), date(2027, 3, 10)
    with engine.connect() as conn:
        calendar.put_own_day(conn, strike, open=False, name=" Strike ", by="Amel")
        calendar.put_own_day(conn, feast, open=True, name="Aid a day earlier", by="Amel")
        own = calendar.read_own_days(conn, since=strike, until=feast)
    assert [day(on, own).kind for on in (strike, feast)] == [DayKind.CLOSED, DayKind.OPEN]
    assert own_days(engine, strike, strike) == {strike: (DayKind.CLOSED, "Strike")}


def test_an_own_day_entered_again_is_changed_and_dropped_is_gone(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        calendar.put_own_day(conn, TODAY, open=False, name="Strike", by="Amel")
        calendar.put_own_day(conn, TODAY, open=True, name="Called off", by="Sami")
        [row] = calendar.list_own_days(conn)
        assert (row.open, row.name, row.updated_by) == (True, "Called off", "Sami")
        assert [calendar.drop_own_day(conn, TODAY), calendar.drop_own_day(conn, TODAY)] == [True, False]
        assert calendar.list_own_days(conn) == []


def test_an_own_day_needs_a_reason(engine: sa.Engine) -> None:
    with engine.connect() as conn, pytest.raises(ActionRefused, match="Say why 2026-11-24 is closed"):
        calendar.put_own_day(conn, TODAY, open=False, name=" ", by="Amel")


def test_regimes_come_back_the_latest_first_and_are_changed_in_place(engine: sa.Engine) -> None:
    later = replace(RAMADAN, closed=time(13))
    with engine.connect() as conn:
        for regime in (RAMADAN, BACK, later):
            calendar.put_regime(conn, regime, by="Amel")
        assert calendar.list_regimes(conn) == [BACK, later]
        assert [calendar.drop_regime(conn, BACK.since) for _ in range(2)] == [True, False]
        assert calendar.list_regimes(conn) == [later]


@pytest.mark.parametrize(
    ("regime", "sentence"),
    [(replace(RAMADAN, name=""), "need a name"), (replace(RAMADAN, blocks=time(11)), "not in order")],
)
def test_a_regime_without_a_name_or_out_of_order_is_refused(engine: sa.Engine, regime: Regime, sentence: str) -> None:
    with engine.connect() as conn:
        with pytest.raises(ActionRefused, match=sentence):
            calendar.put_regime(conn, regime, by="Amel")
        assert calendar.list_regimes(conn) == []


def test_market_pulse_skips_a_day_that_an_operator_closed(pulse: Pulse) -> None:
    with pulse.desk.engine.connect() as conn:
        calendar.put_own_day(conn, TODAY, open=False, name="Strike", by="Amel")
    with pytest.raises(SkipRun, match="exchange closed: Strike"):
        pulse.run()


def test_market_pulse_runs_on_a_closed_day_when_somebody_asks_for_it(pulse: Pulse) -> None:
    with pulse.desk.engine.connect() as conn:
        calendar.put_own_day(conn, TODAY, open=False, name="Strike", by="Amel")
    assert int(pulse.run(RunOrigin.MANUAL).figures["quotes_stored"]) > 50


def test_an_anomaly_scan_takes_the_hours_of_the_day_to_know_whether_the_session_is_over(pulse: Pulse) -> None:
    pulse.run()  # at 10:37
    short = Regime(TODAY, "Short day", time(7), time(8), time(9), time(9, 5), time(9, 15), time(9, 30))
    told = []
    for regime in (None, short):
        with pulse.desk.engine.connect() as conn:
            if regime:
                calendar.put_regime(conn, regime, by="Amel")
        ctx = pulse.context()
        ANOMALY_SCAN.work(ctx)
        pulse.desk.finish(ctx.run)
        told.append("which is under way" in pulse.steps(ctx)["Look for atypical moves"][1])
    assert told == [True, False]
