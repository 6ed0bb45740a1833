-- Reports --------------------------------------------------------------------------------------------------------

create type report_kind as enum ('daily', 'weekly');

-- What a report says, neutral in language, with the PDF as it went out. A period's current report is its newest
-- version; making it again adds one, and none is ever changed.
create table reports (
  id          uuid primary key,
  kind        report_kind not null,
  first_day   date not null,                       -- the period: a day, or the Monday to the Sunday of a week
  last_day    date not null,
  version     integer not null check (version > 0),
  made_at     timestamptz not null,
  data_until  timestamptz,                         -- the newest datum in it
  data_source text not null,
  language    text not null,                       -- of the PDF
  content     jsonb not null,
  figures     jsonb not null,
  pdf         bytea not null,
  pdf_sha256  text not null,
  pdf_size    integer not null check (pdf_size > 0),
  run_id      uuid,                                -- the run that made it; runs are let go of, reports are not
  asked_by    text,                                -- null: its schedule did
  check (first_day <= last_day),
  unique (kind, first_day, version)
);
-- A shelf of the newest periods.
create index reports_by_period on reports (first_day desc, kind);

-- Runs with parameters ---------------------------------------------------------------------------------------------

-- What a run was asked to do beyond its job: {"day": "2026-11-20"}. A retry does the same again.
alter table runs add column parameters jsonb not null default '{}';

-- Our own signals -----------------------------------------------------------------------------------------------

-- The model portfolio of a week, named by its Monday. A report made again replaces that week's weights.
create table portfolio_weights (
  week   date not null check (extract(isodow from week) = 1),
  isin   text not null,
  weight double precision not null check (weight > 0 and weight <= 1),  -- fraction of the value; the rest is cash
  primary key (week, isin)
);

-- The rating of each listing in a week. Without a score there is a veto in `terms`, and no step.
create table ratings (
  week  date not null check (extract(isodow from week) = 1),
  isin  text not null,
  score double precision check (score between 0 and 1),
  step  text check (step in ('overweight', 'neutral', 'underweight')),
  terms jsonb not null,                            -- {"veto", "ranks", "parts", "missing", "held", "weeks"}
  primary key (week, isin),
  check ((score is null) = (step is null))
);
