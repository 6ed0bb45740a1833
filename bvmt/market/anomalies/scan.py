"""The anomaly scan: plain rules, patterns and severity of chosen sessions, as a list of what to check."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import numpy as np

from bvmt.market.anomalies.baselines import TradedSessions
from bvmt.market.anomalies.book import book_imbalance
from bvmt.market.anomalies.closing import close_marking
from bvmt.market.anomalies.explanations import Explanations
from bvmt.market.anomalies.findings import Anomaly
from bvmt.market.anomalies.forest import grow, outliers
from bvmt.market.anomalies.history import Floats, History, Rows, excerpt, readable
from bvmt.market.anomalies.listing import Sight, anomalies
from bvmt.market.anomalies.measures import Measures, measure
from bvmt.market.anomalies.moves import session_moves
from bvmt.market.anomalies.patterns import Pattern, Scene, dump, limit, odd_print, painted_tape, pump, stale_jump
from bvmt.market.anomalies.rules import Context, Rules

_CHUNK = 64
"""Sessions scanned at once: enough to be fast, few enough to stay small in memory."""


def scan(
    history: History,
    context: Context | None = None,
    rules: Rules | None = None,
    *,
    sessions: Sequence[date] | None = None,
    forest: bool = False,
) -> list[Anomaly]:
    """Return the anomalies of `sessions`, the newest alone by default: by session, then worst first.

    A listing's session is in the list if a plain rule, a pattern or a moved reference names it, or its core
    reaches 0.25. Only what had happened by a session counts, except that the session after it confirms a marked
    close. `forest` adds the outlier hint to what is listed. Raises ValueError for a day that is no session.
    """
    context, rules = context or Context(), rules or Rules()
    chosen = history.sessions[-1:] if sessions is None else sessions
    rows = np.array(sorted({history.row(day) for day in chosen}), dtype=np.intp)
    explanations = Explanations(context)
    found: list[Anomaly] = []
    for start in range(0, len(rows), _CHUNK):
        sight = _look(history, rows[start : start + _CHUNK], context, rules, forest)
        found += anomalies(sight, explanations, rules)
    return sorted(found, key=lambda each: (each.session, -each.severity, each.isin))


def _look(history: History, rows: Rows, context: Context, rules: Rules, forest: bool) -> Sight:
    """Look at the sessions at `rows`, through the part of the history that bears on them."""
    start = max(int(rows[0]) - rules.reach - 1, 0)
    known = readable(excerpt(history, start, int(rows[-1]) + 2))
    moves = session_moves(known, context.actions, rules)
    traded = TradedSessions(known.traded)
    measures = measure(known, moves, traded, rows - start, rules)
    scene = Scene(known, moves, measures, _limits(known, measures, context, rules))
    pool = grow(known, moves, traded, int(rows[0]) - start, rules) if forest else None
    hint = [outliers(pool, known, moves, measures)] if pool else []
    last = len(known.sessions) - 1
    return Sight(scene, [*_patterns(scene, context), *hint], context.partial & (scene.rows == last))


def _patterns(scene: Scene, context: Context) -> list[Pattern]:
    under_way = context.partial & (scene.rows == len(scene.history.sessions) - 1)
    return [
        pump(scene),
        dump(scene),
        close_marking(scene, under_way),
        stale_jump(scene),
        limit(scene),
        painted_tape(scene),
        odd_print(scene, under_way),
        book_imbalance(scene, context),
    ]


def _limits(history: History, measures: Measures, context: Context, rules: Rules) -> Floats:
    usual = np.where(measures.base >= rules.limit_from, rules.limit, np.nan)
    own = np.array([context.limits.get(isin, np.nan) for isin in history.isins])
    return np.where(own > 0, own, usual)
