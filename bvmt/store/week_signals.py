"""Our own signals as they were given: the model portfolio's weights and the ratings of each week."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import asdict
from datetime import date, timedelta

from sqlalchemy import Connection, text

from bvmt.market.ratings import Rating, Step
from bvmt.reports.weekly_frames import PastRating, WeekSignals

_ONE_WEEK = timedelta(weeks=1)

_DROP = (
    text("delete from portfolio_weights where week = :week"),
    text("delete from ratings where week = :week"),
)

# Two reports of one week at once take turns.
_TAKE_TURNS = text("select pg_advisory_xact_lock(hashtextextended('week signals ' || :week, 0))")

_ADD_WEIGHTS = text("""
insert into portfolio_weights (week, isin, weight)
select :week, isin, weight from jsonb_to_recordset(cast(:rows as jsonb)) as r(isin text, weight float8)
""")

_ADD_RATINGS = text("""
insert into ratings (week, isin, score, step, terms)
select :week, isin, score, step, terms
from jsonb_to_recordset(cast(:rows as jsonb)) as r(isin text, score float8, step text, terms jsonb)
""")

_WEIGHTS = text("select week, isin, weight from portfolio_weights where week >= :since and week < :before")

_RATINGS = text("""
select week, isin, score, step, coalesce((terms ->> 'weeks')::int, 0) as weeks from ratings
where week >= :since and week < :before
""")


def record_signals(conn: Connection, signals: WeekSignals, *, today: date) -> bool:
    """Put down a week's signals, in place of those of an earlier report of the same week; inside a transaction.

    False, and nothing is changed, once the next week has begun: whoever makes the report then knows more than those
    who could have acted on it, and the record has to stay what it was.
    """
    if today >= signals.monday + _ONE_WEEK:
        return False
    conn.execute(_TAKE_TURNS, {"week": signals.monday.isoformat()})
    for statement in _DROP:
        conn.execute(statement, {"week": signals.monday})
    weights = [{"isin": isin, "weight": weight} for isin, weight in (signals.weights or {}).items()]
    conn.execute(_ADD_WEIGHTS, {"week": signals.monday, "rows": json.dumps(weights)})
    ratings = [_row(isin, rating) for isin, rating in signals.ratings.items()]
    conn.execute(_ADD_RATINGS, {"week": signals.monday, "rows": json.dumps(ratings)})
    return True


def read_weights(conn: Connection, *, since: date, before: date) -> dict[date, dict[str, float]]:
    """Return the model portfolios of the weeks from the Monday `since` up to, without, the Monday `before`."""
    found: dict[date, dict[str, float]] = defaultdict(dict)
    for row in conn.execute(_WEIGHTS, {"since": since, "before": before}):
        found[row.week][row.isin] = row.weight
    return dict(found)


def read_ratings(conn: Connection, *, since: date, before: date) -> dict[date, dict[str, PastRating]]:
    """Return the ratings of the weeks from the Monday `since` up to, without, the Monday `before`, by ISIN."""
    found: dict[date, dict[str, PastRating]] = defaultdict(dict)
    for row in conn.execute(_RATINGS, {"since": since, "before": before}):
        step = None if row.step is None else Step(row.step)
        found[row.week][row.isin] = PastRating(step, row.score, row.weeks)
    return dict(found)


def _row(isin: str, rating: Rating) -> dict[str, object]:
    terms = {name: value for name, value in asdict(rating).items() if name not in {"score", "step"}}
    return {"isin": isin, "score": rating.score, "step": rating.step, "terms": terms}
