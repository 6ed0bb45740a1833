"""Keeps the record of runs true while others come and go: rescues, and finds what got lost."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Callable
from time import sleep
from uuid import UUID

import psutil

from bvmt.errors import StoreError
from bvmt.runs.lease import pid_namespace
from bvmt.runs.workers import Workers
from bvmt.store import Engine, instances, run_life
from bvmt.store import engine as store
from bvmt.store.engine import store_errors

log = logging.getLogger(__name__)

PAUSE_SECONDS = 0.1  # between two rounds however often the keeper is nudged: every start and click nudges it
ORPHAN_SECONDS = 10.0  # a dispatch whose answer is older than this and unknown here was lost


def rescue(engine: Engine, me: UUID) -> int:
    """Declare dead what is dead, and mark its runs `interrupted`. Returns how many runs.

    Two statements in one transaction: see `instances.interrupt_lost_runs`.
    """
    with store_errors(), store.transaction(engine) as conn:
        dead = list(instances.declare_dead(conn, me=me))
        gone = [row.id for row in instances.list_instances(conn) if _is_gone_here(row)]
        dead += instances.declare_gone(conn, me=me, gone=gone) if gone else []
        runs = instances.interrupt_lost_runs(conn)
    if dead:
        log.warning("Instances found dead: %s; their runs interrupted: %d", ", ".join(map(str, dead)), len(runs))
    return len(runs)


def _is_gone_here(row: instances.InstanceRow) -> bool:
    """Whether a living instance of this very host has no process any more: no need to wait for its lease."""
    return (
        row.state in {"alive", "draining"}
        and (row.host, row.pid_namespace) == (socket.gethostname(), pid_namespace())
        and not psutil.pid_exists(row.os_pid)
    )


class Keeper:
    """A thread that looks after the record every few seconds, and whenever it is nudged."""

    def __init__(self, rounds: Callable[[], None], *, every_seconds: float) -> None:
        self._rounds = rounds
        self._every = every_seconds
        self._nudged = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Begin the rounds."""
        self._thread.start()

    def nudge(self) -> None:
        """Make the next round now."""
        self._nudged.set()

    def end(self) -> None:
        """Finish the round under way and stop."""
        self._ended = True
        self._nudged.set()
        self._thread.join(timeout=10)

    def _keep(self) -> None:
        while not self._ended:
            try:
                self._rounds()
            except StoreError as error:
                log.warning("The record could not be looked after: %s", error)
            except Exception:
                log.exception("A round of the keeper failed")
            sleep(PAUSE_SECONDS)
            self._nudged.wait(self._every)
            self._nudged.clear()


def find_orphans(engine: Engine, me: UUID, workers: Workers) -> int:
    """Interrupt runs that the database calls ours and nobody here works on. Returns how many."""
    known = [work.run.id for work in workers.under_way]
    with store_errors(), engine.connect() as conn:
        lost = run_life.interrupt_own(
            conn, me=me, known=known, reason="its start got lost", older_than_seconds=ORPHAN_SECONDS
        )
    if lost:
        log.warning("Runs of ours that nobody worked on: %s", ", ".join(map(str, lost)))
    return len(lost)
