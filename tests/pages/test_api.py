"""The REST API on a real database, with no scheduler: what it writes is there for whoever fires."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from bvmt.clock import now
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from tests.pages.api_server import ApiServer, client
from tests.pages.worlds import JOB, add_instance, add_job, add_run, add_slots, answer

NOON = "0 12 * * mon-fri"

NOBODY = "30866632-9d22-49df-a69f-e07ff3031de5"  # no run has this id


@pytest.fixture(scope="module")
def server() -> Iterator[tuple[ApiServer, str]]:
    """A server for all tests here, and its address."""
    made = ApiServer()
    with made.serving() as url:
        yield made, url


@pytest.fixture
def api(server: tuple[ApiServer, str], engine: sa.Engine) -> Iterator[httpx.Client]:
    """A client of an API that knows one job."""
    add_job(engine)
    server[0].engine = engine
    with client(server[1]) as made:
        yield made


@pytest.fixture
def instance(engine: sa.Engine) -> Any:
    """An instance that runs can belong to."""
    return add_instance(engine)


def detail(answered: Any, status: int) -> str:
    """The sentence of a problem with this status."""
    body = answered.json()
    assert answered.headers["content-type"] == "application/problem+json"
    assert (answered.status_code, body["status"]) == (status, status)
    return str(body["detail"])


def history_ids(api: httpx.Client, path: str) -> list[str]:
    """The runs of all pages of a history, asked for one after the other."""
    ids: list[str] = []
    before: str | None = None
    while True:
        page = api.get(path, params={"limit": 2, **({"before": before} if before else {})}).json()
        ids += [run["id"] for run in page["history"]]
        before = page["next_before"]
        if before is None:
            return ids


def test_a_job_is_told_in_the_form_of_the_list(api: httpx.Client) -> None:
    job = api.get(f"/jobs/{JOB}").json()
    assert job == api.get("/jobs").json()["jobs"][0]
    assert (job["schedule_text"], job["schedule_changed"], job["pause"]) == (
        "every 15 min 09:00-16:00 mon-fri",
        False,
        None,
    )


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/jobs/nothing"),
        ("GET", "/jobs/nothing/history"),
        ("GET", "/jobs/nothing/slots"),
        ("POST", "/jobs/nothing/pause"),
        ("POST", "/jobs/nothing/resume"),
        ("POST", "/jobs/nothing/run"),
        ("GET", f"/runs/{NOBODY}"),
        ("POST", f"/runs/{NOBODY}/cancel"),
        ("POST", f"/runs/{NOBODY}/retry"),
    ],
)
def test_what_does_not_exist_is_a_problem_that_names_it(api: httpx.Client, method: str, path: str) -> None:
    assert detail(api.request(method, path), 404).startswith("There is no ")


def test_a_pause_without_a_body_lasts_until_somebody_resumes(api: httpx.Client, engine: sa.Engine) -> None:
    job = api.post(f"/jobs/{JOB}/pause").json()
    assert (job["status"], job["next_run"]) == ("paused", None)
    assert {name: job["pause"][name] for name in ("by", "reason", "until")} == {
        "by": "API",
        "reason": None,
        "until": None,
    }
    assert answer(engine, "select count(*) from requests where kind = 'pause' and asked_by = 'API'") == 1


def test_a_pause_keeps_its_reason_and_its_end(api: httpx.Client) -> None:
    until = (now() + timedelta(hours=2)).replace(microsecond=0)
    asked = {"reason": "feed maintenance", "until": until.isoformat()}
    pause = api.post(f"/jobs/{JOB}/pause", json=asked).json()["pause"]
    assert (pause["reason"], pause["until"]) == ("feed maintenance", until.strftime("%Y-%m-%dT%H:%M:%SZ"))


def test_a_pause_that_would_be_over_is_refused_and_changes_nothing(api: httpx.Client, engine: sa.Engine) -> None:
    answered = api.post(f"/jobs/{JOB}/pause", json={"until": "2020-01-01T00:00:00Z"})
    assert "has passed" in detail(answered, 409)
    assert answer(engine, "select paused_at from jobs") is None


def test_an_end_without_a_zone_is_not_guessed_at(api: httpx.Client) -> None:
    assert "until" in detail(api.post(f"/jobs/{JOB}/pause", json={"until": "2030-01-01T00:00:00"}), 422)


def test_a_resumed_job_is_scheduled_again(api: httpx.Client) -> None:
    api.post(f"/jobs/{JOB}/pause")
    job = api.post(f"/jobs/{JOB}/resume").json()
    assert (job["status"], job["pause"]) == ("scheduled", None)


def test_a_schedule_is_changed_and_set_back(api: httpx.Client) -> None:
    changed = api.put(f"/jobs/{JOB}/schedule", json={"schedule": NOON}).json()
    assert (changed["schedule"], changed["schedule_changed"]) == (NOON, True)
    reset = api.put(f"/jobs/{JOB}/schedule", json={"schedule": None}).json()
    assert (reset["schedule_text"], reset["schedule_changed"]) == ("every 15 min 09:00-16:00 mon-fri", False)


def test_a_schedule_that_cannot_be_read_is_refused_with_one_sentence(api: httpx.Client, engine: sa.Engine) -> None:
    answered = api.put(f"/jobs/{JOB}/schedule", json={"schedule": "every quarter"})
    assert "does not read like 'every 15 min 09:00-16:00 mon-fri'" in detail(answered, 422)
    assert answer(engine, "select schedule_override from jobs") is None


def test_a_schedule_that_is_left_out_is_not_taken_for_the_default(api: httpx.Client) -> None:
    assert "schedule" in detail(api.put(f"/jobs/{JOB}/schedule", json={}), 422)


def test_a_run_is_told_with_its_attempts_steps_and_log(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    error = ("SourceRefused", "Exchange feed: 500", "Traceback: here")
    run_id = add_run(engine, "failed", instance=instance, error=error)
    run = api.get(f"/runs/{run_id}").json()
    assert (run["status"], run["error_message"]) == ("failed", "Exchange feed: 500")
    assert [attempt["error_traceback"] for attempt in run["attempts"]] == ["Traceback: here"]
    assert [step["name"] for step in run["steps"]] == ["Fetch the board"]
    assert [line["message"] for line in run["log"]] == ["The board has 82 stocks"]


def test_an_id_that_is_none_is_a_problem(api: httpx.Client) -> None:
    assert "run_id" in detail(api.get("/runs/1"), 422)


def test_a_run_that_waits_is_cancelled_at_once(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    run_id = add_run(engine, "queued", instance=instance)
    answered = api.post(f"/runs/{run_id}/cancel")
    assert (answered.status_code, answered.json()["status"]) == (202, "cancelled")
    assert answer(engine, "select cancel_requested_by from runs") == "API"


def test_a_run_that_works_is_told_to_stop(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    run_id = add_run(engine, "running", instance=instance)
    assert api.post(f"/runs/{run_id}/cancel").json()["status"] == "running"
    assert answer(engine, "select cancel_requested_at is not null from runs")


def test_a_run_that_is_over_cannot_be_cancelled(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    run_id = add_run(engine, "succeeded", instance=instance)
    assert detail(api.post(f"/runs/{run_id}/cancel"), 409) == "This run is over: it is succeeded."


def test_a_retry_is_a_new_run_linked_to_the_old_one(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    old = add_run(engine, "failed", instance=instance)
    new = api.post(f"/runs/{old}/retry").json()["run_id"]
    run = api.get(f"/runs/{new}").json()
    assert (run["status"], run["origin"], run["retry_of"]) == ("queued", "retry", str(old))


def test_a_run_under_way_cannot_be_repeated(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    run_id = add_run(engine, "running", instance=instance)
    assert "it can be repeated once it is over" in detail(api.post(f"/runs/{run_id}/retry"), 409)


@pytest.mark.parametrize("path", ["/jobs/history", f"/jobs/{JOB}/history"])
def test_pages_of_history_hold_every_run_once_newest_first(
    api: httpx.Client, engine: sa.Engine, instance: Any, path: str
) -> None:
    made = [str(add_run(engine, status, instance=instance)) for status in ("succeeded", "failed", "skipped") * 2]
    assert history_ids(api, path) == made[::-1]


def test_the_failed_history_holds_the_runs_that_failed(api: httpx.Client, engine: sa.Engine, instance: Any) -> None:
    for status in ("succeeded", "interrupted", "missed"):
        add_run(engine, status, instance=instance)
    failed = [str(add_run(engine, "failed", instance=instance)) for _ in range(3)]
    assert history_ids(api, "/jobs/history/failed") == failed[::-1]


@pytest.mark.parametrize("path", ["/jobs/history", "/jobs/history/failed", f"/jobs/{JOB}/history"])
def test_a_page_that_was_never_handed_out_is_not_found(api: httpx.Client, path: str) -> None:
    assert "There is no page before" in detail(api.get(path, params={"before": "nonsense"}), 404)


@pytest.mark.parametrize("limit", ["0", "501", "many"])
def test_a_page_has_its_limits(api: httpx.Client, limit: str) -> None:
    assert detail(api.get("/jobs/history", params={"limit": limit}), 422).startswith("limit: ")


def test_slots_tell_what_became_of_them(api: httpx.Client, engine: sa.Engine) -> None:
    add_slots(engine, 2)
    slots = api.get(f"/jobs/{JOB}/slots").json()["slots"]
    assert [slot["status"] for slot in slots] == ["skipped", "skipped"]
    assert slots[0]["scheduled_at"] > slots[1]["scheduled_at"]
    assert {slot["why"] for slot in slots} == {"It was skipped: paused by ada."}


def test_slots_are_told_of_the_stretch_that_is_asked_for(api: httpx.Client, engine: sa.Engine) -> None:
    add_slots(engine, 5)
    all_of_them = [slot["scheduled_at"] for slot in api.get(f"/jobs/{JOB}/slots").json()["slots"]]
    stretch = {"since": all_of_them[3], "until": all_of_them[1]}
    asked = api.get(f"/jobs/{JOB}/slots", params=stretch).json()["slots"]
    assert [slot["scheduled_at"] for slot in asked] == all_of_them[2:4]


def test_a_stretch_without_a_zone_is_not_guessed_at(api: httpx.Client) -> None:
    assert "since" in detail(api.get(f"/jobs/{JOB}/slots", params={"since": "2026-11-24T00:00:00"}), 422)


def test_with_the_database_away_every_answer_is_a_problem(
    own_server: EmbeddedPostgres, server: tuple[ApiServer, str]
) -> None:
    server[0].engine = make_engine(own_server.url, application_name="tests")
    own_server.stop()
    with client(server[1]) as api:
        for path in ("/jobs", "/jobs/x", "/jobs/history", "/jobs/x/slots", f"/runs/{uuid4()}"):
            assert "cannot be reached" in detail(api.get(path), 503)
    server[0].engine.dispose()
