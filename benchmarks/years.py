"""A database as years of work leave it: a million runs, ten years of quotes, thirty thousand articles."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from uuid import UUID, uuid4

import httpx
import psutil
import sqlalchemy as sa

from bvmt.clock import monotonic, now
from bvmt.market.indices import HEADLINE, SECTOR_INDICES
from bvmt.market.listings import seed_listings
from bvmt.runs.catalogue import write_catalogue
from bvmt.settings import load_settings
from bvmt.store import listings
from bvmt.store.embedded import EmbeddedPostgres
from bvmt.store.engine import make_engine, transaction
from bvmt.store.migrate import migrate
from bvmt.store.reports import add_report
from jobs.catalogue import JOBS
from tests.unit.reports.sample_reports import report

ROOT = Path(__file__).parents[1]
RUNS = 1_000_000
YEARS = 10
ARTICLES = 30_000
FAILURE_KINDS = 400

# Mostly successes, minutes apart, spread over all jobs, up to this moment.
_RUNS = f"""
with due as (
  select n, job.id as job, clock_timestamp() - n * interval '5 min' - job.position * interval '7 s' as at
  from generate_series(1, :each) n, jobs job),
planned as (insert into slots (job_id, scheduled_at, schedule_version) select job, at, 1 from due)
insert into runs (id, job_id, scheduled_at, due_at, origin, status, attempt, queued_at, started_at, finished_at,
  instance_id, reason, error_class, error_message, fingerprint, figures)
select gen_random_uuid(), job, at, at, 'scheduled', status, case when ran then 1 else 0 end, at,
  case when ran then at + interval '0.2 s' end,
  at + interval '0.2 s' + (0.5 + mod(n * 7919, 1000) / 400.0) * interval '1 s',
  case when ran then cast(:instance as uuid) end,
  case when not ran then 'paused by Amel' end,
  case when status = 'failed' then 'SourceAway' end, case when status = 'failed' then 'no answer' end,
  case when status = 'failed' then 'SourceAway at jobs/' || job || '.py:' || mod(n, {FAILURE_KINDS}) end,
  jsonb_build_object('stocks', 70 + mod(n, 12), 'quotes_stored', 70 + mod(n, 12))
from due, lateral (
  select case mod(n, 50) when 0 then 'failed' when 1 then 'skipped' when 2 then 'missed'
    else 'succeeded' end::run_status as status) became,
  lateral (select status in ('failed', 'succeeded') as ran) how
