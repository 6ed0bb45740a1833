-- The life of runs ------------------------------------------------------------------------------------------

create type run_status as enum (
  'queued',       -- due or asked for, waiting for one of the five places (or for its retry time)
  'running',      -- an instance works on it
  'succeeded',    -- the work was done
  'failed',       -- the work raised an error, and no attempt is left
  'missed',       -- it was due, and nothing could start it within the job's grace time
  'skipped',      -- it was due, and there was a reason not to run it: `reason` says which
  'cancelled',    -- somebody stopped it
  'interrupted'   -- its process died or was told to stop; `retry_at` says whether it will be tried again
);

create type run_origin as enum (
  'scheduled',    -- the trigger said so
  'manual',       -- somebody clicked Run
  'retry',        -- somebody asked to repeat an ended run
  'catch_up',     -- a firing missed while nothing was alive, made up for
  'api'           -- a program asked over the REST API
);

create type instance_state as enum (
  'alive',        -- holds a lease and may claim
  'draining',     -- stopping: finishes what it has, claims nothing
  'stopped',      -- ended in good order
  'dead'          -- its lease ran out: others take its runs for interrupted
);

create type request_kind as enum (
  'run',          -- run a job now
  'pause',        -- stop a job's firings
  'resume',       -- let them go on
  'cancel',       -- stop one run
  'retry'         -- repeat an ended run
);

-- Which data source this database belongs to. One row: simulated and real prices never meet.
create table data_world (
  singleton  boolean primary key default true check (singleton),
  source     text not null,
  stamped_at timestamptz not null default clock_timestamp()
);

create table instances (
  id             uuid primary key,
  host           text not null,
  os_pid         integer not null,
  pid_namespace  text not null default '',         -- pids of two containers mean different processes
  version        text not null,
  fires          boolean not null,                 -- false: ENABLE_SCHEDULER=false, it only shows and requests
  state          instance_state not null default 'alive',
  settings       jsonb not null default '{}',      -- those that should agree in all instances, without secrets
  started_at     timestamptz not null default clock_timestamp(),
  heartbeat_at   timestamptz not null default clock_timestamp(),
  lease_until    timestamptz not null,
  stopped_at     timestamptz
);
-- Finds leases that ran out; only the few living instances are in it.
create index instances_by_lease on instances (lease_until) where state in ('alive', 'draining');

create table jobs (
  id                text primary key,
  position          integer not null,              -- order on the page
  name              text not null,
  description       text not null,
  schedule_default  text not null,                 -- as the settings have it (bvmt.runs.schedules)
  schedule_override text,                          -- as an operator set it; null: the default counts
  schedule_version  integer not null default 1,
  next_run_at       timestamptz,                   -- told by the instance that fires
  planned_upto      timestamptz not null default clock_timestamp(),  -- every slot before this is in the ledger
  grace             interval not null,             -- how late a firing may still start
  max_attempts      integer not null check (max_attempts >= 1),
  retry_base        interval not null,             -- wait before the second attempt; doubles from there
  time_limit        interval not null,
  paused_at         timestamptz,
  paused_by         text,
  pause_reason      text,
  paused_until      timestamptz,                   -- null: until somebody resumes it
  success_count     bigint not null default 0,
  failure_count     bigint not null default 0
);

-- What was expected: one row a due time, whatever became of it. Only ever inserted.
create table slots (
  job_id           text not null references jobs,
  scheduled_at     timestamptz not null,
  schedule_version integer not null,
  planned_at       timestamptz not null default clock_timestamp(),
  primary key (job_id, scheduled_at)
);

create table requests (
  id       bigint generated always as identity primary key,
  key      uuid not null unique,                   -- made by the client: a double click is one request
  kind     request_kind not null,
  job_id   text references jobs,
  run_id   uuid,
  asked_by text not null,
  asked_at timestamptz not null default clock_timestamp(),
  detail   jsonb not null default '{}'
);
-- Who did what to a job, newest first.
create index requests_by_job on requests (job_id, id desc);

-- What happened.
create table runs (
  id                  uuid primary key,
  job_id              text not null references jobs,
  scheduled_at        timestamptz,                 -- its slot; null for a run that somebody asked for
  due_at              timestamptz not null default clock_timestamp(),  -- its slot, or when it was asked for
  origin              run_origin not null,
  status              run_status not null,
  reason              text,                        -- why it was skipped, missed, cancelled or interrupted
  requested_by        text,
  retry_of            uuid references runs on delete set null,
  attempt             integer not null default 0,  -- attempts begun so far
  instance_id         uuid references instances,
  queued_at           timestamptz not null default clock_timestamp(),
  started_at          timestamptz,
  finished_at         timestamptz,
  cancel_requested_at timestamptz,
  cancel_requested_by text,
  retry_at            timestamptz,                 -- the next attempt begins then; null: there is none
  error_class         text,
  error_message       text,
  fingerprint         text,                        -- error class and place: equal for failures of one kind
  figures             jsonb not null default '{}', -- what the job counted: {"quotes_stored": 78}
  warnings            jsonb not null default '[]', -- sentences; a run that succeeded with some is shown in amber
  progress            jsonb,                       -- {"done": 40, "total": 82, "text": "..."} while it runs
  unique (job_id, scheduled_at),                   -- one run a slot, in all processes
  check ((scheduled_at is null) = (origin in ('manual', 'retry', 'api'))),
  check ((status = 'running') = (started_at is not null and finished_at is null and instance_id is not null)),
  check ((status in ('queued', 'running')) = (finished_at is null))
);
-- No job overlaps itself and no job waits twice.
create unique index runs_one_active on runs (job_id) where status in ('queued', 'running');
-- Rescue: the running runs of a dead instance.
create index runs_running on runs (instance_id) where status = 'running';
-- Dispatch: first come, first served.
create index runs_waiting on runs (queued_at) where status = 'queued';
-- Dispatch: interrupted runs whose retry is due.
create index runs_to_retry on runs (retry_at) where status = 'interrupted' and retry_at is not null;
-- A job's history, and its last thirty.
create index runs_by_job on runs (job_id, due_at desc, id desc);
-- Everybody's history, and any stretch of time.
create index runs_by_time on runs (due_at desc, id desc);
-- Failures, grouped and listed, without reading the runs that went well.
create index runs_failures on runs (fingerprint, due_at desc) where fingerprint is not null;

