from __future__ import annotations

import pytest

from bvmt.runs.durations import UsualDuration, usual_duration

BAND = UsualDuration(runs=60, low=10.0, median=11.0, high=20.0)


def test_the_band_reaches_from_the_tenth_to_the_ninetieth_percentile() -> None:
    assert usual_duration(range(1, 12)) == UsualDuration(runs=11, low=2.0, median=6.0, high=10.0)


def test_one_run_is_its_own_band_and_none_has_none() -> None:
    assert usual_duration([3.0]) == UsualDuration(runs=1, low=3.0, median=3.0, high=3.0)
    assert usual_duration([]) is None


@pytest.mark.parametrize(("runs", "learnt"), [(11, False), (12, True)])
def test_nothing_is_out_of_the_usual_before_twelve_runs(runs: int, learnt: bool) -> None:
    usual = usual_duration([10.0] * runs)
    assert usual is not None
    assert usual.is_learnt is learnt
    assert (usual.pace(100.0), usual.is_far_beyond(100.0)) == ("slower" if learnt else None, learnt)


def test_a_duration_well_out_of_the_band_is_slower_or_quicker() -> None:
    assert (BAND.pace(22.5), BAND.pace(8.5)) == ("slower", "quicker")


def test_a_duration_a_little_out_of_the_band_is_not_remarked_upon() -> None:
    assert (BAND.pace(21.9), BAND.pace(9.1), BAND.pace(15.0)) == (None, None, None)


def test_milliseconds_are_not_remarked_upon() -> None:
    assert UsualDuration(runs=60, low=0.04, median=0.04, high=0.04).pace(0.4) is None


def test_a_run_under_way_is_far_beyond_from_twice_the_band_and_five_seconds_on() -> None:
    assert (BAND.is_far_beyond(45.0), BAND.is_far_beyond(45.1)) == (False, True)
