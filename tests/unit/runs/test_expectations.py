"""What is usual of a job's figures, and what is said of those that are not."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.runs.expectations import FEWEST, MOST, Band, learn, unusual
from bvmt.runs.job import Figure
from jobs.market_pulse import MARKET_PULSE

QUOTES = Figure("quotes_stored", "Quotes stored", "quotes", learnt=True)
TURNOVER = Figure("turnover_tnd", "Turnover", "TND", expected=(1_000.5, 2_500_000))
LEARNT = {"quotes_stored": Band(74, 82)}

WHOLE = st.integers(-(10**12), 10**12).map(float)
VALUES = WHOLE | st.floats(-1e12, 1e12)
HISTORIES = st.lists(WHOLE, min_size=FEWEST, max_size=MOST) | st.lists(VALUES, min_size=FEWEST, max_size=MOST)


def usual(history: list[float]) -> Band:
    """The band of a history that is long enough."""
    band = learn(history)
    assert band is not None
    return band


def said(value: float | int | str | None, *figures: Figure, bands: Mapping[str, Band] = LEARNT) -> list[str]:
    """What is said of a run in which every figure has this value, or none is reported."""
    declared = figures or (QUOTES,)
    reported = {} if value is None else {figure.key: value for figure in declared}
    return unusual(declared, reported, bands)


def test_eleven_values_are_too_few_to_learn_from() -> None:
    assert learn([80.0] * 11) is None
    assert learn([80.0] * 12) is not None


def test_a_steady_figure_may_move_by_5_percent() -> None:
    assert usual([1_000.0] * 12) == Band(950, 1_050)


def test_a_figure_that_varies_may_vary_half_as_much_again_on_either_side() -> None:
    # The 5th percentile of 0 to 20 is 1, the 95th is 19.
    assert usual([100.0 + n for n in range(21)]) == Band(101 - 9, 119 + 9)


def test_the_ends_of_a_band_of_whole_numbers_move_inwards_to_whole_numbers() -> None:
    assert usual([82.0] * 30) == Band(78, 86)


def test_the_ends_of_other_bands_stay_as_they_are() -> None:
    band = usual([82.5] * 30)
    assert (band.low, band.high) == pytest.approx((82.5 * 0.95, 82.5 * 1.05))


def test_two_bad_runs_in_sixty_do_not_widen_the_band() -> None:
    assert usual([82.0] * 29 + [0.0, 5_000.0] + [82.0] * 29) == Band(78, 86)


def test_a_figure_that_was_never_negative_is_not_expected_to_be() -> None:
    assert usual([float(n % 7) for n in range(40)]).low == 0
    assert usual([float(n % 7) - 3 for n in range(40)]).low < -3


def test_only_the_newest_sixty_values_count() -> None:
    assert usual([100.0] * MOST + [5_000.0] * 500) == usual([100.0] * MOST)


@given(VALUES, st.integers(FEWEST, MOST))
def test_a_constant_history_accepts_its_own_value(value: float, length: int) -> None:
    band = usual([value] * length)
    assert band.low <= value <= band.high


@given(HISTORIES)
def test_no_value_between_the_5th_and_the_95th_percentile_warns(history: list[float]) -> None:
    bands = {QUOTES.key: usual(history)}
    last = len(history) - 1
    for value in sorted(history)[math.ceil(0.05 * last) : math.floor(0.95 * last) + 1]:
        assert said(value, bands=bands) == []


@given(HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_a_history_does_not_matter(history: list[float], chance: random.Random) -> None:
    shuffled = history.copy()
    chance.shuffle(shuffled)
    assert learn(shuffled) == learn(history)


@given(HISTORIES, st.lists(st.sampled_from([math.nan, math.inf, -math.inf, 1.7e308]), min_size=1, max_size=30))
def test_values_that_are_no_usable_numbers_are_ignored(history: list[float], odd: list[float]) -> None:
    assert learn([*odd, *history]) == learn(history)


@given(HISTORIES)
def test_whole_numbers_are_expected_to_stay_whole(history: list[float]) -> None:
    rounded = [float(round(value)) for value in history]
    band = usual(rounded)
    assert band.low.is_integer()
    assert band.high.is_integer()


@pytest.mark.parametrize("value", [74, 78.0, 82])
def test_a_figure_within_its_band_is_not_mentioned(value: float) -> None:
    assert said(value) == []


def test_a_figure_outside_its_learnt_band_is_told_with_what_is_usual() -> None:
    assert said(3) == ["Quotes stored: 3 quotes, usually 74 to 82"]


def test_a_figure_outside_its_set_band_is_told_with_what_is_expected() -> None:
    assert said(8_847_442.5, TURNOVER) == ["Turnover: 8,847,442.50 TND, expected 1,000.50 to 2,500,000"]


def test_a_set_band_goes_before_a_learnt_one() -> None:
    figure = Figure("quotes_stored", "Quotes stored", "quotes", expected=(60, 70), learnt=True)
    assert said(65, figure) == []
    assert said(78, figure) == ["Quotes stored: 78 quotes, expected 60 to 70"]


@pytest.mark.parametrize(
    ("expected", "words"),
    [
        ((82, 82), "expected 82"),
        ((1_200, math.inf), "expected at least 1,200"),
        ((-math.inf, -0.25), "expected at most -0.25"),
    ],
)
def test_a_band_is_told_as_people_say_it(expected: tuple[float, float], words: str) -> None:
    assert said(5, Figure("spread", "Spread", expected=expected)) == [f"Spread: 5, {words}"]


def test_a_figure_that_is_missing_is_told_where_it_has_a_band() -> None:
    assert said(None, QUOTES, TURNOVER, Figure("rows", "Rows")) == [
        "Quotes stored: not reported, usually 74 to 82",
        "Turnover: not reported, expected 1,000.50 to 2,500,000",
    ]


def test_a_text_where_a_number_belongs_is_unusual() -> None:
    assert said("none") == ["Quotes stored: none, usually 74 to 82"]


def test_a_number_that_is_none_is_unusual() -> None:
    assert said(math.nan) == ["Quotes stored: nan quotes, usually 74 to 82"]


def test_a_learnt_figure_without_enough_history_is_not_judged() -> None:
    assert said(3, bands={}) == []


@pytest.mark.parametrize("expected", [(82, 74), (math.nan, 82), (74, math.nan)])
def test_a_band_that_is_none_is_refused(expected: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match=r"^The figure quotes_stored is expected from .* to .*: that is no band\.$"):
        Figure("quotes_stored", "Quotes stored", expected=expected)


def test_market_pulse_learns_no_figure_that_grows_through_the_day() -> None:
    learnt = {figure.key for figure in MARKET_PULSE.figures if figure.learnt}
    assert learnt == {"quotes_stored"}
