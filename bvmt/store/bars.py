"""The stored bars as arrays, for whatever looks at many sessions at once."""

from __future__ import annotations

import io
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from bvmt.market.anomalies import History
from bvmt.market.indices import TUNINDEX

_NUMBERS = ("close", "reference", "open", "high", "low", "volume", "turnover", "trades")

# COPY, because turning rows into Python objects one by one takes ten times as long.
_COPY = """
copy (select isin, session, close, reference, open, high, low, volume, turnover, trades
      from quotes join listings using (isin)
      where (listings.active or not {listed_only}) and session >= date '{since}' and session <= date '{until}'
      order by session, isin)
to stdout with (format csv)
"""

_INDEX = text("""
select session, level, previous from index_levels
where code = :code and session >= :since and session <= :until order by session
""")

_SINCE = text("""
select min(session) from (
  select distinct session from quotes where session <= :until order by session desc limit :sessions) last
""")


def read_bars(conn: Connection, *, until: date, sessions: int, listed_only: bool = True) -> History | None:
    """The last `sessions` sessions up to `until` of all active listings; None where no bar is stored.

    Without `listed_only` those that left the exchange since are there too. Arrays are (sessions, listings), NaN where a
    listing has no bar or a bar lacks the number.
    """
    since = conn.execute(_SINCE, {"until": until, "sessions": sessions}).scalar()
    if since is None:
        return None
    frame = _copied(conn, since, until, listed_only)
    if frame.empty:
        return None
    days, rows = np.unique(frame["session"].to_numpy(), return_inverse=True)
    isins, columns = np.unique(frame["isin"].to_numpy(dtype=str), return_inverse=True)
    arrays = {name: _grid(frame[name].to_numpy(dtype=np.float64), rows, columns) for name in _NUMBERS}
    dates = tuple(date.fromisoformat(day) for day in days)
    return History(
        sessions=dates,
        isins=tuple(map(str, isins)),
        traded=arrays["volume"] > 0,
        index_returns=_index_returns(conn, dates),
        **arrays,
    )


def _copied(conn: Connection, since: date, until: date, listed_only: bool) -> pd.DataFrame:
    buffer = io.BytesIO()
    driver = conn.connection.driver_connection
    assert driver is not None
    with driver.cursor() as cursor:
        # Dates, not text from outside: COPY takes no parameters.
        statement = _COPY.format(since=since.isoformat(), until=until.isoformat(), listed_only=str(listed_only).lower())
        cursor.copy_expert(statement, buffer)
    buffer.seek(0)
    columns = ["isin", "session", *_NUMBERS]
    return pd.read_csv(buffer, names=columns, dtype={"isin": str, "session": str} | dict.fromkeys(_NUMBERS, np.float64))


def _grid(values: NDArray[np.float64], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> NDArray[np.float64]:
    grid = np.full((rows.max() + 1, columns.max() + 1), np.nan)
    grid[rows, columns] = values
    return grid


def _index_returns(conn: Connection, sessions: tuple[date, ...]) -> NDArray[np.float64]:
    """TUNINDEX's moves as fractions, by session: against its stored previous close, else against the row before."""
    parameters = {"code": TUNINDEX.code, "since": sessions[0], "until": sessions[-1]}
    returns = dict.fromkeys(sessions, np.nan)
    before: float | None = None
    for row in conn.execute(_INDEX, parameters):
        reference = float(row.previous) if row.previous else before
        if reference and row.session in returns:
            returns[row.session] = float(row.level) / reference - 1
        before = float(row.level)
    return np.array([returns[day] for day in sessions])
