"""A database, the workshops that work on it, and what can be read there about what they did."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from bvmt.clock import now
from bvmt.store.engine import make_engine
from tests.acceptance.orders import ORIGIN, Orders, Probe
from tests.acceptance.probes import EFFECTS
from tests.acceptance.product import ROOT, wait_until

TERMINAL = ("succeeded", "failed", "missed", "skipped", "cancelled")
"""What a firing can end as for good; an interrupted run may still be tried again."""

_EXIT_SECONDS = 30.0


class Gate:
    """A server that never answers. Who connects waits until the gate is opened; after that, nobody does."""

    def __init__(self) -> None:
        self._server = socket.create_server(("127.0.0.1", 0))
        self._inside: list[socket.socket] = []
        self._thread = threading.Thread(target=self._take_in, name="gate")
        self._thread.start()
        self._opened = False

    @property
    def deed(self) -> str:
        """How orders name it."""
        return str(self._server.getsockname()[1])

    def wait_for_one(self) -> None:
        """Return once somebody waits."""
        wait_until(lambda: self._inside, "somebody at the gate")

    def open(self) -> None:
        """Let all who wait go on."""
        if self._opened:
            return
        self._opened = True
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)  # ends the `accept` under way
        self._thread.join()
        for waiting in self._inside:
            waiting.close()
        self._server.close()

    def _take_in(self) -> None:
        with suppress(OSError):
            while True:
                self._inside.append(self._server.accept()[0])


@contextmanager
def gate() -> Iterator[Gate]:
    """A gate that is open at the end."""
    made = Gate()
    try:
        yield made
    finally:
        made.open()


class Workshop:
    """A running workshop. Its output goes to files: a pipe that nobody reads would stop it."""

    def __init__(self, folder: Path, database_url: str, orders: Orders, settings: dict[str, str]) -> None:
        self._files = [folder / "out", folder / "err"]
        variables = {"DATABASE_URL": database_url, "LOG_DIR": str(folder), "SHUTDOWN_GRACE": "5", **settings}
        with self._files[0].open("wb") as out, self._files[1].open("wb") as err:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tests.acceptance.workshop", orders.to_json()],
                cwd=ROOT,
                env={**os.environ, **variables},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
            )

    @property
    def log(self) -> str:
        """What it has logged."""
        return self._files[1].read_text(encoding="utf-8", errors="replace")

    @property
    def is_alive(self) -> bool:
        """Whether the process has not ended."""
        return self.process.poll() is None

    @property
    def is_ready(self) -> bool:
        """Whether it has said that it fires."""
        return self._files[0].read_bytes() == b"ready\n"

    def wait_ready(self) -> Workshop:
        """Return once it fires. Fails with its log if it ends."""

        def ready() -> bool:
            assert self.is_alive, f"it has ended\n{self.log}"
            return self.is_ready

        wait_until(ready, "the workshop to fire")
        return self

    def wait(self, seconds: float = _EXIT_SECONDS) -> int:
        """Wait for the process to end and return its exit code; negative for a signal. Fails after `seconds`."""
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"still there {seconds:g} s later\n{self.log}") from None

    def stop(self) -> int:
        """Tell it to stop and return its exit code."""
        self.process.terminate()
        return self.wait()

    def kill9(self) -> None:
        """End it without a chance to clean up, also when it is frozen."""
        self.process.kill()
        self.process.wait()

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        self.process.send_signal(number)


class Floor:
    """A migrated database with a table `effects`, and workshops on it. Use it in a `with` statement."""

    def __init__(self, database_url: str) -> None:
        self.url = database_url
        self.engine = make_engine(database_url, application_name="tests")
        self.execute(EFFECTS)
        self.workshops: list[Workshop] = []
        self._folder = Path(tempfile.mkdtemp(prefix="bvmt-floor-"))

    def __enter__(self) -> Floor:
        return self

    def __exit__(self, *_: object) -> None:
        for workshop in self.workshops:
            workshop.kill9()
        self.engine.dispose()
        shutil.rmtree(self._folder)

    def open(self, orders: Orders, *, lease: float = 2.0, **settings: str) -> Workshop:
        """Start a workshop; it may not be ready yet."""
        folder = self._folder / str(len(self.workshops))
        folder.mkdir()
        workshop = Workshop(folder, self.url, orders, {"LEASE_SECONDS": str(lease), **settings})
        self.workshops.append(workshop)
        return workshop

    def execute(self, statement: str, **parameters: object) -> None:
        """Carry out a statement."""
        with self.engine.connect() as conn:
            conn.execute(sa.text(statement), parameters)

    def rows(self, statement: str, **parameters: object) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.engine.connect() as conn:
            return [tuple(row) for row in conn.execute(sa.text(statement), parameters)]

    def column(self, statement: str, **parameters: object) -> list[Any]:
        """The first column of a query."""
        return [row[0] for row in self.rows(statement, **parameters)]

    def value(self, statement: str, **parameters: object) -> Any:
        """The one value of a query."""
        return self.rows(statement, **parameters)[0][0]

    def run_of(self, slot: datetime, job: str = "probe") -> dict[str, Any] | None:
        """The one run of a slot, if it has one yet."""
        with self.engine.connect() as conn:
            found = conn.execute(
                sa.text("select * from runs where job_id = :job and scheduled_at = :slot"), {"job": job, "slot": slot}
            ).mappings()
            return next((dict(row) for row in found), None)

    def wait_for_run(self, slot: datetime, *statuses: str, job: str = "probe", seconds: float = 15.0) -> dict[str, Any]:
        """Wait until the run of a slot has one of these statuses, by default one for good, and return it."""
        wanted = statuses or TERMINAL

        def found() -> dict[str, Any] | None:
            run = self.run_of(slot, job)
            return run if run is not None and run["status"] in wanted else None

        run = wait_until(found, f"the run of {slot} to be {' or '.join(wanted)}", seconds=seconds)
        assert run is not None
        return run

    def wait_for_status(self, run_id: UUID, status: str, *, seconds: float = 15.0) -> None:
        """Wait until a run has this status."""
        query = "select status = cast(:status as run_status) from runs where id = :run"
        wait_until(
            lambda: self.value(query, run=run_id, status=status), f"run {run_id} to be {status}", seconds=seconds
        )

    def effects_of(self, run_id: UUID) -> int:
        """How many effects a run has had."""
        return int(self.value("select count(*) from effects where run_id = :run", run=run_id))

    def outcomes_of(self, run_id: UUID) -> Sequence[str]:
        """What became of the attempts of a run."""
        return self.column("select outcome from run_attempts where run_id = :run order by attempt", run=run_id)

    def overlaps(self) -> int:
        """How many pairs of attempts of one job were at work at the same time."""
        return int(self.value(OVERLAPS))


OVERLAPS = """
with a as (
  select runs.job_id, t.run_id, t.attempt, tstzrange(t.started_at, t.ended_at, '()') as span
  from run_attempts t join runs on runs.id = t.run_id)
select count(*) from a join a b on b.job_id = a.job_id and (b.run_id, b.attempt) > (a.run_id, a.attempt)
where a.span && b.span
"""


def due_in(seconds: float, **how: Any) -> tuple[Probe, datetime]:
    """A probe that is due once, in so many seconds, and again only after twelve minutes; and that slot.

    For workshops whose minute lasts a second.
    """
    slot = ORIGIN + timedelta(seconds=int((now() - ORIGIN).total_seconds() + seconds + 1))
    phase = int((slot - ORIGIN).total_seconds()) % 720
    return Probe(every=720, phase=phase, **how), slot
