"""The jobs of the product, in the order in which the dashboard shows them."""

from __future__ import annotations

from bvmt.runs.job import Job
from jobs.market_pulse import MARKET_PULSE

JOBS: tuple[Job, ...] = (MARKET_PULSE,)
