-- An entry of the journal that a demand was settled with stands: reversed, the demand would be owed again and its case is closed
-- (spark.md: clawback). The demand's row is held from here on, so that a reversal and a settling at one instant see each other:
-- one of them is first, and the other is refused.

create function spark_clawback_entry_stands() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform 1 from spark_clawback where id in (select clawback_id from spark_clawback_part where entry_id = new.reverses)
    for no key update;
  -- As it stands under the lock.
  if exists (select from spark_clawback c join spark_clawback_part p on p.clawback_id = c.id
             where p.entry_id = new.reverses and c.settled_at is not null) then
    raise exception 'a demand is settled with it' using errcode = '23514', constraint = 'spark_clawback_entry_stands';
  end if;
  return new;
end $$;
create trigger spark_clawback_entry_stands before insert on ledger_entry
  for each row when (new.reverses is not null) execute function spark_clawback_entry_stands();
