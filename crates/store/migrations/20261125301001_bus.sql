-- The science bus: requests of schools and communities, vehicles, crews, stops, days without driving (booking.md, "Groups
-- and the bus"). A vehicle and a crew are each in one place at a time: the exclusion constraints below refuse it even from
-- raw SQL. They need plain Postgres, which the bus may rely on.
create extension if not exists btree_gist;

alter table one_time_code drop constraint one_time_code_purpose;
alter table one_time_code add constraint one_time_code_purpose check (purpose in ('sign_in', 'booking', 'contact', 'proof', 'bus'));

create table bus_vehicle (
  id         uuid primary key,
  title_zh   text not null constraint bus_vehicle_once unique,
  title_en   text not null,
  needs_m    integer not null constraint bus_vehicle_needs check (needs_m between 1 and 100), -- metres to park and turn out
  active     boolean not null default true,
  created_at timestamptz not null
);

create table bus_crew (
  id         uuid primary key,
  title_zh   text not null constraint bus_crew_once unique,
  title_en   text not null,
  active     boolean not null default true,
  created_at timestamptz not null
);

-- What a school has typed so far, sealed, until the code proves the contact. The draft's id is the idempotency key of its
-- request. Only the browser that began it may read it (visitor_hash).
create table bus_draft (
  id             uuid primary key,
  visitor_hash   bytea not null,
  sealed         bytea, -- domain::bus::Typed as JSON
  contact_index  bytea,
  verified_at    timestamptz,
  request_id     uuid,
  locale         text not null,
  created_at     timestamptz not null,
  expires_at     timestamptz not null
);
create index bus_draft_by_expiry on bus_draft (expires_at);

create table bus_request (
  id               uuid primary key,
  draft_id         uuid not null constraint bus_request_once unique, -- one draft makes one request
  reference        text not null constraint bus_request_reference_once unique,
  state            text not null constraint bus_request_state check
    (state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled', 'visited', 'refused', 'withdrawn')),
  version          integer not null default 1,
  organisation     text not null,
  audience         text not null,
  ages             text not null,
  people           integer not null constraint bus_request_people check (people between 1 and 5000),
  city             text not null,
  x                integer not null,
  y                integer not null,
  address          text not null,
  days             date[] not null,
  half_day         text not null constraint bus_request_half_day check (half_day in ('any', 'morning', 'afternoon')),
  parking_m        integer not null,
  power            boolean not null,
  indoor           boolean not null,
  locale           text not null constraint bus_request_locale check (locale in ('zh-CN', 'en')),
  name_sealed      bytea not null,
  post_sealed      bytea not null,
  phone_sealed     bytea,
  phone_index      bytea,
  mail_sealed      bytea,
  mail_index       bytea,
  note_sealed      bytea not null,
  question_sealed  bytea, -- what the coordinator asked last
  answer_sealed    bytea, -- and what the school answered
  reason_sealed    bytea, -- why it was refused, or why its date fell away
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  erased_at        timestamptz
);
create index bus_request_open on bus_request (created_at) where state in ('submitted', 'asked', 'proposed', 'accepted', 'scheduled');
create index bus_request_by_phone on bus_request (phone_index) where phone_index is not null;
create index bus_request_by_mail on bus_request (mail_index) where mail_index is not null;

-- One vehicle with one crew at one place. `busy` runs from arriving to driving off. A stop that was given back stays as
-- what was once proposed, and is in nobody's way.
create table bus_stop (
  id           uuid primary key,
  request_id   uuid not null references bus_request,
  vehicle_id   uuid not null references bus_vehicle,
  crew_id      uuid not null references bus_crew,
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,
  busy         tstzrange not null,
  state        text not null constraint bus_stop_state check (state in ('proposed', 'accepted', 'scheduled', 'visited', 'released')),
  answer_by    timestamptz not null, -- until when a proposal waits for the school
  message      text not null default '', -- the coordinator's words to the school
  sequence     integer not null default 0, -- iCalendar SEQUENCE
  people_came  integer constraint bus_stop_people_came check (people_came between 0 and 5000),
  created_at   timestamptz not null,
  created_by   uuid,
  updated_at   timestamptz not null,
  constraint bus_stop_order check (ends_at > starts_at),
  constraint bus_stop_busy check (busy @> tstzrange(starts_at, ends_at)),
  constraint bus_stop_came_when check (people_came is null or state = 'visited'),
  constraint bus_vehicle_in_one_place exclude using gist (vehicle_id with =, busy with &&) where (state <> 'released'),
  constraint bus_crew_in_one_place exclude using gist (crew_id with =, busy with &&) where (state <> 'released')
);
create unique index bus_stop_of_request_once on bus_stop (request_id) where state <> 'released';
create index bus_stop_by_time on bus_stop (starts_at) where state <> 'released';
create index bus_stop_by_answer on bus_stop (answer_by) where state = 'proposed';

create table bus_blackout (
  id          uuid primary key,
  vehicle_id  uuid references bus_vehicle, -- none: every vehicle
  from_day    date not null,
  until_day   date not null,
  kind        text not null constraint bus_blackout_kind check (kind in ('repair', 'holiday', 'other')),
  reason_zh   text not null,
  reason_en   text not null,
  created_at  timestamptz not null,
  created_by  uuid,
  ended_at    timestamptz,
  constraint bus_blackout_order check (until_day >= from_day)
);
create index bus_blackout_by_day on bus_blackout (until_day) where ended_at is null;

-- What a school thought of the visit: marks from one to five and nothing in free text. One answer per request.
create table bus_feedback (
  request_id  uuid primary key references bus_request,
  liked       integer not null constraint bus_feedback_liked check (liked between 1 and 5),
  understood  integer not null constraint bus_feedback_understood check (understood between 1 and 5),
  organised   integer not null constraint bus_feedback_organised check (organised between 1 and 5),
  again       boolean not null,
  created_at  timestamptz not null
);

-- Ten characters that lead a text message's reader to a request, as `short_link` does for bookings.
create table bus_short_link (
  code_hash   bytea primary key,
  request_id  uuid not null constraint bus_short_link_request_once unique,
  expires_at  timestamptz not null
);
create index bus_short_link_by_expiry on bus_short_link (expires_at);

alter table message add column bus_request_id uuid;
create index message_by_bus_request on message (bus_request_id, created_at) where bus_request_id is not null;

grant select, insert, update, delete on bus_draft, bus_short_link to cb_app;
grant select, insert, update on bus_vehicle, bus_crew, bus_request, bus_stop, bus_blackout to cb_app;
grant select, insert on bus_feedback to cb_app;
