"""What the API stands on, handed in by `app.py`: settings, the database, the scheduler of this process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bvmt.settings import Settings
from bvmt.store import Engine

if TYPE_CHECKING:
    from bvmt.api.health import SchedulerState


@dataclass(frozen=True, slots=True)
class Services:
    """Functions rather than objects: the API is built before the process has opened its database."""

    settings: Callable[[], Settings]
    engine: Callable[[], Engine]
    scheduler: Callable[[], SchedulerState | None]
