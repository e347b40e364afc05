-- Closing a session or a day is one act of staff with a reason that visitors read: it stands here, and the sessions and
-- bookings it ended name it, so that whoever is told is told why.
create table closure (
  id           uuid primary key, -- the key of the form: pressed twice, it closes once
  activity_id  uuid not null references activity,
  day          date, -- a whole day; null where one session was closed
  reason_zh    text not null,
  reason_en    text not null,
  created_at   timestamptz not null,
  created_by   uuid
);
alter table session add column closure_id uuid references closure;
alter table booking add column closure_id uuid references closure;
grant select, insert on closure to cb_app;
