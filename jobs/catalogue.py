"""The jobs of the product, in the order in which the dashboard shows them."""

from __future__ import annotations

from bvmt.runs.job import Job
from jobs.anomaly_scan import ANOMALY_SCAN
from jobs.daily_report import DAILY_REPORT
from jobs.database_cleanup import DATABASE_CLEANUP
from jobs.market_pulse import MARKET_PULSE
from jobs.sentiment_scan import SENTIMENT_SCAN
from jobs.weekly_report import WEEKLY_REPORT

JOBS: tuple[Job, ...] = (
    MARKET_PULSE,
    ANOMALY_SCAN,
    SENTIMENT_SCAN,
    DAILY_REPORT,
    WEEKLY_REPORT,
    DATABASE_CLEANUP,
)
