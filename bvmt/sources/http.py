"""GET and POST for everything outside: timeouts, size limit, retries, and errors in the operator's words."""

from __future__ import annotations

import json
import logging
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import Any, TypeVar

import httpx
import stamina

from bvmt import __version__
from bvmt.clock import monotonic
from bvmt.errors import SourceError, SourceFormatError, SourceRefused, SourceUnreachable
from bvmt.sources.cutoff import Cutoff
from bvmt.sources.http_exchange import Seen, exchange_of
from bvmt.sources.http_failures import (
    REQUEST_EXCEPTIONS,
    request_failure,
    shown_url,
    status_failure,
    worth_retrying,
)

log = logging.getLogger(__name__)

T = TypeVar("T")

JSON = "application/json"
_SAMPLE_CHARACTERS = 200
_MAX_REDIRECTS = 5
_LONGEST_INT = 18  # digits; what fits 64 bits

_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_NOW = frozenset({429, 503})
_NOT_MODIFIED = 304


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """How long a request may take and how large its answer may be.

    `connect_timeout` and `read_timeout` bound one wait each, `deadline` a whole answer, all in seconds.
    `max_bytes` counts the body after decompression. `attempts` is how often a request is made before its
    failure is reported.
    """

    connect_timeout: float = 5.0
    read_timeout: float = 10.0
    deadline: float = 30.0
    max_bytes: int = 8 * 1024 * 1024
    attempts: int = 3


