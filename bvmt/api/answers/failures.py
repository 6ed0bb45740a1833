"""Forms of failures by kind. Instants are in UTC, to the second, with Z."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from bvmt.store.failures import FailureDeed, FailureState


class FailureGroup(BaseModel):
    """Failures of one kind. `unacknowledged` came since somebody took note of it; `message` is the last one's."""

    fingerprint: str
    error_class: str
    message: str
    place: str
    state: FailureState
    first_seen: datetime
    last_seen: datetime
    failures: int
    unacknowledged: int
    last_run: UUID
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    jobs: list[str]


class FailureGroups(BaseModel):
    """A page of groups, those that want attention first, and how many there are in all."""

    failures: list[FailureGroup]
    total: int


class FailureJob(BaseModel):
    """A job's share of a group."""

    job_id: str
    name: str
    failures: int
    unacknowledged: int
    last_seen: datetime
    last_run: UUID


class FailedRun(BaseModel):
    """A run that failed so."""

    id: UUID
    job_id: str
    job_name: str
    due_at: datetime
    finished_at: datetime
    attempt: int
    seconds: float | None
    error_message: str


class FailureNote(BaseModel):
    """What somebody did to a group, and told with it."""

    id: int
    at: datetime
    author: str
    deed: FailureDeed
    body: str | None


class FailureInFull(BaseModel):
    """A group with its jobs, the last runs that are still kept, and its notes, newest first."""

    group: FailureGroup
    jobs: list[FailureJob]
    runs: list[FailedRun]
    notes: list[FailureNote]
