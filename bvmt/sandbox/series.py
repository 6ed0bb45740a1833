"""One instrument over time, as `/history/{ISIN}` and `/intraday/{ISIN}` answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np

from bvmt.sandbox.board import clock_text
from bvmt.sandbox.calendar import CLOSE_SECOND, OPEN_SECOND, last_finished, session_at
from bvmt.sandbox.draws import Floats, Integers
from bvmt.sandbox.history import History, history
from bvmt.sandbox.indices import changes, index_positions, members
from bvmt.sandbox.intraday import standing, tape
from bvmt.sandbox.listings import positions

Json = dict[str, Any]

HISTORY_SESSIONS = 60
INDEX_STEP = 300
"""Seconds between two points of an index."""

_MONTHS = (
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
)


def french_date(day: date) -> str:
    """Return a day as the feed writes it, such as `13 avril 2026`."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def past_closes(seed: int, instant: datetime, isin: str) -> list[Json]:
    """Return the last closes of a share or an index up to the last finished session, newest first.

    A share's closes are the raw ones; where it did not trade, the close before is carried. Empty for an
    unknown ISIN.
    """
    until = last_finished(instant)
    known = history(seed, until)
    closes = _closes(known, isin)
    if closes is None:
        return []
    end = known.ordinal(until) + 1
    shown = slice(max(end - HISTORY_SESSIONS, 0), end)
    rows = zip(known.sessions[shown], closes[shown], strict=True)
    points = [{"sEANCE": french_date(day), "lAST": round(float(close), 2)} for day, close in rows]
    return points[::-1]


def points_of_session(seed: int, instant: datetime, isin: str) -> list[Json]:
    """Return the points of the session that the board shows at `instant`, oldest first.

    The first point stands at 00:00:00 and carries the previous close (of a share: the reference). A share's
    point is a print with its quantity; an index has a point every five minutes with its level and the shares
    of its members traded since the point before. Empty for an unknown ISIN.
    """
    moment = session_at(instant)
    if isin in positions():
        points = _share_points(seed, moment.session, moment.second, positions()[isin])
    elif isin in index_positions():
        points = _index_points(seed, moment.session, moment.second, index_positions()[isin])
    else:
        return []
    return [{**point, "seance": moment.session.isoformat()} for point in points]


def _closes(known: History, isin: str) -> Floats | None:
    if isin in positions():
        return known.walk.close[:, positions()[isin]]
    if isin in index_positions():
        return known.levels[:, index_positions()[isin]]
    return None


def _point(second: int, last: float, volume: int) -> Json:
    return {"time": clock_text(second), "last": last, "volume": volume}


def _share_points(seed: int, session: date, until: int, share: int) -> list[Json]:
    prints = tape(seed, session)
    rows = zip(prints.second[share], prints.price[share], prints.quantity[share], strict=True)
    made = [_point(int(at), float(price), int(size)) for at, price, size in rows if at <= until]
    return [_point(0, float(prints.reference[share]), 0), *made]


def _index_points(seed: int, session: date, until: int, index: int) -> list[Json]:
    known = history(seed, session)
    ordinal = known.ordinal(session)
    previous = _previous_level(known, ordinal, index)
    seconds = [at for at in range(OPEN_SECOND + INDEX_STEP, CLOSE_SECOND + 1, INDEX_STEP) if at <= until]
    ratios, volumes = _index_path(known, ordinal, index, seconds)
    rows = zip(seconds, ratios, np.diff(volumes, prepend=0), strict=True)
    made = [_point(at, round(previous * float(ratio), 2), int(size)) for at, ratio, size in rows]
    return [_point(0, round(previous, 2), 0), *made]


def _previous_level(known: History, ordinal: int, index: int) -> float:
    """The level of the session before; the first session of all has its own opening level."""
    walk = known.walk
    ratio = changes(known.traits, walk.outstanding[ordinal], walk.close[ordinal], walk.reference[ordinal])
    return float(known.levels[ordinal, index] / ratio[index])


def _index_path(known: History, ordinal: int, index: int, seconds: list[int]) -> tuple[Floats, Integers]:
    """An index over its previous close, and its members' shares traded so far, at each of `seconds`."""
    prints = tape(known.seed, known.sessions[ordinal])
    member = members(known.traits)[index]
    stands = [standing(prints, at) for at in seconds]
    prices = np.array([np.where(now.traded, now.last, prints.reference) for now in stands])
    volumes = np.array([now.volume[member].sum() for now in stands], dtype=np.int64)
    prices = prices.reshape(len(seconds), len(member))
    ratios = changes(known.traits, known.walk.outstanding[ordinal], prices, prints.reference)
    return ratios[:, index], volumes
