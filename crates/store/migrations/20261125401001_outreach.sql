-- Outreach events on the booking engine: an event is an activity with a story, a place and questions of its own. What the
-- engine decides on stays where it is (activity, session, booking); here stands what only events have.

-- Nobody can book what is not published yet: read with every decision, beside the session's state.
alter table activity add column published boolean not null default true;

create table event (
  activity_id   uuid primary key references activity,
  kind          text not null constraint event_kind check (kind in
                  ('family-day', 'maternity-day', 'cord-blood-day', 'coming-of-age', 'health-tour', 'lectures')),
  city          text not null constraint event_city check (city in
                  ('jinan', 'qingdao', 'zibo', 'zaozhuang', 'dongying', 'yantai', 'weifang', 'jining', 'taian', 'weihai',
                   'rizhao', 'linyi', 'dezhou', 'liaocheng', 'binzhou', 'heze')),
  audience      text not null constraint event_audience check (audience in
                  ('everyone', 'expecting', 'families', 'teenagers')),
  place         jsonb not null, -- domain::outreach::Bilingual, as the two below
  lead          jsonb not null,
  story         jsonb not null,
  programme     jsonb not null default '[]', -- domain::outreach::ProgrammeItem
  form_version  integer not null default 0, -- 0: nothing is asked beyond name and contact
  form_draft    jsonb, -- domain::outreach::Form that staff are working on
  version       integer not null default 1,
  created_at    timestamptz not null,
  updated_at    timestamptz not null
);

-- What a date of an event is called, and when its calendar entry last changed.
create table event_session (
  session_id  uuid primary key references session,
  title       jsonb not null,
  changed_at  timestamptz not null
);

-- The questions, version by version: an answer names the version it was given to.
create table event_form (
  activity_id  uuid not null references activity,
  version      integer not null constraint event_form_version check (version > 0),
  form         jsonb not null, -- domain::outreach::Form
  created_at   timestamptz not null,
  created_by   uuid,
  primary key (activity_id, version)
);

-- What a visitor answered: first under its draft, then under the booking the draft became. The draft's id is the row
-- both sealed columns are bound to. Sensitive answers stand apart, so that whoever reads the others never opens them.
create table event_answers (
  draft_id          uuid primary key,
  activity_id       uuid not null references activity,
  form_version      integer not null,
  booking_id        uuid constraint event_answers_booking_once unique,
  ordinary_sealed   bytea not null,
  sensitive_sealed  bytea,
  created_at        timestamptz not null,
  expires_at        timestamptz not null, -- while it belongs to no booking
  constraint event_answers_form foreign key (activity_id, form_version) references event_form (activity_id, version)
);
create index event_answers_by_expiry on event_answers (expires_at) where booking_id is null;

grant select, insert, update on event, event_session, event_form to cb_app;
grant select, insert, update, delete on event_answers to cb_app;
