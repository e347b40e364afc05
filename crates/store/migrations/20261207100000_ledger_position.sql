-- Where an entry stands in the journal: what is disclosed says up to where the books are in it. The number is given once the
-- entry shares the book's row: whoever has that row alone has every number that was given before, committed or gone.
create sequence ledger_entry_position;
alter table ledger_entry add column position bigint not null default nextval('ledger_entry_position');
alter table ledger_entry alter column position drop default;
alter table ledger_entry add constraint ledger_entry_position_once unique (position);

-- (Triggers run in the order of their names: this one after ledger_entry_may_come.)
create function ledger_entry_is_numbered() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  new.position := nextval('ledger_entry_position');
  return new;
end $$;
create trigger ledger_entry_numbered before insert on ledger_entry
  for each row execute function ledger_entry_is_numbered();

-- The books stand still for the rest of the transaction; answers the last position.
create function ledger_stand_still() returns bigint language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform from ledger_book where id = 1 for update;
  return coalesce((select max(position) from ledger_entry), 0);
end $$;
revoke execute on function ledger_stand_still() from public;
grant execute on function ledger_stand_still() to cb_app;
