"""Whole databases for pages: a desk after a day of work, one on which everything fails, and lists of any length."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa

from bvmt.clock import monotonic, now
from bvmt.errors import BvmtError
from bvmt.imports import ImportStatus, import_file
from bvmt.market.listings import seed_listings
from bvmt.runs.catalogue import write_catalogue
from bvmt.runs.context import RunContext
from bvmt.runs.job import Job
from bvmt.runs.recorder import Recorder
from bvmt.runs.status import RunStatus
from bvmt.runs.stopping import SkipRun, StopSignal
from bvmt.sandbox.calendar import instant_of, last_finished
from bvmt.sandbox.files import indices_file, quotes_file
from bvmt.sandbox.server import SandboxServer
from bvmt.settings import load_settings
from bvmt.sources.addresses import Addresses
from bvmt.store import listings
from bvmt.store.engine import transaction
from bvmt.store.reports import add_report
from bvmt.store.run_life import Failure
from jobs.catalogue import JOBS
from tests.db.articles import FALL, RISE, about, new_article, put_article
from tests.db.desk import Desk
from tests.pages.market_worlds import BIAT, SFBT, add_anomaly
from tests.unit.reports.sample_reports import report

SEED = 2026

Query = Mapping[str, str]


@dataclass
class World:
    """A database, and what addresses of pages may name in it: runs by the job's id, reports by kind, a failure."""

    engine: sa.Engine
    runs: dict[str, UUID] = field(default_factory=dict)
    reports: dict[str, UUID] = field(default_factory=dict)
    failure: str = ""

    def address_of(self, page: str) -> Query:
        """The query parameters with which a page shows one thing of this world; none for a page that lists."""
        run = self.runs.get("market_pulse", UUID(int=1))
        return {
            "job": {"id": "market_pulse"},
            "run": {"id": str(run)},
            "failure": {"group": self.failure},
            "compare": {"run": str(run), "with": str(self.runs.get("sentiment_scan", UUID(int=2)))},
            "report": {"id": str(self.reports.get("daily", UUID(int=1)))},
            "listing": {"isin": BIAT},
        }.get(page, {})


def with_jobs(engine: sa.Engine) -> Desk:
    """A desk with one living instance, the product's jobs and the packaged listings."""
    write_catalogue(engine, JOBS, load_settings(env_file=None))
    with engine.connect() as conn:
        listings.seed(conn, seed_listings())
    return Desk(engine)


def after_a_day_of_work(engine: sa.Engine) -> World:
    """Two years of the sandbox's history up to the last session that is over, and one run of each job after it."""
    desk, instant = with_jobs(engine), instant_of(last_finished(now()), 15, 0)
    import_history(engine, instant)
    exchange = SandboxServer(SEED, lambda: instant)
    exchange.start()
    try:
        addresses = Addresses(exchange=exchange.feed_url, news=f"{exchange.url}/news")
        world = World(engine)
        for job in JOBS:
            world.runs[job.id] = run_once(desk, job, addresses, instant)
    finally:
        exchange.stop()
    world.reports = _reports(desk)
    _lengthen_lists(desk, 3)
    return world


def import_history(engine: sa.Engine, instant: datetime) -> None:
    """The sandbox's yearly files of this year and the last one."""
    for year in (instant.year - 1, instant.year):
        for kind, make in (("cotation", quotes_file), ("indice", indices_file)):
            content = make(SEED, instant, year)
            assert content is not None
            name = f"histo_{kind}_{year}.csv"
            done = import_file(engine, content.encode(), file_name=name, asked_by="Amel", clock=lambda: instant)
            assert done.status is ImportStatus.DONE, done.detail


def run_once(desk: Desk, job: Job, addresses: Addresses, instant: datetime) -> UUID:
    """Carry a job out as of an instant, and record what becomes of it as the product does."""
    desk.request(job.id)
    run = desk.dispatch()
    assert run is not None
    recorder = Recorder(desk.engine, run, desk.me)
    ctx = RunContext(
        run=run,
        instance_id=desk.me,
        engine=desk.engine,
        settings=load_settings(env_file=None),
        addresses=addresses,
        clock=lambda: instant,
        monotonic=monotonic,
        signal=StopSignal(),
        recorder=recorder,
    )
    try:
        job.work(ctx)
    except SkipRun as skipped:
        desk.finish(run, RunStatus.SKIPPED, reason=str(skipped))
    except BvmtError as error:
        failure = Failure(
            type(error).__name__, str(error), f"Traceback: {error}", f"{type(error).__name__} at jobs/{job.id}.py:work"
        )
        desk.finish(run, RunStatus.FAILED, failure=failure, figures=ctx.figures)
    else:
        desk.finish(run, figures=ctx.figures, warnings=ctx.warnings)
    return run.id


