from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from bvmt.runs.status import RunStatus
from bvmt.store import timeline
from bvmt.store.timeline import DayOutcomes
from tests.db.desk import Desk

TUNIS = ZoneInfo("Africa/Tunis")
NOON = datetime(2026, 11, 24, 11, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)

_RUN = sa.text("""
insert into runs (id, job_id, due_at, origin, status, attempt, instance_id, started_at, finished_at)
values (:id, :job, :due, 'manual', cast(:status as run_status), 1, :me, :began, :ended)
""")


@pytest.fixture
def desk(engine: sa.Engine) -> Iterator[Desk]:
    made = Desk(engine)
    made.job("probe")
    yield made


def add(desk: Desk, due: datetime, status: str = "succeeded", *, seconds: float | None = 2, job: str = "probe") -> UUID:
    """A run that began when it was due and took so long; None: it is not over."""
    run, began = uuid4(), None if status in {"missed", "skipped", "queued"} else due
    ended = None if seconds is None else due + timedelta(seconds=seconds)
    values = {"id": run, "job": job, "due": due, "status": status, "me": desk.me, "began": began, "ended": ended}
    with desk.engine.connect() as conn:
        conn.execute(_RUN, values)
    return run


def spans(desk: Desk, since: datetime, until: datetime, **asked: object) -> list[timeline.Span]:
    with desk.engine.connect() as conn:
        return timeline.list_spans(conn, since=since, until=until, **{"limit": 100} | asked)  # type: ignore[arg-type]


def test_a_stretch_holds_the_runs_due_in_it_newest_first(desk: Desk) -> None:
    add(desk, NOON - 2 * HOUR)
    first, last = add(desk, NOON - HOUR), add(desk, NOON - HOUR / 2)
    add(desk, NOON)
    assert [span.id for span in spans(desk, NOON - HOUR, NOON)] == [last, first]


def test_a_run_that_reaches_into_the_stretch_is_in_it(desk: Desk) -> None:
    add(desk, NOON - 2 * HOUR, seconds=60)
    long = add(desk, NOON - 2 * HOUR, seconds=5400)
    assert [span.id for span in spans(desk, NOON - HOUR, NOON)] == [long]


def test_a_slot_settled_in_the_stretch_but_due_before_it_is_not_in_it(desk: Desk) -> None:
    add(desk, NOON - 2 * HOUR, "missed", seconds=7000)
    assert spans(desk, NOON - HOUR, NOON) == []


def test_a_run_that_is_not_over_is_in_the_stretch_however_long_ago_it_was_due(desk: Desk) -> None:
    run = add(desk, NOON - timedelta(days=3), "running", seconds=None)
    (found,) = spans(desk, NOON - HOUR, NOON)
    assert (found.id, found.status, found.finished_at) == (run, RunStatus.RUNNING, None)


def test_one_job_can_be_asked_for(desk: Desk) -> None:
    desk.job("other", position=1)
    run = add(desk, NOON - HOUR, job="other")
    add(desk, NOON - HOUR)
    assert [span.id for span in spans(desk, NOON - HOUR, NOON, job_id="other")] == [run]


def test_a_limit_keeps_the_newest(desk: Desk) -> None:
    runs = [add(desk, NOON - timedelta(minutes=n)) for n in range(1, 6)]
    assert [span.id for span in spans(desk, NOON - HOUR, NOON, limit=2)] == runs[:2]


def test_what_is_usual_is_told_from_successful_runs(desk: Desk) -> None:
    for seconds in range(1, 12):
        add(desk, NOON - seconds * HOUR, seconds=seconds)
    add(desk, NOON - HOUR, "failed", seconds=500)
    with desk.engine.connect() as conn:
        usual = timeline.read_usual(conn, at=NOON)["probe"]
    assert (usual.runs, usual.low, usual.median, usual.high) == (11, 2.0, 6.0, 10.0)


def test_only_the_last_sixty_say_what_is_usual(desk: Desk) -> None:
    for n in range(60):
        add(desk, NOON - n * HOUR, seconds=1)
    add(desk, NOON - 61 * HOUR, seconds=1000)
    with desk.engine.connect() as conn:
        usual = timeline.read_usual(conn, at=NOON)["probe"]
    assert (usual.runs, usual.high) == (60, 1.0)


def test_a_job_that_never_succeeded_or_only_long_ago_has_nothing_usual(desk: Desk) -> None:
    add(desk, NOON - HOUR, "failed")
    add(desk, NOON - timedelta(days=100))
    with desk.engine.connect() as conn:
        assert timeline.read_usual(conn, at=NOON) == {}


def test_outcomes_are_counted_by_the_day_in_the_zone(desk: Desk) -> None:
    for status in ("succeeded", "succeeded", "failed", "missed", "skipped", "cancelled", "interrupted"):
        add(desk, NOON, status)
    add(desk, datetime(2026, 11, 24, 23, 30, tzinfo=UTC))  # half past midnight in Tunis
    add(desk, NOON, "running", seconds=None)
    with desk.engine.connect() as conn:
        days = timeline.count_by_day(conn, since=NOON - HOUR, until=NOON + timedelta(days=1), zone=TUNIS)
    assert days == [
        DayOutcomes(date(2026, 11, 24), succeeded=2, failed=1, missed=1, skipped=1, stopped=2),
        DayOutcomes(date(2026, 11, 25), succeeded=1, failed=0, missed=0, skipped=0, stopped=0),
    ]
    assert days[0].total == 7


def test_outcomes_of_one_job_leave_out_the_others(desk: Desk) -> None:
    desk.job("other", position=1)
    add(desk, NOON)
    add(desk, NOON, "failed", job="other")
    with desk.engine.connect() as conn:
        days = timeline.count_by_day(conn, since=NOON, until=NOON + HOUR, zone=TUNIS, job_id="other")
    assert [(day.succeeded, day.failed) for day in days] == [(0, 1)]


def test_a_stretch_is_read_by_the_index_of_time(desk: Desk) -> None:
    values = {"since": NOON, "until": NOON + HOUR, "limit": 10, "reach": 6}
    with desk.engine.connect() as conn:
        conn.execute(sa.text("set enable_seqscan = off"))
        plan = "\n".join(conn.execute(sa.text(f"explain {timeline._ALL_SPANS.text}"), values).scalars())
        conn.execute(sa.text("reset enable_seqscan"))
    assert "runs_by_time" in plan
    assert "Seq Scan on runs" not in plan
