"""Several processes on one database, and a thousand firings: each runs once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

import pytest

from bvmt.clock import now
from tests.acceptance.floor import Floor
from tests.acceptance.orders import Orders, Probe, slots_between
from tests.acceptance.product import wait_until

# Spread evenly over their period, so that one of them is due every minute.
PROBES = tuple(Probe(id=f"probe_{n}", every=125, phase=n) for n in range(125))
FIRINGS = 1_000

RUNS = "select job_id, scheduled_at, status from runs where scheduled_at > :since and scheduled_at <= :until"
EFFECTS = "select job_id, scheduled_at from effects where scheduled_at > :since and scheduled_at <= :until"
UNFOUNDED_SKIPS = """
select s.job_id, s.scheduled_at, s.reason from runs s where s.status = 'skipped' and not exists (
  select from runs other where other.job_id = s.job_id and other.status = 'succeeded'
    and other.queued_at < s.finished_at and other.finished_at > s.queued_at)
"""


def expected(since: datetime, until: datetime, minute: float) -> Counter[tuple[str, datetime]]:
    """Every slot of every probe, once."""
    return Counter((probe.id, slot) for probe in PROBES for slot in slots_between(since, until, probe, minute))


@pytest.mark.parametrize(("processes", "seconds"), [(2, 14.0), (5, 20.0)])
def test_of_a_thousand_firings_none_is_lost_and_none_runs_twice(
    database_url: str, processes: int, seconds: float
) -> None:
    minute = seconds / FIRINGS
    with Floor(database_url) as floor:
        workshops = [floor.open(Orders(PROBES, minute=minute), lease=10) for _ in range(processes)]
        for workshop in workshops:
            workshop.wait_ready()
        since = now()
        until = since + timedelta(seconds=seconds)
        slots = expected(since, until, minute)
        stretch = {"since": since, "until": until}
        wait_until(lambda: now() > until, "the last slot")
        over = f"select count(*) from ({RUNS} and finished_at is not null) ended"
        wait_until(lambda: floor.value(over, **stretch) >= len(slots), "all to be over", seconds=20)

        runs, effects = floor.rows(RUNS, **stretch), floor.rows(EFFECTS, **stretch)
        workers = floor.value("select count(distinct instance_id) from effects")
        unfounded = floor.rows(UNFOUNDED_SKIPS)

    assert len(slots) == pytest.approx(FIRINGS, abs=1)
    assert Counter((job, slot) for job, slot, _ in runs) == slots
    # On a machine that is busy with something else a run may meet the next firing of its job.
    assert {status for _, _, status in runs} <= {"succeeded", "skipped"}
    assert unfounded == []
    ran = Counter((job, slot) for job, slot, status in runs if status == "succeeded")
    assert Counter(effects) == ran
    assert ran.total() > FIRINGS * 0.95
    assert workers == processes
