-- The ways of units, from `domain::custody::ways` (a test compares them), and what the database holds by itself beyond the table:
-- a unit begins as expected, its lists only grow, and a hold comes back to where it held.

insert into custody_way (from_state, to_state) values
  ('expected', 'collected'),
  ('collected', 'in_transit'),
  ('in_transit', 'received'),
  ('in_transit', 'rejected_at_intake'),
  ('received', 'processing'),
  ('received', 'frozen_quarantine'),
  ('received', 'rejected_at_intake'),
  ('received', 'discarded'),
  ('received', 'quarantine_hold'),
  ('processing', 'frozen_quarantine'),
  ('processing', 'rejected_at_intake'),
  ('processing', 'discarded'),
  ('processing', 'quarantine_hold'),
  ('frozen_quarantine', 'banked'),
  ('frozen_quarantine', 'discarded'),
  ('frozen_quarantine', 'research'),
  ('frozen_quarantine', 'quarantine_hold'),
  ('frozen_quarantine', 'exposed'),
  ('banked', 'listed'),
  ('banked', 'reserved'),
  ('banked', 'discarded'),
  ('banked', 'research'),
  ('banked', 'quarantine_hold'),
  ('banked', 'exposed'),
  ('banked', 'transferred_out'),
  ('banked', 'family_released'),
  ('listed', 'banked'),
  ('listed', 'reserved'),
  ('listed', 'discarded'),
  ('listed', 'quarantine_hold'),
  ('listed', 'exposed'),
  ('reserved', 'banked'),
  ('reserved', 'ct_testing'),
  ('reserved', 'quarantine_hold'),
  ('reserved', 'exposed'),
  ('ct_testing', 'banked'),
  ('ct_testing', 'release_approved'),
  ('ct_testing', 'quarantine_hold'),
  ('ct_testing', 'exposed'),
  ('release_approved', 'banked'),
  ('release_approved', 'retrieved'),
  ('release_approved', 'quarantine_hold'),
  ('release_approved', 'exposed'),
  ('retrieved', 'shipped'),
  ('retrieved', 'quarantine_hold'),
  ('retrieved', 'exposed'),
  ('shipped', 'delivered'),
  ('shipped', 'exposed'),
  ('delivered', 'infused'),
  ('delivered', 'discarded'),
  ('delivered', 'exposed'),
  ('rejected_at_intake', 'discarded'),
  ('rejected_at_intake', 'research'),
  ('quarantine_hold', 'received'),
  ('quarantine_hold', 'processing'),
  ('quarantine_hold', 'frozen_quarantine'),
  ('quarantine_hold', 'banked'),
  ('quarantine_hold', 'listed'),
  ('quarantine_hold', 'reserved'),
  ('quarantine_hold', 'ct_testing'),
  ('quarantine_hold', 'release_approved'),
  ('quarantine_hold', 'retrieved'),
  ('quarantine_hold', 'discarded'),
  ('quarantine_hold', 'research'),
  ('quarantine_hold', 'exposed'),
  ('exposed', 'discarded'),
  ('exposed', 'research');

-- Minutes on its way, as far as its legs have come.
alter table custody_unit add column transit_minutes integer not null default 0
  constraint custody_unit_transit check (transit_minutes >= 0);
grant update (transit_minutes) on custody_unit to cb_app;

-- As it was, but that a list nobody chose is not complete.
create or replace function custody_unit_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.seq < old.seq or (new.state <> old.state and new.seq = old.seq) then
    raise exception 'a unit changes by its events only' using errcode = '23514', constraint = 'custody_unit_goes';
  end if;
  if new.state <> old.state and not exists (
      select from custody_way w where w.from_state = old.state and w.to_state = new.state) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'custody_unit_way';
  end if;
  if new.state = 'banked' and old.state = 'frozen_quarantine' and (
      not new.record_signed or new.open_deviations > 0
      or new.steps_done is distinct from
         (select sum(1::bigint << (i.position - 1)) from custody_catalogue_item i where i.catalogue_id = new.preparation_id)
      or new.tests_final is distinct from
         (select sum(1::bigint << (i.position - 1)) from custody_catalogue_item i where i.catalogue_id = new.tests_id)) then
    raise exception 'not complete' using errcode = '23514', constraint = 'custody_unit_complete';
  end if;
  return new;
end $$;

-- The rules of the whole, for each part of it, too: whoever names a part goes round no rule.
do $$ begin
  for part in 0..15 loop
    execute format('create trigger custody_event_append_only before update or delete or truncate on custody_event_%s
                      for each statement execute function custody_event_is_append_only()', part);
    execute format('create trigger custody_event_follows after insert on custody_event_%s referencing new table as added
                      for each statement execute function custody_event_follows()', part);
  end loop;
end $$;

create function custody_unit_begins() returns trigger language plpgsql as $$
begin
  if new.state <> 'expected' or new.seq <> 1 or new.steps_done <> 0 or new.tests_final <> 0 or new.release_done <> 0
     or new.record_signed or new.open_deviations <> 0 or new.rooted_seq <> 0 then
    raise exception 'a unit begins with its registration' using errcode = '23514', constraint = 'custody_unit_begins';
  end if;
  return new;
end $$;
create trigger custody_unit_begins before insert on custody_unit for each row execute function custody_unit_begins();

create function custody_unit_holds() returns trigger language plpgsql as $$
begin
  if new.steps_done & old.steps_done <> old.steps_done or new.tests_final & old.tests_final <> old.tests_final
     or (new.release_done & old.release_done <> old.release_done and new.release_done <> 0) then -- another patient's begins anew
    raise exception 'what was done stays done' using errcode = '23514', constraint = 'custody_unit_done';
  end if;
  if old.state = 'quarantine_hold' and new.state = 'quarantine_hold' and new.held_in <> old.held_in then
    -- Work that was begun is finished under a hold: no further than into quarantine.
    if new.held_in not in ('processing', 'frozen_quarantine')
       or not exists (select from custody_way w where w.from_state = old.held_in and w.to_state = new.held_in) then
      raise exception 'a hold that moves' using errcode = '23514', constraint = 'custody_unit_hold';
    end if;
  elsif old.state = 'quarantine_hold' and new.state <> 'quarantine_hold' then
    if new.state <> old.held_in and new.state not in ('exposed', 'discarded', 'research') then
      raise exception 'a hold that comes back elsewhere' using errcode = '23514', constraint = 'custody_unit_hold';
    end if;
  elsif old.state <> 'quarantine_hold' and new.state = 'quarantine_hold' and new.held_in <> old.state then
    raise exception 'a hold of something else' using errcode = '23514', constraint = 'custody_unit_hold';
  end if;
  return new;
end $$;
create trigger custody_unit_holds before update of state, held_in, steps_done, tests_final, release_done on custody_unit
  for each row execute function custody_unit_holds();
