"""The audit log over REST, as callers of different roles read it."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from starlette.types import Receive, Scope, Send

from bvmt.access.actor import Actor
from bvmt.access.deeds import Deed
from bvmt.access.performing import performing
from bvmt.access.seal import SCOPE_KEY
from bvmt.api.app import make_api
from bvmt.api.services import Services
from bvmt.settings import Settings
from tests.pages.visitors import AMEL, OMAR, VERA


@pytest.fixture
def log(engine: sa.Engine) -> sa.Engine:
    """A run that Omar cancelled, and a subscriber that Amel changed."""
    for actor, deed, subject in (
        (OMAR, Deed.CANCEL, "run 1"),
        (AMEL, Deed.CHANGE_SUBSCRIBERS, "subscriber sami@example.tn"),
    ):
        with performing(engine, actor, deed, subject):
            pass
    return engine


def read_as(actor: Actor, engine: sa.Engine, **query: str) -> list[dict[str, Any]]:
    """The deeds that the API gives to somebody whom the guard at the door has named."""
    settings = Settings(_env_file=None)
    api = make_api(Services(lambda: settings, lambda: engine, lambda: None))

    async def named(scope: Scope, receive: Receive, send: Send) -> None:
        scope[SCOPE_KEY] = actor
        await api(scope, receive, send)

    async def ask() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(named), base_url="http://desk") as client:
            return await client.get("/audit", params=query)

    answer = asyncio.run(ask())
    assert answer.status_code == 200
    deeds: list[dict[str, Any]] = answer.json()["deeds"]
    return deeds


def test_an_admin_reads_everything_with_where_it_came_from(log: sa.Engine) -> None:
    assert [(line["subject"], line["address"]) for line in read_as(AMEL, log)] == [
        ("subscriber sami@example.tn", "192.0.2.7"),
        ("run 1", "192.0.2.8"),
    ]


@pytest.mark.parametrize("reader", [OMAR, VERA])
def test_others_read_neither_where_from_nor_the_addresses_of_subscribers(log: sa.Engine, reader: Actor) -> None:
    assert [(line["subject"], line["address"]) for line in read_as(reader, log)] == [("run 1", None)]
    assert read_as(reader, log, subject="subscriber sami@example.tn") == []
