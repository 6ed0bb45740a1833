from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from bvmt.runs.status import RunStatus
from bvmt.store.history import Attempt, StepRow
from bvmt.ui.run_raw import curl_command
from bvmt.ui.run_waterfall import MOST_BARS, step_bars, waterfall

NOON = datetime(2026, 11, 24, 11, tzinfo=UTC)
RUN = UUID("5ae74171-0503-4961-92d2-e8fa909beb6e")


def attempt(number: int, began: float) -> Attempt:
    at = NOON + timedelta(seconds=began)
    return Attempt(number, at, None, None, None, None, None)


def step(name: str, began: float, seconds: float, *, of: int = 1, status: RunStatus = RunStatus.SUCCEEDED) -> StepRow:
    at = NOON + timedelta(seconds=began)
    return StepRow(of, 1, name, status, at, at + timedelta(seconds=seconds), seconds, None)


def test_bars_run_from_the_start_of_their_attempt() -> None:
    bars = step_bars([step("Fetch", 1, 2), step("Fetch", 61.5, 3, of=2)], [attempt(1, 0), attempt(2, 60)])
    assert [(bar["start"], bar["end"]) for bar in bars] == [(1.0, 3.0), (1.5, 4.5)]


def test_rows_name_their_attempt_only_where_there_are_several() -> None:
    (alone,) = step_bars([step("Fetch", 0, 1)], [attempt(1, 0)])
    both = step_bars([step("Fetch", 0, 1), step("Fetch", 60, 1, of=2)], [attempt(1, 0), attempt(2, 60)])
    assert alone["row"] == "000Fetch"
    assert [bar["row"] for bar in both] == ["0001 · Fetch", "0012 · Fetch"]


def test_two_steps_of_one_name_are_two_rows() -> None:
    bars = step_bars([step("Fetch", 0, 1), step("Fetch", 1, 1)], [attempt(1, 0)])
    assert len({bar["row"] for bar in bars}) == 2


def test_a_bar_tells_its_outcome_by_sign_and_word() -> None:
    (bar,) = step_bars([step("Store", 0, 2.5, status=RunStatus.FAILED)], [attempt(1, 0)])
    assert (bar["took"], bar["told"]) == ("✕ 2.5 s", "Store: failed, 2.5 s")


def test_of_very_many_steps_the_last_ones_are_drawn() -> None:
    bars = step_bars([step(f"Part {n}", n, 1) for n in range(MOST_BARS + 5)], [attempt(1, 0)])
    assert (len(bars), bars[-1]["row"][3:]) == (MOST_BARS, f"Part {MOST_BARS + 4}")


@pytest.mark.parametrize(("seconds", "end"), [(0.0, 0.01), (1.0, 1.5), (6.9, 10.0), (100.0, 150.0)])
def test_the_axis_leaves_room_for_the_last_duration_and_grows_in_steps(seconds: float, end: float) -> None:
    chart = waterfall(step_bars([step("Fetch", 0, seconds)], [attempt(1, 0)]), dark=False).to_dict()
    assert chart["layer"][0]["encoding"]["x"]["scale"]["domain"] == [0, pytest.approx(end)]


def test_the_command_asks_at_the_address_of_the_page() -> None:
    command = curl_command("https://desk.example:8443/run?id=1", RUN, port=8010)
    assert command == f"curl https://desk.example:8443/api/runs/{RUN}"


def test_without_an_address_the_command_asks_this_machine() -> None:
    assert curl_command(None, RUN, port=8010) == f"curl http://localhost:8010/api/runs/{RUN}"


def test_an_address_cannot_smuggle_a_command_in() -> None:
    assert curl_command("http://a;reboot/run", RUN, port=1) == f"curl 'http://a;reboot/api/runs/{RUN}'"
