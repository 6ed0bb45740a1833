"""Imbalance of the order book: large orders on one side that vanish without having traded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bvmt.market.anomalies.patterns import Pattern, Scene
from bvmt.market.anomalies.rules import BookReading, BookWatch, Context

_IMBALANCE = 0.8
_READINGS = 3
_LARGE = 5.0
_GONE = 0.8
_TRADED = 0.2
_STRENGTH = 0.5


def book_imbalance(scene: Scene, context: Context) -> Pattern:
    """A book that stayed one-sided and then lost that side without trading it. Strength 0.5, newest session only.

    OBI = (bid - ask) / (bid + ask) at the best level. Seen where |OBI| >= 0.8 in 3 readings in a row whose large
    side is 5 times its usual size, and the next reading has 80 % less of it while under 20 % of it traded. At
    readings minutes apart this is a hint and nothing more.
    """
    shape = scene.measures.close.shape
    strength, size = np.zeros(shape), np.full(shape, np.nan)
    places = np.flatnonzero(scene.rows == len(scene.history.sessions) - 1)
    for column, isin in enumerate(scene.history.isins):
        vanished = vanished_size(context.books[isin]) if isin in context.books else 0.0
        if vanished:
            strength[places, column], size[places, column] = _STRENGTH, vanished
    return Pattern("book_imbalance", strength, {"shares": size})


def vanished_size(watch: BookWatch) -> float:
    """Return the largest size, in shares, that stood one-sided and vanished untraded; 0 where none did."""
    runs = range(len(watch.readings) - _READINGS)
    return max((_vanished(watch.readings[n : n + _READINGS + 1], watch.usual_size) for n in runs), default=0.0)


def _vanished(readings: Sequence[BookReading], usual: float) -> float:
    stood, after = readings[:-1], readings[-1]
    bids = sum(reading.bid_quantity for reading in stood) > sum(reading.ask_quantity for reading in stood)
    sizes = [reading.bid_quantity if bids else reading.ask_quantity for reading in stood]
    one_sided = all(abs(_imbalance(reading)) >= _IMBALANCE for reading in stood)
    if not one_sided or not min(sizes) >= _LARGE * usual > 0:
        return 0.0
    left = after.bid_quantity if bids else after.ask_quantity
    gone = left <= (1 - _GONE) * sizes[-1]
    untraded = after.volume - stood[-1].volume < _TRADED * sizes[-1]
    return float(sizes[-1]) if gone and untraded else 0.0


def _imbalance(reading: BookReading) -> float:
    whole = reading.bid_quantity + reading.ask_quantity
    return (reading.bid_quantity - reading.ask_quantity) / whole if whole > 0 else 0.0
