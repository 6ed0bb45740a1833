"""A viewer, an operator and an administrator whom a reverse proxy has signed in, and what each can reach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import HEADER, Seal
from bvmt.store.audit import list_lines
from bvmt.store.engine import make_engine
from tests.acceptance.product import Product, new_house
from tests.acceptance.visitor import Visitor, visitor
from tests.conftest import fresh_database

CLIENT = "203.0.113.9"
INTERACT = "/_stcore/agent/interact"
JOB = {"page_name": "job", "query": "id=market_pulse"}


@dataclass(frozen=True)
class Desk:
    """A product behind a proxy that signs people in as Authelia does."""

    product: Product
    engine: sa.Engine

    def client(self, who: str | None = None, groups: str = "", **more: str) -> httpx.Client:
        """A program that comes through the proxy."""
        headers = {**headers_of(who, groups), **{name.replace("_", "-"): value for name, value in more.items()}}
        return httpx.Client(base_url=self.product.url, headers=headers, trust_env=False, timeout=20)

    def deeds(self) -> list[tuple[str, str, str | None]]:
        """Who did what from where, newest first."""
        with self.engine.connect() as conn:
            return [(line.actor, line.deed, line.address) for line in list_lines(conn)]


def headers_of(who: str | None, groups: str = "") -> dict[str, str]:
    named = {"Remote-Email": who, "Remote-Groups": groups} if who else {}
    return {"X-Forwarded-For": CLIENT, **named}


@pytest.fixture(scope="module")
def desk(postgres: sa.Engine, template_database: str) -> Iterator[Desk]:
    with new_house() as house:
        database = fresh_database(postgres, f"template {template_database} strategy file_copy")
        url = next(database)
        settings = {
            "DATABASE_URL": url,
            "ENABLE_SCHEDULER": "false",
            "SANDBOX_URL": "http://127.0.0.1:9",
            "TRUSTED_PROXIES": "127.0.0.1",
            "PROXY_SIGN_IN": "authelia",
            "ROLE_ADMINS": "ada@example.tn",
            "ROLE_OPERATORS": "group:desk",
            "ROLE_VIEWERS": "@example.tn",
        }
        switch_agents_on(house)
        product = Product(house, ["app.py"], settings)
        engine = make_engine(url, application_name="tests")
        try:
            yield Desk(product.wait_until_up(), engine)
        finally:
            product.close()
            engine.dispose()
            next(database, None)


def switch_agents_on(house: Path) -> None:
    """Have the product in this house serve Streamlit's interface for agents."""
    folder = house / ".streamlit"
    config = (folder / "config.toml").read_text(encoding="utf-8")
    assert "enableAgentApi = false" in config
    folder.unlink()  # a link to the repository's
    folder.mkdir()
    (folder / "config.toml").write_text(config.replace("enableAgentApi = false", "enableAgentApi = true"))


def press_run(tab: Visitor) -> str:
    """Open a job's page and send the message that its Run button sends, whether it may be pressed or not."""
    shown = tab.visit(**JOB)
    button = re.search(r'id: "([^"]+-run_job)"', shown)
    assert button, shown
    return tab.visit(**JOB, press=button[1])


DEEDS = [
    ("POST", "/api/jobs/market_pulse/run"),
    ("POST", "/api/jobs/market_pulse/pause"),
    ("POST", "/api/jobs/market_pulse/resume"),
    ("POST", "/api/runs/00000000-0000-0000-0000-000000000000/cancel"),
    ("POST", "/api/runs/00000000-0000-0000-0000-000000000000/retry"),
]


@pytest.mark.parametrize(("method", "path"), DEEDS)
def test_a_viewer_does_nothing_through_the_api(desk: Desk, method: str, path: str) -> None:
    before = desk.deeds()
    with desk.client("eve@example.tn") as client:
        answer = client.request(method, path)
    assert answer.status_code in {403, 404}
    assert desk.deeds() == before


def test_a_viewer_is_told_which_role_it_takes(desk: Desk) -> None:
    with desk.client("eve@example.tn") as client:
        answer = client.post("/api/jobs/market_pulse/run")
    assert answer.status_code == 403
    assert answer.json()["detail"] == "To run takes the role of operator; eve@example.tn is viewer."


