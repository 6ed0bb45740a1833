"""Failures by kind over REST."""

from __future__ import annotations

import asyncio

import httpx
import pytest
import sqlalchemy as sa
from starlette.types import Receive, Scope, Send

from bvmt.access.actor import Actor
from bvmt.access.seal import SCOPE_KEY
from bvmt.api.app import make_api
from bvmt.api.services import Services
from bvmt.settings import Settings
from tests.pages.visitors import OMAR, VERA
from tests.pages.worlds import add_instance, add_job, add_run, answer

DISK = ("OSError", "disk full", "Traceback")
FEED = ("SourceRefused", "Exchange feed: 503", "Traceback")


@pytest.fixture
def failing(engine: sa.Engine) -> sa.Engine:
    """Market Pulse has failed twice at the disk, and then at the feed."""
    add_job(engine)
    instance = add_instance(engine)
    for error in (DISK, DISK, FEED):
        add_run(engine, "failed", instance=instance, error=error)
    return engine


def ask(engine: sa.Engine, method: str, path: str, *, by: Actor = OMAR, **how: object) -> httpx.Response:
    """What the API answers to somebody whom the guard at the door has named."""
    settings = Settings(_env_file=None)
    api = make_api(Services(lambda: settings, lambda: engine, lambda: None))

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        scope[SCOPE_KEY] = by
        await api(scope, receive, send)

    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(named), base_url="http://desk") as client:
            return await client.request(method, path, **how)  # type: ignore[arg-type]

    return asyncio.run(send())


def test_failures_are_listed_by_kind(failing: sa.Engine) -> None:
    told = ask(failing, "GET", "/failures", by=VERA).json()
    assert [(each["fingerprint"], each["state"], each["failures"]) for each in told["failures"]] == [
        ("SourceRefused", "new", 1),
        ("OSError", "new", 2),
    ]
    assert told["total"] == 2


def test_a_list_is_narrowed_and_paged(failing: sa.Engine) -> None:
    ask(failing, "POST", "/failures/resolve", json={"fingerprint": "OSError"})
    for query, found in (
        ({"state": "resolved"}, ["OSError"]),
        ({"search": "FEED"}, ["SourceRefused"]),
        ({"job_id": "anomaly_scan"}, []),
        ({"limit": "1", "offset": "1"}, ["OSError"]),
    ):
        told = ask(failing, "GET", "/failures", params=query).json()
        assert [each["fingerprint"] for each in told["failures"]] == found


def test_one_kind_is_told_with_its_jobs_runs_and_notes(failing: sa.Engine) -> None:
    ask(failing, "POST", "/failures/acknowledge", json={"fingerprint": "OSError", "note": "New disk ordered"})
    told = ask(failing, "GET", "/failures/group", params={"fingerprint": "OSError"}).json()
    assert (told["group"]["state"], told["group"]["acknowledged_by"]) == ("acknowledged", "omar@example.tn")
    assert [(job["job_id"], job["failures"], job["unacknowledged"]) for job in told["jobs"]] == [("market_pulse", 2, 0)]
    assert len(told["runs"]) == 2
    assert [(note["deed"], note["body"]) for note in told["notes"]] == [("acknowledged", "New disk ordered")]


def test_what_was_said_of_a_kind_can_be_taken_back(failing: sa.Engine) -> None:
    for deed, state in (("acknowledge", "acknowledged"), ("resolve", "resolved"), ("reopen", "new")):
        assert ask(failing, "POST", f"/failures/{deed}", json={"fingerprint": "OSError"}).json()["state"] == state


@pytest.mark.parametrize("deed", ["acknowledge", "resolve", "reopen"])
def test_a_viewer_may_not(failing: sa.Engine, deed: str) -> None:
    assert ask(failing, "POST", f"/failures/{deed}", by=VERA, json={"fingerprint": "OSError"}).status_code == 403
    assert answer(failing, "select count(*) from failure_notes") == 0


def test_what_is_not_there_or_cannot_be_read_is_a_problem(failing: sa.Engine) -> None:
    assert ask(failing, "GET", "/failures/group", params={"fingerprint": "no\0where"}).status_code == 404
    assert ask(failing, "POST", "/failures/resolve", json={"fingerprint": "no\0where"}).status_code == 404
    assert (
        ask(failing, "POST", "/failures/resolve", json={"fingerprint": "OSError", "note": "x" * 1001}).status_code
        == 422
    )
    assert ask(failing, "GET", "/failures", params={"state": "unheard of"}).status_code == 422
