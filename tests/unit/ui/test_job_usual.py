from __future__ import annotations

from dataclasses import replace

from bvmt.runs.status import RunStatus
from bvmt.ui.job_table.usual import Usual, usual_duration
from tests.unit.ui.test_job_rows import ended

BAND = Usual(low=10.0, middle=11.0, high=20.0)


def test_the_band_reaches_from_the_tenth_to_the_ninetieth_percentile() -> None:
    usual = usual_duration([replace(ended(n), seconds=float(n)) for n in range(1, 12)])
    assert usual == Usual(low=2.0, middle=6.0, high=10.0)


def test_only_runs_that_succeeded_teach_what_is_usual() -> None:
    runs = [replace(ended(n), seconds=5.0) for n in range(1, 9)]
    failed = [ended(n, RunStatus.FAILED, seconds=900.0) for n in range(20, 30)]
    usual = usual_duration([*runs, *failed])
    assert usual is not None
    assert usual.high == 5.0


def test_seven_runs_are_too_few_to_say_what_is_usual() -> None:
    assert usual_duration([ended(n) for n in range(1, 8)]) is None


def test_a_duration_well_out_of_the_band_is_slower_or_quicker() -> None:
    assert (BAND.pace(22.5), BAND.pace(8.5)) == ("slower", "quicker")


def test_a_duration_a_little_out_of_the_band_is_not_remarked_upon() -> None:
    assert (BAND.pace(21.9), BAND.pace(9.1), BAND.pace(15.0)) == (None, None, None)


def test_milliseconds_are_not_remarked_upon() -> None:
    assert Usual(low=0.04, middle=0.04, high=0.04).pace(0.4) is None


def test_a_run_under_way_is_far_beyond_from_twice_the_band_and_five_seconds_on() -> None:
    assert (BAND.is_far_beyond(45.0), BAND.is_far_beyond(45.1)) == (False, True)


def test_the_band_is_told_with_its_units_kept_together() -> None:
    assert BAND.words == "usual 10\u00a0s to 20\u00a0s"
    assert Usual(low=0.04, middle=0.04, high=0.04).words == "usual 40\u00a0ms"
