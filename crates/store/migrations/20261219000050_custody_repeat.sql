-- A test that is done once more has no final result until the next is found: the row says so. What was done stays done but for that,
-- and only where one of the events behind the change is a repeat.
create or replace function custody_unit_holds() returns trigger language plpgsql as $$
begin
  if new.steps_done & old.steps_done <> old.steps_done
     or (new.tests_final & old.tests_final <> old.tests_final and not exists ( -- a repeat takes a result back
           select from custody_event e where e.unit_id = new.id and e.seq > old.seq and e.seq <= new.seq and e.kind = 'test_repeated'))
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
