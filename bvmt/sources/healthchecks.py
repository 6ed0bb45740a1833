"""Dead man's switches: telling a Healthchecks server about runs, so that silence raises the alarm there.

Protocol: https://healthchecks.io/docs/http_api/ (hosted, or a server of one's own).
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

import httpx

from bvmt import __version__
from bvmt.clock import monotonic
from bvmt.errors import SourceError
from bvmt.settings import Settings, shown_secret
from bvmt.sources.cutoff import Cutoff
from bvmt.sources.http_failures import REQUEST_EXCEPTIONS, request_failure, status_failure, worth_retrying

log = logging.getLogger(__name__)

JOB_IDS = ("market_pulse", "anomaly_scan", "sentiment_scan", "daily_report", "weekly_report", "database_cleanup")
CAPACITY = 100  # pings that wait; one more pushes out the oldest
BODY_BYTES = 10_000  # what servers keep of a message at the least
ALIVE_SECONDS = 60.0  # servers refuse more than five pings a minute of one check
ATTEMPTS = 2

_SOURCE = "healthchecks"
_THREAD = "healthchecks pings"


@dataclass(frozen=True, slots=True)
class _Ping:
    """One request. `url` is the check's own address, `signal` what is appended: "", "start" or "fail"."""

    what: str
    url: str
    signal: str = ""
    run_id: UUID | None = None
    message: str = ""

    def address(self) -> httpx.URL:
        url = httpx.URL(self.url)
        if self.signal:
            url = url.copy_with(path=f"{url.path.rstrip('/')}/{self.signal}")
        return url if self.run_id is None else url.copy_merge_params({"rid": str(self.run_id)})


class Pinger:
    """Sends pings from one thread of its own, in the order of the calls. No call waits, and none raises.

    `urls` holds the check's address of each job that has one, by job id; `scheduler_url` is that of the process
    itself. A request gets `timeout` seconds and a second attempt `pause` seconds later. What cannot be delivered
    is logged, once an address until it works again, and forgotten. Without addresses there is no thread.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        *,
        scheduler_url: str | None = None,
        timeout: float = 5.0,
        pause: float = 1.0,
        monotonic: Callable[[], float] = monotonic,
    ) -> None:
        self._urls = dict(urls)
        self._scheduler_url = scheduler_url
        self._timeout = timeout
        self._pause = pause
        self._monotonic = monotonic
        self._alive_at = float("-inf")
        self._state = threading.Condition()
        self._waiting: deque[_Ping] = deque()
        self._overflowing = False
        self._closing = threading.Event()
        self._failing: set[str] = set()
        self._thread: threading.Thread | None = None
        if urls or scheduler_url:
            self._thread = threading.Thread(target=self._run, name=_THREAD, daemon=True)
            self._thread.start()

    @classmethod
    def from_settings(cls, settings: Settings) -> Pinger:
        """Make one with the addresses that the settings hold."""
        urls = {job: url for job in JOB_IDS if (url := getattr(settings, f"{job}_ping_url"))}
        return cls(urls, scheduler_url=settings.scheduler_ping_url)

    def started(self, job_id: str, run_id: UUID) -> None:
        """Tell that a run has begun. The server alarms when no end follows within the check's grace time."""
        self._tell(job_id, "start", run_id)

    def succeeded(self, job_id: str, run_id: UUID, message: str = "") -> None:
        """Tell that a run ended well; `message` says more about it, such as why there was nothing to do."""
        self._tell(job_id, "", run_id, message)

    def failed(self, job_id: str, run_id: UUID, message: str) -> None:
        """Tell that a run failed for good: the server alarms at once. `message` is cut to 10 kB of UTF-8."""
        self._tell(job_id, "fail", run_id, message)

    def alive(self) -> None:
        """Tell that the scheduler works. Call it as often as that is known: one call a minute is sent."""
        now = self._monotonic()
        if self._scheduler_url is None or now - self._alive_at < ALIVE_SECONDS:
            return
        self._alive_at = now
        self._put(_Ping("the scheduler", self._scheduler_url))

    def close(self, timeout: float) -> None:
        """Deliver what waits, for at most `timeout` seconds, and stop. Later calls do nothing."""
        with self._state:
            self._closing.set()
            self._state.notify_all()
        if self._thread is None:
            return
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._forget(timeout)

    def _tell(self, job_id: str, signal: str, run_id: UUID, message: str = "") -> None:
        url = self._urls.get(job_id)
        if url is not None:
            self._put(_Ping(job_id, url, signal, run_id, message))

    def _put(self, ping: _Ping) -> None:
        with self._state:
            if self._closing.is_set():
                return
            if len(self._waiting) >= CAPACITY:
                self._make_room()
            self._waiting.append(ping)
            self._state.notify_all()

    def _make_room(self) -> None:
        self._waiting.popleft()
        if not self._overflowing:
            self._overflowing = True
            log.warning("More than %d pings wait to be sent: the oldest are dropped", CAPACITY)

    def _forget(self, timeout: float) -> None:
        """Give up what waits; the thread ends with the ping that it has in hand."""
        with self._state:
            log.warning("%d pings could not be sent within %g s", len(self._waiting) + 1, timeout)
            self._waiting.clear()

    def _take(self) -> _Ping | None:
        """The next ping, as soon as there is one; None when there will be none any more."""
        with self._state:
            self._state.wait_for(lambda: self._waiting or self._closing.is_set())
            if not self._waiting:
                return None
            ping = self._waiting.popleft()
            self._overflowing = self._overflowing and bool(self._waiting)
            return ping

    def _run(self) -> None:
        _keep_httpx_from_telling()
        with _client(self._timeout) as client:
            while (ping := self._take()) is not None:
                self._deliver(client, ping)

    def _deliver(self, client: httpx.Client, ping: _Ping) -> None:
        try:
            self._send(client, ping)
        except SourceError as error:
            self._note_failure(ping, str(error))
        except Exception as error:  # noqa: BLE001 - nothing may end the thread; this text may hold the address
            self._note_failure(ping, f"{shown_secret(ping.url)}: {type(error).__name__}")
        else:
            self._note_success(ping)

    def _send(self, client: httpx.Client, ping: _Ping) -> None:
        """Send it, twice where that can help. Raises SourceError."""
        for _ in range(ATTEMPTS - 1):
            try:
                return _attempt(client, ping, self._timeout)
            except SourceError as error:
                if not worth_retrying(error):
                    raise
            self._closing.wait(self._pause)
        return _attempt(client, ping, self._timeout)

    def _note_failure(self, ping: _Ping, why: str) -> None:
        if ping.url not in self._failing:
            self._failing.add(ping.url)
            log.warning("The dead man's switch of %s was not told: %s", ping.what, why)

    def _note_success(self, ping: _Ping) -> None:
        if ping.url in self._failing:
            self._failing.discard(ping.url)
            log.info("The dead man's switch of %s can be told again", ping.what)


