-- Devices at the door that work without the network. Each is enrolled once by a short-lived code, proves itself by a key of
-- which only the hash stands here, and is told to wipe itself once it is revoked.
create table door_device (
  id               uuid primary key,
  name             text not null constraint door_device_name check (char_length(name) between 1 and 40), -- 东门 1 号
  role             text not null constraint door_device_role check (role in ('steward', 'supervisor')),
  code_hash        bytea not null constraint door_device_code_once unique,
  code_expires_at  timestamptz not null,
  token_hash       bytea constraint door_device_token_once unique,
  created_at       timestamptz not null,
  created_by       uuid not null,
  enrolled_at      timestamptz,
  revoked_at       timestamptz,
  wiped_at         timestamptz, -- when it was told so
  seen_at          timestamptz,
  synced_at        timestamptz, -- when it last had the whole roster
  app_version      text,
  skew_ms          bigint, -- how far its clock was behind ours
  queue_length     integer, -- what it had not sent yet, as it said
  shift_ended_at   timestamptz,
  constraint door_device_enrolled check ((enrolled_at is null) = (token_hash is null))
);

-- What a device did is kept with its own time, the same by our clock, and whose word it was.
alter table scan
  add column device_id    uuid,
  add column body_hash    bytea, -- the same nonce with another body is refused
  add column happened_at  timestamptz,
  add column reason       text, -- a supervisor's, against the clock
  add column conflict_id  uuid;
create index scan_by_booking on scan (booking_id) where booking_id is not null;

-- Two facts about one booking that cannot both be counted. One stands open for a booking at a time, however many devices
-- disagree; a supervisor says how many came.
create table door_conflict (
  session_id   uuid not null,
  id           uuid not null,
  booking_id   uuid not null,
  kind         text not null constraint door_conflict_kind check (kind in ('twice', 'cancelled', 'unknown', 'clock')),
  raised_at    timestamptz not null,
  resolved_at  timestamptz,
  resolved_by  uuid,
  people       integer constraint door_conflict_people check (people between 0 and 500),
  reason       text constraint door_conflict_reason check (char_length(reason) between 1 and 200),
  primary key (session_id, id),
  constraint door_conflict_resolved check ((resolved_at is null) = (reason is null))
);
create unique index door_conflict_open_once on door_conflict (session_id, booking_id) where resolved_at is null;
create index door_conflict_by_time on door_conflict (raised_at);

-- Bookings that were changed since a device last asked: few, and found without reading other days.
create index booking_by_change on booking (updated_at) where sequence > 0;

-- A device is an actor of its own in the trail.
alter table audit_entry drop constraint audit_actor_kind;
alter table audit_entry add constraint audit_actor_kind
  check (actor_kind in ('anonymous', 'visitor', 'staff', 'client', 'device', 'system')) not valid;

grant select, insert, update, delete on door_device, door_conflict to cb_app;
