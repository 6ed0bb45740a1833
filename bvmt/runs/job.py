"""A job: a named piece of scheduled work, as the catalogue lists it and the scheduler runs it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from bvmt.runs.schedules import Schedule

if TYPE_CHECKING:
    from bvmt.runs.context import RunContext
    from bvmt.settings import Settings


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often a run is tried, and how long it waits in between.

    The wait before attempt n+1 is `base` x 2^(n-1), at most `longest`, with up to a quarter of jitter on top.
    Errors that call themselves permanent are not retried.
    """

    max_attempts: int = 1
    base: timedelta = timedelta(seconds=15)
    longest: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a job reports of each run. `unit` is written behind it: `78 quotes`.

    A run that succeeds with the figure outside its band gets a warning. The job sets the band in `expected`,
    both ends inclusive (an infinity leaves that end open), or has it `learnt` from its last successful runs
    (`bvmt.runs.expectations`); a band that is set wins. Only a figure that is alike in every run can be learnt,
    not one that grows through the day. Raises ValueError for a band whose ends are reversed or no numbers.
    """

    key: str
    label: str
    unit: str = ""
    expected: tuple[float, float] | None = None
    learnt: bool = False

    def __post_init__(self) -> None:
        if self.expected is not None and not self.expected[0] <= self.expected[1]:
            low, high = self.expected
            raise ValueError(f"The figure {self.key} is expected from {low} to {high}: that is no band.")


@dataclass(frozen=True, slots=True)
class Job:
    """A named piece of scheduled work.

    `schedule` makes the default schedule of the settings; an operator may override it. `grace` is how late a
    firing may still start. `time_limit` ends a run that takes longer. `needs_session` says that the work skips its
    firings on days on which the exchange is closed.
    """

    id: str
    name: str
    description: str
    schedule: Callable[[Settings], Schedule]
    work: Callable[[RunContext], None]
    grace: timedelta
    time_limit: timedelta
    retry: RetryPolicy = RetryPolicy()
    figures: tuple[Figure, ...] = ()
    needs_session: bool = False