def on_which_everything_fails(engine: sa.Engine) -> World:
    """Jobs whose runs fail, firings that nobody started, a dead instance, and sources, imports and mail that fail."""
    desk = with_jobs(engine)
    world = World(engine)
    for job in JOBS:
        run = desk.start(job.id)
        text = f"{job.name} found <b>no</b> *server*."
        place = f"SourceAway at jobs/{job.id}.py:work"
        desk.finish(run, RunStatus.FAILED, failure=Failure("SourceAway", text, f"Traceback: {text}", place))
        world.runs[job.id], world.failure = run.id, place
    desk.execute(_MISSED)
    desk.execute(_INCIDENTS, instance=desk.me, marker="runs of an instance that is gone: ", rows=1)
    desk.execute(_FAILED_IMPORT)
    desk.execute(_FAILING_SOURCE)
    desk.execute(_DEAD_MAIL)
    desk.end_lease(desk.me)
    desk.execute("update instances set state = 'dead', heartbeat_at = clock_timestamp() - interval '1 hour'")
    return world


def with_rows(engine: sa.Engine, rows: int, *, world: World | None = None) -> World:
    """As `world` or a new one, with `rows` more rows in every list that a page shows."""
    desk = with_jobs(engine)
    world = world or World(engine)
    marker, today = uuid4().hex[:8], last_finished(now())
    for n in range(rows):
        for job in ("market_pulse", "sentiment_scan"):
            run = desk.start(job)
            place = f"OSError at jobs/{job}.py:step_{marker}_{n}"
            if n % 2:
                desk.finish(run, RunStatus.FAILED, failure=Failure("OSError", "full", "Traceback: full", place))
                world.failure = place
            else:
                desk.finish(run, figures={"stocks": 78 + n})
            world.runs[job] = run.id
        day = today - timedelta(days=n)
        isin = (BIAT, SFBT)[n % 2]
        tone = (RISE, FALL)[n % 2]
        put_article(engine, new_article(f"Story {marker} {n}", tone, mentions=about(isin), published_at=now()))
        world.reports["daily"] = _shelve(engine, day)
        desk.execute(_BARS, day=day)
        desk.execute(_TONES, isin=isin, day=day)
        add_missing_anomaly(desk, isin, day)
    for run_id in world.runs.values():
        desk.execute(_STEPS, id=run_id, rows=rows)
        desk.execute(_LINES, id=run_id, rows=rows)
    _lengthen_lists(desk, rows)
    return world


def _lengthen_lists(desk: Desk, rows: int) -> None:
    values = {"rows": rows, "marker": uuid4().hex[:8], "instance": desk.me}
    for statement in (_REQUESTS, _IMPORTS, _EVENTS, _SOURCES, _ALIASES, _MAIL, _TOKENS, _AUDIT, _UNKNOWN, _INCIDENTS):
        desk.execute(statement, **values)


def add_missing_anomaly(desk: Desk, isin: str, day: date) -> None:
    """An atypical move of a listing on a day that has none yet."""
    if not desk.value("select count(*) from anomalies where isin = :isin and session = :day", isin=isin, day=day):
        add_anomaly(desk.engine, isin, day)


def _reports(desk: Desk) -> dict[str, UUID]:
    return {kind: found for kind, found in desk.rows("select kind::text, id from reports")}


def _shelve(engine: sa.Engine, day: date) -> UUID:
    made = uuid4()
    figures = {"tunindex": 15331.38, "tunindex_change": 0.0025, "turnover_tnd": 7.79e6, "advancing": 37.0}
    given = report(first_day=day, last_day=day, figures=figures)
    with transaction(engine) as conn:
        add_report(conn, given, b"%PDF-1.7 x", id=made, period=(day, day), language="en", run_id=None, asked_by="Amel")
    return made


_MISSED = """
with made as (
  insert into slots (job_id, scheduled_at, schedule_version)
  select 'market_pulse', date_trunc('minute', clock_timestamp()) - make_interval(mins => 15 * n), 1
  from generate_series(1, 4) n returning scheduled_at)
insert into runs (id, job_id, scheduled_at, due_at, origin, status, reason, finished_at)
select gen_random_uuid(), 'market_pulse', scheduled_at, scheduled_at, 'scheduled', 'missed',
  'no instance was alive within its grace time', clock_timestamp()
from made
"""

_INCIDENTS = """
insert into incidents (kind, instance_id, began_at, detail)
select 'runs_rescued', cast(:instance as uuid), clock_timestamp() - interval '1 minute', :marker || n
from generate_series(1, :rows) n
"""

_FAILED_IMPORT = """
insert into imports (id, file_name, status, asked_by, finished_at, detail)
values (gen_random_uuid(), 'broken.csv', 'failed', 'Amel', clock_timestamp(), 'The disk is full.')
"""

_FAILING_SOURCE = """
insert into news_sources (id, name, url, kind, form, weight, last_attempt_at, last_error, last_error_at)
values ('eco', 'Éco', 'https://eco.example.tn/feed', 'news', 'feed', 1, clock_timestamp(),
  'eco.example.tn answered 503.', clock_timestamp())
"""

