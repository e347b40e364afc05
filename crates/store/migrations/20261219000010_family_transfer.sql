-- A unit follows its contract: where a contract goes to another family, its unit goes with it, by a further event `assigned` in its
-- chain. This says which contract took over from which; the row of the unit changes hands by it alone.

create table family_contract_transfer (
  contract_id     uuid primary key references family_contract,
  to_contract_id  uuid not null constraint family_contract_transfer_to unique references family_contract,
  form_id         uuid not null constraint family_contract_transfer_form unique, -- the form's own: pressed twice it is one
  unit_id         uuid not null,
  seq             integer not null, -- the event that says it
  from_family_id  uuid not null,
  to_family_id    uuid not null,
  at              timestamptz not null,
  constraint family_contract_transfer_event unique (unit_id, seq),
  constraint family_contract_transfer_other check (contract_id <> to_contract_id and from_family_id <> to_family_id)
);
grant select, insert on family_contract_transfer to cb_app;

create function family_transfer_stands() returns trigger language plpgsql as $$
begin
  raise exception 'which contract took over a unit stands' using errcode = '42501';
end $$;
create trigger family_contract_transfer_stands before update or delete or truncate on family_contract_transfer
  for each statement execute function family_transfer_stands();

-- As before, a unit that is nobody's is given after its event. One that is a family's goes to another only by a transfer that its
-- last such event says; and each transfer has an event of its own, behind the one that gave the unit first.
create or replace function custody_unit_assigned() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  given integer;
  last integer;
begin
  select count(*), max(e.seq) into given, last from custody_event e where e.unit_id = new.id and e.kind = 'assigned';
  if tg_op = 'INSERT' or new.family_id is null or given = 0 then
    raise exception 'a unit is given to a family once, by an event' using errcode = '23514', constraint = 'custody_unit_assigned';
  end if;
  if old.family_id is not null and (
       given <= (select count(*) from family_contract_transfer t where t.unit_id = new.id)
       or not exists (
         select from family_contract_transfer t
         where t.unit_id = new.id and t.seq = last and t.from_family_id = old.family_id and t.to_family_id = new.family_id)) then
    raise exception 'a unit goes to another family by a transfer that an event says' using errcode = '23514', constraint = 'custody_unit_assigned';
  end if;
  return new;
end $$;

-- The mother of a unit's birth is the mother of the family in which it came into the house, whatever family's it is now. Answered to
-- the unit's own family only, and only where she belongs to it: who was of another family is nobody's to read.
create function family_birth_mother(asked uuid) returns uuid language sql stable security definer
  set search_path = public, pg_temp as $$
  select m.account_id
  from custody_unit u
  join family_member own on own.family_id = u.family_id and own.until is null
  join family_member m on m.account_id = own.account_id and m.mother and m.until is null
  where u.id = asked and u.family_id in (select family_of_reader())
    and m.family_id = coalesce(
      (select t.from_family_id from family_contract_transfer t where t.unit_id = asked order by t.seq limit 1), u.family_id)
  limit 1
$$;
revoke execute on function family_birth_mother(uuid) from public;
grant execute on function family_birth_mother(uuid) to cb_app, cb_family;

-- Each family that a unit was has a certificate of its own; good is the one of the family whose it is.
alter table family_certificate drop constraint family_certificate_unit;
alter table family_certificate add constraint family_certificate_unit unique (unit_id, family_id);