def _attempt(client: httpx.Client, ping: _Ping, seconds: float) -> None:
    """Send it once. Raises SourceError, whose text names the address without its secret."""
    shown = shown_secret(ping.url)
    with Cutoff(seconds) as cutoff:
        try:
            status, phrase = _request(client, ping, cutoff)
        except REQUEST_EXCEPTIONS as error:
            cause = httpx.ReadTimeout("") if cutoff.passed else error
            raise request_failure(_SOURCE, shown, cause, connect=seconds, read=seconds) from None
    if not httpx.codes.is_success(status):
        raise status_failure(_SOURCE, shown, status, phrase)


def _request(client: httpx.Client, ping: _Ping, cutoff: Cutoff) -> tuple[int, str]:
    body, extensions = _cut(ping.message), {"trace": cutoff.trace}
    # Headers are the whole answer: its body is a word that changes nothing.
    if not body:
        with client.stream("GET", ping.address(), extensions=extensions) as response:
            return response.status_code, response.reason_phrase
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    with client.stream("POST", ping.address(), content=body, headers=headers, extensions=extensions) as response:
        return response.status_code, response.reason_phrase


def _client(timeout: float) -> httpx.Client:
    return httpx.Client(
        headers={"User-Agent": f"bvmt-jobs/{__version__}"},
        timeout=timeout,
        follow_redirects=True,
        max_redirects=5,
        # Minutes pass between pings: a connection that was kept is one that the server has closed.
        limits=httpx.Limits(max_keepalive_connections=0),
        # A proxy from the environment is for the world, not for a server on this machine.
        mounts={"all://127.0.0.1": None, "all://localhost": None, "all://[::1]": None},
    )


def _keep_httpx_from_telling() -> None:
    """Drop the lines in which httpx tells the whole address of each request, which here is a secret."""
    logging.getLogger("httpx").addFilter(_is_no_ping)


def _is_no_ping(record: logging.LogRecord) -> bool:
    return record.threadName != _THREAD


def _cut(message: str) -> bytes:
    """The message in UTF-8, cut where it is too long but never within a character."""
    body = message.encode("utf-8", "replace")[:BODY_BYTES]
    return body.decode("utf-8", "ignore").encode()