_DEAD_MAIL = """
with told as (
  insert into outbox (key, kind, subject, body, payload, state, settled_at)
  values ('dead', 'run_failed', 'Market Pulse failed', 'no server',
    jsonb_build_object('job', 'market_pulse', 'name', 'Market Pulse', 'run', 'r', 'failures', 1), 'dead',
    clock_timestamp())
  returning id)
insert into deliveries (message_id, channel, name, address, language, state, reason, tries, settled_at)
select id, 'mail', 'Amel', 'amel@example.tn', 'en', 'dead', '550 no such user', 8, clock_timestamp() from told
"""

_BARS = """
insert into quotes (isin, session, open, high, low, close, reference, change_pct, volume, turnover, trades, as_of)
select isin, :day, 10, 11, 9.5, 10.5, 10, 5, 1000, 10500.125, 12, clock_timestamp() from listings
on conflict do nothing
"""

_TONES = """
insert into daily_sentiments (isin, day, kind, origin, score, items, articles, positive, neutral, negative, confidence,
  insufficient)
values (:isin, :day, 'news', 'own', 0.3, 4, 5, 3, 1, 0, 0.8, false), (null, :day, 'news', 'own', 0.2, 4, 5, 3, 1, 0,
  0.8, false)
on conflict do nothing
"""

_STEPS = """
insert into run_steps (run_id, attempt, position, name, status, started_at, ended_at, detail)
select :id, 1, 1000 + n, 'Step ' || n, 'succeeded', clock_timestamp(), clock_timestamp(), 'done'
from generate_series(1, :rows) n on conflict do nothing
"""

_LINES = """
insert into run_logs (run_id, attempt, logged_at, level, logger, message)
select :id, 1, clock_timestamp(), 'info', 'jobs', 'Line ' || n from generate_series(1, :rows) n
"""

_REQUESTS = """
insert into requests (key, kind, job_id, asked_by)
select gen_random_uuid(), 'run', 'market_pulse', 'Amel' from generate_series(1, :rows)
"""

_IMPORTS = """
insert into imports (id, file_name, form, status, asked_by, finished_at, rows_read, added, first_day, last_day)
select gen_random_uuid(), 'file' || n || '.csv', 'quotes_2022', 'done', 'Amel', clock_timestamp(), 10, 10,
  current_date - 9, current_date
from generate_series(1, :rows) n
"""

_EVENTS = """
insert into market_events (id, day, kind, isin, title, source, updated_by)
select gen_random_uuid(), current_date - cast(n as integer), 'meeting', 'TN0001800457', 'Meeting ' || :marker || n,
  'avis', 'Amel'
from generate_series(1, :rows) n
"""

_SOURCES = """
insert into news_sources (id, name, url, kind, form, weight, last_attempt_at, last_success_at)
select :marker || n, 'Source ' || n, 'https://' || :marker || n || '.example.tn/feed', 'news', 'feed', 1,
  clock_timestamp(), clock_timestamp()
from generate_series(1, :rows) n
"""

_ALIASES = """
insert into company_aliases (ticker, alias, kind, needs_context, updated_by)
select 'BIAT', :marker || n, 'name', false, 'Amel' from generate_series(1, :rows) n
"""

_MAIL = """
with told as (
  insert into outbox (key, kind, subject, body, payload, state, settled_at)
  select :marker || n, 'run_failed', 'Market Pulse failed', 'full',
    jsonb_build_object('job', 'market_pulse', 'name', 'Market Pulse', 'run', 'r', 'failures', 1), 'sent',
    clock_timestamp()
  from generate_series(1, :rows) n returning id),
readers as (
  insert into subscribers (id, name, address, daily, weekly, alerts, language, unsubscribe_token, created_by,
    updated_by)
  select gen_random_uuid(), 'Reader ' || n, :marker || n || '@example.tn', true, true, true, 'en',
    repeat('t', 40) || :marker || n, 'Amel', 'Amel'
  from generate_series(1, :rows) n)
insert into deliveries (message_id, channel, name, address, language, state, tries, settled_at)
select id, 'mail', 'Amel', 'amel@example.tn', 'en', 'sent', 1, clock_timestamp() from told
"""

_TOKENS = """
insert into api_tokens (id, name, role, hash, hint, created_by)
select gen_random_uuid(), :marker || n, 'viewer', sha256(cast(:marker || n as bytea)), 'abcd', 'Amel'
from generate_series(1, :rows) n
"""

_AUDIT = """
insert into audit_log (actor, via, role, deed, subject)
select 'Amel', 'local', 'admin', 'run', 'job market_pulse' from generate_series(1, :rows)
"""

_UNKNOWN = """
insert into unknown_instruments (isin, name, quotation_group, source)
select 'TN' || :marker || n, 'Unknown ' || n, '11', 'board' from generate_series(1, :rows) n
"""
