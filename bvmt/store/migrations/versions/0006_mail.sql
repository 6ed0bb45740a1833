-- Subscribers -----------------------------------------------------------------------------------------------------

-- Who gets what by mail. Nobody is deleted: one who leaves is not active any more.
create table subscribers (
  id                uuid primary key,
  name              text not null,
  address           text not null,                 -- as it was entered; its domain in ASCII
  daily             boolean not null,
  weekly            boolean not null,
  alerts            boolean not null,              -- critical anomalies and failed runs
  language          text not null check (language in ('en', 'fr')),
  active            boolean not null default true,
  -- What stands in the unsubscribe links. It is kept as it is, for each new message needs the link anew, and all it
  -- can do is end mail to an address that stands beside it.
  unsubscribe_token text not null unique check (length(unsubscribe_token) >= 40),
  created_by        text not null,
  created_at        timestamptz not null default clock_timestamp(),
  updated_by        text not null,
  updated_at        timestamptz not null default clock_timestamp(),
  unsubscribed_at   timestamptz                    -- when the link was last used
);
create unique index subscribers_by_address on subscribers (lower(address));

-- The outbox ------------------------------------------------------------------------------------------------------

-- An alert goes out as part of a group: `told_in` is the message that told of it.
alter table outbox add column told_in bigint;
alter table outbox_archive add column told_in bigint;
alter table outbox drop constraint outbox_state_check;
alter table outbox_archive drop constraint outbox_state_check;
alter table outbox add constraint outbox_state_check check (state in (
  'waiting',      -- something of it is still to be done
  'held',         -- all that is left of it waits for a way to send mail
  'grouped',      -- an alert that was told as part of another message
  'sent',         -- all is over, and somebody got it
  'dead',         -- all is over, and nobody is known to have got it
  'nobody'        -- there was nobody to tell
));
create index outbox_held on outbox (id) where state = 'held';
create index outbox_grouped on outbox (told_in) where told_in is not null;

-- Deliveries ------------------------------------------------------------------------------------------------------

create type delivery_state as enum (
  'waiting',      -- due at `next_try_at`
  'held',         -- there is no way to send mail yet; it goes out when there is one
  'sending',      -- an instance hands it over at this moment
  'sent',         -- a server took it
  'unknown',      -- a server may have taken it or not; it is never sent again by itself
  'dead',         -- refused for good, or as often as it was tried
  'cancelled'     -- somebody stopped it, or its subscriber left
);

create type delivery_channel as enum (
  'mail',         -- to an e-mail address
  'alert'         -- to an address of ALERT_URLS
);

-- A message's way to one recipient. A delivery that is sent again keeps its id, and with it its Message-ID.
create table deliveries (
  id            uuid primary key default gen_random_uuid(),
  message_id    bigint not null references outbox on delete cascade,
  channel       delivery_channel not null,
  subscriber_id uuid references subscribers,       -- null: somebody asked for it, or an address of ALERT_URLS
  name          text not null,
  address       text not null,                     -- of ALERT_URLS: a fingerprint, for the address itself is a secret
  language      text not null,
  state         delivery_state not null default 'waiting',
  reason        text,                              -- a sentence, where the state alone does not say enough
  tries         integer not null default 0,
  next_try_at   timestamptz not null default clock_timestamp(),
  claim         uuid,                              -- of the last claim: what it writes is taken from it only
  claimed_by    uuid,                              -- the instance
  claimed_at    timestamptz,
  answer        text,                              -- what the server said last
  asked_by      text,                              -- who asked for it, or for another try
  created_at    timestamptz not null default clock_timestamp(),
  settled_at    timestamptz
);
-- A message reaches a recipient once.
create unique index deliveries_once on deliveries (message_id, channel, lower(address));
create index deliveries_due on deliveries (next_try_at) where state = 'waiting';
create index deliveries_held on deliveries (message_id) where state = 'held';
create index deliveries_sending on deliveries (claimed_by) where state = 'sending';
-- What was claimed within the last minute, for the rate.
create index deliveries_by_claim on deliveries (claimed_at) where claimed_at is not null;
create index deliveries_by_subscriber on deliveries (subscriber_id) where state in ('waiting', 'held');

create table deliveries_archive (like deliveries including defaults including comments);
alter table deliveries_archive add primary key (id);

-- How the way out is doing. One row a way.
create table mail_ways (
  way           text primary key,                  -- 'mail server', 'notification service', 'alert addresses'
  failing_since timestamptz,
  error         text,
  last_sent_at  timestamptz,
  updated_at    timestamptz not null default clock_timestamp()
);

-- Alerts about runs -----------------------------------------------------------------------------------------------

-- Jobs whose last run that came to an end has failed. No reference to jobs: it would lock a job's row after its run's.
create table job_alarms (
  job_id    text primary key,
  since     timestamptz not null,
  first_run uuid not null,
  failures  integer not null
);

-- Leaves an alert in the transaction that ends a run, whichever statement ends it. A job that goes on failing is told
-- of once a day; its first success tells that it recovered. An interrupted run counts where nobody will try it again.
create function alert_about_run() returns trigger language plpgsql as $$
declare
  alarm job_alarms;
  job_name text := coalesce((select name from jobs where id = new.job_id), new.job_id);
begin
  if new.status = 'succeeded' then
    delete from job_alarms where job_id = new.job_id returning * into alarm;
    if found then
      insert into outbox (key, kind, subject, body, payload) values (
        'run_recovered ' || new.id, 'run_recovered', job_name || ' works again',
        'A run succeeded after ' || alarm.failures || ' that did not.',
        jsonb_build_object('job', new.job_id, 'name', job_name, 'run', new.id, 'failures', alarm.failures,
          'since', to_char(alarm.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
      on conflict (key) do nothing;
    end if;
  else
    insert into job_alarms (job_id, since, first_run, failures)
    values (new.job_id, clock_timestamp(), new.id, 1)
    on conflict (job_id) do update set failures = job_alarms.failures + 1
    returning * into alarm;
    insert into outbox (key, kind, subject, body, payload) values (
      'run_failed ' || alarm.first_run || ' day ' || floor(extract(epoch from clock_timestamp() - alarm.since) / 86400),
      'run_failed',
      job_name || case when new.status = 'failed' then ' failed' else ' was interrupted' end,
      coalesce(new.error_message, new.reason, new.status::text),
      jsonb_build_object('job', new.job_id, 'name', job_name, 'run', new.id, 'status', new.status,
        'attempt', new.attempt, 'failures', alarm.failures,
        'error', left(coalesce(new.error_message, new.reason, ''), 1000),
        'since', to_char(alarm.since at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')))
    on conflict (key) do nothing;
  end if;
  return null;
end $$;

create trigger runs_alert after update of status on runs for each row
when (old.status = 'running' and (new.status in ('succeeded', 'failed')
  or (new.status = 'interrupted' and new.retry_at is null and new.cancel_requested_at is null)))
execute function alert_about_run();