DEFAULT_LIMITS = HttpLimits()


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole answer. `url` is where it came from in the end, after redirects.

    Names in `headers` are in lower case. `body` is decompressed, and empty where the status is 304.
    """

    status: int
    url: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def unchanged(self) -> bool:
        """Whether the server said that what the caller already has is still all there is."""
        return self.status == _NOT_MODIFIED


@dataclass(frozen=True, slots=True)
class _Request:
    method: str
    url: str
    headers: dict[str, str]
    content: bytes | None = None
    may_be_unchanged: bool = False

    def __str__(self) -> str:
        return f"{self.method} {shown_url(self.url)}"


def _never_stop() -> None:
    """The check of a caller that cannot be cancelled."""


class HttpSource:
    """One outside source, named in the operator's words, that is asked by GET or POST.

    `should_stop` is called before each attempt and between the pieces of an answer; what it raises ends the
    request at once and reaches the caller unchanged. Close it, or use it as a context manager. Threads may
    share it.
    """

    def __init__(
        self,
        source: str,
        *,
        limits: HttpLimits = DEFAULT_LIMITS,
        should_stop: Callable[[], None] = _never_stop,
    ) -> None:
        self.source = source
        self._limits = limits
        self._should_stop = should_stop
        self._client = _client(limits)

    def __enter__(self) -> HttpSource:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are open."""
        self._client.close()

    def get_bytes(self, url: str, *, accept: str = "*/*") -> bytes:
        """Return the body of `url`. Raises what `get` raises."""
        return self.get(url, bytes, accept=accept)

    def get_json(self, url: str) -> Any:
        """Return what `url` answers in JSON, as `decode_json` reads it. Raises what `get` raises."""
        return self.get(url, lambda body: decode_json(self.source, body), accept=JSON)

    def get(
        self,
        url: str,
        read: Callable[[bytes], T],
        *,
        accept: str,
        retry_on: tuple[type[SourceError], ...] = (),
    ) -> T:
        """Return `read(body)` for the body that `url` answers.

        Broken connections, timeouts, 408, 425, 429, 5xx and the errors in `retry_on`, which `read` may
        raise, are tried again with growing, jittered pauses of at most 5 seconds. Raises SourceUnreachable
        when no whole answer came, SourceRefused for an error status, SourceFormatError for one too large or
        not decodable, and what `read` raises. Messages of SourceErrors end with the attempts made and the
        time they took.
        """
        request = _Request("GET", url, {"Accept": accept})
        return self._ask(
            request, lambda answer: read(answer.body), again=lambda e: worth_retrying(e) or isinstance(e, retry_on)
        )

    def fetch(self, url: str, *, accept: str, conditions: Mapping[str, str] | None = None) -> Answer:
        """Return the whole answer of `url`, asked with the headers `conditions` (If-None-Match, If-Modified-Since).

        An answer 304 is one like any other where there are conditions, and else an error. Tries again and
        raises as `get` does.
        """
        request = _Request("GET", url, {"Accept": accept, **(conditions or {})}, may_be_unchanged=bool(conditions))
        return self._ask(request, lambda answer: answer, again=worth_retrying)

    def post(self, url: str, body: object, read: Callable[[bytes], T]) -> T:
        """Send `body` as JSON and return `read(answer)` for the body of the answer.

        A request that may have been obeyed is not sent twice: only one whose connection was never made, or
        that was answered 429 or 503, is tried again. Raises what `get` raises.
        """
        headers = {"Accept": JSON, "Content-Type": JSON}
        request = _Request("POST", url, headers, json.dumps(body).encode())
        return self._ask(request, lambda answer: read(answer.body), again=_was_not_obeyed)

    def _ask(self, request: _Request, read: Callable[[Answer], T], *, again: Callable[[Exception], bool]) -> T:
        began, made, seen = monotonic(), 0, Seen()
        try:
            for attempt in stamina.retry_context(
                on=again,
                attempts=self._limits.attempts,
                timeout=None,
                wait_initial=0.5,
                wait_jitter=0.5,
            ):
                self._should_stop()
                made, seen = attempt.num, Seen()
                with attempt:
                    return read(self._fetch(request, seen))
        except SourceError as error:
            error.exchange = exchange_of(request.method, request.url, seen, attempts=made)
            error.args = (_told(error, request.url, made, monotonic() - began),)
            raise
        raise AssertionError("a retry context returns or raises")

    def _fetch(self, request: _Request, seen: Seen) -> Answer:
        began = monotonic()
        try:
            answer = self._answer(request, seen)
        except SourceError as error:
            seen.milliseconds = (monotonic() - began) * 1000
            log.info("%s failed after %.0f ms: %s", request, seen.milliseconds, error)
            raise
        seen.milliseconds = (monotonic() - began) * 1000
        log.info("%s %d in %.0f ms, %d bytes", request, answer.status, seen.milliseconds, len(answer.body))
        return answer

    def _answer(self, request: _Request, seen: Seen) -> Answer:
        limits = self._limits
        with Cutoff(limits.deadline) as cutoff:
            try:
                return self._stream(request, cutoff, seen)
            except REQUEST_EXCEPTIONS as error:
                if cutoff.passed:
                    raise self._too_slow(request.url) from error
                raise request_failure(
                    self.source, request.url, error, connect=limits.connect_timeout, read=limits.read_timeout
                ) from error

    def _stream(self, request: _Request, cutoff: Cutoff, seen: Seen) -> Answer:
        url, extensions = request.url, {"trace": cutoff.trace}
        with self._client.stream(
            request.method, url, headers=request.headers, content=request.content, extensions=extensions
        ) as response:
            seen.head(response)
            unchanged = request.may_be_unchanged and response.status_code == _NOT_MODIFIED
            if not response.is_success and not unchanged:
                _read_start(response, seen)
                raise status_failure(self.source, url, response.status_code, response.reason_phrase)
            body = b"" if unchanged else self._body(url, response, seen)
        if cutoff.passed:
            raise self._too_slow(url)
        headers = {name.lower(): value for name, value in response.headers.items()}
        return Answer(response.status_code, str(response.url), headers, body)

    def _body(self, url: str, response: httpx.Response, seen: Seen) -> bytes:
        announced = response.headers.get("Content-Length", "")
        if announced.isdecimal() and int(announced) > self._limits.max_bytes:
            raise self._too_large(url, b"")
        body = bytearray()
        for piece in response.iter_bytes():
            self._should_stop()
            seen.piece(piece)
            body += piece
            if len(body) > self._limits.max_bytes:
                raise self._too_large(url, bytes(body[: 4 * _SAMPLE_CHARACTERS]))
        return bytes(body)

    def _too_slow(self, url: str) -> SourceUnreachable:
        text = f"the answer from {shown_url(url)} was not complete within {self._limits.deadline:g} s"
        return SourceUnreachable(self.source, text)

    def _too_large(self, url: str, start: bytes) -> SourceFormatError:
        text = f"the answer from {shown_url(url)} is larger than {self._limits.max_bytes:,} bytes"
        return SourceFormatError(self.source, text, sample=sample_of(start))


