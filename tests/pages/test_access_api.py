"""API tokens, the audit log and the schedules over REST, and how the API answers what it does not know."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
import sqlalchemy as sa

from bvmt.access.tokens import find_actor
from bvmt.clock import now
from tests.pages.api_server import ApiServer, client
from tests.pages.worlds import JOB, add_instance, add_job, add_run, add_slots


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


def detail(answered: Any, status: int) -> str:
    """The sentence of a problem with this status."""
    assert answered.headers["content-type"] == "application/problem+json"
    assert (answered.status_code, answered.json()["status"]) == (status, status)
    return str(answered.json()["detail"])


def test_a_token_is_told_once_and_works(api: httpx.Client, engine: sa.Engine) -> None:
    made = api.post("/tokens", json={"name": "backup", "role": "operator"})
    body = made.json()
    assert (made.status_code, body["state"], body["expires_at"]) == (201, "active", None)
    assert made.headers["cache-control"] == "no-store"
    with engine.connect() as conn:
        actor = find_actor(conn, body["token"])
    assert actor is not None and (actor.name, actor.role) == ("backup", "operator")
    listed = api.get("/tokens")
    assert [(token["name"], token["hint"]) for token in listed.json()["tokens"]] == [("backup", body["token"][-4:])]
    assert body["token"] not in listed.text


def test_a_revoked_token_is_worth_nothing(api: httpx.Client, engine: sa.Engine) -> None:
    made = api.post("/tokens", json={"name": "backup", "role": "viewer"}).json()
    assert api.post(f"/tokens/{made['id']}/revoke").json()["state"] == "revoked"
    with engine.connect() as conn:
        assert find_actor(conn, made["token"]) is None
    assert "revoked already" in detail(api.post(f"/tokens/{made['id']}/revoke"), 409)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": "x", "role": "god"}, 422),
        ({"name": "", "role": "viewer"}, 422),
        ({"name": "x", "role": "viewer", "expires_at": "2020-01-01T00:00:00Z"}, 409),
        ({"name": "x", "role": "viewer", "expires_at": "2030-01-01"}, 422),
        ({"name": "x", "role": "viewer", "expires_at": 1900000000}, 422),
        ({"name": "x", "role": "viewer", "admin": True}, 422),
    ],
)
def test_a_token_that_makes_no_sense_is_not_made(api: httpx.Client, body: dict[str, object], status: int) -> None:
    detail(api.post("/tokens", json=body), status)
    assert api.get("/tokens").json()["tokens"] == []


def test_the_audit_log_tells_what_was_done_over_the_api(api: httpx.Client) -> None:
    api.post(f"/jobs/{JOB}/pause", json={"reason": "maintenance"})
    api.post(f"/jobs/{JOB}/resume")
    deeds = api.get("/audit", params={"subject": f"job {JOB}"}).json()["deeds"]
    assert [(deed["deed"], deed["actor"], deed["via"]) for deed in deeds] == [
        ("resume", "API", "local"),
        ("pause", "API", "local"),
    ]
    assert deeds[1]["after"] == {"reason": "maintenance", "until": None}


def test_the_audit_log_is_read_page_by_page(api: httpx.Client) -> None:
    for _ in range(3):
        api.post(f"/jobs/{JOB}/pause")
    first = api.get("/audit", params={"limit": 2}).json()
    second = api.get("/audit", params={"limit": 2, "before": first["next_before"]}).json()
    ids = [deed["id"] for page in (first, second) for deed in page["deeds"]]
    assert len(ids) == 3 and ids == sorted(ids, reverse=True)
    assert second["next_before"] is None


def test_the_audit_log_is_filtered_by_deed_and_actor(api: httpx.Client) -> None:
    api.post(f"/jobs/{JOB}/pause")
    api.post(f"/jobs/{JOB}/resume")
    assert len(api.get("/audit", params={"deed": "pause"}).json()["deeds"]) == 1
    assert api.get("/audit", params={"actor": "nobody"}).json()["deeds"] == []


def test_schedules_tell_when_each_job_fires(api: httpx.Client) -> None:
    body = api.get("/schedules").json()
    assert (body["timezone"], body["frozen"]) == ("Africa/Tunis", None)
    [schedule] = body["schedules"]
    assert (schedule["job_id"], schedule["changed"]) == (JOB, False)
    assert schedule["crontabs"] == ["*/15 9-15 * * mon-fri", "0 16 * * mon-fri"]


def test_a_freeze_stops_all_firings_until_it_is_lifted(api: httpx.Client) -> None:
    frozen = api.post("/schedules/freeze", json={"reason": "move"}).json()["frozen"]
    assert (frozen["by"], frozen["reason"]) == ("API", "move")
    assert api.post("/schedules/unfreeze").json()["frozen"] is None


def test_history_is_filtered_by_origin_and_time(api: httpx.Client, engine: sa.Engine) -> None:
    by_hand = add_run(engine, "succeeded", instance=add_instance(engine))
    add_slots(engine, 2, minutes_ago=60)

    def ids(**wanted: str) -> list[str]:
        return [run["id"] for run in api.get("/jobs/history", params=wanted).json()["history"]]

    assert ids(origin="manual") == [str(by_hand)]
    assert len(ids(origin="scheduled")) == 2
    half_an_hour_ago = (now() - timedelta(minutes=30)).isoformat()
    assert ids(**{"from": half_an_hour_ago}) == [str(by_hand)]
    assert len(ids(to=half_an_hour_ago)) == 2
    assert len(ids(**{"from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59-12:00"})) == 3


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/nowhere", 404),
        ("/jobs/market%00pulse", 422),
        ("/jobs/%F0%9F%92%A5", 422),
        ("/jobs/../../etc/passwd", 404),
        ("/jobs/history?limit=99999999999999999999999", 422),
        ("/jobs/history?from=0", 422),
        ("/jobs/history?before=x", 404),
        ("/jobs/history?before=99991231T235959.999999Z_00000000-0000-0000-0000-000000000000", 200),
        ("/audit?before=9223372036854775808", 422),
        ("/audit?actor=%00", 422),
        ("/market/quotes?session=0001-01-01", 404),
        ("/market/quotes?session=9999-12-31", 404),
        ("/sentiment/heatmap?until=0001-01-01", 200),
        ("/reports/..%2F..%2Fetc%2Fpasswd", 404),
    ],
)
def test_odd_requests_are_answered_without_an_error_of_the_server(api: httpx.Client, path: str, status: int) -> None:
    answered = api.get(path)
    assert answered.status_code == status
    assert status == 200 or detail(answered, status)


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"reason": "\\ud800"}', b"[" * 5000, b'{"until": 1e999}'])
def test_a_body_that_cannot_be_read_is_refused(api: httpx.Client, body: bytes) -> None:
    answered = api.post(f"/jobs/{JOB}/pause", content=body, headers={"Content-Type": "application/json"})
    assert detail(answered, answered.status_code)
    assert answered.status_code in {400, 422}
    assert api.get(f"/jobs/{JOB}").json()["status"] == "scheduled"


def test_a_field_with_a_name_that_cannot_be_sent_back_is_refused_in_words(api: httpx.Client) -> None:
    answered = api.post("/tokens", content=b'{"\\ud800": 1}', headers={"Content-Type": "application/json"})
    assert detail(answered, 422)


@pytest.mark.parametrize(
    ("path", "methods"), [("/tokens", "GET, POST"), ("/reports/generate", "POST"), ("/docs", "GET")]
)
def test_a_method_that_is_not_known_is_refused_with_all_that_are(api: httpx.Client, path: str, methods: str) -> None:
    answered = api.delete(path)
    assert detail(answered, 405)
    assert answered.headers["allow"] == methods


def test_a_large_body_is_refused(api: httpx.Client) -> None:
    answered = api.post(f"/jobs/{JOB}/pause", json={"reason": "x" * (1 << 20)})
    assert "more than 1 MB" in detail(answered, 413)


def test_a_large_body_of_untold_length_is_refused(api: httpx.Client) -> None:
    parts = (b"x" * 1024 for _ in range(1025))
    answered = api.post(f"/jobs/{JOB}/pause", content=parts, headers={"Content-Type": "application/json"})
    assert "more than 1 MB" in detail(answered, 413)


def test_a_caller_who_changes_things_too_often_has_to_wait(engine: sa.Engine) -> None:
    add_job(engine)
    slow = ApiServer(api_rate=1)
    slow.engine = engine
    with slow.serving() as url, client(url) as api:
        assert api.post(f"/jobs/{JOB}/pause").status_code == 200
        refused = api.post(f"/jobs/{JOB}/resume")
        assert "too many changes" in detail(refused, 429).lower()
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert api.get(f"/jobs/{JOB}").json()["status"] == "paused"


def test_the_page_of_documentation_and_all_its_files_come_from_here(api: httpx.Client) -> None:
    page = api.get("/docs").text
    assert "//" not in page
    for file in ("files/swagger-ui-bundle.js", "files/swagger-ui.css", "files/favicon.png", "start.js"):
        assert f"docs/{file}" in page
        assert api.get(f"/docs/{file}").status_code == 200


def test_the_document_tells_every_problem_of_a_route(api: httpx.Client) -> None:
    document = api.get("/openapi.json").json()
    responses = document["paths"]["/jobs/{job_id}/run"]["post"]["responses"]
    assert set(responses) == {"202", "400", "401", "403", "404", "409", "413", "422", "429", "500", "503"}
    problems = {key: list(told["content"]) for key, told in responses.items() if key != "202"}
    assert set(map(tuple, problems.values())) == {("application/problem+json",)}


def test_what_is_asked_for_by_an_unknown_id_is_not_found(api: httpx.Client) -> None:
    for path in ("/runs/{}", "/reports/{}", "/market/imports/{}"):
        assert detail(api.get(path.format(uuid4())), 404)
    assert detail(api.post(f"/tokens/{uuid4()}/revoke"), 404)
