"""The names this product answers to, and whose pages may call it."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from bvmt.access.hosts import Hosts

HOSTS = Hosts(["0.0.0.0", "Jobs.Desk.tn", "*.inner.tn"], "https://jobs.example.tn:8443")


def headers(*pairs: tuple[str, str]) -> Headers:
    return Headers(raw=[(name.encode(), value.encode("latin-1")) for name, value in pairs])


@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "localhost:8010", "LOCALHOST", "localhost."),
        *("127.0.0.1:8010", "192.168.1.20", "[::1]:8010", "[fd00::2]"),
        *("jobs.desk.tn", "JOBS.desk.tn:80", "jobs.example.tn", "a.inner.tn"),
    ],
)
def test_our_own_names_and_plain_addresses_are_known(host: str) -> None:
    assert HOSTS.knows(headers(("host", host)))


@pytest.mark.parametrize(
    "host",
    [
        *("evil.example", "evil.example:8010", "localhost.evil.example", "127.0.0.1.evil.example", "inner.tn"),
        *("evilinner.tn", "jobs.desk.tn.evil.example", "localhost@evil.example", "evil.example/localhost"),
        *("evil.example#localhost", "", "localhost:port", "[::1", "127.0.0.1 ", "loc\xe0lhost"),
    ],
)
def test_a_foreign_or_broken_name_is_not_known(host: str) -> None:
    assert not HOSTS.knows(headers(("host", host)))


def test_two_names_at_once_are_not_known() -> None:
    assert not HOSTS.knows(headers(("host", "localhost"), ("host", "localhost")))


def test_a_program_that_names_no_host_is_let_through() -> None:
    assert HOSTS.knows(headers())


def test_a_star_knows_every_name() -> None:
    assert Hosts(["*"]).knows(headers(("host", "evil.example")))


@pytest.mark.parametrize(
    "pairs",
    [
        [],
        [("sec-fetch-site", "same-origin")],
        [("sec-fetch-site", "none")],
        [("host", "localhost:8010"), ("origin", "http://localhost:8010")],
        [("host", "localhost:8010"), ("origin", "https://LOCALHOST:8010")],
        [("host", "10.0.0.2:8010"), ("origin", "https://jobs.example.tn:8443")],
    ],
)
def test_our_own_pages_and_programs_may_call(pairs: list[tuple[str, str]]) -> None:
    assert not HOSTS.is_foreign(headers(*pairs))


@pytest.mark.parametrize(
    "pairs",
    [
        [("sec-fetch-site", "cross-site")],
        [("sec-fetch-site", "same-site")],
        [("host", "localhost:8010"), ("origin", "http://localhost:3000")],
        [("host", "localhost:8010"), ("origin", "http://evil.example")],
        [("host", "localhost:8010"), ("origin", "null")],
        [("host", "localhost:8010"), ("origin", "")],
        [("host", "localhost:8010"), ("origin", "http://evil.example"), ("sec-fetch-site", "same-origin")],
        [("origin", "http://localhost:8010")],
    ],
)
def test_the_pages_of_other_sites_may_not_call(pairs: list[tuple[str, str]]) -> None:
    assert HOSTS.is_foreign(headers(*pairs))
