-- When a unit's time is over its key is destroyed, and with it goes whatever else says something of it: letters of the laboratory's
-- system that were never kept, and the text of proposals that nobody settled. Letters are deleted of no other unit.

alter table custody_proposal
  drop constraint custody_proposal_said,
  add constraint custody_proposal_said check (said_sealed is null or outcome is null);

create function lims_dead_letter_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from custody_unit u where (u.id = old.unit_id or u.din = old.din) and u.destroyed_at is not null) then
    raise exception 'a dead letter goes with its unit' using errcode = '42501';
  end if;
  return old;
end $$;
create trigger lims_dead_letter_goes before delete on lims_dead_letter
  for each row execute function lims_dead_letter_goes();

grant delete on lims_dead_letter to cb_app;
