-- Who did what ---------------------------------------------------------------------------------------------------

create type audit_via as enum (
  'local',      -- from this machine, on an install without sign-in
  'person',     -- signed in
  'proxy',      -- named by a trusted reverse proxy
  'token',      -- a machine with an API token
  'anonymous'   -- let in by ALLOW_ANONYMOUS
);

create table audit_log (
  id      bigint generated always as identity primary key,
  key     uuid unique,                             -- the request's own: one that is sent twice is one deed
  at      timestamptz not null default clock_timestamp(),
  actor   text not null,
  via     audit_via not null,
  role    text not null,
  address text,                                    -- where from
  deed    text not null,
  subject text not null,                           -- what it was done to: "job market_pulse", "run 0198..."
  before  jsonb,
  after   jsonb
);
-- What was done to one thing, for its page.
create index audit_log_by_subject on audit_log (subject, id);
-- The deed that made a run, for the run's page.
create index audit_log_by_run on audit_log ((after ->> 'run')) where after ->> 'run' is not null;
-- What one of them did.
create index audit_log_by_actor on audit_log (actor, id);

create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception 'the audit log is only added to';
end $$;

create trigger audit_log_is_only_added_to before update or delete on audit_log
  for each row execute function refuse_change();
create trigger audit_log_is_not_emptied before truncate on audit_log
  for each statement execute function refuse_change();

-- API tokens -------------------------------------------------------------------------------------------------------

-- A token is shown once, when it is made; what is kept cannot be turned back into it.
create table api_tokens (
  id           uuid primary key,
  name         text not null unique,
  role         text not null check (role in ('viewer', 'operator', 'admin')),
  hash         bytea not null unique,              -- SHA-256 of the token, which is 256 random bits
  hint         text not null,                      -- its last four characters, to tell tokens apart
  created_by   text not null,
  created_at   timestamptz not null default clock_timestamp(),
  expires_at   timestamptz,                        -- null: it does not expire
  revoked_at   timestamptz,
  revoked_by   text,
  last_used_at timestamptz
);
