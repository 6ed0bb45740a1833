"""Every exception of httpx has one meaning."""

from __future__ import annotations

import httpx
import pytest

from bvmt.errors import SourceError
from bvmt.sources.http_failures import MEANINGS, request_failure, shown_url

HTTPX_EXCEPTIONS = sorted(
    (value for value in vars(httpx).values() if isinstance(value, type) and issubclass(value, Exception)),
    key=lambda kind: kind.__name__,
)


def bare(kind: type[Exception]) -> Exception:
    """An exception of any class, whatever its constructor wants."""
    return kind.__new__(kind)


@pytest.mark.parametrize("kind", HTTPX_EXCEPTIONS)
def test_each_exception_of_httpx_is_named_in_the_table(kind: type[Exception]) -> None:
    assert kind in MEANINGS


@pytest.mark.parametrize("kind", HTTPX_EXCEPTIONS)
def test_each_exception_of_httpx_becomes_an_error_in_the_operators_words(kind: type[Exception]) -> None:
    error = request_failure("Exchange feed", "https://host/a", bare(kind), connect=5, read=10)

    assert isinstance(error, SourceError)
    assert str(error).startswith("Exchange feed: ")
    assert "https://host/a" in str(error)


def test_a_timeout_says_how_long_was_waited() -> None:
    error = request_failure("Exchange feed", "https://host/a", httpx.ReadTimeout(""), connect=5.0, read=10.0)

    assert str(error) == "Exchange feed: no answer from https://host/a within 10 s"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://user:pass@host:8443/a?key=1#part", "https://host:8443/a?…"),
        ("https://host/a", "https://host/a"),
        ("http://[broken", "(not an address)"),
    ],
)
def test_an_address_is_shown_without_its_secrets(url: str, shown: str) -> None:
    assert shown_url(url) == shown
