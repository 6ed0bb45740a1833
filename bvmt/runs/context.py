"""What a job's work is given: its run, the world it reads, and the means to record what it does."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from bvmt.clock import Clock
from bvmt.errors import LostRun
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.runs.stopping import SkipRun, StopRun, StopSignal
from bvmt.settings import Settings
from bvmt.sources.addresses import Addresses
from bvmt.store import Connection, Engine, run_records
from bvmt.store import engine as store
from bvmt.store.run_life import StartedRun, owns

PROGRESS_SECONDS = 0.5  # the least time between two progress writes


@dataclass
class Step:
    """A part of a run that is under way. Set `detail` to a sentence on what came of it."""

    name: str
    detail: str | None = None


@dataclass
class RunContext:
    """The hands of a running job. One is made for each attempt; it is not shared between runs."""

    run: StartedRun
    instance_id: UUID
    engine: Engine
    settings: Settings
    addresses: Addresses
    clock: Clock
    monotonic: Callable[[], float]
    signal: StopSignal
    recorder: Recorder
    figures: dict[str, float | int | str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    _steps: int = 0
    _in_transaction: bool = False
    _progress_at: float = float("-inf")

    @property
    def is_scheduled(self) -> bool:
        """Whether a schedule made this run, and not a person or a program."""
        return self.run.origin in {RunOrigin.SCHEDULED, RunOrigin.CATCH_UP}

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """Record a part of the run with its duration and outcome. Stops here if the run was told to."""
        self.check_stop()
        self._steps += 1
        position, step = self._steps, Step(name)
        self.recorder.write(run_records.step_opened(position, name, self.clock()))
        status = RunStatus.FAILED
        try:
            yield step
            status = RunStatus.SUCCEEDED
        except SkipRun as skip:
            status, step.detail = RunStatus.SKIPPED, str(skip)
            raise
        except StopRun as stop:
            status, step.detail = stop.outcome, stop.reason
            raise
        except BaseException as error:
            step.detail = f"{type(error).__name__}: {error}"
            raise
        finally:
            self.recorder.write(run_records.step_closed(position, status, self.clock(), step.detail))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction in which this process still owns the run. Results are written in here.

        Raises LostRun where the run was taken for dead meanwhile, and StoreError where the database refuses:
        nothing is written then.
        """
        with store.store_errors(), store.transaction(self.engine) as conn:
            if not owns(conn, me=self.instance_id, run_id=self.run.id, attempt=self.run.attempt):
                raise LostRun("This run was ended by someone else; its late results are refused.")
            self._in_transaction = True
            try:
                yield conn
            finally:
                self._in_transaction = False

    def progress(self, done: int, total: int, text: str = "") -> None:
        """Show how far the run is, at most twice a second. Stops here if the run was told to."""
        self.check_stop()
        now = self.monotonic()
        # The transaction holds the run's row; writing to it from a second connection would wait for ourselves.
        if self._in_transaction or (done < total and now - self._progress_at < PROGRESS_SECONDS):
            return
        self._progress_at = now
        self.recorder.write(run_records.progressed(done, total, text, self.clock()))

    def figure(self, key: str, value: float | int | str) -> None:
        """Report a number of this run. Raises ValueError for one that is none: NaN or an infinity."""
        if isinstance(value, float) and not math.isfinite(value):
            raise ValueError(f"The figure {key} is {value}.")
        self.figures[key] = value

    def warn(self, sentence: str) -> None:
        """Say that the run did its work, but not all of it, or not as usual."""
        self.warnings.append(sentence)

    def check_stop(self) -> None:
        """Raise StopRun if the run was told to stop. Long loops call this or `progress`."""
        self.signal.check()
