"""The sessions in which a listing traded before a given one, and the means over them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bvmt.market.anomalies.history import Flags, Floats, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """For chosen sessions the last traded ones before each, newest first: positions, and which of them exist.

    Both arrays have the shape (chosen sessions, places, listings).
    """

    rows: Rows
    exists: Flags

    def of(self, array: Floats) -> Floats:
        """Return the values of `array` (sessions, listings) in the window; NaN where there is none."""
        values = np.take_along_axis(array[:, None, :], self.rows.reshape(-1, 1, self.rows.shape[2]), axis=0)
        return np.where(self.exists, values.reshape(self.rows.shape), np.nan)

    def count(self) -> Floats:
        """Return how many traded sessions the window holds (chosen sessions, listings)."""
        return np.asarray(self.exists.sum(axis=1), dtype=np.float64)

    def mean(self, array: Floats) -> Floats:
        """Return the mean of `array` over the window, NaN where nothing in it is known."""
        return mean_of_known(self.of(array), axis=1)

    def newest(self) -> Rows:
        """Return the position of the last traded session before each chosen one; -1 where there is none."""
        return np.where(self.exists[:, 0], self.rows[:, 0], -1)


class TradedSessions:
    """Where each listing traded, kept so that the last k traded sessions before any session are one look-up."""

    def __init__(self, traded: Flags) -> None:
        counted = np.cumsum(traded, axis=0, dtype=np.intp)
        self._before = np.concatenate([np.zeros((1, traded.shape[1]), np.intp), counted])
        self._order = np.zeros((max(len(traded), 1), traded.shape[1]), np.intp)
        rows, columns = np.nonzero(traded)
        self._order[counted[rows, columns] - 1, columns] = rows

    def before(self, rows: Rows, size: int, reach: int) -> Window:
        """Return the last `size` traded sessions before each of `rows`, from the `reach` sessions before it."""
        places = self._before[rows][:, None, :] - 1 - np.arange(size)[:, None]
        exists = places >= 0
        flat = np.maximum(places, 0).reshape(-1, places.shape[2])
        found = np.take_along_axis(self._order, flat, axis=0).reshape(places.shape)
        return Window(found, exists & (found >= rows[:, None, None] - reach))


def mean_of_known(values: Floats, axis: int) -> Floats:
    """Return the mean along `axis` of what is not NaN; NaN where nothing is known."""
    known = ~np.isnan(values)
    count = known.sum(axis=axis)
    total = np.where(known, values, 0.0).sum(axis=axis)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def last_sessions(array: Floats, rows: Rows, size: int) -> Floats:
    """Return `array` in the `size` sessions up to each of `rows`: (rows, size, listings), NaN before the first."""
    places = rows[:, None] - np.arange(size)
    return np.where((places >= 0)[..., None], array[np.maximum(places, 0)], np.nan)
