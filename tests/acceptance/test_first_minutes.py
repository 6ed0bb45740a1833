"""What somebody sees who has just installed the product: real content on every page, without a click."""

from __future__ import annotations

from typing import Any

from bvmt.first_runs import ORDER
from tests.acceptance.conftest import Start
from tests.acceptance.product import Product, wait_until

MINUTE = 60.0
"""An install takes about a minute, and two are allowed until there is something to see."""


def succeeded(product: Product, job: str) -> bool:
    """Whether a run of the job has succeeded."""
    return any(run["status"] == "succeeded" for run in product.history(job))


def shelf(product: Product) -> list[dict[str, Any]]:
    """The reports."""
    return list(product.get("/api/reports").raise_for_status().json()["reports"])


def test_within_a_minute_of_the_first_start_every_job_has_run_and_both_reports_are_on_the_shelf(start: Start) -> None:
    product = start(ready=False, FIRST_RUNS="true").wait_until_up()

    wait_until(lambda: all(succeeded(product, job) for job in ORDER), "a run of each job", seconds=MINUTE)

    assert sorted(report["kind"] for report in shelf(product)) == ["daily", "weekly"]
    assert all(run["requested_by"] == "first start" for job in ORDER for run in product.history(job)[-1:])
