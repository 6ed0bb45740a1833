"""What it costs to keep runs in PostgreSQL, held against the two bare statements that any such record needs.

`python -m benchmarks.runs` starts a PostgreSQL of its own with the product's settings, so every commit is on the
disk. All ratios are to one pair, measured in between: `insert … on conflict do nothing` and `update`, each committed
by itself, sent with psycopg2 alone.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from queue import SimpleQueue
from statistics import median, quantiles
from time import sleep
from typing import Any
from uuid import uuid4

import psycopg2
import psycopg2.extensions
import sqlalchemy as sa

from bvmt.access.actor import Actor, Role, Via
from bvmt.clock import monotonic, now
from bvmt.runs.actions import request_run
from bvmt.runs.catalogue import write_catalogue
from bvmt.runs.context import RunContext
from bvmt.runs.job import Job
from bvmt.runs.schedules import parse_schedule
from bvmt.runs.status import RunOrigin, RunStatus
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store import Engine, instances, run_life
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.store.jobs import list_overviews
from bvmt.store.migrate import migrate
from scheduler_runtime import SchedulerRuntime

PROGRAM = Actor("bench", Role.ADMIN, Via.LOCAL)
ROUNDS = 500
CLICKS = 300
MANY_RUNS = 100_000
JOBS = 6

_BARE = """
create table bare (id uuid primary key, job_id text not null, slot timestamptz not null, status text not null,
  finished_at timestamptz, unique (job_id, slot))
"""

# As years of scheduling leave them: mostly successes, minutes apart, spread over all jobs.
_FILL = f"""
insert into runs (id, job_id, scheduled_at, due_at, origin, status, attempt, queued_at, started_at, finished_at)
select gen_random_uuid(), 'job_' || mod(n, {JOBS}), at, at, 'scheduled',
       case when mod(n, 50) = 0 then 'failed' else 'succeeded' end::run_status, 1, at, at, at + interval '2 s'
from generate_series(1, {MANY_RUNS}) n, lateral (select timestamptz '2026-01-01' - n * interval '5 min' as at) times
"""


def make_job(number: int, work: Callable[[RunContext], None]) -> Job:
    """A job that is not due while anything is measured."""
    yearly = parse_schedule("0 0 1 1 *")
    return Job(
        id=f"job_{number}",
        name=f"Job {number}",
        description="For the measurement.",
        schedule=lambda settings: yearly,
        work=work,
        grace=timedelta(days=1),
        time_limit=timedelta(minutes=1),
    )


@contextmanager
def own_database() -> Iterator[str]:
    """The address of a migrated database with the product's settings."""
    folder = Path(tempfile.mkdtemp(prefix="bvmt-bench-", dir="/tmp"))
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(folder)


def timed(work: Callable[[], object]) -> float:
    """Seconds that it takes."""
    begun = monotonic()
    work()
    return monotonic() - begun


def bare_pair(conn: psycopg2.extensions.connection) -> None:
    """Record a run and its end, with nothing around it."""
    run_id = str(uuid4())
    with conn.cursor() as cursor:
        cursor.execute(
            "insert into bare values (%s, 'probe', %s, 'running') on conflict do nothing returning id", (run_id, now())
        )
        cursor.execute(
            "update bare set status = 'succeeded', finished_at = now() where id = %s and status = 'running'",
            (run_id,),
        )


def recorded_run(engine: Engine, me: Any) -> None:
    """Claim a firing, start its run and finish it, as a process does that runs it."""
    with engine.connect() as conn:
        run_life.claim(conn, me=me, job_id="job_0", slot=now(), run_id=uuid4(), origin=RunOrigin.SCHEDULED)
    with engine.connect() as conn:
        run = run_life.dispatch(conn, me=me)
    assert run is not None
    with engine.connect() as conn:
        assert run_life.finish(conn, run, me=me, outcome=RunStatus.SUCCEEDED)


