"""Reports over REST, on a real database: the shelf, the forms of a report, asking for one."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import openpyxl
import pytest
import sqlalchemy as sa

from bvmt.reports.pdf import pdf
from bvmt.runs.catalogue import write_catalogue
from bvmt.settings import load_settings
from bvmt.store.engine import transaction
from bvmt.store.reports import add_report
from jobs.catalogue import JOBS
from tests.pages.api_server import ApiServer, client
from tests.unit.reports.sample_reports import report

PERIOD = (date(2026, 11, 20), date(2026, 11, 20))


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[ApiServer, str]]:
    """A server for all tests here, and its address."""
    made = ApiServer()
    with made.serving() as url:
        yield made, url


@pytest.fixture
def api(server: tuple[ApiServer, str], engine: sa.Engine) -> Iterator[httpx.Client]:
    """A client of an API over a database with all jobs."""
    write_catalogue(engine, JOBS, load_settings(env_file=None))
    server[0].engine = engine
    with client(server[1]) as made:
        yield made


@pytest.fixture(scope="module")
def drawn() -> bytes:
    """The PDF of the sample."""
    return pdf(report("daily"), "en")


def shelve(engine: sa.Engine, drawn: bytes) -> UUID:
    made = uuid4()
    with transaction(engine) as conn:
        add_report(conn, report("daily"), drawn, id=made, period=PERIOD, language="en", run_id=None, asked_by=None)
    return made


def detail(answered: Any, status: int) -> str:
    """The sentence of a problem with this status."""
    assert (answered.status_code, answered.headers["content-type"]) == (status, "application/problem+json")
    return str(answered.json()["detail"])


def test_an_empty_shelf_is_an_empty_list(api: httpx.Client) -> None:
    assert api.get("/reports").json() == {"reports": [], "next": None}


def test_the_shelf_names_each_report_with_its_figures_and_address(
    api: httpx.Client, engine: sa.Engine, drawn: bytes
) -> None:
    made = shelve(engine, drawn)
    [found] = api.get("/reports", params={"kind": "daily"}).json()["reports"]
    assert (found["id"], found["kind"], found["first_day"], found["version"]) == (str(made), "daily", "2026-11-20", 1)
    assert found["url"] == f"/api/reports/{made}"
    assert found["figures"] == report("daily").figures


def test_a_long_shelf_is_read_page_by_page(api: httpx.Client, engine: sa.Engine, drawn: bytes) -> None:
    ids = {str(shelve(engine, drawn)) for _ in range(3)}
    seen: list[str] = []
    page = api.get("/reports", params={"limit": 1, "versions": True}).json()
    while page["reports"]:
        seen += [each["id"] for each in page["reports"]]
        assert page["next"] is not None
        page = api.get("/reports", params={"limit": 1, "versions": True, "before": page["next"]}).json()
    assert (len(seen), set(seen)) == (3, ids)


def test_a_report_is_downloaded_as_the_pdf_that_went_out(api: httpx.Client, engine: sa.Engine, drawn: bytes) -> None:
    answered = api.get(f"/reports/{shelve(engine, drawn)}")
    assert answered.content == drawn
    assert answered.headers["content-type"] == "application/pdf"
    assert answered.headers["content-disposition"] == 'attachment; filename="bvmt-daily-2026-11-20-v1.pdf"'


def test_a_report_as_json_is_its_content(api: httpx.Client, engine: sa.Engine, drawn: bytes) -> None:
    content = api.get(f"/reports/{shelve(engine, drawn)}", params={"format": "json"}).json()["content"]
    assert type(report("daily")).model_validate(content) == report("daily")


def test_a_report_as_csv_is_a_zip_with_a_file_a_table(api: httpx.Client, engine: sa.Engine, drawn: bytes) -> None:
    answered = api.get(f"/reports/{shelve(engine, drawn)}", params={"format": "csv"})
    with zipfile.ZipFile(io.BytesIO(answered.content)) as archive:
        assert archive.testzip() is None
        assert all(name.endswith(".csv") for name in archive.namelist())


def test_a_report_as_xlsx_opens(api: httpx.Client, engine: sa.Engine, drawn: bytes) -> None:
    answered = api.get(f"/reports/{shelve(engine, drawn)}", params={"format": "xlsx", "language": "fr"})
    assert len(openpyxl.load_workbook(io.BytesIO(answered.content)).sheetnames) > 1


@pytest.mark.parametrize("name", ["../../etc/passwd", "%2e%2e%2fapp.py", "1", "..", "daily"])
def test_an_id_that_is_none_is_refused(api: httpx.Client, name: str) -> None:
    assert api.get(f"/reports/{name}").status_code in {404, 422}


def test_an_unknown_report_is_not_found(api: httpx.Client) -> None:
    assert "There is no report" in detail(api.get(f"/reports/{uuid4()}"), 404)


def test_an_unknown_form_is_refused(api: httpx.Client, engine: sa.Engine, drawn: bytes) -> None:
    assert "format" in detail(api.get(f"/reports/{shelve(engine, drawn)}", params={"format": "docx"}), 422)


def test_asking_for_a_report_queues_a_run_with_the_day(api: httpx.Client) -> None:
    answered = api.post("/reports/generate", json={"kind": "weekly", "date": "2026-11-11"})
    assert answered.status_code == 202
    told = answered.json()
    assert told["job_id"] == "weekly_report"
    run = api.get(f"/runs/{told['run_id']}").json()
    assert (run["status"], run["origin"], run["parameters"]) == ("queued", "api", {"day": "2026-11-11"})


def test_asking_twice_is_refused_while_the_first_waits(api: httpx.Client) -> None:
    api.post("/reports/generate", json={"kind": "daily"})
    assert "waiting already" in detail(api.post("/reports/generate", json={"kind": "daily"}), 409)


def test_a_day_to_come_is_refused(api: httpx.Client) -> None:
    assert "yet to come" in detail(api.post("/reports/generate", json={"kind": "daily", "date": "2999-01-01"}), 409)


@pytest.mark.parametrize(
    "body", [{}, {"kind": "monthly"}, {"kind": "daily", "date": "soon"}, {"kind": "daily", "x": 1}]
)
def test_a_malformed_wish_is_refused(api: httpx.Client, body: dict[str, object]) -> None:
    assert api.post("/reports/generate", json=body).status_code == 422
