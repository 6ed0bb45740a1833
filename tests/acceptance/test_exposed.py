"""An install that listens on every address while no sign-in is set up, and those who try to get in."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import psutil
import pytest
import sqlalchemy as sa
from websockets.exceptions import InvalidStatus

from bvmt.access.actor import Actor, Role, Via
from bvmt.access.seal import HEADER, Seal
from tests.acceptance.product import UVICORN, Product, new_house
from tests.acceptance.visitor import visitor
from tests.conftest import fresh_database

CLOSED_DOOR = "http://127.0.0.1:9"  # no test here may need the exchange
MALLORY = Seal().close(Actor("mallory", Role.ADMIN, Via.PERSON))
RUN = "/api/jobs/market_pulse/run"


@dataclass(frozen=True)
class Exposed:
    """A product on every address. `there` is its address from elsewhere, with the headers that make a request so."""

    product: Product
    there: str
    headers: dict[str, str]

    @property
    def here(self) -> str:
        return self.product.url

    def from_elsewhere(self, path: str, method: str = "GET", **headers: str) -> httpx.Response:
        return request(self.there + path, method, **{**self.headers, **headers})


def request(url: str, method: str = "GET", **headers: str) -> httpx.Response:
    """Send a request; underscores in the names of headers are hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return httpx.request(method, url, headers=named, trust_env=False, timeout=20)


def other_address() -> str | None:
    """An address of this machine besides the loopback's."""
    found = (each for addresses in psutil.net_if_addrs().values() for each in addresses)
    return next((a.address for a in found if a.family == socket.AF_INET and not a.address.startswith("127.")), None)


@pytest.fixture(scope="module")
def exposed(postgres: sa.Engine, template_database: str) -> Iterator[Exposed]:
    with new_house() as house:
        database = fresh_database(postgres, f"template {template_database} strategy file_copy")
        settings = {"DATABASE_URL": next(database), "ENABLE_SCHEDULER": "false", "SANDBOX_URL": CLOSED_DOOR}
        product = Product(house, [*UVICORN, "--host", "0.0.0.0"], settings)
        try:
            product.wait_ready()
            own = other_address()
            port = product.url.rpartition(":")[2]
            # A machine without any other address has a client behind a forwarder stand in for one from elsewhere.
            headers = {} if own else {"x_forwarded_for": "203.0.113.9"}
            yield Exposed(product, f"http://{own or '127.0.0.1'}:{port}", headers)
        finally:
            product.close()
            next(database, None)


def picture_in_media(exposed: Exposed) -> str:
    """The address of a file that Streamlit serves to a page: its icon."""
    with visitor(exposed.here) as tab:
        found = re.search(r"/media/[0-9a-f]+\.png", tab.visit())
    assert found
    return found[0]


@pytest.mark.parametrize("path", ["/", "/run?id=1", "/system", "/static/js/none.js", "/oauth2callback?code=1"])
def test_somebody_from_elsewhere_gets_a_page_that_says_what_to_set(exposed: Exposed, path: str) -> None:
    answer = exposed.from_elsewhere(path)
    assert answer.status_code == 403
    assert answer.headers["content-type"].startswith("text/html")
    assert "while no sign-in is set up" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        *("/api/jobs", "/api/health", "/api/openapi.json", "/api/jobs/history", "/api/nothing", "/metrics"),
        *("/_stcore/metrics", "/_stcore/agent/openapi.json", "/_stcore/script-health-check"),
    ],
)
def test_a_program_from_elsewhere_gets_a_problem_that_says_what_to_set(exposed: Exposed, path: str) -> None:
    answer = exposed.from_elsewhere(path)
    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert "while no sign-in is set up" in answer.json()["detail"]


def test_a_file_of_a_page_is_not_served_elsewhere(exposed: Exposed) -> None:
    path = picture_in_media(exposed)
    assert request(exposed.here + path).status_code == 200
    assert exposed.from_elsewhere(path).status_code == 403


