from __future__ import annotations

from uuid import uuid4

import pytest
import sqlalchemy as sa

from tests.pages.conftest import OpenPage
from tests.pages.test_jobs_page import texts
from tests.pages.worlds import add_instance, add_job, add_run


def open_run(open_page: OpenPage, engine: sa.Engine, status: str, **details: object):  # type: ignore[no-untyped-def]
    add_job(engine)
    run = add_run(engine, status, instance=add_instance(engine), **details)  # type: ignore[arg-type]
    return open_page("pages/run.py", id=str(run))


@pytest.mark.parametrize(
    "status",
    ["queued", "running", "succeeded", "failed", "missed", "skipped", "cancelled", "interrupted"],
)
def test_a_run_in_any_state_has_its_page(open_page: OpenPage, engine: sa.Engine, status: str) -> None:
    page = open_run(open_page, engine, status)
    assert not page.exception
    assert "Market Pulse" in texts(page.subheader)


def test_a_failed_run_shows_its_error_and_traceback(open_page: OpenPage, engine: sa.Engine) -> None:
    error = ("SourceRefused", "Exchange feed: 500", "Traceback (most recent call last): here")
    page = open_run(open_page, engine, "failed", error=error)
    assert "SourceRefused" in texts(page.error)
    assert "Traceback (most recent call last): here" in texts(page.code)


def test_a_skipped_run_tells_why(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "skipped", reason="exchange closed: Republic Day")
    assert "exchange closed: Republic Day" in texts(page.info)


def test_warnings_are_listed(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", warnings=("Three rows were set aside",))
    assert "Three rows were set aside" in texts(page.warning)


def test_figures_carry_label_and_unit(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", figures={"quotes_stored": 78})
    assert ("Quotes stored", "78 quotes") in {(metric.label, metric.value) for metric in page.metric}


def test_the_log_is_shown_as_text(open_page: OpenPage, engine: sa.Engine) -> None:
    page = open_run(open_page, engine, "succeeded", log="<script>alert(1)</script> **bold**")
    assert "<script>alert(1)</script> **bold**" in texts(page.code)


def test_markup_in_an_error_stays_text(open_page: OpenPage, engine: sa.Engine) -> None:
    error = ("ValueError", "[click](http://evil.example) $x$", "trace")
    page = open_run(open_page, engine, "failed", error=error)
    assert "[click](http" not in texts(page.error)


def test_a_run_that_does_not_exist_is_said_not_to(open_page: OpenPage) -> None:
    page = open_page("pages/run.py", id=str(uuid4()))
    assert "There is no run" in texts(page.warning)


@pytest.mark.parametrize("nonsense", ["", "1", "../../etc/passwd", "x" * 500])
def test_an_address_without_a_run_asks_for_one(open_page: OpenPage, nonsense: str) -> None:
    page = open_page("pages/run.py", id=nonsense)
    assert not page.exception
    assert "No run was named." in texts(page.info)
