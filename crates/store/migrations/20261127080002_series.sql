-- All dates of an event registered for at once: each date is a booking of its own (pass, door, reminders), and the series
-- says which belong together. A draft that keeps places on all dates says so too.
create table booking_series (
  id           uuid primary key,
  activity_id  uuid not null references activity,
  created_at   timestamptz not null
);

create table booking_series_date (
  series_id   uuid not null references booking_series,
  booking_id  uuid not null constraint booking_series_date_once unique,
  primary key (series_id, booking_id)
);

alter table booking_draft add column series boolean not null default false;

grant select, insert, delete on booking_series, booking_series_date to cb_app;
