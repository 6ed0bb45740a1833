"""The quantitative signals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bvmt.market.ratings import Facts, Held, Rating, Standing, Step, Term, Veto, rate, step_of

NAMES = tuple("abcdefghijk")


def ladder(**changes: object) -> dict[str, Facts]:
    """Eleven listings, each better than the one before in momentum and liquidity, as calm as the others."""
    return {
        name: Facts(turnover=10_000.0 * (n + 3), momentum=0.01 * n, volatility=0.2, **changes)  # type: ignore[arg-type]
        for n, name in enumerate(NAMES)
    }


def rated(facts: dict[str, Facts], name: str, before: Standing | None = None) -> Rating:
    """The rating of one of them."""
    return rate(facts, {name: before} if before else {})[name]


def test_the_score_is_the_weighted_mean_of_the_ranks_known() -> None:
    best = rated(ladder(), "k")
    # Momentum and liquidity first of eleven, calm like all others: (0.3 x 1 + 0.2 x 0.5 + 0.2 x 1) / 0.7.
    assert best.ranks == {Term.MOMENTUM: 1.0, Term.CALM: 0.5, Term.LIQUIDITY: 1.0}
    assert best.score == pytest.approx(0.6 / 0.7)
    assert best.missing == (Term.YIELD, Term.TONE)
    assert best.step is Step.OVERWEIGHT


def test_all_five_terms_have_the_weights_of_the_desk() -> None:
    facts = ladder(dividend_yield=0.03, tone=0.1)
    facts["k"] = Facts(turnover=1e6, momentum=0.5, volatility=0.1, dividend_yield=0.08, tone=0.9)
    facts["a"] = Facts(turnover=1e4, momentum=-0.5, volatility=0.9, dividend_yield=0.0, tone=-0.9)
    best, worst = rated(facts, "k"), rated(facts, "a")
    assert (best.score, worst.score) == (pytest.approx(1.0), pytest.approx(0.0))
    assert best.parts == {
        Term.MOMENTUM: pytest.approx(0.15),
        Term.CALM: pytest.approx(0.10),
        Term.LIQUIDITY: pytest.approx(0.10),
        Term.YIELD: pytest.approx(0.075),
        Term.TONE: pytest.approx(0.075),
    }
    assert (best.step, worst.step) == (Step.OVERWEIGHT, Step.UNDERWEIGHT)


def test_trend_and_a_grave_anomaly_move_the_score() -> None:
    plain = rated(ladder(), "f").score
    up = rated(ladder(trend=1), "f")
    down = rated(ladder(trend=-1, anomaly=0.8), "f")
    assert plain == pytest.approx(0.5)
    assert up.score == pytest.approx(0.55)
    assert down.score == pytest.approx(0.5 - 0.05 - 0.08)
    assert rated(ladder(anomaly=0.49), "f").score == pytest.approx(0.5)


def test_the_reasons_are_the_largest_parts_of_either_sign() -> None:
    facts = ladder(trend=-1, anomaly=0.9)
    assert rated(facts, "k").reasons() == (
        (Term.MOMENTUM, pytest.approx(0.3 / 0.7 / 2)),
        (Term.LIQUIDITY, pytest.approx(0.2 / 0.7 / 2)),
        (Term.ANOMALIES, pytest.approx(-0.09)),
        (Term.TREND, pytest.approx(-0.05)),
    )


@pytest.mark.parametrize("veto", [Veto.SURVEILLANCE, Veto.IDLE, Veto.TURNOVER, Veto.ACTION])
def test_a_vetoed_listing_has_no_signal_and_is_no_rank_of_the_others(veto: Veto) -> None:
    facts = ladder() | {"k": Facts(turnover=1e9, momentum=9.0, volatility=0.01, veto=veto)}
    found = rated(facts, "k", Standing(Step.OVERWEIGHT, 9))
    assert (found.score, found.step, found.veto, found.before) == (None, None, veto, Step.OVERWEIGHT)
    assert rated(facts, "j").ranks[Term.MOMENTUM] == 1.0


def test_too_little_known_is_no_signal() -> None:
    facts = ladder()
    facts["c"] = Facts(turnover=1e5, tone=0.5)
    assert rated(facts, "c").veto is Veto.UNKNOWN


def test_a_term_that_fewer_than_five_listings_have_is_no_rank() -> None:
    facts = ladder()
    for name in "abcd":
        facts[name] = Facts(turnover=1e5, momentum=0.1, volatility=0.2, tone=0.5)
    assert Term.TONE in rated(facts, "a").missing


@pytest.mark.parametrize(
    ("score", "before", "step", "kept"),
    [
        (0.70, None, Step.OVERWEIGHT, False),
        (0.699, None, Step.NEUTRAL, False),
        (0.66, Step.OVERWEIGHT, Step.OVERWEIGHT, True),
        (0.649, Step.OVERWEIGHT, Step.NEUTRAL, False),
        (0.66, Step.NEUTRAL, Step.NEUTRAL, False),
        (0.30, None, Step.UNDERWEIGHT, False),
        (0.34, Step.UNDERWEIGHT, Step.UNDERWEIGHT, True),
        (0.351, Step.UNDERWEIGHT, Step.NEUTRAL, False),
        (0.75, Step.UNDERWEIGHT, Step.OVERWEIGHT, False),
    ],
)
def test_a_step_is_left_only_beyond_its_edge(score: float, before: Step | None, step: Step, kept: bool) -> None:
    assert step_of(score, before) == (step, kept)


def test_a_step_lasts_four_weeks_at_least() -> None:
    young, old = Standing(Step.UNDERWEIGHT, 3), Standing(Step.UNDERWEIGHT, 4)
    held, left = rated(ladder(), "k", young), rated(ladder(), "k", old)
    assert (held.step, held.held, held.weeks) == (Step.UNDERWEIGHT, Held.WEEKS, 4)
    assert (left.step, left.held, left.weeks) == (Step.OVERWEIGHT, None, 1)


def test_a_step_that_stays_counts_its_weeks() -> None:
    assert rated(ladder(), "k", Standing(Step.OVERWEIGHT, 6)).weeks == 7


@given(st.lists(st.tuples(st.floats(-1, 1), st.floats(0.01, 1), st.floats(2e4, 1e7)), min_size=5, max_size=30))
def test_every_score_lies_between_nought_and_one(values: list[tuple[float, float, float]]) -> None:
    facts = {
        str(n): Facts(turnover=turnover, momentum=momentum, volatility=volatility, trend=-1, anomaly=1.0)
        for n, (momentum, volatility, turnover) in enumerate(values)
    }
    for rating in rate(facts, {}).values():
        assert rating.score is not None
        assert 0 <= rating.score <= 1
