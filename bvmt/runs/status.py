"""The words for what a run is and where it came from, and what may be done in each state."""

from __future__ import annotations

from enum import StrEnum


class RunStatus(StrEnum):
    """What became of a run. The same words as the enum `run_status` in PostgreSQL."""

    QUEUED = "queued"  #: due or asked for; waits for a place or for its retry time
    RUNNING = "running"  #: an instance works on it
    SUCCEEDED = "succeeded"  #: the work was done
    FAILED = "failed"  #: the work raised an error, and no attempt is left
    MISSED = "missed"  #: it was due, and nothing could start it within its grace time
    SKIPPED = "skipped"  #: it was due, and there was a reason not to run it
    CANCELLED = "cancelled"  #: somebody stopped it
    INTERRUPTED = "interrupted"  #: its process died or was told to stop


class RunOrigin(StrEnum):
    """What made a run. The same words as the enum `run_origin` in PostgreSQL."""

    SCHEDULED = "scheduled"  #: the trigger said so
    MANUAL = "manual"  #: somebody clicked Run
    RETRY = "retry"  #: somebody asked to repeat an ended run
    CATCH_UP = "catch_up"  #: a missed firing made up for
    API = "api"  #: a program asked over the REST API


class RunAction(StrEnum):
    """What an operator may do to a run."""

    CANCEL = "cancel"
    RETRY = "retry"


ACTIVE = frozenset({RunStatus.QUEUED, RunStatus.RUNNING})
"""A run that is not over: a job has at most one of these."""

ACTIONS_BY_STATUS: dict[RunStatus, frozenset[RunAction]] = {
    RunStatus.QUEUED: frozenset({RunAction.CANCEL}),
    RunStatus.RUNNING: frozenset({RunAction.CANCEL}),
    RunStatus.SUCCEEDED: frozenset({RunAction.RETRY}),
    RunStatus.FAILED: frozenset({RunAction.RETRY}),
    RunStatus.MISSED: frozenset({RunAction.RETRY}),
    RunStatus.SKIPPED: frozenset({RunAction.RETRY}),
    RunStatus.CANCELLED: frozenset({RunAction.RETRY}),
    RunStatus.INTERRUPTED: frozenset({RunAction.RETRY}),
}
"""Which actions fit a run's state. Buttons and the API both read this."""
