"""The daily report: one file a section, each from the session that the report is about."""

from __future__ import annotations

from bvmt.reports.daily.report import daily_report

__all__ = ["daily_report"]
