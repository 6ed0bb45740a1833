"""The record of our own signals: written once a week, and never with hindsight."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from bvmt.market.ratings import Facts, Rating, Step, Veto, rate
from bvmt.reports.weekly_frames import PastRating, WeekSignals
from bvmt.store.engine import transaction
from bvmt.store.week_signals import read_ratings, read_weights, record_signals

MONDAY, FRIDAY, NEXT_MONDAY = date(2026, 11, 16), date(2026, 11, 20), date(2026, 11, 23)

RATINGS = rate(
    {name: Facts(turnover=1e5 + n, momentum=0.1 * n, volatility=0.2) for n, name in enumerate("abcde")}
    | {"f": Facts(turnover=0.0, veto=Veto.IDLE)},
    {},
)


def signals(
    weights: dict[str, float] | None = None, ratings: dict[str, Rating] | None = None, monday: date = MONDAY
) -> WeekSignals:
    return WeekSignals(monday, weights, RATINGS if ratings is None else ratings)


def record(engine: sa.Engine, given: WeekSignals, today: date = FRIDAY) -> bool:
    with transaction(engine) as conn:
        return record_signals(conn, given, today=today)


def weights_of(engine: sa.Engine, before: date = NEXT_MONDAY) -> dict[date, dict[str, float]]:
    with engine.connect() as conn:
        return read_weights(conn, since=date(2026, 1, 5), before=before)


def ratings_of(engine: sa.Engine, before: date = NEXT_MONDAY) -> dict[date, dict[str, PastRating]]:
    with engine.connect() as conn:
        return read_ratings(conn, since=date(2026, 1, 5), before=before)


def test_what_was_recorded_is_read_back(engine: sa.Engine) -> None:
    assert record(engine, signals({"a": 0.1, "b": 0.7}))
    assert weights_of(engine) == {MONDAY: {"a": 0.1, "b": 0.7}}
    assert ratings_of(engine)[MONDAY] == {
        isin: PastRating(rating.step, rating.score, rating.weeks) for isin, rating in RATINGS.items()
    }
    assert ratings_of(engine)[MONDAY]["e"].step is Step.OVERWEIGHT


def test_a_rating_that_was_vetoed_is_kept_with_its_reason(engine: sa.Engine) -> None:
    record(engine, signals())
    assert ratings_of(engine)[MONDAY]["f"] == PastRating(None, None, 0)
    with engine.connect() as conn:
        terms = conn.execute(sa.text("select terms from ratings where isin = 'f'")).scalar_one()
    assert terms["veto"] == "idle"


def test_a_report_made_again_in_the_same_week_replaces_its_signals(engine: sa.Engine) -> None:
    record(engine, signals({"a": 0.1, "b": 0.7}))
    assert record(engine, signals({"c": 0.5}, {"c": RATINGS["c"]}), today=date(2026, 11, 22))
    assert weights_of(engine) == {MONDAY: {"c": 0.5}}
    assert set(ratings_of(engine)[MONDAY]) == {"c"}


def test_once_the_next_week_has_begun_the_record_stays_as_it_is(engine: sa.Engine) -> None:
    record(engine, signals({"a": 0.1}))
    assert not record(engine, signals({"c": 0.5}), today=NEXT_MONDAY)
    assert weights_of(engine) == {MONDAY: {"a": 0.1}}


def test_a_week_without_a_portfolio_has_ratings_alone(engine: sa.Engine) -> None:
    record(engine, signals(None))
    assert weights_of(engine) == {}
    assert set(ratings_of(engine)) == {MONDAY}


def test_a_week_reads_only_the_weeks_before_it(engine: sa.Engine) -> None:
    record(engine, signals({"a": 0.1}))
    assert weights_of(engine, before=MONDAY) == {}
    assert ratings_of(engine, before=MONDAY) == {}


def test_a_week_is_named_by_its_monday(engine: sa.Engine) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        record(engine, signals({"a": 0.1}, monday=FRIDAY))


def test_the_steps_in_the_table_are_those_of_the_ratings(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        for step in Step:
            conn.execute(
                sa.text("insert into ratings (week, isin, score, step, terms) values (:week, :step, 0.5, :step, '{}')"),
                {"week": MONDAY, "step": step},
            )
    assert {each.step for each in ratings_of(engine)[MONDAY].values()} == set(Step)
