-- What holds of cases whatever is done by hand: a state changes by a way, with its row of history, or not at all; the history
-- only grows; a key that is destroyed does not come back; money is kept for what was granted and paid only where it is due.

-- A case begins as a draft; its version counts every change, one by one.
create function spark_case_moves() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'draft' or new.version <> 0 then
      raise exception 'a case begins as a draft' using errcode = '23514', constraint = 'spark_case_begins';
    end if;
    return new;
  end if;
  if (new.state, new.held_in) is not distinct from (old.state, old.held_in) then
    if new.version <> old.version then
      raise exception 'nothing happened' using errcode = '23514', constraint = 'spark_case_counts';
    end if;
    return new;
  end if;
  if new.version <> old.version + 1 then
    raise exception 'the version does not count the change' using errcode = '23514', constraint = 'spark_case_counts';
  end if;
  if not exists (select from spark_way w where w.from_state = old.state and w.to_state = new.state)
     or (old.state = 'deceased_hold' and new.state not in ('committee', 'closed', old.held_in))
     or (new.state = 'deceased_hold' and new.held_in is distinct from old.state) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'spark_case_way';
  end if;
  return new;
end $$;
create trigger spark_case_moves before insert or update on spark_case for each row execute function spark_case_moves();

-- At the end of the transaction each change has its row.
create function spark_case_is_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from spark_case_event e where e.case_id = new.id and e.version = new.version
                   and e.from_state = old.state and e.to_state = new.state) then
    raise exception 'a change without its history' using errcode = '23514', constraint = 'spark_case_told';
  end if;
  return null;
end $$;
create constraint trigger spark_case_told after update on spark_case deferrable initially deferred
  for each row when (old.version <> new.version) execute function spark_case_is_told();

-- A row of history is of the change that was just made. (The way itself is its foreign key; a hold that is lifted goes back.)
create function spark_case_event_fits() returns trigger language plpgsql as $$
begin
  if not exists (select from spark_case c where c.id = new.case_id and c.version = new.version and c.state = new.to_state)
     or new.from_state <> coalesce((select e.to_state from spark_case_event e
                                    where e.case_id = new.case_id and e.version = new.version - 1), 'draft')
     or (new.version > 1 and not exists (select from spark_case_event e
                                         where e.case_id = new.case_id and e.version = new.version - 1)) then
    raise exception 'not what happened' using errcode = '23514', constraint = 'spark_case_event_fits';
  end if;
  return new;
end $$;
create trigger spark_case_event_fits before insert on spark_case_event
  for each row execute function spark_case_event_fits();

create function spark_case_event_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the history of cases is append-only' using errcode = '42501';
end $$;
create trigger spark_case_event_append_only before update or delete or truncate on spark_case_event
  for each statement execute function spark_case_event_is_append_only();

-- A key is sealed anew, or destroyed once the case is over; never put back.
create function spark_case_key_goes() returns trigger language plpgsql as $$
begin
  if old.key_sealed is null then
    raise exception 'the key is destroyed' using errcode = '23514', constraint = 'spark_case_key_gone';
  end if;
  if new.key_sealed is null and not exists (
      select from spark_case c where c.id = new.case_id
        and c.state in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed')) then
    raise exception 'the case goes on' using errcode = '23514', constraint = 'spark_case_key_needed';
  end if;
  return new;
end $$;
create trigger spark_case_key_goes before update on spark_case_key for each row execute function spark_case_key_goes();

-- Between the decision and the last payment there is an award, and nothing is kept for a case that is over.
create function spark_case_is_kept() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  stands text;
  kept boolean;
begin
  select state into stands from spark_case where id = new.id;
  kept := exists (select from ledger_award a where a.case_id = new.id and a.state in ('reserved', 'fulfilled'));
  if stands in ('granted', 'partial', 'notice', 'agreement', 'disbursing') and not kept then
    raise exception 'granted, and nothing is kept' using errcode = '23514', constraint = 'spark_case_kept';
  end if;
  if stands in ('refused', 'ineligible', 'withdrawn', 'lapsed', 'closed', 'deferred_no_funds')
     and exists (select from ledger_award a where a.case_id = new.id and a.state = 'reserved') then
    raise exception 'over, and money is kept' using errcode = '23514', constraint = 'spark_case_freed';
  end if;
  return null;
end $$;
create constraint trigger spark_case_kept after update on spark_case deferrable initially deferred
  for each row when (old.version <> new.version) execute function spark_case_is_kept();

-- Money leaves only while the case is being paid. The case stands still until the payment is written.
create function spark_case_is_paid() returns trigger language plpgsql as $$
begin
  perform 1 from ledger_award a join spark_case c on c.id = a.case_id
    where a.id = new.award_id and c.state in ('disbursing', 'follow_up') for share of c;
  if not found then
    raise exception 'the case is not being paid' using errcode = '23514', constraint = 'ledger_payment_case';
  end if;
  return new;
end $$;
create trigger spark_case_is_paid before insert on ledger_payment
  for each row execute function spark_case_is_paid();
create trigger spark_case_is_sent before update of state on ledger_payment
  for each row when (new.state = 'sent') execute function spark_case_is_paid();

grant select, insert on spark_case, spark_case_key, spark_case_party, spark_case_event to cb_app;
grant update (state, held_in, version, officer_id, patient_index, decision, decided_fen, decided_at, appealed, changed_at)
  on spark_case to cb_app;
grant update (key_sealed, destroyed_at) on spark_case_key to cb_app;
grant update (account_id) on spark_case_party to cb_app;
