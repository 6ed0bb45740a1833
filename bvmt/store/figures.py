"""The figures that a job reported in the past."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, text

# Index runs_by_job holds a job's runs in this order, so the walk ends at the last row asked for, however long the
# history. The job is named as a range because of what the planner does with an equality: it may then walk
# runs_by_time, past the runs of all jobs, which takes long for a job that has not succeeded for a while.
_HISTORY = text("""
select figures from runs
where job_id between :job and :job and status = 'succeeded'
order by job_id, due_at desc, id desc limit :limit
""")


def read_history(conn: Connection, job_id: str, keys: Sequence[str], *, limit: int = 60) -> dict[str, list[float]]:
    """Return, for each of `keys`, its values in the job's last `limit` succeeded runs, newest first.

    A run that did not report the figure, or reported a text, adds no value: lists may be shorter than `limit`.
    """
    runs = list(conn.execute(_HISTORY, {"job": job_id, "limit": limit}).scalars())
    return {key: [value for run in runs if (value := _value(run, key)) is not None] for key in keys}


def _value(figures: Mapping[str, object], key: str) -> float | None:
    value = figures.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:  # a whole number beyond 10**308 fits JSON, and no band
        return None
    return number if math.isfinite(number) else None
