"""Atypical moves to check: two plain rules, suspicious patterns, a severity, and what may explain it."""

from __future__ import annotations

from bvmt.market.anomalies.findings import Anomaly, Finding
from bvmt.market.anomalies.history import History
from bvmt.market.anomalies.rules import BookReading, BookWatch, Context, News, Rules
from bvmt.market.anomalies.scan import scan

__all__ = ["Anomaly", "BookReading", "BookWatch", "Context", "Finding", "History", "News", "Rules", "scan"]
