"""What the jobs of a workshop do, and the points at which they can be made to fail."""

from __future__ import annotations

import os
import random
import signal
import socket
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import partial
from time import sleep

import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.runs.context import RunContext
from bvmt.runs.job import Job, RetryPolicy
from bvmt.runs.schedules import parse_schedule
from tests.acceptance.orders import Orders, Probe

# Rows of earlier attempts are looked for, as a job must that is tried again; a second row of one attempt, or
# one of an attempt that was over, can then only come from a broken fence. Without indexes that would hide it.
EFFECTS = """
create table effects (
  run_id uuid not null, attempt int not null, job_id text not null, scheduled_at timestamptz,
  instance_id uuid not null, made_at timestamptz not null default clock_timestamp())
"""

_EFFECT = sa.text("""
insert into effects (run_id, attempt, job_id, scheduled_at, instance_id)
select :run, :attempt, :job, :slot, :me
where not exists (select from effects where run_id = :run and attempt < :attempt)
""")


class Deeds:
    """What happens at the points that jobs pass."""

    def __init__(self, deeds: Mapping[str, str]) -> None:
        self._deeds = deeds

    def at(self, point: str, job_id: str) -> None:
        """Pass a point: do nothing, end this process at once, or wait until a gate is opened."""
        deed = self._deeds.get(f"{point} {job_id}")
        if deed == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif deed is not None:
            # A gate that was opened before refuses connections: nothing to wait for.
            with suppress(ConnectionRefusedError), socket.create_connection(("127.0.0.1", int(deed))) as gate:
                gate.recv(1)


def make_job(probe: Probe, deeds: Deeds) -> Job:
    """The job that does what a probe says."""
    schedule = parse_schedule(probe.schedule)
    return Job(
        id=probe.id,
        name=probe.id,
        description="For the tests.",
        schedule=lambda settings: schedule,
        work=partial(_work, probe, deeds),
        grace=timedelta(seconds=probe.grace),
        time_limit=timedelta(seconds=probe.time_limit),
        retry=RetryPolicy(max_attempts=probe.attempts, base=timedelta(seconds=0.2)),
    )


def make_jobs(orders: Orders, deeds: Deeds) -> tuple[Job, ...]:
    """The jobs of a workshop."""
    return tuple(make_job(probe, deeds) for probe in orders.probes)


def _work(probe: Probe, deeds: Deeds, ctx: RunContext) -> None:
    with ctx.step("work"):
        deeds.at("mid_step", probe.id)
        _take(random.uniform(*probe.seconds), ctx)
        if random.randrange(1000) < probe.failing:
            raise OSError("the source is away")
    _write_effect(ctx)


def _take(seconds: float, ctx: RunContext) -> None:
    """Let time pass as an obedient job does: it looks now and then whether it has been told to stop."""
    end = monotonic() + seconds
    while (left := end - monotonic()) > 0:
        ctx.check_stop()
        sleep(min(left, 0.02))


def _write_effect(ctx: RunContext) -> None:
    run = ctx.run
    with ctx.transaction() as conn:
        conn.execute(
            _EFFECT,
            {
                "run": run.id,
                "attempt": run.attempt,
                "job": run.job_id,
                "slot": run.scheduled_at,
                "me": ctx.instance_id,
            },
        )