"""

_INSTANCE = """
insert into instances (id, host, os_pid, version, fires, lease_until)
values (:instance, 'desk', 1, '1', true, clock_timestamp() + interval '1 day')
"""

_TRACES = (
    """
    insert into run_attempts (run_id, attempt, instance_id, started_at, ended_at, outcome, error_class, error_message,
      error_traceback)
    select id, 1, instance_id, started_at, finished_at, status, error_class, error_message,
      case when error_class is not null then repeat('  File "jobs/market_pulse.py", line 1, in work' || chr(10), 30) end
    from runs where instance_id is not null
    """,
    """
    insert into run_steps (run_id, attempt, position, name, status, started_at, ended_at)
    select id, 1, n, 'Step ' || n, 'succeeded', started_at, finished_at
    from (select * from runs where instance_id is not null order by due_at desc limit 50000) recent,
      generate_series(1, 5) n
    """,
    """
    insert into run_logs (run_id, attempt, logged_at, level, logger, message)
    select id, 1, started_at, case when mod(n, 20) = 0 then 'warning' else 'info' end, 'jobs', 'Line ' || n
    from (select * from runs where instance_id is not null order by due_at desc limit 20000) recent,
      generate_series(1, 20) n
    """,
    """
    insert into run_logs (run_id, attempt, logged_at, level, logger, message)
    select id, 1, started_at, 'info', 'jobs', 'Line ' || n
    from (select * from runs where instance_id is not null order by due_at desc limit 1) latest,
      generate_series(1, 50000) n
    """,
    """
    insert into audit_log (at, actor, via, role, deed, subject)
    select clock_timestamp() - n * interval '10 min', 'person ' || mod(n, 9), 'local', 'admin', 'run',
      'job market_pulse'
    from generate_series(1, 100000) n
    """,
)

# Prices that wander between a third and thrice of where they began, on every weekday.
_MARKET = (
    f"""
    insert into quotes (isin, session, open, high, low, close, reference, change_pct, volume, turnover, trades, as_of)
    select isin, session, price, price * 1.02, price * 0.98, price * 1.01, price, 1, shares, shares * price, 12,
      session + time '13:10'
    from listings, generate_series(current_date - interval '{YEARS} years', current_date, interval '1 day') day,
      lateral (select day::date as session) at,
      lateral (select round((20 * exp(sin(extract(epoch from day) / 8e6 + ascii(substring(isin from 8)))))::numeric, 3)
        as price, mod(abs(hashtext(isin || session)), 9000) as shares) drawn
    where extract(isodow from day) < 6
    """,
    """
    insert into index_levels (code, session, level, previous)
    select code, session, 9000 + 500 * sin(extract(doy from session) / 30), 9000
    from (select distinct session from quotes) days, unnest(cast(:codes as text[])) code
    """,
    """
    insert into sector_sessions (session, sector, listings, traded, advancers, decliners, unchanged,
      equal_weighted_change_pct, turnover_weighted_change_pct, turnover, volume, as_of)
    select session, sector, count(*), count(*), count(*), 0, 0, 1, 1, sum(turnover), sum(volume), max(as_of)
    from quotes join listings using (isin) group by 1, 2
    """,
    """
    insert into market_summaries (session, as_of, turnover, volume, trades, advancing, declining, unchanged, not_traded,
      suspended, listings, market_cap_coverage, gainers, losers)
    select session, max(as_of), sum(turnover), sum(volume), sum(trades), count(*), 0, 0, 0, 0, count(*), 0, '[]', '[]'
    from quotes group by 1
    """,
    """
    insert into anomalies (isin, session, severity, level, volume_rule, price_rule, findings, numbers, partial)
    select isin, session, 0.6, 'high', true, false,
      '[{"kind": "volume", "strength": 0.7, "sentence": "Volume.", "numbers": {}}]', '{}', false
    from quotes where mod(abs(hashtext(isin || session::text || 'a')), 20) = 0
    """,
)

_NEWS = (
    """
    insert into news_sources (id, name, url, kind, form, weight, last_attempt_at, last_success_at)
    select 'source' || n, 'Source ' || n, 'https://source' || n || '.example.tn', 'news', 'feed', 1,
      clock_timestamp(), clock_timestamp()
    from generate_series(1, 10) n
    """,
    f"""
    insert into articles (id, canonical_url, url, title, summary, published_at, first_seen_at, day, source_id,
      source_name, kind, language, folded, market, story_id, read_with)
    overriding system value
    select n, 'https://a.tn/' || n, 'https://a.tn/' || n, 'Story ' || n, repeat('words ', 40), at, at, at::date,
      'source' || mod(n, 10) + 1, 'Source', 'news', 'fr', 'story ' || n, false, n, 'names'
    from generate_series(1, {ARTICLES}) n,
      lateral (select clock_timestamp() - n * interval '30 min' as at) drawn
    """,
    """
    insert into article_mentions (article_id, isin, words, times)
    select id, (select isin from listings order by isin offset mod(id, 82) limit 1), 'name', 1 from articles
    """,
    """
    insert into article_sentiments (article_id, score, label, confidence, decided_by, scored_with)
    select id, 0.4, 'positive', 0.8, 'lexicon', 'words' from articles
    """,
    """
    insert into daily_sentiments (isin, day, kind, origin, score, items, articles, positive, neutral, negative,
      confidence, insufficient)
    select isin, session, 'news', 'own', 0.3, 4, 5, 3, 1, 0, 0.8, false from quotes
    """,
    """
    insert into daily_sentiments (isin, day, kind, origin, score, items, articles, positive, neutral, negative,
      confidence, insufficient)
    select null, session, 'news', 'own', 0.3, 4, 5, 3, 1, 0, 0.8, false from market_summaries
    """,
)

_MAIL = """
with told as (
  insert into outbox (key, kind, subject, body, payload, state, settled_at)
  select 'told ' || n, 'run_failed', 'Market Pulse failed', 'full',
    jsonb_build_object('job', 'market_pulse', 'name', 'Market Pulse', 'run', 'r', 'failures', 1), 'sent',
    clock_timestamp()
  from generate_series(1, 20000) n returning id)
