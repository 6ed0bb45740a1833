"""How a run is told to stop. It is asked at its steps and progress; nothing is killed."""

from __future__ import annotations

from bvmt.clock import monotonic
from bvmt.errors import BvmtError
from bvmt.runs.status import RunStatus


class TimeLimitReached(BvmtError):
    """The run took longer than its job's time limit."""

    permanent = True


class SkipRun(Exception):
    """Raised by a job that finds a reason not to do its work; the run becomes `skipped`."""


class StopRun(Exception):
    """Raised at a run's next step once it was told to stop. `outcome` is what the run becomes."""

    def __init__(self, outcome: RunStatus, reason: str) -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class StopSignal:
    """Set by the scheduler, read by the run. The first reason given counts."""

    def __init__(self) -> None:
        self._stop: StopRun | None = None
        self._told_at = float("inf")

    def stop(self, outcome: RunStatus, reason: str) -> None:
        """Tell the run to end as `outcome`."""
        if self._stop is None:
            self._told_at = monotonic()
            self._stop = StopRun(outcome, reason)

    @property
    def raised(self) -> StopRun | None:
        """What the run was told, if it was told to stop."""
        return self._stop

    @property
    def waited_seconds(self) -> float:
        """How long the run has been told to stop; negative infinity before that."""
        return monotonic() - self._told_at

    def check(self) -> None:
        """Raise StopRun if the run was told to stop."""
        if self._stop is not None:
            raise StopRun(self._stop.outcome, self._stop.reason)
