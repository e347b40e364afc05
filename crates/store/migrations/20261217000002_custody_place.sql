-- Where units lie: site, room, tank, tower, frame, slot. One live occupant per slot and one slot per unit, by the database;
-- put away and taken out by two people.

create table custody_room (
  id    uuid primary key,
  site  text not null,
  code  text not null constraint custody_room_code unique constraint custody_room_code_shape check (code ~ '^[A-Z0-9-]{2,20}$'),
  zh    text not null,
  en    text not null
);

create table custody_tank (
  id       uuid primary key,
  room_id  uuid not null references custody_room,
  code     text not null constraint custody_tank_code unique constraint custody_tank_code_shape check (code ~ '^[A-Z0-9-]{2,20}$'),
  use      text not null constraint custody_tank_use check (use in ('quarantine', 'long_term', 'samples')),
  towers   smallint not null constraint custody_tank_towers check (towers between 1 and 200),
  frames   smallint not null constraint custody_tank_frames check (frames between 1 and 100), -- per tower
  slots    smallint not null constraint custody_tank_slots check (slots between 1 and 100),  -- per frame
  since    timestamptz not null
);
create index custody_tank_of_room on custody_tank (room_id);

create table custody_placement (
  id         uuid primary key,
  unit_id    uuid not null references custody_unit,
  tank_id    uuid not null references custody_tank,
  tower      smallint not null,
  frame      smallint not null,
  slot       smallint not null,
  put_at     timestamptz not null,
  put_by     uuid not null references custody_operator,  -- whose scan came first
  put_with   uuid not null references custody_operator,  -- whose came second
  taken_at   timestamptz,
  taken_by   uuid references custody_operator,
  taken_with uuid references custody_operator,
  constraint custody_placement_put_by_two check (put_by <> put_with),
  constraint custody_placement_taken_by_two check (taken_by <> taken_with),
  constraint custody_placement_taken check (num_nulls(taken_at, taken_by, taken_with) in (0, 3)),
  constraint custody_placement_order check (taken_at >= put_at)
);
create unique index custody_placement_slot on custody_placement (tank_id, tower, frame, slot) where taken_at is null;
create unique index custody_placement_unit on custody_placement (unit_id) where taken_at is null;
create index custody_placement_of_unit on custody_placement (unit_id, put_at);
-- Who lay in a tank at a time, also those moved since.
create index custody_placement_of_tank on custody_placement (tank_id, put_at);

create function custody_placement_fits() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if old.taken_at is not null or (new.unit_id, new.tank_id, new.tower, new.frame, new.slot, new.put_at, new.put_by, new.put_with)
       is distinct from (old.unit_id, old.tank_id, old.tower, old.frame, old.slot, old.put_at, old.put_by, old.put_with) then
      raise exception 'a placement only ends' using errcode = '42501';
    end if;
    return new;
  end if;
  if not exists (select from custody_tank t where t.id = new.tank_id
      and new.tower between 1 and t.towers and new.frame between 1 and t.frames and new.slot between 1 and t.slots) then
    raise exception 'no such slot' using errcode = '23514', constraint = 'custody_placement_exists';
  end if;
  return new;
end $$;
create trigger custody_placement_fits before insert or update on custody_placement
  for each row execute function custody_placement_fits();

grant select, insert, update on custody_room, custody_tank to cb_app;
grant select, insert on custody_placement to cb_app;
grant update (taken_at, taken_by, taken_with) on custody_placement to cb_app;
