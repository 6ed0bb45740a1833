"""From the exchange's JSON to index levels: the points of a session, and the closes of the last sixty."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, time
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from bvmt.errors import SourceFormatError
from bvmt.market.board import IndexLevel
from bvmt.sources.exchange_board import SOURCE, list_in
from bvmt.sources.exchange_dates import FetchMoment, time_of_day
from bvmt.sources.exchange_fields import Unreadable, json_text, price

log = logging.getLogger(__name__)

T = TypeVar("T")

_PREVIOUS_CLOSE = time(0)
"""The feed puts the previous session's close in front of the points, at midnight."""


@dataclass(frozen=True, slots=True)
class _Point:
    session: date
    at: time
    level: Decimal


def parse_intraday(answer: object, moment: FetchMoment, *, code: str) -> IndexLevel | None:
    """Return the latest level in `answer`, the decoded JSON of `/intraday/{ISIN}`, with the previous close.

    None where the list is empty or holds the previous close only. Raises SourceFormatError where the answer
    is no object with a list `intradays` or none of its points can be read.
    """
    points = _readable(list_in(answer, "intradays"), lambda row: _point(row, moment), code)
    traded = [point for point in points if point.at != _PREVIOUS_CLOSE]
    if not traded:
        return None
    latest = sorted(traded, key=lambda point: (point.session, point.at))[-1]
    return IndexLevel(
        code=code,
        session=latest.session,
        level=latest.level,
        previous=_previous_close(points, latest.session),
        as_of=moment.updated_at(latest.session, latest.at.isoformat()),
    )


def parse_history(answer: object, moment: FetchMoment, *, code: str) -> list[IndexLevel]:
    """Return the closes in `answer`, the decoded JSON of `/history/{ISIN}`, one a session, oldest first.

    Each carries the close before it in the answer as `previous`; the oldest has none. Raises
    SourceFormatError where the answer is no object with a list `indexHistorys` or none of its points can be
    read.
    """
    closes = _readable(list_in(answer, "indexHistorys"), lambda row: _close(row, code, moment), code)
    by_session = {close.session: close for close in closes}
    ordered = [by_session[session] for session in sorted(by_session)]
    followed = [replace(close, previous=before.level) for before, close in pairwise(ordered)]
    return ordered[:1] + followed


def _readable(rows: list[Any], read: Callable[[Any], T], code: str) -> list[T]:
    readings, reason = [], ""
    for row in rows:
        try:
            readings.append(read(row))
        except Unreadable as error:
            reason = str(error)
    left_out = len(rows) - len(readings)
    if rows and not readings:
        text = f"none of {left_out} points of index {code} can be read: {reason}"
        raise SourceFormatError(SOURCE, text, sample=json_text(rows[0], 200))
    if left_out:
        log.warning("Index %s: left out %d of %d points, the last because %s", code, left_out, len(rows), reason)
    return readings


def _point(row: object, moment: FetchMoment) -> _Point:
    session, level = _session_and_level(row, "seance", "last", moment)
    at = time_of_day(row.get("time")) if isinstance(row, Mapping) else None
    if at is None:
        raise Unreadable("the point has no readable time")
    return _Point(session, at, level)


def _close(row: object, code: str, moment: FetchMoment) -> IndexLevel:
    session, level = _session_and_level(row, "sEANCE", "lAST", moment)
    return IndexLevel(code=code, session=session, level=level)


def _session_and_level(row: object, day: str, last: str, moment: FetchMoment) -> tuple[date, Decimal]:
    if not isinstance(row, Mapping):
        raise Unreadable("the point is not an object")
    session, level = moment.session(row.get(day)), price(row, last)
    if session is None or level is None:
        raise Unreadable("the point has no session or no level")
    return session, level


def _previous_close(points: list[_Point], session: date) -> Decimal | None:
    # Its date may be that of the session it precedes or of the one it closed.
    closes = [point for point in points if point.at == _PREVIOUS_CLOSE and point.session <= session]
    return max(closes, key=lambda point: point.session).level if closes else None
