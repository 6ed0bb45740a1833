"""What exists once in an operating-system process, and survives Streamlit.

Streamlit drops every module of a project from `sys.modules` when one of its files is saved, and clears its
caches when any browser asks. So the one database, sandbox and scheduler of the process are held by a module
object that has no file: no reload reaches it.
"""

from __future__ import annotations

import atexit
import logging
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Protocol, TypeVar, cast

from bvmt.access.seal import Seal
from bvmt.clock import now
from bvmt.imports.first_start import FirstStart
from bvmt.logs import configure
from bvmt.sandbox.faults import Faults
from bvmt.sandbox.server import SandboxServer
from bvmt.settings import Settings, load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store.database import open_database
from bvmt.warming import WarmUp

log = logging.getLogger(__name__)

_HOME = "_bvmt_jobs_process"
FIRST_START_SECONDS = 1.0  # how long a close waits for an import to stop; what it has not committed is not stored


class Stoppable(Protocol):
    """What a process asks of its scheduler."""

    def stop(self, grace_seconds: float) -> None:
        """Stop, giving runs this long to finish."""

    def hasten(self) -> None:
        """Let a stop under way wait no longer."""


S = TypeVar("S", bound=Stoppable)


class Process:
    """Settings, database, addresses and scheduler of this process. Made by `current_process` only."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.seal = Seal()
        self.guarded = False  # whether the guard of bvmt.access stands before pages and API
        self._lock = threading.RLock()
        self._scheduler: Stoppable | None = None
        self._first_start: FirstStart | None = None
        self._warm_up: WarmUp | None = None
        self._sandbox = _start_sandbox(settings)
        self.addresses = _addresses(settings, self._sandbox)
        try:
            self.database = open_database(settings)
        except BaseException:
            self._stop_sandbox()
            raise

    def scheduler(self, make: Callable[[Process], S]) -> S | None:
        """The scheduler, made and started by `make` at the first call.

        None where ENABLE_SCHEDULER is false.
        """
        with self._lock:
            if self._scheduler is None and self.settings.enable_scheduler:
                self._scheduler = make(self)
            return cast("S | None", self._scheduler)

    def begin_first_start(self) -> None:
        """In the sandbox, fill a new database in the background: with its history, and by one run of each job."""
        files = self.addresses.exchange_files
        with self._lock:
            if files is not None and self._first_start is None and self.settings.enable_scheduler:
                runs_in = self.settings.zone if self.settings.first_runs else None
                self._first_start = FirstStart(self.database.engine, files, clock=now, runs_in=runs_in)
                self._first_start.start()

    def begin_warm_up(self) -> None:
        """Get ready in the background what the first report and scan would otherwise wait for."""
        with self._lock:
            if self._warm_up is None and self.settings.enable_scheduler:
                self._warm_up = WarmUp()
                self._warm_up.start()

    def hasten(self) -> None:
        """Let a close under way wait no longer for running jobs. Takes no lock: `close` holds it."""
        scheduler = self._scheduler
        if scheduler is not None:
            scheduler.hasten()

    def close(self) -> None:
        """End everything in order: scheduler, sandbox, connections, and the embedded database last."""
        with self._lock:
            if self._warm_up is not None:
                self._warm_up.end()
            if self._scheduler is not None:
                self._scheduler.stop(self.settings.shutdown_grace)
                self._scheduler = None
            if self._first_start is not None:
                self._first_start.end(FIRST_START_SECONDS)
            self._stop_sandbox()
            self.database.close()

    def _stop_sandbox(self) -> None:
        if self._sandbox is not None:
            self._sandbox.stop()
            self._sandbox = None


def _start_sandbox(settings: Settings) -> SandboxServer | None:
    if settings.data_world != "sandbox" or settings.sandbox_url is not None:
        return None
    faults = Faults(random_seed=settings.sandbox_seed if settings.sandbox_faults else None)
    sandbox = SandboxServer(settings.sandbox_seed, now, faults)
    sandbox.start()
    return sandbox


def _addresses(settings: Settings, sandbox: SandboxServer | None) -> Addresses:
    if settings.data_world != "sandbox":
        return Addresses(exchange=settings.bvmt_api_url)
    base = sandbox.url if sandbox is not None else settings.sandbox_url
    return Addresses(exchange=f"{base}/rest_api/rest", exchange_files=f"{base}/files", news=f"{base}/news")


class _Home(ModuleType):
    """Where the one process object lives."""

    lock: threading.Lock
    process: Process | None
    closing: Process | None


def _home() -> _Home:
    home = sys.modules.get(_HOME)
    if home is None:
        made = _Home(_HOME)
        made.lock, made.process, made.closing = threading.Lock(), None, None
        home = sys.modules.setdefault(_HOME, made)  # atomic: of two threads, one wins
    return cast(_Home, home)


def current_process() -> Process:
    """The one process object, opened at the first call.

    Raises SettingsError or StoreError if the product cannot start; the next call tries again.
    """
    home = _home()
    with home.lock:
        if home.process is None:
            settings = load_settings()
            configure(settings)
            home.process = Process(settings)
            atexit.register(close_process)
        return home.process


def close_process() -> None:
    """Close what `current_process` opened. Calling it again does nothing."""
    home = _home()
    with home.lock:
        process, home.process = home.process, None
        home.closing = process
    if process is not None:
        process.close()
        home.closing = None


def hasten_closing() -> None:
    """Have a `close_process` under way wait no longer for running jobs."""
    process = _home().closing
    if process is not None:
        process.hasten()
