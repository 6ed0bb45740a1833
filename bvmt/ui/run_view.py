"""A run as its page shows it, read at one instant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from bvmt.runs.status import ACTIVE
from bvmt.store.history import Attempt, Run, StepRow


@dataclass(frozen=True, slots=True)
class RunView:
    """A run, its attempts and steps, and its neighbours in the job's history.

    `sentence` says what became of its slot, where it has one.
    """

    read_at: datetime
    run: Run
    attempts: Sequence[Attempt]
    steps: Sequence[StepRow]
    previous: UUID | None
    following: UUID | None
    sentence: str | None = None

    @property
    def active(self) -> bool:
        """Whether the run is not over."""
        return self.run.status in ACTIVE
