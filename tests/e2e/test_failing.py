"""What operators do about what fails, and about what had better not run, in a real browser."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, expect

from bvmt.runs.status import RunStatus
from bvmt.store.history import list_runs
from tests.acceptance.conftest import Start
from tests.acceptance.opening import opening
from tests.acceptance.product import Product, wait_until
from tests.acceptance.travelling import NEXT_MOMENT, travelling
from tests.e2e.conftest import drawn

TRACEBACK = """Traceback (most recent call last):
  File "jobs/market_pulse.py", line 41, in work
    board = source.fetch_board()
bvmt.errors.SourceAway: the exchange <b>did not</b> answer
"""


@pytest.fixture
def product(start: Start, database_url: str) -> Product:
    """A product whose clock stands half an hour before the market opens, and goes on to just before it."""
    return start(travelling(opening(minutes=-30), opening(seconds=-1)), DATABASE_URL=database_url)


@pytest.fixture
def product_url(product: Product) -> str:
    return product.url


def add_failure(engine: sa.Engine) -> str:
    """A run of Market Pulse that failed. Returns its id."""
    with engine.connect() as conn:
        failed = conn.execute(_FAILED, {"traceback": TRACEBACK}).scalar_one()
    return str(failed)


_FAILED = sa.text("""
with by as (select id from instances order by started_at desc limit 1),
made as (
  insert into runs (id, job_id, origin, status, attempt, instance_id, started_at, finished_at, error_class,
    error_message, fingerprint)
  select gen_random_uuid(), 'market_pulse', 'manual', 'failed', 1, id, clock_timestamp(), clock_timestamp(),
    'SourceAway', 'the exchange <b>did not</b> answer', 'SourceAway at jobs/market_pulse.py:work' from by
  returning id, instance_id)
insert into run_attempts (run_id, attempt, instance_id, started_at, ended_at, outcome, error_class, error_traceback)
select id, 1, instance_id, clock_timestamp(), clock_timestamp(), 'failed', 'SourceAway', :traceback from made
returning run_id
""")


def test_a_failure_leads_to_its_traceback_and_is_retried_with_success(page: Page, engine: sa.Engine) -> None:
    failed = add_failure(engine)
    page.goto("/failures")
    page.get_by_role("link", name=re.compile("SourceAway")).first.click()
    expect(page).to_have_url(re.compile(r"/failure\?group="))
    expect(page.get_by_text("board = source.fetch_board()").first).to_be_visible()
    expect(page.get_by_text("the exchange <b>did not</b> answer").first).to_be_visible()
    expect(page.locator(f"a[href*='{failed}']").first).to_be_visible()
    expect(drawn(page)).to_be_visible()
    page.locator(".st-key-retry_all").get_by_role("button").click()
    with engine.connect() as conn:
        wait_until(lambda: list_runs(conn, job_id="market_pulse", statuses=[RunStatus.SUCCEEDED]), "the retry")
        (made,) = list_runs(conn, job_id="market_pulse", statuses=[RunStatus.SUCCEEDED])
    page.goto(f"/run?id={made.id}")
    expect(page.locator(".stMarkdownBadge").first).to_contain_text("Succeeded")
    expect(page.get_by_role("link", name="The run that it repeats")).to_be_visible()


def test_the_next_firing_of_a_paused_job_does_not_happen(page: Page, product: Product, engine: sa.Engine) -> None:
    page.goto("/")
    page.get_by_role("button", name="Pause Market Pulse").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Reason").fill("feed maintenance")
    # At once: what was written last arrives together with the click.
    dialog.get_by_role("button", name="Pause Market Pulse").click()
    expect(dialog).to_be_hidden()
    product.send(NEXT_MOMENT)
    with engine.connect() as conn:
        wait_until(lambda: list_runs(conn, job_id="market_pulse"), "the slot of the opening")
        (slot,) = list_runs(conn, job_id="market_pulse")
    assert (slot.scheduled_at, slot.status) == (opening(), RunStatus.SKIPPED)
    page.goto(f"/run?id={slot.id}")
    expect(page.locator(".stMarkdownBadge").first).to_contain_text("Skipped")
    expect(page.get_by_text(re.compile("paused by operator")).first).to_be_visible()
