"""The API against its own OpenAPI document: generated requests, well and badly formed, and every answer checked."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import schemathesis
import sqlalchemy as sa
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished
from schemathesis.engine.recorder import ScenarioRecorder

from bvmt.access.actor import Role
from bvmt.access.tokens import create_token
from bvmt.clock import monotonic
from bvmt.reports.content import ReportKind
from bvmt.reports.pdf import pdf
from bvmt.runs.catalogue import write_catalogue
from bvmt.settings import load_settings
from bvmt.store import sentiment, subscribers
from bvmt.store.deliveries import list_deliveries, put_report
from bvmt.store.engine import make_engine, transaction
from bvmt.store.outbox import list_messages
from bvmt.store.reports import add_report
from bvmt.store.subscribers import SubscriberFields
from jobs.catalogue import JOBS
from tests.conftest import fresh_database
from tests.db.articles import FALL, RISE, about, new_article, put_article
from tests.db.newsroom import NOON
from tests.pages.api_server import ApiServer
from tests.pages.market_worlds import BIAT, SFBT, add_anomaly, add_bar, add_listings, add_session
from tests.pages.test_reports_api import PERIOD
from tests.pages.worlds import JOB, add_instance, add_run, add_slots
from tests.people import person
from tests.unit.reports.sample_reports import report

pytestmark = pytest.mark.timeout(300)

SEED = 20261124
FEWEST_CASES = 2000

# What the document cannot say of these: one day comes before another, a schedule is a schedule, a file is a file.
BEYOND_THE_SCHEMA = (
    "POST /market/import",
    "GET /market/anomalies",
    "GET /sentiment/daily",
    "GET /sentiment/heatmap",
    "GET /sentiment/heatmap.csv",
    "PUT /jobs/{job_id}/schedule",
)


@dataclass
class Outcome:
    """What a run over the document came to."""

    cases: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    documented: set[str] = field(default_factory=set)
    operations: set[str] = field(default_factory=set)


@pytest.fixture(scope="module")
def outcome(postgres: sa.Engine, template_database: str) -> Iterator[Outcome]:
    """One run over all operations, of a desk on which everything is there."""
    databases = fresh_database(postgres, f"template {template_database} strategy file_copy")
    engine = make_engine(next(databases), application_name="tests")
    server = ApiServer(api_rate=100_000)
    server.engine = engine
    with server.serving() as address:
        yield _run(address, _furnish(engine))
    _wait_for_imports(engine)
    engine.dispose()
    next(databases, None)


def test_no_generated_request_breaks_the_api_or_gets_an_answer_that_is_not_documented(outcome: Outcome) -> None:
    assert outcome.failures == []


def test_the_run_is_a_large_one_and_leaves_no_operation_out(outcome: Outcome) -> None:
    assert outcome.cases >= FEWEST_CASES
    assert outcome.documented - outcome.operations == set()


def test_the_run_meets_success_and_refusal_alike(outcome: Outcome) -> None:
    assert {200, 201, 202, 404, 405, 409, 422} <= set(outcome.statuses)
    assert max(outcome.statuses) < 500


def _run(address: str, known: dict[str, str | int]) -> Outcome:
    schema = schemathesis.openapi.from_url(f"{address}/openapi.json", config=_config(address, known))
    paths = schema.raw_schema["paths"].items()
    outcome = Outcome(documented={f"{method.upper()} {path}" for path, methods in paths for method in methods})
    for event in from_schema(schema).execute():
        match event:
            case FatalError(exception=error):
                outcome.failures.append(repr(error))
            case NonFatalError(value=error, label=label):
                outcome.failures.append(f"{label}: {error!r}")
            case ScenarioFinished(recorder=recorder):
                _count(outcome, recorder)
    return outcome


def _count(outcome: Outcome, recorder: ScenarioRecorder) -> None:
    outcome.operations.add(recorder.label)
    for interaction in recorder.interactions.values():
        outcome.cases += 1
        if interaction.response is not None:
            outcome.statuses[interaction.response.status_code] += 1
    for case, checks in recorder.checks.items():
        for check in checks:
            if check.failure_info is not None and not _was_no_http(recorder, case):
                outcome.failures.append(f"{check.failure_info.code_sample}: {check.failure_info.failure}")


def _was_no_http(recorder: ScenarioRecorder, case: str) -> bool:
    """Whether the server itself refused the message, as malformed HTTP, and no application ever saw it."""
    interaction = recorder.interactions.get(case)
    response = interaction.response if interaction is not None else None
    return response is not None and response.content == b"Invalid HTTP request received."


def _config(address: str, known: dict[str, str | int]) -> SchemathesisConfig:
    lists = {name: {"values": [value]} for name, value in known.items()}
    bound = {f"path.{name}": {"dictionary": name, "probability": 0.6} for name in known}
    tolerant: dict[str, Any] = {
        "positive_data_acceptance": {"expected-statuses": ["2xx", "401", "403", "404", "409", "422"]}
    }
    operations: list[dict[str, Any]] = [{"include-name": name, "checks": tolerant} for name in BEYOND_THE_SCHEMA]
    # A file may hold anything.
    operations[0]["checks"] = tolerant | {"negative_data_rejection": {"expected-statuses": ["202", "4xx"]}}
    # A mail is written anew each time, with its charts.
    operations.append({"include-name": "GET /mail/deliveries/{delivery_id}.eml", "generation": {"max-examples": 3}})
    return SchemathesisConfig.from_dict(
        {
            "base-url": address,
            "seed": SEED,
            "dictionaries": lists,
            "parameters": bound,
            "generation": {"max-examples": 12, "deterministic": True},
            "operations": operations,
        }
    )


def _furnish(engine: sa.Engine) -> dict[str, str | int]:
    """Put something of everything there is into the database; return what can be asked for by its id."""
    write_catalogue(engine, JOBS, load_settings(env_file=None))
    add_listings(engine)
    add_bar(engine)
    add_session(engine)
    add_anomaly(engine)
    instance = add_instance(engine)
    run = add_run(engine, "failed", instance=instance)
    add_slots(engine, 3)
    article = put_article(engine, new_article("Bénéfice en hausse", RISE, mentions=about(BIAT)))
    put_article(engine, new_article("Pertes", FALL, mentions=about(SFBT), published_at=NOON - timedelta(days=1)))
    token = create_token(engine, name="probe", role=Role.VIEWER, by=person("amel@example.tn"))
    shelved = uuid4()
    with transaction(engine) as conn:
        sentiment.recompute_days(conn, [NOON.date(), NOON.date() - timedelta(days=1)])
        add_report(
            conn, report("daily"), pdf(report("daily"), "en"), id=shelved, period=PERIOD, language="en", run_id=None,
            asked_by=None,
        )  # fmt: skip
        subscribers.add_subscriber(conn, SubscriberFields(name="Amel", address="amel@example.tn", daily=True), by="x")
        put_report(conn, shelved, ReportKind.DAILY)
        [message] = list_messages(conn)
        [delivery] = list_deliveries(conn, message.id)
    return {
        "message_id": message.id,
        "delivery_id": str(delivery.id),
        "token": str(delivery.unsubscribe_token),
        "job_id": JOB,
        "run_id": str(run),
        "article_id": article,
        "token_id": str(token.row.id),
        "report_id": str(shelved),
    }


def _wait_for_imports(engine: sa.Engine) -> None:
    end = monotonic() + 20
    while monotonic() < end:
        with engine.connect() as conn:
            if not conn.execute(sa.text("select count(*) from imports where status = 'running'")).scalar_one():
                return
        time.sleep(0.05)
