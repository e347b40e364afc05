-- Whose a unit is stands in its chain (the event `assigned`), and the row says it once: after that event, of a unit that is nobody's.
-- Units that were given to a family before stay as they are; `server record-families` writes their events.

create function custody_unit_assigned() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'INSERT' or old.family_id is not null
     or not exists (select from custody_event e where e.unit_id = new.id and e.kind = 'assigned') then
    raise exception 'a unit is given to a family once, by an event' using errcode = '23514', constraint = 'custody_unit_assigned';
  end if;
  return new;
end $$;
create trigger custody_unit_assigned before update of family_id on custody_unit
  for each row when (old.family_id is distinct from new.family_id) execute function custody_unit_assigned();
create trigger custody_unit_begins_nobodys before insert on custody_unit
  for each row when (new.family_id is not null) execute function custody_unit_assigned();
