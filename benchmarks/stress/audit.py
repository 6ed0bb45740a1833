"""What the database says happened, held against what was due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tests.acceptance.floor import OVERLAPS, Floor
from tests.acceptance.orders import Orders, slots_between


@dataclass(frozen=True)
class Findings:
    """Counts by name. Each of `violations` has to be 0."""

    figures: dict[str, int]
    violations: dict[str, int]


_VIOLATIONS = {
    "doubled": "select count(*) from (select from effects group by run_id having count(*) > 1) twice",
    "without effect": """
        select count(*) from runs where status = 'succeeded'
          and not exists (select from effects where effects.run_id = runs.id)""",
    "in two instances": """
        select count(*) from effects e join run_attempts t on (t.run_id, t.attempt) = (e.run_id, e.attempt)
        where t.instance_id <> e.instance_id""",
    "late": """
        select count(*) from effects e join run_attempts t on (t.run_id, t.attempt) = (e.run_id, e.attempt)
        where e.made_at > t.ended_at""",
    "overlapping": OVERLAPS,
    "in a pause": """
        select count(*) from run_attempts t join runs on runs.id = t.run_id
        join pauses p on p.job_id = runs.job_id and t.started_at > p.since and t.started_at < p.until
        where runs.origin in ('scheduled', 'catch_up')""",
    "left": "select count(*) from runs where status in ('queued', 'running') or retry_at is not null",
}

_FIGURES = {
    "runs": "select count(*) from runs",
    "succeeded": "select count(*) from runs where status = 'succeeded'",
    "failed": "select count(*) from runs where status = 'failed'",
    "skipped": "select count(*) from runs where status = 'skipped'",
    "missed": "select count(*) from runs where status = 'missed'",
    "interrupted": "select count(*) from runs where status = 'interrupted'",
    "caught up": "select count(*) from runs where origin = 'catch_up' and status <> 'missed'",
    "second attempts": "select count(*) from run_attempts where attempt = 2",
    "third attempts": "select count(*) from run_attempts where attempt = 3",
}


def audit(floor: Floor, orders: Orders, since: datetime, until: datetime) -> Findings:
    """Examine a floor that has come to rest; slots in `since` < slot <= `until` are expected to have a run."""
    expected = {
        (probe.id, slot) for probe in orders.probes for slot in slots_between(since, until, probe, orders.minute)
    }
    with_run = set(floor.rows("select job_id, scheduled_at from runs where scheduled_at is not null"))
    figures = {name: int(floor.value(query)) for name, query in _FIGURES.items()}
    violations = {name: int(floor.value(query)) for name, query in _VIOLATIONS.items()}
    return Findings(
        figures={"slots": len(expected), **figures},
        violations={"lost": len(expected - with_run), **violations},
    )
