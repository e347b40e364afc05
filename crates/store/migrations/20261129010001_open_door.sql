-- No booking needed (免预约): an act of staff with a note the public reads, over one session or a whole day, as closing is.
-- The session names the act it is under; which sessions an act is still to reach stands beside it, so that a server that dies
-- half-way leaves nothing half done, and how long it held for each says who owed nobody their coming.
create table open_door (
  id           uuid primary key, -- the key of the form: pressed twice, it is one act
  activity_id  uuid not null references activity,
  day          date, -- a whole day; null where it was one session
  note_zh      text not null, -- may be empty, like the English
  note_en      text not null,
  created_at   timestamptz not null,
  created_by   uuid,
  ended_at     timestamptz -- the day needs bookings again: sessions made later are not under it
);
create index open_door_days on open_door (activity_id, day) where day is not null and ended_at is null;
create table open_door_session (
  open_door_id  uuid not null references open_door,
  session_id    uuid not null references session,
  state         text not null constraint open_door_session_state check (state in ('open', 'done', 'void')),
  ended_at      timestamptz, -- taken back
  primary key (open_door_id, session_id)
);
create index open_door_session_of on open_door_session (session_id);
alter table session add column open_door_id uuid;
alter table session add constraint session_open_door foreign key (open_door_id) references open_door not valid;

-- A party that waited for such a session can simply come. It is told, and told again should that be taken back.
alter table waiting_entry drop constraint waiting_state;
alter table waiting_entry add constraint waiting_state
  check (state in ('waiting', 'offered', 'booked', 'declined', 'left', 'expired', 'closed', 'no_place', 'not_needed')) not valid;
alter table waiting_wish add column open_door boolean not null default false;

-- Of which session people without a booking were, as far as the clock tells: numbers, and nobody's name.
alter table door_count add column session_id uuid;
alter table door_count add constraint door_count_session foreign key (session_id) references session not valid;

grant select, insert, update on open_door, open_door_session to cb_app;
