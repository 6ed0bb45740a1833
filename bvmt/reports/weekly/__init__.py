"""The weekly report: one file a section, each from the week that the report is about."""

from __future__ import annotations

from bvmt.market.portfolio import warm
from bvmt.reports.weekly.report import WrittenWeek, weekly_report

__all__ = ["WrittenWeek", "warm", "weekly_report"]