insert into deliveries (message_id, channel, name, address, language, state, tries, settled_at)
select id, 'mail', 'Amel', 'amel' || n || '@example.tn', 'en', 'sent', 1, clock_timestamp()
from told, generate_series(1, 5) n
"""


# The same report again and again: what differs is the period.
_SHELF = tuple(
    f"""
    insert into reports (id, kind, first_day, last_day, version, made_at, data_until, data_source, language, content,
      figures, pdf, pdf_sha256, pdf_size)
    select gen_random_uuid(), '{kind}', day::date, day::date + {days - 1}, 1, day, data_until, data_source, language,
      content, figures, pdf, pdf_sha256, pdf_size
    from reports, generate_series(date_trunc('week', first_day) - interval '{YEARS} years', first_day - 7,
      interval '{days} days') day
    where kind = 'daily' and version = 1 and first_day = (select max(first_day) from reports)
    """
    for kind, days in (("weekly", 7), ("daily", 1))
)


@contextmanager
def own_server() -> Iterator[str]:
    """The address of a PostgreSQL with the product's settings and a migrated database; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="bvmt-bench-", dir="/tmp"))
    server = EmbeddedPostgres(folder)
    server.start()
    try:
        engine = make_engine(server.url, application_name="bench")
        migrate(engine)
        write_catalogue(engine, JOBS, load_settings(env_file=None))
        with engine.connect() as conn:
            listings.seed(conn, seed_listings())
        engine.dispose()
        yield server.url
    finally:
        server.stop()
        shutil.rmtree(folder)


def fill_runs(url: str) -> None:
    """A million runs with their slots, attempts, and the traces of the latest."""
    instance = "00000000-0000-0000-0000-0000000000aa"
    _carry_out(url, (_INSTANCE, _RUNS, *_TRACES), each=RUNS // len(JOBS), instance=instance)


def fill_market(url: str) -> None:
    """Ten years of quotes of all listings, with what is worked out of them, news, and mail."""
    codes = [index.code for index in (*HEADLINE, *SECTOR_INDICES)]
    _carry_out(url, (*_MARKET, *_NEWS, _MAIL), codes=codes)


def fill_shelf(url: str) -> UUID:
    """Ten years of daily and weekly reports. Returns one of the daily ones."""
    engine = make_engine(url, application_name="bench")
    made, today = uuid4(), now().date()
    given = report(first_day=today, last_day=today)
    with transaction(engine) as conn:
        period = (today, today)
        add_report(conn, given, b"%PDF-1.7 x", id=made, period=period, language="en", run_id=None, asked_by=None)
    engine.dispose()
    _carry_out(url, _SHELF)
    return made


def _carry_out(url: str, statements: tuple[str, ...], **values: object) -> None:
    engine = make_engine(url, application_name="bench", statement_timeout_ms=900_000)
    with engine.connect() as conn:
        for statement in statements:
            wanted = {name: value for name, value in values.items() if f":{name}" in statement}
            conn.execute(sa.text(statement), wanted)
        conn.exec_driver_sql("vacuum analyze")
    engine.dispose()


@contextmanager
def product(url: str, port: int) -> Iterator[psutil.Process]:
    """The product itself on a database, behind its guard at this port, firing nothing."""
    with tempfile.TemporaryDirectory(prefix="bvmt-bench-") as folder:
        ours = {"DATABASE_URL": url, "LOG_DIR": folder, "PORT": str(port), "ENABLE_SCHEDULER": "false"}
        ours["SANDBOX_URL"] = "http://127.0.0.1:9"
        process = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env=os.environ | ours)
        try:
            _wait_for(f"http://127.0.0.1:{port}/api/jobs")
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.wait()


def _wait_for(address: str) -> None:
    end = monotonic() + 60
    while monotonic() < end:
        try:
            if httpx.get(address, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        sleep(0.2)
    raise TimeoutError("the product has not answered within a minute")