def register(engine: Engine) -> Any:
    """An instance that may claim for as long as this takes."""
    me = uuid4()
    with engine.connect() as conn:
        instances.register(
            conn, id=me, host="bench", os_pid=1, pid_namespace="", version="", fires=False, settings={},
            lease_seconds=600,
        )  # fmt: skip
    return me


def read_overviews(engine: Engine) -> None:
    """The query of `GET /api/jobs`."""
    with engine.connect() as conn:
        assert len(list_overviews(conn, recent=1)) == JOBS


def clicks(engine: Engine, runtime: SchedulerRuntime, begun: SimpleQueue[float]) -> list[float]:
    """Seconds from each click to the first line of its job, one after the other."""
    found = []
    for _ in range(CLICKS):
        clicked = monotonic()
        request_run(engine, "job_0", by=PROGRAM)
        found.append(begun.get(timeout=10) - clicked)
        while runtime.running:
            sleep(0.001)
    return found


@contextmanager
def scheduler(engine: Engine, url: str, jobs: tuple[Job, ...]) -> Iterator[SchedulerRuntime]:
    """The product's scheduler, at work in this process."""
    runtime = SchedulerRuntime(
        jobs=jobs, engine=engine, url=url, settings=load_settings(env_file=None), addresses=Addresses(exchange="")
    )
    runtime.start()
    try:
        yield runtime
    finally:
        runtime.stop(5.0)


@contextmanager
def bare_connection(url: str) -> Iterator[psycopg2.extensions.connection]:
    """A connection that commits each statement, and the table for bare pairs."""
    dsn = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    with closing(psycopg2.connect(dsn)) as conn:
        conn.autocommit = True
        with conn.cursor() as cursor:
            cursor.execute(_BARE)
        yield conn


def compare(url: str, engine: Engine) -> tuple[float, float]:
    """Median seconds of a bare pair and of a recorded run, in turns so that both meet the same moods of the disk."""
    me = register(engine)
    with bare_connection(url) as conn:
        pair, record = partial(bare_pair, conn), partial(recorded_run, engine, me)
        both = [(timed(pair), timed(record)) for _ in range(ROUNDS)]
    return median(bare for bare, _ in both), median(ours for _, ours in both)


def overview_seconds(engine: Engine) -> float:
    """Median seconds of the query of `GET /api/jobs` with many runs."""
    with engine.connect() as conn:
        conn.exec_driver_sql(_FILL)
        conn.exec_driver_sql("vacuum analyze")
    return median(timed(partial(read_overviews, engine)) for _ in range(50))


def measure(url: str, engine: Engine) -> Iterator[str]:
    """Lines of figures, each when it is known."""
    begun: SimpleQueue[float] = SimpleQueue()
    jobs = (make_job(0, lambda ctx: begun.put(monotonic())), *(make_job(n, lambda ctx: None) for n in range(1, JOBS)))
    write_catalogue(engine, jobs, load_settings(env_file=None))
    floor, recorded = compare(url, engine)
    yield f"bare claim and finish: {floor * 1000:.2f} ms"
    yield told("recorded run (claim, dispatch, finish)", recorded, floor)
    with scheduler(engine, url, jobs) as runtime:
        found = clicks(engine, runtime, begun)
    yield told("click to the job's first line, p50", median(found), floor)
    yield told("click to the job's first line, p99", quantiles(found, n=100)[98], floor)
    yield told(f"GET /api/jobs' query with {MANY_RUNS:,} runs", overview_seconds(engine), floor)


def told(what: str, seconds: float, floor: float) -> str:
    """One line: the ratio first, because it is what can be compared between machines."""
    return f"{what}: {seconds / floor:.1f} x the bare pair ({seconds * 1000:.2f} ms)"


def main() -> None:
    """Measure and print."""
    with own_database() as url:
        engine = make_engine(url, application_name="benchmark", statement_timeout_ms=60_000)
        migrate(engine)
        for line in measure(url, engine):
            print(line, flush=True)
        engine.dispose()


if __name__ == "__main__":
    main()
