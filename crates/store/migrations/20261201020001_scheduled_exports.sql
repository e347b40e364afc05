-- Exports that staff are told of by mail on a schedule. No file is kept: a mail leads to a page behind the staff's sign-in,
-- and the file is made there, when somebody who may have it asks for it. So no copy lies in a mailbox or here, and what was
-- erased meanwhile is in no file.
create table export_schedule (
  id          uuid primary key,
  owner_id    uuid not null references account, -- who vouches for it: whoever made or changed it last
  what        text not null constraint export_schedule_what check (what in ('numbers', 'bookings')),
  subject     text not null constraint export_schedule_subject check (subject in ('museum', 'events')),
  span        text not null constraint export_schedule_span check (span in ('week', 'month', 'quarter')),
  format      text not null constraint export_schedule_format check (format in ('csv', 'xlsx')),
  every       text not null constraint export_schedule_every check (every in ('week', 'month')),
  day         smallint not null,
  hour        smallint not null constraint export_schedule_hour check (hour between 0 and 23),
  reason      text constraint export_schedule_reason check (length(reason) between 1 and 200),
  state       text not null constraint export_schedule_state check (state in ('active', 'paused', 'ended')),
  paused_for  text constraint export_schedule_paused_for check (paused_for in ('staff', 'owner')),
  next_at     timestamptz not null,
  version     integer not null default 1,
  created_at  timestamptz not null,
  constraint export_schedule_day check (day between 1 and case every when 'week' then 7 else 28 end),
  constraint export_schedule_pause check ((state = 'paused') = (paused_for is not null)),
  constraint export_schedule_why check (what = 'numbers' or reason is not null)
);
create index export_schedule_due on export_schedule (next_at) where state = 'active';

create table export_recipient (
  schedule_id  uuid not null references export_schedule,
  account_id   uuid not null references account,
  primary key (schedule_id, account_id)
);

-- One sending: made once for each due instant, whichever server is first. What was wanted is written down with it, so that a
-- schedule that is changed afterwards changes nothing that was sent.
create table export_run (
  id           uuid primary key, -- of a form that is pressed by hand: the form's own, so that two presses are one
  schedule_id  uuid not null references export_schedule,
  due_at       timestamptz not null,
  by_hand      boolean not null,
  what         text not null,
  subject      text not null,
  format       text not null,
  reason       text,
  first_day    date not null,
  last_day     date not null,
  made_at      timestamptz not null,
  open_until   timestamptz not null, -- the link leads to the file no longer than this
  constraint export_run_once unique (schedule_id, due_at)
);
create index export_run_by_time on export_run (made_at);

create table export_run_recipient (
  run_id      uuid not null references export_run on delete cascade,
  account_id  uuid not null references account,
  outcome     text not null constraint export_run_outcome check (outcome in ('waiting', 'told', 'not_allowed', 'no_address')),
  fetched_at  timestamptz,
  primary key (run_id, account_id)
);

grant select, insert, update, delete on export_schedule, export_recipient, export_run, export_run_recipient to cb_app;
