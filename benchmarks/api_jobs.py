"""How many times a second `GET /api/jobs` is answered over a history of a million runs, on eight connections.

`python -m benchmarks.api_jobs [seconds]` starts a PostgreSQL and the product itself, behind its guard, with no firing.
The eight clients are threads of one process of their own, which needs about as much of a core as the server does.
"""

from __future__ import annotations

import http.client
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import quantiles
from time import sleep

import sqlalchemy as sa

from bvmt.clock import monotonic
from bvmt.runs.catalogue import write_catalogue
from bvmt.settings import load_settings
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine
from bvmt.store.migrate import migrate
from jobs.catalogue import JOBS

ROOT = Path(__file__).parents[1]
RUNS = 1_000_000
CONNECTIONS = 8
SECONDS = 30.0
PORT = 8219

# As years of scheduling leave them: mostly successes, minutes apart, spread over all jobs.
_FILL = """
insert into runs (id, job_id, scheduled_at, due_at, origin, status, attempt, queued_at, started_at, finished_at)
select gen_random_uuid(), job.id, at, at, 'scheduled',
       case when mod(n, 50) = 0 then 'failed' else 'succeeded' end::run_status, 1, at, at, at + interval '2 s'
from generate_series(1, :each) n, jobs job, lateral (
  select timestamptz '2026-01-01' - n * interval '5 min' as at) times
"""


def main() -> None:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    folder = Path(tempfile.mkdtemp(prefix="bvmt-api-"))
    server = EmbeddedPostgres(folder / "postgres")
    server.start()
    try:
        _fill(server.url)
        product = _start(server.url, folder)
        try:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.apply(measure, (seconds,)))
        finally:
            product.terminate()
            product.wait()
    finally:
        server.stop()
        shutil.rmtree(folder)


def _fill(url: str) -> None:
    engine = make_engine(url, application_name="bench", statement_timeout_ms=600_000)
    migrate(engine)
    write_catalogue(engine, JOBS, load_settings(env_file=None))
    with engine.connect() as conn:
        conn.execute(sa.text(_FILL), {"each": RUNS // len(JOBS)})
        conn.exec_driver_sql("vacuum analyze runs")
    engine.dispose()


def _start(url: str, folder: Path) -> subprocess.Popen[bytes]:
    ours = {"DATABASE_URL": url, "LOG_DIR": str(folder), "PORT": str(PORT), "ENABLE_SCHEDULER": "false"}
    ours["SANDBOX_URL"] = "http://127.0.0.1:9"
    product = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=os.environ | ours)
    end = monotonic() + 60
    while monotonic() < end:
        try:
            _get(http.client.HTTPConnection("127.0.0.1", PORT))
            return product
        except OSError:
            sleep(0.2)
    product.kill()
    raise TimeoutError("the product has not answered within a minute")


def measure(seconds: float) -> str:
    """Ask on all connections at once for so long; return the figures as a line."""
    times: list[float] = []
    errors: list[str] = []
    end = monotonic() + seconds

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", PORT)
        while monotonic() < end:
            began = monotonic()
            try:
                _get(connection)
            except (OSError, ValueError, http.client.HTTPException) as error:
                errors.append(repr(error))
            times.append(monotonic() - began)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cuts = quantiles(times, n=100)
    return (
        f"{len(times) / seconds:,.0f} requests/s, p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms,"
        f" {len(errors)} errors"
    )


def _get(connection: http.client.HTTPConnection) -> None:
    connection.request("GET", "/api/jobs")
    answer = connection.getresponse()
    body = answer.read()
    if answer.status != 200:
        raise ValueError(f"status {answer.status}: {body[:200]!r}")
    if len(json.loads(body)["jobs"]) != len(JOBS):
        raise ValueError("a job is missing")


if __name__ == "__main__":
    main()
