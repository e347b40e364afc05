-- Parties that did not come (爽约), so that a policy can pause who misses several, and staff can take one back. A pause
-- itself is never stored: it is what the policy says of the rows that stand.
create table no_show (
  session_id   uuid not null,
  booking_id   uuid not null,
  activity_id  uuid not null references activity,
  person_index bytea not null, -- keyed hash of the contact, as on the booking: kept longer than the booking's own
  missing      integer not null constraint no_show_missing check (missing > 0),
  whole        boolean not null, -- nobody of the party came; part of a party is counted and pauses nobody
  ended_at     timestamptz not null, -- of the session
  marked_at    timestamptz not null,
  over_at      timestamptz,
  over_why     text constraint no_show_over_why check (over_why in ('came', 'outage', 'lifted')),
  over_reason  text constraint no_show_over_reason check (char_length(over_reason) between 1 and 200), -- why it was lifted
  primary key (session_id, booking_id),
  constraint no_show_over check ((over_at is null) = (over_why is null))
);
create index no_show_by_person on no_show (person_index, activity_id);
create index no_show_by_booking on no_show (booking_id);
create index no_show_by_time on no_show (activity_id, ended_at);

-- Times at which the door could not do its work: whoever missed a session of such a time missed nothing.
create table door_outage (
  id           uuid primary key,
  activity_id  uuid not null references activity,
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,
  reason       text not null constraint door_outage_reason check (char_length(reason) between 1 and 200),
  declared_at  timestamptz not null,
  declared_by  uuid not null,
  constraint door_outage_span check (ends_at > starts_at)
);
create index door_outage_by_time on door_outage (activity_id, ends_at);

grant select, insert, update, delete on no_show, door_outage to cb_app;
