-- History imports -------------------------------------------------------------------------------------------

create type import_status as enum (
  'running',      -- rows are being read
  'done',         -- everything readable is stored
  'refused',      -- the file is not one of the known forms; nothing was stored
  'failed'        -- it broke off; nothing was stored
);

create table imports (
  id          uuid primary key,
  file_name   text not null,
  form        text,                                -- which of the known forms; null until it is known
  status      import_status not null,
  asked_by    text not null,
  started_at  timestamptz not null default clock_timestamp(),
  finished_at timestamptz,
  rows_read   bigint not null default 0,
  added       bigint not null default 0,
  changed     bigint not null default 0,
  unchanged   bigint not null default 0,
  left_out    jsonb not null default '{}',         -- {"bonds": 1200, "rights": 40}: known, and not ours to keep
  set_aside   jsonb not null default '{}',         -- {"reason": count}: could not be read
  first_day   date,
  last_day    date,
  detail      text                                 -- the sentence of a refusal or failure
);
-- The newest imports, for the page.
create index imports_by_time on imports (started_at desc);

-- The first lines of an import that could not be read.
create table import_rejects (
  import_id uuid not null references imports on delete cascade,
  line      bigint not null,
  reason    text not null,
  raw       text not null,
  primary key (import_id, line)
);

-- The exchange's six-digit codes of 2016 to 2020 and what they stand for; editable.
create table instrument_codes (
  code text primary key,
  isin text not null,
  note text
);

-- Stock-like instruments that a board or a file named and that are no listing: offered, never dropped silently.
create table unknown_instruments (
  isin            text primary key,
  name            text not null,
  quotation_group text not null,
  source          text not null,
  first_seen_at   timestamptz not null default clock_timestamp(),
  last_seen_at    timestamptz not null default clock_timestamp(),
  dismissed_at    timestamptz
);

alter table index_levels add column open numeric(14, 4), add column high numeric(14, 4), add column low numeric(14, 4);

-- The trading calendar --------------------------------------------------------------------------------------

-- What an operator knows better than the rules: a day that is closed, or open after all.
create table calendar_days (
  day        date primary key,
  open       boolean not null,
  name       text not null,
  updated_by text not null,
  updated_at timestamptz not null default clock_timestamp()
);

-- The hours of a session from a day on, until the next row: winter, summer, Ramadan.
create table hour_regimes (
  since              date primary key,
  name               text not null,
  order_entry        time not null,
  continuous         time not null,
  closing_call       time not null,
  at_last            time not null,
  blocks             time not null,
  closed             time not null,
  updated_by         text not null,
  updated_at         timestamptz not null default clock_timestamp(),
  check (order_entry < continuous and continuous < closing_call and closing_call <= at_last
         and at_last <= blocks and blocks <= closed)
);

-- Events and what they do to prices -------------------------------------------------------------------------

create type event_kind as enum (
  'dividend',     -- amount in TND a share, detached on `day`
  'split',        -- new_shares for old_shares
  'bonus',        -- new_shares given for old_shares held
  'rights',       -- new_shares offered for old_shares held, at `amount` TND
  'meeting',      -- a general meeting
  'results',      -- figures due
  'ipo',          -- a first day of trading
  'index_review', -- members or weights of an index change
  'other'
);

create table market_events (
  id         uuid primary key,
  day        date not null,
  kind       event_kind not null,
  isin       text,                                 -- null: it concerns the market
  title      text not null,
  amount     numeric(14, 4) check (amount >= 0),
  new_shares numeric(14, 6) check (new_shares > 0),
  old_shares numeric(14, 6) check (old_shares > 0),
  source     text not null,
  updated_by text not null,
  updated_at timestamptz not null default clock_timestamp(),
  -- A file that is imported twice, and the same event from two sources, is one event.
  unique nulls not distinct (day, kind, isin, title)
);
-- A listing's events, for adjusted closes and ex-dates.
create index market_events_by_listing on market_events (isin, day);

-- The factor of each corporate action, as it was computed and from what: prices before `day` times `price_factor`.
create table adjustments (
  event_id      uuid primary key references market_events on delete cascade,
  isin          text not null,
  day           date not null,
  price_factor  numeric(18, 12) not null check (price_factor > 0),
  share_factor  numeric(18, 12) not null check (share_factor > 0),
  close_before  numeric(14, 3) not null,
  detail        text not null,
  computed_at   timestamptz not null default clock_timestamp()
);
create index adjustments_by_listing on adjustments (isin, day);

-- Anomalies -------------------------------------------------------------------------------------------------

create type anomaly_level as enum ('info', 'low', 'high', 'critical');  -- by severity: < 0.25, 0.25, 0.50, 0.75

create type anomaly_verdict as enum (
  'true',         -- worth a look, and nothing explains it
  'explained',    -- real, and something ordinary explains it
  'false'         -- no anomaly
);

-- One row a listing and session: a later scan of the same session updates it.
create table anomalies (
  isin          text not null references listings,
  session       date not null,
  severity      double precision not null check (severity between 0 and 1),
  level         anomaly_level not null,
  volume_rule   boolean not null,                  -- the plain rule: volume above its factor of the mean
  price_rule    boolean not null,                  -- the plain rule: move above its percentage
  unconfirmed   boolean not null default false,    -- the reference moved: a corporate action to confirm, no alarm
  findings      jsonb not null,                    -- [{"kind", "strength", "sentence", "numbers"}]
  explanations  jsonb not null default '[]',       -- sentences: ex-date, news, index review
  numbers       jsonb not null,                    -- what the severity was computed from
  partial       boolean not null,                  -- seen during the session, against full-day means
  first_seen_at timestamptz not null default clock_timestamp(),
  last_seen_at  timestamptz not null default clock_timestamp(),
  run_id        uuid,
  verdict       anomaly_verdict,
  verdict_by    text,
  verdict_at    timestamptz,
  verdict_note  text,
  primary key (isin, session)
);
-- The newest sessions, worst first.
create index anomalies_by_session on anomalies (session desc, severity desc);

-- Messages ----------------------------------------------------------------------------------------------------

-- What is to be told to people. Filled in the transaction of what it tells; delivered later.
create table outbox (
  id         bigint generated always as identity primary key,
  key        text not null unique,                 -- what it is about: the same thing is told once
  kind       text not null,
  subject    text not null,
  body       text not null,
  payload    jsonb not null default '{}',
  state      text not null default 'waiting' check (state in ('waiting', 'sent', 'held', 'dead')),
  created_at timestamptz not null default clock_timestamp(),
  settled_at timestamptz
);
-- What is still to be told.
create index outbox_waiting on outbox (id) where state = 'waiting';

create table outbox_archive (like outbox including all excluding identity);

-- Cleaning up ---------------------------------------------------------------------------------------------------

-- Foreign keys that a deleted run or instance would otherwise be searched for through the whole table.
create index runs_repeated on runs (retry_of) where retry_of is not null;
create index runs_by_instance on runs (instance_id) where instance_id is not null;
