"""Where a request comes from, and what a client cannot make us believe of it."""

from __future__ import annotations

import pytest
from starlette.datastructures import Headers

from bvmt.access.proxies import Origin, find_origin, read_network

PROXY, CLIENT, OTHER_PROXY = "10.0.0.5", "203.0.113.9", "10.0.0.6"
TRUSTED = [read_network("10.0.0.0/24"), read_network("fd00::5")]


def origin(peer: str | None, *headers: tuple[str, str]) -> Origin:
    return find_origin(peer, Headers(raw=[(name.encode(), value.encode()) for name, value in headers]), TRUSTED)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_a_peer_of_this_machine_is_local(peer: str) -> None:
    assert origin(peer).local


@pytest.mark.parametrize("peer", [CLIENT, "192.168.1.4", "fe80::1", None, "", "unix:"])
def test_any_other_peer_is_not_local(peer: str | None) -> None:
    assert not origin(peer).local


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-forwarded-for", CLIENT),
        ("x-forwarded-for", "127.0.0.1"),
        ("x-forwarded-for", ""),
        ("x-forwarded-host", "jobs.example.tn"),
        ("x-forwarded-proto", "https"),
        ("forwarded", "for=203.0.113.9"),
        ("x-real-ip", "127.0.0.1"),
        ("via", "1.1 proxy"),
    ],
)
def test_a_peer_of_this_machine_that_forwards_for_somebody_is_not_local(name: str, value: str) -> None:
    found = origin("127.0.0.1", (name, value))
    assert not found.local
    assert not found.proxied


def test_a_client_that_is_no_trusted_proxy_cannot_give_itself_an_address() -> None:
    assert origin(CLIENT, ("x-forwarded-for", "127.0.0.1")) == Origin(CLIENT)


def test_behind_a_trusted_proxy_the_client_is_whom_it_names() -> None:
    assert origin(PROXY, ("x-forwarded-for", CLIENT)) == Origin(CLIENT, proxied=True)


@pytest.mark.parametrize("forged", ["127.0.0.1", "10.0.0.7", "198.51.100.1, 127.0.0.1", "unknown"])
def test_what_a_client_wrote_in_front_of_the_proxys_word_does_not_count(forged: str) -> None:
    assert origin(PROXY, ("x-forwarded-for", f"{forged}, {CLIENT}")) == Origin(CLIENT, proxied=True)
    assert origin(PROXY, ("x-forwarded-for", forged), ("x-forwarded-for", CLIENT)) == Origin(CLIENT, proxied=True)


def test_of_two_trusted_proxies_the_outer_ones_client_counts() -> None:
    assert origin(PROXY, ("x-forwarded-for", f"{CLIENT}, {OTHER_PROXY}")) == Origin(CLIENT, proxied=True)


@pytest.mark.parametrize("hop", ["203.0.113.9:5120", "::ffff:203.0.113.9", "[::ffff:203.0.113.9]:80"])
def test_a_port_or_ipv6_clothes_are_taken_off_an_address(hop: str) -> None:
    assert origin(PROXY, ("x-forwarded-for", hop)).address == CLIENT


@pytest.mark.parametrize("hop", ["unknown", "_hidden", "203.0.113.9:1:2", ""])
def test_a_hop_that_cannot_be_read_leaves_the_address_unknown(hop: str) -> None:
    assert origin(PROXY, ("x-forwarded-for", hop)) == Origin(None, proxied=True)


def test_whoever_comes_through_a_trusted_proxy_is_never_local() -> None:
    found = find_origin("127.0.0.1", Headers({"x-forwarded-for": "::1"}), [read_network("127.0.0.1")])
    assert found == Origin("::1", proxied=True)
    assert not find_origin("127.0.0.1", Headers(), [read_network("127.0.0.1")]).local


def test_a_peer_that_the_server_took_from_a_header_is_no_trusted_proxy() -> None:
    found = origin(PROXY, ("x-forwarded-for", f"{PROXY}:4000"))
    assert (found.rewritten, found.proxied, found.local) == (True, False, False)


def test_a_network_with_host_bits_is_refused() -> None:
    with pytest.raises(ValueError, match="host bits"):
        read_network("10.0.0.5/8")
