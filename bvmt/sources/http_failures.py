"""What each way for a request to fail means: the one place that knows the exceptions of httpx."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import httpx

from bvmt.errors import SourceError, SourceFormatError, SourceRefused, SourceUnreachable

# 408 and 425 ask for another try, 429 for a later one; every other 4xx blames the request itself.
_PASSING_4XX = frozenset({408, 425, 429})


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A sentence with the places {url}, {connect} and {read} (seconds), and what kind of trouble it is."""

    sentence: str
    permanent: bool = False
    malformed: bool = False
    with_detail: bool = False


_NO_CONNECTION = _Meaning("no connection to {url} within {connect} s")
_NO_ANSWER = _Meaning("no answer from {url} within {read} s")
_CANNOT_CONNECT = _Meaning("cannot connect to {url}", with_detail=True)
_BROKEN = _Meaning("the connection to {url} broke", with_detail=True)
_BAD_ADDRESS = _Meaning("the address {url} cannot be used", permanent=True, with_detail=True)
_UNREADABLE = _Meaning("the answer from {url} cannot be decoded", malformed=True)
_MISUSED = _Meaning("the answer from {url} was not read to its end")

MEANINGS: dict[type[Exception], _Meaning] = {
    httpx.ConnectTimeout: _NO_CONNECTION,
    httpx.PoolTimeout: _NO_CONNECTION,
    httpx.ReadTimeout: _NO_ANSWER,
    httpx.WriteTimeout: _NO_ANSWER,
    httpx.TimeoutException: _NO_ANSWER,
    httpx.ConnectError: _CANNOT_CONNECT,
    httpx.ProxyError: _CANNOT_CONNECT,
    httpx.ReadError: _BROKEN,
    httpx.WriteError: _BROKEN,
    httpx.CloseError: _BROKEN,
    httpx.NetworkError: _BROKEN,
    httpx.RemoteProtocolError: _BROKEN,
    httpx.ProtocolError: _BROKEN,
    httpx.TransportError: _BROKEN,
    httpx.RequestError: _BROKEN,
    httpx.HTTPError: _BROKEN,
    httpx.HTTPStatusError: _BROKEN,
    httpx.LocalProtocolError: _BAD_ADDRESS,
    httpx.UnsupportedProtocol: _BAD_ADDRESS,
    httpx.InvalidURL: _BAD_ADDRESS,
    # Not an httpx class: Python's IDNA codec raises it for host names such as "a..b", and httpx lets it
    # through.
    UnicodeError: _BAD_ADDRESS,
    httpx.TooManyRedirects: _Meaning("{url} redirects in a circle"),
    httpx.DecodingError: _UNREADABLE,
    httpx.CookieConflict: _UNREADABLE,
    httpx.StreamError: _MISUSED,
    httpx.StreamConsumed: _MISUSED,
    httpx.StreamClosed: _MISUSED,
    httpx.ResponseNotRead: _MISUSED,
    httpx.RequestNotRead: _MISUSED,
}
"""Every exception that httpx raises, named one by one so that a class new in a later httpx fails a test."""

REQUEST_EXCEPTIONS = tuple(MEANINGS)


def request_failure(source: str, url: str, error: Exception, *, connect: float, read: float) -> SourceError:
    """Return the SourceError that says what `error`, one of REQUEST_EXCEPTIONS, means for `source`.

    `url` is shown without its secrets; `connect` and `read` are the timeouts in force, in seconds.
    """
    meaning = next(MEANINGS[kind] for kind in type(error).__mro__ if kind in MEANINGS)
    text = meaning.sentence.format(url=shown_url(url), connect=f"{connect:g}", read=f"{read:g}")
    if meaning.with_detail and str(error):
        text = f"{text}: {error}"
    if meaning.malformed:
        return SourceFormatError(source, text)
    return SourceUnreachable(source, text, permanent=meaning.permanent)


def status_failure(source: str, url: str, status: int, phrase: str = "") -> SourceRefused:
    """Return the error for a status other than 2xx; permanent when the same request cannot succeed."""
    permanent = 400 <= status < 500 and status not in _PASSING_4XX
    text = f"{shown_url(url)} answered {status} {phrase}".rstrip()
    return SourceRefused(source, text, status=status, permanent=permanent)


def shown_url(url: str) -> str:
    """Return `url` fit for messages and logs: without user, password, query values and fragment."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(not an address)"
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}{'?…' if parts.query else ''}"


def worth_retrying(error: Exception) -> bool:
    """Whether asking again within seconds can help: a broken connection, a timeout, 408, 425, 429 or 5xx."""
    return isinstance(error, SourceUnreachable | SourceRefused) and not error.permanent
