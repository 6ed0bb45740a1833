"""The jobs of the product, in the order in which the dashboard shows them."""

from __future__ import annotations

from bvmt.runs.job import Job
from jobs.anomaly_scan import ANOMALY_SCAN
from jobs.database_cleanup import DATABASE_CLEANUP
from jobs.market_pulse import MARKET_PULSE

JOBS: tuple[Job, ...] = (MARKET_PULSE, ANOMALY_SCAN, DATABASE_CLEANUP)
