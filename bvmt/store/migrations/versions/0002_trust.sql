alter type request_kind add value 'schedule';   -- another schedule for a job, or its default again
alter type request_kind add value 'freeze';     -- stop the firings of all jobs, for maintenance
alter type request_kind add value 'unfreeze';   -- let them go on

-- Whether everything is frozen. One row, so that a claim can hold it while a freeze is being committed.
create table maintenance (
  singleton boolean primary key default true check (singleton),
  frozen_at timestamptz,                           -- null: not frozen
  frozen_by text,
  reason    text
);
insert into maintenance default values;

create type incident_kind as enum (
  'database_away',      -- an instance could not reach the database
  'clock_jumped',       -- the wall clock moved against the monotonic one
  'scheduler_rebuilt',  -- the scheduler's thread was found dead and replaced
  'lease_lost',         -- an instance was declared dead while it lived
  'runs_rescued'        -- runs of a dead instance were interrupted
);

-- What went wrong with the scheduling itself: evidence for why a slot did not run.
create table incidents (
  id          bigint generated always as identity primary key,
  kind        incident_kind not null,
  instance_id uuid not null,
  began_at    timestamptz not null,
  ended_at    timestamptz not null default clock_timestamp(),
  detail      text not null
);
-- The latest, and those that overlap a stretch of time.
create index incidents_by_time on incidents (ended_at desc);

-- Which stretches somebody was there to fire in: evidence, too.
create index instances_by_start on instances (started_at desc) where fires;

-- Cancelling: the flag that an owner has not obeyed yet.
create index runs_to_stop on runs (instance_id) where status = 'running' and cancel_requested_at is not null;

-- Every schedule that a job has had, so that the ledger of a stretch is computed with the one in force then.
create table schedules (
  job_id   text not null references jobs,
  version  integer not null,
  schedule text not null,
  since    timestamptz not null default clock_timestamp(),
  primary key (job_id, version)
);
insert into schedules (job_id, version, schedule, since)
select id, schedule_version, coalesce(schedule_override, schedule_default), planned_upto from jobs;

create function note_schedule() returns trigger language plpgsql as $$
begin
  insert into schedules (job_id, version, schedule)
  values (new.id, new.schedule_version, coalesce(new.schedule_override, new.schedule_default))
  on conflict do nothing;
  return null;
end $$;
create trigger jobs_note_schedule after insert or update of schedule_version on jobs
  for each row execute function note_schedule();