@pytest.mark.parametrize("path", [RUN, "/api/jobs/market_pulse/pause", "/_stcore/upload_file/a/b", "/"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_is_done_from_elsewhere(exposed: Exposed, path: str, method: str) -> None:
    assert exposed.from_elsewhere(path, method).status_code == 403


def test_the_websocket_is_closed_to_somebody_from_elsewhere(exposed: Exposed) -> None:
    headers = {name.replace("_", "-"): value for name, value in exposed.headers.items()}
    with pytest.raises(InvalidStatus) as refusal, visitor(exposed.there, headers=headers):
        pass
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"x_forwarded_for": "127.0.0.1"},
        {"x_real_ip": "127.0.0.1"},
        {"forwarded": "for=127.0.0.1"},
        {"x_forwarded_email": "ada@example.tn", "remote_email": "ada@example.tn"},
        {HEADER: MALLORY},
        {"authorization": "Bearer bvmt_made-up"},
        {"host": "localhost"},
    ],
)
def test_no_forged_header_opens_the_door(exposed: Exposed, headers: dict[str, str]) -> None:
    for path in ("/", "/api/jobs", "/_stcore/metrics"):
        assert exposed.from_elsewhere(path, **headers).status_code in {401, 403}


@pytest.mark.parametrize("headers", [{"x_forwarded_for": "127.0.0.1"}, {"forwarded": "for=127.0.0.1"}])
def test_a_forwarder_on_this_machine_does_not_make_its_clients_local(exposed: Exposed, headers: dict[str, str]) -> None:
    assert request(exposed.here + "/api/jobs", **headers).status_code == 403


def test_this_machine_is_served_as_ever(exposed: Exposed) -> None:
    assert request(exposed.here + "/api/jobs").status_code == 200
    assert request(exposed.here + "/").status_code == 200
    with visitor(exposed.here, origin=exposed.here) as tab:
        assert "Market Pulse" in tab.visit()


@pytest.mark.parametrize("path", ["/", "/api/jobs", "/_stcore/metrics"])
def test_a_name_that_was_bound_to_this_machine_by_others_reads_nothing(exposed: Exposed, path: str) -> None:
    port = exposed.here.rpartition(":")[2]
    answer = request(exposed.here + path, host=f"evil.example:{port}")
    assert answer.status_code == 403
    assert "ALLOWED_HOSTS" in answer.text


@pytest.mark.parametrize("name", ["evil.example", None])
def test_the_websocket_is_closed_to_the_pages_of_other_sites(exposed: Exposed, name: str | None) -> None:
    port = exposed.here.rpartition(":")[2]
    origin = f"http://evil.example:{port}"
    with pytest.raises(InvalidStatus) as refusal, visitor(exposed.here, origin=origin, name=name):
        pass
    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize(
    "signs",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://localhost:3000"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", RUN), ("GET", "/api/jobs"), ("OPTIONS", RUN)])
def test_a_page_of_another_site_does_and_reads_nothing(
    exposed: Exposed, signs: dict[str, str], method: str, path: str
) -> None:
    assert request(exposed.here + path, method, **signs).status_code == 403
    assert exposed.product.history() == []


def test_a_link_on_another_site_opens_a_page(exposed: Exposed) -> None:
    assert request(exposed.here + "/run?id=1", sec_fetch_site="cross-site", sec_fetch_mode="navigate").is_success


def test_a_name_that_a_local_page_writes_itself_is_taken_away(exposed: Exposed) -> None:
    with visitor(exposed.here, headers={HEADER: MALLORY}) as tab:
        assert "not known" not in tab.visit()


@pytest.mark.parametrize(
    "path", ["/../app.py", "/static/../../app.py", "/app/static/%2e%2e/app.py", "/media/..%2fapp.py"]
)
def test_no_path_leads_out_of_what_is_served(exposed: Exposed, path: str) -> None:
    with socket.create_connection(("127.0.0.1", int(exposed.here.rpartition(":")[2])), timeout=20) as raw:
        raw.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: raw.recv(65536), b""))
    assert b"PagesManager" not in answer


@pytest.mark.parametrize("path", ["/", "/api/jobs", "/api/nothing", "/_stcore/health", "/app/static/favicon.png"])
def test_every_answer_carries_the_security_headers(exposed: Exposed, path: str) -> None:
    for answer in (request(exposed.here + path), exposed.from_elsewhere(path)):
        assert "frame-ancestors 'self'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_agents_interface_is_off(exposed: Exposed) -> None:
    answer = request(exposed.here + "/_stcore/agent/interact", "POST")
    assert answer.status_code in {403, 404}
    assert "enableAgentApi" in answer.text


def test_the_log_says_that_others_were_refused_and_what_to_set(exposed: Exposed) -> None:
    exposed.from_elsewhere("/")
    assert exposed.product.log.count("while no sign-in is set up") == 1
