from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
import sqlalchemy as sa

from bvmt.store import day_figures, last_start, stuck_mail
from bvmt.store.day_figures import HourOfRuns
from tests.db.desk import Desk

_RUN = sa.text("""
with slot as (
  insert into slots (job_id, scheduled_at, schedule_version)
  values (:job, clock_timestamp() - make_interval(mins => :minutes), 1) returning scheduled_at)
insert into runs (id, job_id, scheduled_at, due_at, origin, status, attempt, queued_at, started_at, finished_at)
select gen_random_uuid(), :job, scheduled_at, scheduled_at, cast(:origin as run_origin), cast(:status as run_status),
  :attempt, clock_timestamp(), scheduled_at + make_interval(secs => :delay), clock_timestamp()
from slot
""")


def put_run(
    desk: Desk,
    minutes_ago: int,
    status: str = "succeeded",
    *,
    delay: float | None = 1.0,
    attempt: int = 1,
    origin: str = "scheduled",
    job: str = "probe",
) -> None:
    """A run that was due so long ago and started `delay` seconds later; None: never."""
    values = {"job": job, "minutes": minutes_ago, "status": status, "delay": delay, "attempt": attempt}
    with desk.engine.connect() as conn:
        conn.execute(_RUN, values | {"origin": origin})


def change(desk: Desk, statement: str, **values: object) -> None:
    with desk.engine.connect() as conn:
        conn.execute(sa.text(statement), values)


def test_runs_are_counted_by_the_hour_and_by_how_they_ended(desk: Desk) -> None:
    for status in ("succeeded", "failed", "interrupted"):
        put_run(desk, 10, status)
    for status in ("missed", "skipped"):
        put_run(desk, 20, status, delay=None)
    put_run(desk, 90)
    with desk.engine.connect() as conn:
        assert day_figures.list_hours(conn) == [
            HourOfRuns(hours_ago=0, started=3, succeeded=1, failed=2, missed=1, skipped=1),
            HourOfRuns(hours_ago=1, started=1, succeeded=1, failed=0, missed=0, skipped=0),
        ]


def test_runs_older_than_the_hours_asked_for_are_left_out(desk: Desk) -> None:
    put_run(desk, 121)
    with desk.engine.connect() as conn:
        assert day_figures.list_hours(conn, hours=2) == []


def test_start_delays_have_a_median_and_the_longest_of_each_hour(desk: Desk) -> None:
    for minutes, delay in ((5, 1.0), (10, 2.0), (70, 9.0)):
        put_run(desk, minutes, delay=delay)
    with desk.engine.connect() as conn:
        delays = day_figures.read_start_delays(conn)
    assert (delays.median, delays.longest) == pytest.approx((2.0, 9.0))
    assert delays.hourly == pytest.approx({0: 2.0, 1: 9.0})


def test_later_attempts_and_firings_made_up_for_are_no_start_delays(desk: Desk) -> None:
    put_run(desk, 5, delay=300.0, attempt=2)
    put_run(desk, 6, delay=300.0, origin="catch_up")
    with desk.engine.connect() as conn:
        delays = day_figures.read_start_delays(conn)
    assert (delays.median, delays.longest, delays.hourly) == (None, None, {})


def test_missed_firings_of_a_day_are_counted_by_job(desk: Desk) -> None:
    desk.job("other", position=1)
    for minutes in (10, 20, 25 * 60):
        put_run(desk, minutes, "missed", delay=None)
    put_run(desk, 30, "skipped", delay=None, job="other")
    with desk.engine.connect() as conn:
        (missed,) = day_figures.list_missed(conn)
    assert (missed.job_id, missed.slots) == ("probe", 2)


def test_before_any_start_there_is_none_to_tell_of(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        assert last_start.read_last_start(conn) is None


def test_a_first_start_has_nothing_to_repair(desk: Desk) -> None:
    with desk.engine.connect() as conn:
        start = last_start.read_last_start(conn)
    assert start is not None
    assert (start.rescued, start.caught_up, start.missed, start.skipped) == (0, 0, 0, 0)


def test_a_start_tells_what_became_of_the_slots_of_its_absence(desk: Desk) -> None:
    change(
        desk,
        "update instances set started_at = started_at - interval '2 days', heartbeat_at = now() - interval '1 hour'",
    )
    put_run(desk, 70, "succeeded")  # while somebody was there
    desk.instance()
    put_run(desk, 30, "missed", delay=None, origin="catch_up")
    put_run(desk, 20, "skipped", delay=None, origin="catch_up")
    put_run(desk, 10, "succeeded", origin="catch_up")
    with desk.engine.connect() as conn:
        start = last_start.read_last_start(conn)
    assert start is not None
    assert (start.caught_up, start.missed, start.skipped) == (1, 1, 1)


def test_a_start_tells_how_many_runs_its_process_rescued(desk: Desk) -> None:
    change(desk, "update instances set started_at = started_at - interval '1 hour'")
    newest = desk.instance()
    note = "insert into incidents (kind, instance_id, began_at, detail) values ('runs_rescued', :who, now(), :detail)"
    change(desk, note, who=newest, detail="2 runs of a dead process were interrupted")
    change(desk, note, who=uuid4(), detail="7 runs of a dead process were interrupted")
    with desk.engine.connect() as conn:
        start = last_start.read_last_start(conn)
    assert start is not None
    assert start.rescued == 2


_DELIVERY = """
with message as (
  insert into outbox (key, kind, subject, body)
  values (cast(gen_random_uuid() as text), 'daily', 'Daily Report', '') returning id)
insert into deliveries (message_id, channel, name, address, language, state, next_try_at)
select id, 'mail', 'Ada', 'ada@example.tn', 'en', cast(:state as delivery_state), now() - cast(:ago as interval)
from message
"""


def test_mail_is_stuck_when_it_is_held_or_long_overdue(desk: Desk) -> None:
    change(desk, _DELIVERY, state="held", ago=timedelta(0))
    change(desk, _DELIVERY, state="waiting", ago=timedelta(hours=1))
    change(desk, _DELIVERY, state="waiting", ago=timedelta(minutes=1))
    change(desk, _DELIVERY, state="sent", ago=timedelta(hours=1))
    with desk.engine.connect() as conn:
        stuck = stuck_mail.read_stuck_mail(conn)
    assert (stuck.held, stuck.overdue) == (1, 1)
    assert stuck.since is not None
