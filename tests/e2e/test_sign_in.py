"""Signing in with an OpenID provider that really runs, in a real browser."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.product import PYTHON, Product, free_port, new_house, wait_until
from tests.acceptance.visitor import visitor
from tests.conftest import fresh_database

SECRETS = """
[auth]
redirect_uri = "{url}/oauth2callback"
cookie_secret = "{secret}"
client_id = "bvmt-jobs"
client_secret = "a secret between two programs"
server_metadata_url = "http://127.0.0.1:{provider}/.well-known/openid-configuration"
client_kwargs = {{ scope = "openid email" }}
"""
COOKIE_SECRET = "0123456789abcdef" * 4


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    """The port of an OpenID provider that takes everybody for whom they say they are."""
    port = free_port()
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until(lambda: _answers(f"http://127.0.0.1:{port}/.well-known/openid-configuration"), "the provider")
            yield port
        finally:
            process.terminate()


@contextmanager
def product_with(house: Path, provider: int, database_url: str, *, secret: str = COOKIE_SECRET) -> Iterator[Product]:
    """A product whose secrets name the provider. Its people come by the name localhost."""
    port = free_port()
    (house / "home" / ".streamlit").mkdir(parents=True)
    secrets = SECRETS.format(url=f"http://localhost:{port}", provider=provider, secret=secret)
    (house / "home" / ".streamlit" / "secrets.toml").write_text(secrets)
    settings = {
        "HOME": str(house / "home"),
        "DATABASE_URL": database_url,
        "ENABLE_SCHEDULER": "false",
        "SANDBOX_URL": "http://127.0.0.1:9",
        "ROLE_OPERATORS": "ada@example.tn",
    }
    product = Product(house, PYTHON, settings, port=port)
    try:
        yield product
    finally:
        product.close()


@pytest.fixture(scope="module")
def product(provider: int, postgres: sa.Engine, template_database: str) -> Iterator[Product]:
    database = fresh_database(postgres, f"template {template_database} strategy file_copy")
    with new_house() as house, product_with(house, provider, next(database)) as made:
        yield made.wait_ready()
    next(database, None)


@pytest.fixture
def page(browser: Browser, product: Product) -> Iterator[Page]:
    """A fresh tab that nobody has signed in from."""
    context = browser.new_context(base_url=product.url.replace("127.0.0.1", "localhost"))
    yield context.new_page()
    context.close()


def sign_in(page: Page, name: str) -> None:
    page.get_by_role("button", name="Sign in").click()
    page.get_by_placeholder("sub").fill(name)
    page.get_by_role("button", name="Authorize").click()


def test_somebody_with_a_role_signs_in_and_acts_by_page_and_api(page: Page) -> None:
    page.goto("/")
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    assert page.request.get("/api/jobs").status == 401
    sign_in(page, "ada@example.tn")
    expect(page.get_by_role("heading", name="Jobs", exact=True)).to_be_visible()
    assert page.request.get("/api/jobs").ok
    assert page.request.post("/api/jobs/market_pulse/run").ok
    assert page.request.post("/api/tokens", data={"name": "mine", "role": "admin"}).status == 403
    page.context.clear_cookies()
    assert page.request.get("/api/jobs").status == 401
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def test_somebody_without_a_role_reads_who_gives_one_and_can_sign_out(page: Page) -> None:
    page.goto("/run?id=1")
    expect(page.get_by_text("Market Pulse")).to_have_count(0)
    sign_in(page, "eve@elsewhere.tn")
    expect(page.get_by_text("is signed in and has no role here")).to_be_visible()
    expect(page.get_by_text("Market Pulse")).to_have_count(0)
    assert page.request.get("/api/jobs").status == 403
    page.get_by_role("button", name="Sign out").click()
    wait_until(lambda: page.request.get("/api/jobs").status == 401, "eve to be forgotten")


def test_the_unknown_are_shown_nothing_over_the_websocket_on_any_page(product: Product) -> None:
    with visitor(product.url) as tab:
        for name in ("", "run", "job", "system", "data"):
            shown = tab.visit(page_name=name, query="id=market_pulse")
            assert "Sign in with your organisation" in shown
            assert "Market Pulse" not in shown


def test_a_cookie_that_we_have_not_signed_lets_nobody_in(product: Product) -> None:
    forged = httpx.get(f"{product.url}/api/jobs", headers={"Cookie": "_streamlit_user=ada@example.tn.AAAA.BBBB"})
    assert forged.status_code == 401


def test_a_cookie_secret_that_could_be_guessed_stops_the_start(house: Path, provider: int, database_url: str) -> None:
    with product_with(house, provider, database_url, secret="short") as product:
        assert product.wait() != 0
        assert "cookie_secret in the section [auth]" in product.log


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, trust_env=False).is_success
    except httpx.TransportError:
        return False
