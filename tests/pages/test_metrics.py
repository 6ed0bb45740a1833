"""`GET /metrics` on a real database."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from starlette.types import Message

from bvmt.api.metrics import metrics_route
from bvmt.api.services import Services
from bvmt.store import outbox
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, transaction
from tests.pages.api_server import ApiServer, client
from tests.pages.worlds import JOB, add_instance, add_job, add_run, add_slots


@dataclass
class Scheduler:
    """A scheduler as the API knows one."""

    thread_alive: bool = True
    lease_age_seconds: float = 1.5
    lease_held: bool = True
    running: int = 0


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[ApiServer, str]]:
    """A server for all tests here, and its address."""
    made = ApiServer()
    with made.serving() as url:
        yield made, url


Ask = Callable[..., str]
Figures = Callable[..., dict[tuple[str, ...], float]]


@pytest.fixture
def metrics(server: tuple[ApiServer, str]) -> Ask:
    """Asks for the figures in the database of an engine."""

    def ask(engine: sa.Engine, scheduler: Scheduler | None = None) -> str:
        server[0].engine, server[0].scheduler = engine, scheduler
        with client(server[1]) as made:
            answered = made.get("/metrics")
        assert answered.status_code == 200
        assert answered.headers["content-type"].startswith("text/plain")
        return answered.text

    return ask


@pytest.fixture
def figures(metrics: Ask) -> Figures:
    """All figures by name and the values of their labels, instances aside."""

    def read(*of: Any) -> dict[tuple[str, ...], float]:
        return {
            (sample.name, *(value for label, value in sample.labels.items() if label != "instance")): sample.value
            for family in text_string_to_metric_families(metrics(*of))
            for sample in family.samples
        }

    return read


@pytest.fixture
def desk(engine: sa.Engine) -> Iterator[sa.Engine]:
    """A desk with a job, an instance and runs that ended in two ways."""
    add_job(engine)
    instance = add_instance(engine)
    add_run(engine, "succeeded", instance=instance)
    add_run(engine, "failed", instance=instance)
    add_run(engine, "running", instance=instance)
    add_slots(engine, 4, status="missed")
    yield engine


def test_runs_are_counted_by_job_and_outcome(desk: sa.Engine, figures: Figures) -> None:
    with desk.connect() as conn:
        conn.exec_driver_sql("update jobs set success_count = 145, failure_count = 2")
    told = figures(desk)
    assert (told["bvmt_runs_total", JOB, "succeeded"], told["bvmt_runs_total", JOB, "failed"]) == (145, 2)
    last_day = {key[2]: value for key, value in told.items() if key[0] == "bvmt_runs_last_day"}
    assert last_day == {"succeeded": 1, "failed": 1, "missed": 4}


def test_durations_places_and_heartbeats_are_told(desk: sa.Engine, figures: Figures) -> None:
    told = figures(desk)
    assert told["bvmt_run_seconds_mean_last_day", JOB, "succeeded"] == pytest.approx(2, abs=0.5)
    assert ("bvmt_run_seconds_mean_last_day", JOB, "missed") not in told
    assert (told["bvmt_places_in_use", "desk"], told["bvmt_places", "desk"]) == (1, 5)
    assert told["bvmt_heartbeat_age_seconds", "desk"] >= 0
    assert told["bvmt_database_size_bytes",] > 1_000_000


def test_what_waits_is_told(engine: sa.Engine, figures: Figures) -> None:
    add_job(engine)
    add_run(engine, "queued", instance=add_instance(engine))
    told = figures(engine)
    assert told["bvmt_runs_waiting",] == 1
    assert told["bvmt_oldest_waiting_seconds",] > 0


def test_the_outbox_is_told_by_state(engine: sa.Engine, figures: Figures) -> None:
    with transaction(engine) as conn:
        number = outbox.put_message(conn, outbox.Message("one", "alerts", "An alert", "Something failed.", {}))
        conn.execute(
            sa.text(
                "insert into deliveries (message_id, channel, name, address, language, state)"
                " values (:id, 'mail', 'Amel', 'amel@example.tn', 'en', 'waiting')"
            ),
            {"id": number},
        )
    told = figures(engine)
    assert (told["bvmt_deliveries", "waiting"], told["bvmt_deliveries", "dead"]) == (1, 0)


def test_the_scheduler_of_this_process_is_told(engine: sa.Engine, figures: Figures) -> None:
    told = figures(engine, Scheduler(thread_alive=False))
    assert (told["bvmt_scheduler_alive",], told["bvmt_lease_held",], told["bvmt_lease_age_seconds",]) == (0, 1, 1.5)


def test_a_database_that_is_away_is_told_rather_than_failing(own_server: EmbeddedPostgres, figures: Figures) -> None:
    engine = make_engine(own_server.url, application_name="tests")
    own_server.stop()
    assert figures(engine)["bvmt_database_up",] == 0
    engine.dispose()


def test_no_figure_names_a_person(desk: sa.Engine, metrics: Ask) -> None:
    with desk.connect() as conn:
        conn.exec_driver_sql("update jobs set paused_at = clock_timestamp(), paused_by = 'amel@example.tn'")
    text = metrics(desk)
    assert 'bvmt_job_paused{job="market_pulse"} 1.0' in text
    assert "amel" not in text


def test_only_known_callers_get_figures() -> None:
    def nothing() -> Any:
        raise AssertionError("a stranger's request asks for nothing")

    answered: list[Message] = []

    async def send(message: Message) -> None:
        answered.append(message)

    async def receive() -> Message:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": "GET", "path": "/metrics", "headers": [], "client": ("192.0.2.1", 1)}
    asyncio.run(metrics_route(Services(nothing, nothing, nothing)).handle(scope, receive, send))
    assert answered[0]["status"] == 403
