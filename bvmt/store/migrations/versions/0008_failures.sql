-- The exchange with a source that an attempt failed at -------------------------------------------------------------

alter table run_attempts add column exchange jsonb; -- bvmt.errors.HttpExchange; null: the error came from nowhere outside

-- Failures by kind -------------------------------------------------------------------------------------------------

-- One row a kind of failure, counted as runs fail, so that no page scans runs. It outlives the runs themselves.
create table failure_groups (
  fingerprint     text primary key,                -- of runs: error class and place
  error_class     text not null,
  message         text not null,                   -- of the last failure
  first_seen      timestamptz not null,
  last_seen       timestamptz not null,
  failures        bigint not null,
  last_run        uuid not null,                   -- may have been cleaned up since
  acknowledged_at timestamptz,                     -- somebody has seen it
  acknowledged_by text,
  resolved_at     timestamptz,                     -- somebody has cured it; a later failure means that it is back
  resolved_by     text
);

-- The same by job. No reference to jobs: it would lock a job's row after its run's.
create table failure_jobs (
  fingerprint    text not null references failure_groups on delete cascade,
  job_id         text not null,
  failures       bigint not null,
  unacknowledged bigint not null,                  -- since somebody acknowledged or resolved the group
  last_seen      timestamptz not null,
  last_run       uuid not null,
  primary key (fingerprint, job_id)
);

-- The same by hour, for the trend; the last 60 days of each group. Hours, because a day depends on the zone.
create table failure_hours (
  fingerprint text not null references failure_groups on delete cascade,
  hour        timestamptz not null,
  failures    integer not null,
  primary key (fingerprint, hour)
);

-- What people did about a group and told their colleagues. Only ever inserted.
create table failure_notes (
  id          bigint generated always as identity primary key,
  fingerprint text not null references failure_groups on delete cascade,
  at          timestamptz not null default clock_timestamp(),
  author      text not null,
  deed        text not null check (deed in ('acknowledged', 'resolved', 'reopened', 'noted')),
  body        text,
  check (deed <> 'noted' or body is not null)
);
-- A group's notes in order.
create index failure_notes_by_group on failure_notes (fingerprint, id);

-- Counts in the transaction that ends the run, whichever statement ends it. Rows are locked in the order group, job,
-- hour, after the run's; deeds of people lock a group before its jobs too.
create function count_failure() returns trigger language plpgsql as $$
begin
  insert into failure_groups as g (fingerprint, error_class, message, first_seen, last_seen, failures, last_run)
  values (new.fingerprint, coalesce(new.error_class, 'Error'), left(coalesce(new.error_message, ''), 2000),
    new.finished_at, new.finished_at, 1, new.id)
  on conflict (fingerprint) do update set
    error_class = excluded.error_class, message = excluded.message, failures = g.failures + 1,
    first_seen = least(g.first_seen, excluded.first_seen), last_seen = greatest(g.last_seen, excluded.last_seen),
    last_run = excluded.last_run;
  insert into failure_jobs as j (fingerprint, job_id, failures, unacknowledged, last_seen, last_run)
  values (new.fingerprint, new.job_id, 1, 1, new.finished_at, new.id)
  on conflict (fingerprint, job_id) do update set
    failures = j.failures + 1, unacknowledged = j.unacknowledged + 1,
    last_seen = greatest(j.last_seen, excluded.last_seen), last_run = excluded.last_run;
  insert into failure_hours as h (fingerprint, hour, failures)
  values (new.fingerprint, date_trunc('hour', new.finished_at, 'UTC'), 1)
  on conflict (fingerprint, hour) do update set failures = h.failures + 1;
  delete from failure_hours
  where fingerprint = new.fingerprint and hour < new.finished_at - interval '60 days';
  return null;
end $$;

create trigger runs_failure_ended after update of status on runs for each row
when (new.status = 'failed' and old.status <> 'failed' and new.fingerprint is not null)
execute function count_failure();
create trigger runs_failure_inserted after insert on runs for each row
when (new.status = 'failed' and new.fingerprint is not null)
execute function count_failure();

-- The failures that are still on record.
insert into failure_groups (fingerprint, error_class, message, first_seen, last_seen, failures, last_run)
select fingerprint,
  coalesce((array_agg(error_class order by finished_at desc, id desc))[1], 'Error'),
  left(coalesce((array_agg(error_message order by finished_at desc, id desc))[1], ''), 2000),
  min(finished_at), max(finished_at), count(*), (array_agg(id order by finished_at desc, id desc))[1]
from runs where fingerprint is not null and status = 'failed' group by fingerprint;
insert into failure_jobs (fingerprint, job_id, failures, unacknowledged, last_seen, last_run)
select fingerprint, job_id, count(*), count(*), max(finished_at), (array_agg(id order by finished_at desc, id desc))[1]
from runs where fingerprint is not null and status = 'failed' group by fingerprint, job_id;
insert into failure_hours (fingerprint, hour, failures)
select fingerprint, date_trunc('hour', finished_at, 'UTC'), count(*)
from runs
where fingerprint is not null and status = 'failed' and finished_at > clock_timestamp() - interval '60 days'
group by 1, 2;
