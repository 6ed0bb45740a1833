"""What a workshop is told: its jobs, how fast its time goes, and where it is to fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
"""All schedules of all workshops count from here, so that all processes agree on the slots."""


@dataclass(frozen=True)
class Probe:
    """A job that writes a row into the table `effects`.

    Due every `every` minutes from minute `phase` on (at most 720 and 1439), minutes of the workshop's own length.
    It takes a time between the two of `seconds`, then writes. Of a thousand attempts, `failing` raise an error.
    """

    id: str = "probe"
    every: int = 720
    phase: int = 0
    seconds: tuple[float, float] = (0.0, 0.0)
    failing: int = 0
    grace: float = 60.0
    time_limit: float = 60.0
    attempts: int = 3

    @property
    def schedule(self) -> str:
        """Its schedule as text."""
        return f"every {self.every} min {self.phase // 60:02}:{self.phase % 60:02}-23:59"


@dataclass(frozen=True)
class Orders:
    """Everything that a workshop is told. `minute` is how many seconds a minute of a schedule lasts in it.

    `deeds` says what happens at a point of a job, such as `{"mid_step probe": "kill"}`: `kill` ends the process as
    kill -9 does, a number is a port of a `Gate` to wait at. The points are `before_claim`, `after_claim`,
    `mid_step` and `after_work`. `stumbles` names a job whose trigger raises once. `unfenced` takes the fence away.
    """

    probes: tuple[Probe, ...]
    minute: float = 1.0
    deeds: Mapping[str, str] = field(default_factory=dict)
    stumbles: str = ""
    unfenced: bool = False

    def to_json(self) -> str:
        """The orders as one argument of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Orders:
        """Read them back."""
        values = json.loads(text)
        probes = tuple(Probe(**{**probe, "seconds": tuple(probe["seconds"])}) for probe in values.pop("probes"))
        return cls(probes=probes, **values)


def slot_after(after: datetime, *, every: timedelta, phase: timedelta) -> datetime:
    """The first slot at `after` or later of those that lie `every` apart, one of which is `ORIGIN + phase`."""
    first = ORIGIN + phase
    return first - every * ((first - after) // every)


def slots_between(after: datetime, until: datetime, probe: Probe, minute: float) -> list[datetime]:
    """All slots of a probe in `after` < slot <= `until`, computed without the product's help."""
    every, phase = timedelta(seconds=probe.every * minute), timedelta(seconds=probe.phase * minute)
    slots, slot = [], slot_after(after + timedelta(microseconds=1), every=every, phase=phase)
    while slot <= until:
        slots.append(slot)
        slot += every
    return slots
