-- The last day of a contract that its family was told of, in the state it is in. Without this every contract whose term ended within
-- half a year was looked at every ten minutes, each with a search through the notices of its family, to find that they were told.
alter table family_contract add column end_told_on date;
update family_contract c set end_told_on = c.ends_on
where c.state in ('active', 'arrears', 'expired') and exists (
  select from family_notice n
  where n.family_id = c.family_id and n.day = c.ends_on and n.unit_id is not distinct from c.unit_id
    and n.kind = case c.state when 'expired' then 'contract_over' else 'contract_ends' end);

-- That a term is over is another thing to tell than that it ends, and so is the end of a term that was agreed after it.
create or replace function family_contract_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.version <> old.version + 1 or not exists (
      select from family_contract_way w where w.from_state = old.state and w.to_state = new.state) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'family_contract_way';
  end if;
  if 'expired' in (old.state, new.state) then
    new.end_told_on := null;
  end if;
  return new;
end $$;
create index family_contract_end_untold on family_contract (ends_on, id)
  where state in ('active', 'arrears', 'expired') and end_told_on is distinct from ends_on;