create table run_attempts (
  run_id          uuid not null references runs on delete cascade,
  attempt         integer not null,
  instance_id     uuid not null,
  started_at      timestamptz not null,
  ended_at        timestamptz,
  outcome         run_status,
  error_class     text,
  error_message   text,
  error_traceback text,
  primary key (run_id, attempt)
);

create table run_steps (
  run_id     uuid not null references runs on delete cascade,
  attempt    integer not null,
  position   integer not null,
  name       text not null,
  status     run_status not null,
  started_at timestamptz not null,
  ended_at   timestamptz,
  detail     text,
  primary key (run_id, attempt, position)
);

create table run_logs (
  id        bigint generated always as identity primary key,
  run_id    uuid not null references runs on delete cascade,
  attempt   integer not null,
  logged_at timestamptz not null,
  level     text not null,
  logger    text not null,
  message   text not null
);
-- The log of one run, in order, and its tail from a known line on.
create index run_logs_by_run on run_logs (run_id, id);

-- The market ------------------------------------------------------------------------------------------------

create table listings (
  isin               text primary key,
  ticker             text not null,
  name               text not null,
  sector             text not null,
  quotation_group    text,
  shares_outstanding bigint check (shares_outstanding > 0),
  free_float_pct     numeric(6, 3) check (free_float_pct between 0 and 100),
  active             boolean not null default true,
  updated_at         timestamptz not null default clock_timestamp()
);

-- The daily bar of a listing: prices in TND, volume in shares, turnover in TND.
create table quotes (
  isin       text not null references listings,
  session    date not null,
  open       numeric(14, 3) check (open > 0),
  high       numeric(14, 3) check (high > 0),
  low        numeric(14, 3) check (low > 0),
  close      numeric(14, 3) check (close > 0),     -- carried over from the day before where nothing traded
  reference  numeric(14, 3) check (reference > 0), -- the exchange's own previous close
  change_pct numeric(10, 4),
  volume     bigint not null check (volume >= 0),
  turnover   numeric(20, 3) not null check (turnover >= 0),
  trades     integer not null check (trades >= 0),
  as_of      timestamptz not null,                 -- the board's moment that the bar was read from
  primary key (isin, session)
);
-- A whole session's board.
create index quotes_by_session on quotes (session);

-- A board that was fetched: one row a moment of the exchange.
create table board_moments (
  as_of      timestamptz primary key,
  session    date not null,
  fetched_at timestamptz not null,
  listings   integer not null,
  set_aside  integer not null
);
-- The moments of a session, in order.
create index board_moments_by_session on board_moments (session, as_of);

-- What each listing showed at a moment: cumulative volume, turnover and trades, and the top of the book.
create table moment_quotes (
  as_of        timestamptz not null references board_moments on delete cascade,
  isin         text not null references listings,
  last         numeric(14, 3),
  volume       bigint not null,
  turnover     numeric(20, 3) not null,
  trades       integer not null,
  bid          numeric(14, 3),
  bid_quantity bigint,
  ask          numeric(14, 3),
  ask_quantity bigint,
  primary key (as_of, isin)
);
-- A listing's path through a session.
create index moment_quotes_by_listing on moment_quotes (isin, as_of);

create table index_levels (
  code     text not null,                          -- the exchange's file code, such as 905001
  session  date not null,
  level    numeric(14, 4) not null check (level > 0),
  previous numeric(14, 4),
  as_of    timestamptz,                            -- null: the session's close, from a history
  primary key (code, session)
);

create table sector_sessions (
  session                      date not null,
  sector                       text not null,
  listings                     integer not null,
  traded                       integer not null,
  advancers                    integer not null,
  decliners                    integer not null,
  unchanged                    integer not null,
  equal_weighted_change_pct    numeric(10, 4),
  turnover_weighted_change_pct numeric(10, 4),
  turnover                     numeric(20, 3) not null,
  volume                       bigint not null,
  as_of                        timestamptz not null,
  primary key (session, sector)
);

create table market_summaries (
  session             date primary key,
  as_of               timestamptz not null,
  turnover            numeric(20, 3) not null,
  volume              bigint not null,
  trades              bigint not null,
  advancing           integer not null,
  declining           integer not null,
  unchanged           integer not null,
  not_traded          integer not null,
  suspended           integer not null,
  listings            integer not null,
  market_cap          numeric(24, 3),              -- null: no listing's shares outstanding are known
  market_cap_coverage integer not null,            -- how many listings it counts
  gainers             jsonb not null,
  losers              jsonb not null
);

-- Rows of a source that could not be read, kept for inspection; the same row seen again is counted.
create table set_aside_rows (
  source        text not null,
  digest        text not null,                     -- md5 of reason and row
  reason        text not null,
  isin          text,
  raw           text not null,
  seen          integer not null default 1,
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at  timestamptz not null default clock_timestamp(),
  last_run_id   uuid,
  primary key (source, digest)
);
-- The newest first, for the page.
create index set_aside_rows_by_time on set_aside_rows (last_seen_at desc);
