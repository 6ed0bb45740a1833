"""Whether the figures of a run that succeeded are what they usually are."""

from __future__ import annotations

from collections.abc import Mapping

from bvmt.runs.expectations import MOST, learn, unusual
from bvmt.runs.job import Job
from bvmt.store import Connection
from bvmt.store.figures import read_history


def unusual_figures(conn: Connection, job: Job, figures: Mapping[str, float | int | str]) -> list[str]:
    """Return a sentence for each figure of a run of `job` that is outside its set or learnt band.

    `conn` is asked once, and only where the job has figures to learn; its errors come through as they are. Call
    it before the run's own end is recorded: its figures must not count as history.
    """
    learnt = [figure.key for figure in job.figures if figure.learnt and figure.expected is None]
    history = read_history(conn, job.id, learnt, limit=MOST) if learnt else {}
    bands = {key: band for key, values in history.items() if (band := learn(values)) is not None}
    return unusual(job.figures, figures, bands)
