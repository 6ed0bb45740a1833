"""What a browser can do to the process over Streamlit's websocket."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
import sqlalchemy as sa
from streamlit.util import calc_hash

from bvmt.store.instances import list_instances
from tests.acceptance.conftest import Start
from tests.acceptance.product import ROOT
from tests.acceptance.visitor import visitor

GATE = 'import streamlit as st\nst.write("The gate is closed.")\nst.stop()\n'
RUN_PAGE = 'import streamlit as st\nst.write("The page of a run.")\n'


@pytest.fixture
def own_house(house: Path) -> Path:
    """A house with its own dashboard and pages, to be changed; its page of a run is one sentence."""
    for name in ("app.py", "dashboard.py"):
        (house / name).unlink()
        shutil.copy(ROOT / name, house)
    (house / "pages").unlink()
    shutil.copytree(ROOT / "pages", house / "pages")
    (house / "pages/run.py").write_text(RUN_PAGE, encoding="utf-8")
    return house


def test_a_deep_link_as_the_first_visit_cannot_get_around_the_dashboard(
    start: Start, own_house: Path, database_url: str
) -> None:
    (own_house / "dashboard.py").write_text(GATE, encoding="utf-8")
    product = start(DATABASE_URL=database_url)

    with visitor(product.url) as by_name, visitor(product.url) as by_hash:
        shown = by_name.visit(page_name="run")
        shown += by_hash.visit(page_script_hash=calc_hash(str(own_house / "pages/run.py")))

    assert shown.count("The gate is closed.") == 2
    assert "The page of a run." not in shown


@pytest.mark.usefixtures("own_house")
def test_a_deep_link_as_the_first_visit_shows_its_page_inside_the_dashboard(start: Start, database_url: str) -> None:
    product = start(DATABASE_URL=database_url)

    with visitor(product.url) as tab:
        shown = tab.visit(page_name="run")

    assert 0 <= shown.find("navigation {") < shown.find("The page of a run.")


def test_clearing_the_caches_leaves_the_one_scheduler_at_work(
    start: Start, database_url: str, engine: sa.Engine
) -> None:
    product = start(DATABASE_URL=database_url)
    with visitor(product.url) as tab:
        tab.visit()
        tab.clear_caches()
        tab.visit()

    run_id = product.request_run()
    product.wait_for_run(run_id, "succeeded")

    assert product.get("/api/health").json()["scheduler"]["state"] == "running"
    with engine.connect() as conn:
        assert [row.state for row in list_instances(conn)] == ["alive"]
