-- What is measured of tanks and rooms (custody.md, telemetry): channels, their last reading, readings by day, ten minutes for ever.

create table telemetry_channel (
  id          integer generated always as identity primary key, -- four bytes: 4.3 million readings a day name one
  code        text not null constraint telemetry_channel_code unique
                constraint telemetry_channel_code_shape check (code ~ '^[A-Z0-9-]{2,20}/[a-z0-9_]{2,24}$'), -- T-07/temperature_top
  kind        text not null constraint telemetry_channel_kind check (kind in (
                'temperature_top', 'temperature_bottom', 'ln2_level', 'lid', 'fill_valve', 'room_temperature', 'humidity',
                'oxygen', 'fan', 'pressure', 'mains_a', 'mains_b', 'ups_minutes')), -- its unit follows from it
  tank_id     uuid references custody_tank,
  room_id     uuid references custody_room,
  interval_s  integer not null constraint telemetry_channel_interval check (interval_s between 5 and 3600), -- a reading is expected every
  device      text not null constraint telemetry_channel_device check (device ~ '^[A-Za-z0-9./-]{1,40}$'), -- the probe, as its maker numbers it
  since       timestamptz not null,
  until       timestamptz, -- out of use since
  constraint telemetry_channel_of_one check (num_nonnulls(tank_id, room_id) = 1)
);
create index telemetry_channel_of_tank on telemetry_channel (tank_id) where tank_id is not null;
create index telemetry_channel_of_room on telemetry_channel (room_id) where room_id is not null;
create unique index telemetry_channel_once on telemetry_channel (coalesce(tank_id, room_id), kind) where until is null;

-- The newest of each channel: what alarms and lists look at. One row each, updated with every batch, so it is kept narrow.
create table telemetry_latest (
  channel_id  integer primary key references telemetry_channel,
  at          timestamptz, -- by the device's clock
  value       real,
  quality     smallint,
  good_at     timestamptz, -- by the device's clock: the newest that counts (quality ok)
  good_value  real,
  changed_at  timestamptz, -- by the device's clock: since when good_value is the same
  heard_at    timestamptz not null -- by ours: when something newer than before last came that was no repetition of the gateway's
) with (fillfactor = 50);

-- The key is the channel's and the device's instant, by which a reading that is sent again is known. No foreign key: it would
-- be asked 4.3 million times a day, and only the house's own code writes here, from a look-up.
create table telemetry_reading (
  device_at   timestamptz not null,
  received_at timestamptz not null,
  value       real not null,
  channel_id  integer not null,
  quality     smallint not null constraint telemetry_reading_quality check (quality between 0 and 4), -- ok, stale, implausible, calibration, maintenance
  primary key (channel_id, device_at)
) partition by range (device_at);

create table telemetry_day (
  day        date primary key, -- of UTC
  dropped_at timestamptz
);

-- For ever, by month: 144 a day and channel.
create table telemetry_rollup (
  began      timestamptz not null, -- the beginning of ten minutes, by the device's clock
  channel_id  integer not null,
  low         real, -- of the readings that count; none where none does
  mean        real,
  high        real,
  good        smallint not null, -- how many count
  others      smallint not null, -- how many do not
  primary key (channel_id, began)
) partition by range (began);

create table telemetry_month (month date primary key);

-- Ten minutes that have to be rolled up (again). Marked in the transaction of the readings: the mark is held until they are
-- there, so that nobody rolls up around them.
create table telemetry_dirty (
  began      timestamptz not null,
  channel_id  integer not null,
  marks       integer not null default 1,
  primary key (began, channel_id)
) with (fillfactor = 70);

-- The application's role makes no tables: these two make just the parts it needs. Whoever is first writes the day down and makes
-- it; who comes at the same time waits for that row.
create function telemetry_make_days(days date[]) returns void
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  one date;
begin
  for one in select distinct d from unnest(days) d order by d loop
    insert into telemetry_day (day) values (one) on conflict do nothing;
    if found then
      execute format('create table telemetry_reading_%s (like telemetry_reading including constraints including indexes)', to_char(one, 'YYYYMMDD'));
      execute format('alter table telemetry_reading attach partition telemetry_reading_%s for values from (%L) to (%L)',
        to_char(one, 'YYYYMMDD'), one::timestamptz, (one + 1)::timestamptz);
    end if;
    insert into telemetry_month (month) values (date_trunc('month', one)::date) on conflict do nothing;
    if found then
      execute format('create table telemetry_rollup_%s (like telemetry_rollup including constraints including indexes)', to_char(one, 'YYYYMM'));
      execute format('alter table telemetry_rollup attach partition telemetry_rollup_%s for values from (%L) to (%L)',
        to_char(one, 'YYYYMM'), date_trunc('month', one)::timestamptz, (date_trunc('month', one) + interval '1 month')::timestamptz);
    end if;
  end loop;
end $$;

-- Drops the days before one whose readings are all rolled up; answers how many.
create function telemetry_drop_days(before date, at timestamptz) returns integer
language plpgsql security definer set search_path = public, pg_temp set timezone = 'UTC' as $$
declare
  one date;
  gone integer := 0;
begin
  for one in select d.day from telemetry_day d where d.day < before and d.dropped_at is null
      and not exists (select from telemetry_dirty t where t.began >= d.day::timestamptz and t.began < (d.day + 1)::timestamptz)
      order by d.day for update skip locked loop
    execute format('drop table telemetry_reading_%s', to_char(one, 'YYYYMMDD'));
    update telemetry_day set dropped_at = at where day = one;
    gone := gone + 1;
  end loop;
  return gone;
end $$;

revoke all on function telemetry_make_days(date[]), telemetry_drop_days(date, timestamptz) from public;
grant execute on function telemetry_make_days(date[]), telemetry_drop_days(date, timestamptz) to cb_app;
grant select, insert on telemetry_channel, telemetry_reading to cb_app;
grant update (interval_s, device, until) on telemetry_channel to cb_app;
grant select, insert, update on telemetry_latest, telemetry_rollup to cb_app;
grant select, insert, update, delete on telemetry_dirty to cb_app;
grant select on telemetry_day, telemetry_month to cb_app;
