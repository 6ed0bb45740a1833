"""Where a request comes from: from this machine, from elsewhere, or through a reverse proxy that is trusted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from starlette.datastructures import Headers

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_FORWARDING = frozenset({"forwarded", "x-real-ip", "x-client-ip", "true-client-ip", "via"})


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a request comes from.

    `address` is the client's, None where it cannot be told. `local` is true for a program or browser of this machine
    that came without a proxy, `proxied` where a trusted proxy brought the request. `rewritten` means that the server
    has put an address from a header in the place of the peer's, so that no proxy can be told from a client.
    """

    address: str | None
    local: bool = False
    proxied: bool = False
    rewritten: bool = False


def read_network(text: str) -> Network:
    """An address or a network such as 10.0.0.0/8. Raises ValueError, also for host bits that are set."""
    return ip_network(text.strip())


def find_origin(peer: str | None, headers: Headers, trusted: Sequence[Network]) -> Origin:
    """Tell where a request comes from. `peer` is the other end of the connection, as the server gives it.

    A peer of this machine that forwards for somebody is not taken for this machine, whether it is trusted or not.
    Of X-Forwarded-For the last address that is not a trusted proxy's counts: what stands before it, the client
    may have written.
    """
    address = _address(peer)
    hops = [hop.strip() for value in headers.getlist("x-forwarded-for") for hop in value.split(",")]
    if address is not None and any(_address(hop) == address for hop in hops):
        return Origin(str(address), rewritten=True)
    if address is None or not _is_in(address, trusted):
        local = address is not None and address.is_loopback and not _is_forwarded(headers)
        return Origin(str(address) if address else None, local=local)
    for hop in reversed(hops):
        client = _address(hop)
        if client is None or not _is_in(client, trusted):
            return Origin(str(client) if client else None, proxied=True)
    return Origin(str(address), proxied=True)


def _is_forwarded(headers: Headers) -> bool:
    return any(name in _FORWARDING or name.startswith("x-forwarded-") for name in headers)


def _is_in(address: Address, networks: Sequence[Network]) -> bool:
    return any(address in network for network in networks)


def _address(text: str | None) -> Address | None:
    """Read an address, with or without a port behind it. IPv4 in IPv6's clothes is IPv4."""
    if not text:
        return None
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