def test_a_viewer_reads_everything(desk: Desk) -> None:
    with desk.client("eve@example.tn") as client:
        assert client.get("/api/jobs").is_success
        assert client.get("/_stcore/metrics").is_success


def test_a_viewers_forged_click_does_nothing_and_an_operators_click_is_done(desk: Desk) -> None:
    before = desk.deeds()
    with visitor(desk.product.url, headers=headers_of("eve@example.tn")) as tab:
        press_run(tab)
    assert desk.deeds() == before
    with visitor(desk.product.url, headers=headers_of("bob@elsewhere.tn", "desk,readers")) as tab:
        press_run(tab)
    assert desk.deeds() == [("bob@elsewhere.tn", "run", CLIENT), *before]


def test_an_operator_changes_no_schedule_and_an_administrator_does(desk: Desk) -> None:
    with desk.client("bob@elsewhere.tn", "desk") as client:
        assert client.post("/api/tokens", json={"name": "mine", "role": "admin"}).status_code == 403
    with desk.client("ada@example.tn") as client:
        assert client.post("/api/tokens", json={"name": "hers", "role": "viewer"}).is_success


def test_a_token_reads_by_its_role_until_it_is_revoked(desk: Desk) -> None:
    with desk.client("ada@example.tn") as client:
        made = client.post("/api/tokens", json={"name": "reader", "role": "viewer"}).raise_for_status().json()
        with desk.client(authorization=f"Bearer {made['token']}") as machine:
            assert machine.get("/api/jobs").is_success
            assert machine.post("/api/jobs/market_pulse/run").status_code == 403
            client.post(f"/api/tokens/{made['id']}/revoke").raise_for_status()
            assert machine.get("/api/jobs").status_code == 401


def press_run_as_agent(desk: Desk, role: Role) -> str:
    """Open a job's page and press Run through the interface for agents, with a token of this role. What came back."""
    with desk.client("ada@example.tn") as client:
        made = client.post("/api/tokens", json={"name": f"agent {role}", "role": role}).raise_for_status().json()
    with desk.client(authorization=f"Bearer {made['token']}") as agent:
        where = {"page": "job", "query_params": {"id": ["anomaly_scan"]}}
        shown = agent.post(INTERACT, json=where).raise_for_status()
        assert "Anomaly Scan" in shown.text
        press = {"session_id": shown.json()["session_id"], "trigger": {"key": "run_job"}}
        return agent.post(INTERACT, json=press).text


def test_an_agent_that_operates_the_pages_does_what_its_token_may(desk: Desk) -> None:
    with desk.client() as unknown:
        assert unknown.post(INTERACT, json={}).status_code == 401
    press_run_as_agent(desk, Role.VIEWER)
    assert "agent viewer" not in {actor for actor, _, _ in desk.deeds()}
    answer = press_run_as_agent(desk, Role.OPERATOR)
    assert "agent operator" in {actor for actor, _, _ in desk.deeds()}, answer


def test_whoever_has_signed_in_without_a_role_gets_nothing_but_the_reason(desk: Desk) -> None:
    with desk.client("zoe@elsewhere.tn", "readers") as client:
        for path in ("/", "/api/jobs", "/_stcore/metrics"):
            answer = client.get(path)
            assert answer.status_code == 403
            assert "zoe@elsewhere.tn is signed in and has no role here" in answer.text


@pytest.mark.parametrize("path", ["/", "/api/jobs", "/_stcore/metrics", "/media/a.png"])
def test_whoever_the_proxy_names_not_is_not_let_in(desk: Desk, path: str) -> None:
    forged = Seal().close(Actor("mallory", Role.ADMIN, Via.PERSON))
    with desk.client(x_forwarded_email="ada@example.tn", **{HEADER: forged}) as client:
        assert client.get(path).status_code == 401


def test_two_words_of_who_it_is_are_none(desk: Desk) -> None:
    with httpx.Client(base_url=desk.product.url, trust_env=False) as client:
        pairs = [("X-Forwarded-For", CLIENT), ("Remote-Email", "ada@example.tn"), ("Remote-Email", "eve@example.tn")]
        assert client.get("/api/jobs", headers=pairs).status_code == 401