def _read_start(response: httpx.Response, seen: Seen) -> None:
    """Remember how the body of a refusal begins: its first piece, for the status says all that matters."""
    try:
        seen.piece(next(response.iter_bytes(), b""))
    except REQUEST_EXCEPTIONS as error:
        log.debug("The body of the refusal could not be read: %s", error)


def _was_not_obeyed(error: Exception) -> bool:
    """Whether it is certain that the source has done nothing, and may do it in a moment."""
    if isinstance(error, SourceRefused):
        return error.status in _NOT_NOW
    return isinstance(error, SourceUnreachable) and isinstance(error.__cause__, _NEVER_CONNECTED)


def decode_json(source: str, body: bytes) -> Any:
    """Return the JSON value in `body`.

    Numbers with a fraction come as Decimal, whole ones as int (as Decimal when huge). NaN and Infinity,
    which JSON does not have but some servers send, come as these words in a str: whoever needs the number
    refuses it, and the rest of the answer stays usable. Raises SourceFormatError for anything that is not
    JSON.
    """
    try:
        return json.loads(body, parse_float=_exact, parse_int=_whole, parse_constant=str)
    except (ValueError, RecursionError) as error:
        raise SourceFormatError(source, f"not JSON but {_look(body)}", sample=sample_of(body)) from error


def sample_of(body: bytes) -> str:
    """Return the first 200 characters of `body` as text that a database can hold, odd bytes replaced."""
    text = body[: 4 * _SAMPLE_CHARACTERS].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}")
    return text[:_SAMPLE_CHARACTERS]


def _exact(digits: str) -> Decimal | str:
    try:
        return Decimal(digits)
    except InvalidOperation:  # an exponent beyond 10**18
        return digits


def _whole(digits: str) -> int | Decimal | str:
    return int(digits) if len(digits) <= _LONGEST_INT else _exact(digits)


def _look(body: bytes) -> str:
    start = body.lstrip()[:1]
    if not start:
        return "an empty answer"
    return "an HTML page" if start == b"<" else "something broken or cut short"


def _told(error: SourceError, url: str, attempts: int, seconds: float) -> str:
    text, shown = str(error), shown_url(url)
    if shown not in text:
        text = f"{text} from {shown}"
    return f"{text} ({attempts} attempt{'' if attempts == 1 else 's'} in {seconds:.1f} s)"


@lru_cache(maxsize=1)
def _trusted() -> ssl.SSLContext:
    """The certificates that are trusted: reading them takes longer than most requests."""
    return httpx.create_ssl_context()


def _client(limits: HttpLimits) -> httpx.Client:
    return httpx.Client(
        verify=_trusted(),
        headers={"User-Agent": f"bvmt-jobs/{__version__}"},
        timeout=httpx.Timeout(limits.read_timeout, connect=limits.connect_timeout),
        follow_redirects=True,
        max_redirects=_MAX_REDIRECTS,
        # Requests are minutes apart; a fresh connection each is never one that the server has just closed,
        # and it is what lets Cutoff learn the socket.
        limits=httpx.Limits(max_keepalive_connections=0),
        # A proxy from the environment is for the world, not for a sandbox on this machine.
        mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
    )
