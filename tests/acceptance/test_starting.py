"""How the product comes up, and what keeps it from coming up."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa

from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.store.history import list_runs
from bvmt.store.instances import list_instances
from tests.acceptance.conftest import Start
from tests.acceptance.opening import opening
from tests.acceptance.product import PYTHON, STREAMLIT, UVICORN, database_servers, wait_until
from tests.acceptance.travelling import NEXT_MOMENT, travelling


def test_the_first_scheduled_run_happens_without_any_request_to_the_process(
    start: Start, database_url: str, engine: sa.Engine
) -> None:
    product = start(travelling(opening(minutes=-30), opening(seconds=-1)), ready=False, DATABASE_URL=database_url)
    with engine.connect() as conn:
        wait_until(lambda: list_instances(conn), "the instance")
        product.send(NEXT_MOMENT)
        wait_until(lambda: list_runs(conn, job_id="market_pulse", statuses=[RunStatus.SUCCEEDED]), "a run")
        runs = list_runs(conn, job_id="market_pulse")

    assert [(run.origin, run.scheduled_at) for run in runs] == [(RunOrigin.SCHEDULED, opening())]


@pytest.mark.parametrize("way", [PYTHON, UVICORN, STREAMLIT], ids=["python", "uvicorn", "streamlit"])
def test_each_way_to_start_it_serves_dashboard_and_api(start: Start, way: Sequence[str], database_url: str) -> None:
    product = start(way, DATABASE_URL=database_url)

    page, jobs, health = product.get("/"), product.get("/api/jobs"), product.get("/api/health")

    assert page.headers["Content-Type"].startswith("text/html")
    assert "<title>" in page.text
    assert "market_pulse" in [job["id"] for job in jobs.json()["jobs"]]
    assert health.json()["scheduler"]["state"] == "running"


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PORT", "eighty", "a port number"),
        ("TIMEZONE", "Africa/Carthage", "an IANA zone such as Africa/Tunis"),
        ("DATABASE_URL", "mysql://here/bvmt", "postgresql://user:password@host:5432/database"),
    ],
)
def test_a_bad_setting_ends_the_start_with_one_line(start: Start, name: str, value: str, expected: str) -> None:
    product = start(ready=False, **{name: value})

    assert product.wait() == 1
    assert product.log == f"BVMT Jobs cannot start: {name} holds {value!r}; it may hold {expected}.\n"


def test_another_data_source_is_refused_in_one_sentence_and_leaves_no_server(start: Start, house: Path) -> None:
    start().stop()

    product = start(ready=False, DATA_SOURCE="bvmt")

    assert product.wait() > 0
    reasons = [line for line in product.log.splitlines() if "cannot start" in line]
    assert len(reasons) == 1
    assert "This database holds sandbox data, and the settings ask for bvmt data: set DATA_SOURCE=sandbox" in reasons[0]
    assert "Traceback" not in product.log
    assert database_servers(house) == []
