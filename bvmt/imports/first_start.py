"""The first start in the sandbox: its two years of history come in by the same path as anybody's files.

Then each job runs once, so that no page of a new install is empty.
"""

from __future__ import annotations

import csv
import logging
import threading
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from bvmt.clock import Clock
from bvmt.errors import BvmtError, SourceRefused
from bvmt.first_runs import run_all_once
from bvmt.imports.course import import_file
from bvmt.sources.http import HttpLimits, HttpSource
from bvmt.store import Engine, listings
from bvmt.store.engine import store_errors, transaction
from bvmt.store.imports import list_imports
from bvmt.store.listings import Shares

log = logging.getLogger(__name__)

YEARS_BACK = 2
ASKED_BY = "first start"
LIMITS = HttpLimits(max_bytes=64 * 1024 * 1024)


class FirstStart(threading.Thread):
    """Imports the history at the address `files` in the background, unless anything was imported before.

    With `runs_in`, the zone of the schedules, each job then runs once, if the database is a new one.
    """

    def __init__(self, engine: Engine, files: str, *, clock: Clock, runs_in: ZoneInfo | None = None) -> None:
        super().__init__(name="first start", daemon=True)
        self._engine = engine
        self._files = files
        self._clock = clock
        self._runs_in = runs_in
        self._stopping = threading.Event()

    def run(self) -> None:
        """Import and run; what goes wrong is in the log, and the next start tries again."""
        self._carry_out("The sandbox's history could not be imported", self._import)
        self._carry_out("The shares outstanding could not be filled in", self._fill_in)
        self._carry_out("Not every job could be run once", self._run_all)

    def end(self, seconds: float) -> None:
        """Stop between two rows of a file, which then is not stored, or two runs, and wait for that."""
        self._stopping.set()
        self.join(seconds)

    def _carry_out(self, failure: str, part: Callable[[], object]) -> None:
        if self._stopping.is_set():
            return
        try:
            part()
        except BvmtError as error:
            log.warning("%s; the next start tries again: %s", failure, error)

    def _import(self) -> None:
        import_history(self._engine, self._files, clock=self._clock, should_stop=self._stopping.is_set)

    def _fill_in(self) -> None:
        fill_in_shares(self._engine, self._files)

    def _run_all(self) -> None:
        if self._runs_in is not None:
            run_all_once(self._engine, zone=self._runs_in, clock=self._clock, wait=self._stopping.wait)


def import_history(engine: Engine, files: str, *, clock: Clock, should_stop: Callable[[], bool]) -> int:
    """Import the yearly files of the last two years. Returns how many; 0 where imports were made before."""
    with store_errors(), engine.connect() as conn:
        if list_imports(conn, limit=1):
            return 0
    imported = 0
    with HttpSource("Sandbox files", limits=LIMITS) as source:
        for name in file_names(clock().date()):
            if should_stop():
                break
            try:
                content = source.get_bytes(f"{files}/{name}")
            except SourceRefused as refusal:
                log.info("No history: %s", refusal)
                continue
            result = import_file(
                engine, content, file_name=name, asked_by=ASKED_BY, clock=clock, should_stop=should_stop
            )
            log.info("%s: %d rows read, %d new", name, result.rows_read, result.added)
            imported += 1
    return imported


def fill_in_shares(engine: Engine, files: str) -> int:
    """Fetch the shares outstanding and fill them in. Returns of how many listings; 0 where those of any are known."""
    with store_errors(), engine.connect() as conn:
        if any(each.shares_outstanding for each in listings.list_listings(conn)):
            return 0
    with HttpSource("Sandbox files", limits=LIMITS) as source:
        text = source.get_bytes(f"{files}/shares.csv").decode()
    rows = csv.DictReader(text.splitlines(), delimiter=";")
    known = [Shares(row["isin"], int(row["shares_outstanding"]), Decimal(row["free_float_pct"])) for row in rows]
    with store_errors(), transaction(engine) as conn:
        filled = listings.fill_shares(conn, known)
    log.info("Shares outstanding of %d listings filled in", filled)
    return filled


def file_names(today: date) -> list[str]:
    """The yearly files that reach two years back, oldest year first."""
    years = range(today.year - YEARS_BACK, today.year + 1)
    return [f"{kind}_{year}.csv" for year in years for kind in ("histo_cotation", "histo_indice")]
