"""What a run leaves behind while it works: steps, log lines, progress. All fenced: a lost run writes nothing.

Times come from the client here: they are shown, they decide nothing, and a record may be written late.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, TextClause, text

from bvmt.store.texts import storable

_OWNED = """
exists (select from runs where id = :run and attempt = :attempt and instance_id = :me and status = 'running')
"""

_OPEN_STEP = text(f"""
insert into run_steps (run_id, attempt, position, name, status, started_at)
select :run, :attempt, :position, :name, 'running', :at where {_OWNED}
on conflict do nothing
""")

_CLOSE_STEP = text(f"""
update run_steps set status = cast(:status as run_status), ended_at = :at, detail = :detail
where run_id = :run and attempt = :attempt and position = :position and {_OWNED}
""")

_LOG = text(f"""
insert into run_logs (run_id, attempt, logged_at, level, logger, message)
select :run, :attempt, :at, :level, :logger, :message where {_OWNED}
""")

_PROGRESS = text("""
update runs set progress = cast(:progress as jsonb)
where id = :run and attempt = :attempt and instance_id = :me and status = 'running'
""")


@dataclass(frozen=True, slots=True)
class Record:
    """One write of a run's owner, to be carried out now or, with the database away, later."""

    statement: TextClause
    parameters: dict[str, object]

    def write(self, conn: Connection, owner: dict[str, object]) -> None:
        """Carry it out for `owner`: the run, its attempt and the instance (`run`, `attempt`, `me`)."""
        conn.execute(self.statement, {**self.parameters, **owner})


def owner(run_id: UUID, attempt: int, me: UUID) -> dict[str, object]:
    """The fence: who may write."""
    return {"run": run_id, "attempt": attempt, "me": me}


def step_opened(position: int, name: str, at: datetime) -> Record:
    """A step has begun."""
    return Record(_OPEN_STEP, {"position": position, "name": storable(name), "at": at})


def step_closed(position: int, status: str, at: datetime, detail: str | None) -> Record:
    """A step is over; `detail` is a sentence on what came of it."""
    detail = detail and storable(detail)
    return Record(_CLOSE_STEP, {"position": position, "status": status, "at": at, "detail": detail})


def logged(at: datetime, level: str, logger: str, message: str) -> Record:
    """A line of the run's log."""
    return Record(_LOG, {"at": at, "level": level, "logger": logger, "message": storable(message)})


def progressed(done: int, total: int, words: str, at: datetime) -> Record:
    """How far the run is."""
    progress = {"done": done, "total": total, "text": storable(words), "at": at.isoformat()}
    return Record(_PROGRESS, {"progress": json.dumps(progress)})
