-- The rules of the books that concern several rows: the journal only grows, an entry is whole, months that are closed stay
-- closed, the balances follow the postings, a new account freezes payments. Functions that write balances run as their
-- owner: the application's role cannot touch a balance.

create function ledger_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append-only' using errcode = '42501';
end $$;
create trigger ledger_entry_append_only before update or delete or truncate on ledger_entry
  for each statement execute function ledger_is_append_only();
create trigger ledger_posting_append_only before update or delete or truncate on ledger_posting
  for each statement execute function ledger_is_append_only();
create trigger ledger_month_append_only before update or delete or truncate on ledger_month
  for each statement execute function ledger_is_append_only();

-- Entries share the book's row until they commit, a closing has it alone: an entry is in the month before it is closed, or is
-- told that it is.
create function ledger_entry_may_come() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  closed date;
  original ledger_entry;
begin
  select closed_through into closed from ledger_book where id = 1 for share;
  if new.day <= closed then
    raise exception 'the books are closed through %', closed using errcode = '23514', constraint = 'ledger_month_closed';
  end if;
  if new.reverses is not null then
    select * into original from ledger_entry where id = new.reverses;
    -- The award's balance follows the reversal as it followed the original, so that both name the same one.
    if original.kind not in ('opening', 'donation', 'allocation', 'clawback') or original.fund_id <> new.fund_id
       or original.award_id is distinct from new.award_id then
      raise exception 'not an entry to reverse' using errcode = '23514', constraint = 'ledger_entry_reversible';
    end if;
  end if;
  if new.payment_id is not null
     and not exists (select from ledger_payment p where p.id = new.payment_id and p.award_id = new.award_id) then
    raise exception 'not a payment of this award' using errcode = '23514', constraint = 'ledger_entry_payment_of_award';
  end if;
  return new;
end $$;
create trigger ledger_entry_may_come before insert on ledger_entry for each row execute function ledger_entry_may_come();

create function ledger_close() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  update ledger_book set closed_through = (new.month + interval '1 month' - interval '1 day')::date
    where id = 1 and (closed_through is null or closed_through < new.month);
  if not found then
    raise exception 'the month is closed' using errcode = '23514', constraint = 'ledger_month_closed';
  end if;
  -- Nothing of these days comes any more: the row above is ours alone.
  select coalesce(-sum(p.amount) filter (where p.account = 'received'), 0),
         coalesce(sum(p.amount) filter (where p.account = 'paid'), 0),
         coalesce(sum(p.amount) filter (where p.account = 'committed'), 0), count(distinct e.id)
    into new.received, new.paid, new.committed, new.entries
    from ledger_entry e join ledger_posting p on p.entry_id = e.id
    where e.day < new.month + interval '1 month';
  return new;
end $$;
create trigger ledger_close before insert on ledger_month for each row execute function ledger_close();

-- The postings of an entry belong to its fund, those of an award to the award's envelope, and there is a line for each up to
-- as many as the entry says.
create function ledger_posting_belongs() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from ledger_entry e join ledger_envelope v on v.fund_id = e.fund_id
                 left join ledger_award a on a.id = e.award_id
                 where e.id = new.entry_id and v.id = new.envelope_id and new.line <= e.lines
                   and (a.id is null or a.envelope_id = v.id)) then
    raise exception 'not a line of this entry' using errcode = '23514', constraint = 'ledger_posting_belongs';
  end if;
  return new;
end $$;
create trigger ledger_posting_belongs before insert on ledger_posting for each row execute function ledger_posting_belongs();

-- What an entry of a kind says, and nothing else: the shapes are those that crates/domain/src/ledger/entry.rs makes, with the
-- accounts of chart.rs beside it, in the order of their names, debits as + and credits as -. All lines are of one amount
-- and one envelope; an opening has amounts of its own, an allocation two envelopes. (That either ring is even in each of them
-- the envelope's balance sees to.) A reversal is its original with every sign turned.
create function ledger_entry_fits(entry ledger_entry) returns boolean language sql stable set search_path = public, pg_temp as $$
  select case entry.kind
    when 'reversal' then not exists (
      (select envelope_id, account, -amount from ledger_posting where entry_id = entry.reverses
       except all select envelope_id, account, amount from ledger_posting where entry_id = entry.id)
      union all
      (select envelope_id, account, amount from ledger_posting where entry_id = entry.id
       except all select envelope_id, account, -amount from ledger_posting where entry_id = entry.reverses))
    when 'opening' then of.envelopes = 1 and of.lines in ('bank+ received-', 'bank+ paid+ received-', 'paid+ received-')
    when 'allocation' then of.envelopes = 2 and of.amounts = 1 and of.lines = 'bank+ bank- received+ received-'
    else of.envelopes = 1 and of.amounts = 1 and (entry.kind, of.lines) in (
      ('donation', 'bank+ received-'),
      ('reserved', 'committed+ reserve-'),
      ('lapsed', 'committed- reserve+'),
      ('released', 'committed- reserve+'),
      ('payment_sent', 'committed- paid+ reserve+ transit-'),
      ('payment_settled', 'bank- transit+'),
      ('payment_failed', 'committed+ paid- reserve- transit+'),
      ('payment_returned', 'bank+ committed+ paid- reserve-'), -- promised again
      ('payment_returned', 'bank+ paid-'), -- free: its award has ended
      ('clawback', 'bank+ paid-'))
    end
  from (select count(distinct envelope_id) as envelopes, count(distinct abs(amount)) as amounts,
               string_agg(account || case when amount > 0 then '+' else '-' end, ' '
                          order by account collate "C", amount desc) as lines
        from ledger_posting where entry_id = entry.id) as of
$$;

-- Whole at the end of its transaction: all of its lines, nothing left over, what its kind says, and of a payment no other
-- amount than its own. An entry that is whole has no line to add.
create function ledger_entry_is_whole() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  found_lines bigint;
  total numeric;
begin
  select count(*), coalesce(sum(amount), 0) into found_lines, total from ledger_posting where entry_id = new.id;
  if found_lines <> new.lines or total <> 0 then
    raise exception 'the entry has % of % lines, and % fen are left over', found_lines, new.lines, total
      using errcode = '23514', constraint = 'ledger_entry_whole';
  end if;
  if ledger_entry_fits(new) is not true then
    raise exception 'not the lines of such an entry' using errcode = '23514', constraint = 'ledger_entry_fits';
  end if;
  if exists (select from ledger_payment p join ledger_posting l on l.entry_id = new.id
             where p.id = new.payment_id and abs(l.amount) <> p.amount) then
    raise exception 'not what the payment says' using errcode = '23514', constraint = 'ledger_entry_payment_amount';
  end if;
  return null;
end $$;
create constraint trigger ledger_entry_whole after insert on ledger_entry deferrable initially deferred
  for each row execute function ledger_entry_is_whole();

-- One update per fund, envelope and award of a statement, in this order and each by their ids, so that two entries never wait
-- for each other crosswise. The checks of the balances speak for themselves.
create function ledger_balances_follow() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  change record;
begin
  for change in
    select e.fund_id, n.envelope_id, e.award_id,
           coalesce(sum(n.amount) filter (where n.account = 'bank'), 0) as bank,
           coalesce(-sum(n.amount) filter (where n.account = 'received'), 0) as received,
           coalesce(sum(n.amount) filter (where n.account = 'paid'), 0) as paid,
           coalesce(-sum(n.amount) filter (where n.account = 'transit'), 0) as in_transit,
           coalesce(sum(n.amount) filter (where n.account = 'committed'), 0) as committed,
           coalesce(sum(n.amount) filter (where n.account = 'reserve'), 0) as reserve
    from fresh n join ledger_entry e on e.id = n.entry_id
    group by grouping sets ((e.fund_id), (n.envelope_id), (e.award_id))
    order by grouping (e.fund_id), grouping (n.envelope_id), e.fund_id, n.envelope_id, e.award_id
  loop
    -- Of the three ids one is given; those of entries without an award are none, and change nothing.
    update ledger_fund_balance set bank = bank + change.bank, received = received + change.received,
      paid = paid + change.paid, in_transit = in_transit + change.in_transit, committed = committed + change.committed
      where fund_id = change.fund_id;
    update ledger_envelope_balance set bank = bank + change.bank, received = received + change.received,
      paid = paid + change.paid, in_transit = in_transit + change.in_transit, committed = committed + change.committed,
      reserve = reserve + change.reserve where envelope_id = change.envelope_id;
    update ledger_award_balance set paid = paid + change.paid, committed = committed + change.committed
      where award_id = change.award_id;
  end loop;
  return null;
end $$;
create trigger ledger_balances_follow after insert on ledger_posting referencing new table as fresh
  for each statement execute function ledger_balances_follow();

-- Every fund, envelope and award has its balance from the beginning.
create function ledger_balance_begins() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  case tg_table_name
    when 'ledger_fund' then insert into ledger_fund_balance (fund_id) values (new.id);
    when 'ledger_envelope' then insert into ledger_envelope_balance (envelope_id) values (new.id);
    else insert into ledger_award_balance (award_id, amount) values (new.id, new.amount);
  end case;
  return null;
end $$;
create trigger ledger_fund_begins after insert on ledger_fund for each row execute function ledger_balance_begins();
create trigger ledger_envelope_begins after insert on ledger_envelope for each row execute function ledger_balance_begins();
create trigger ledger_award_begins after insert on ledger_award for each row execute function ledger_balance_begins();

-- An award is whole when it is made: its tranches are all of it, and all of it is kept.
create function ledger_award_is_whole() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.amount <> (select coalesce(sum(amount), 0) from ledger_tranche where award_id = new.id)
     or not exists (select from ledger_award_balance b where b.award_id = new.id and b.committed = new.amount) then
    raise exception 'the award is not kept whole' using errcode = '23514', constraint = 'ledger_award_whole';
  end if;
  return null;
end $$;
create constraint trigger ledger_award_whole after insert on ledger_award deferrable initially deferred
  for each row execute function ledger_award_is_whole();

-- Its tranches come with it and begin as planned: none is added later that would need less evidence.
create function ledger_tranche_begins() returns trigger language plpgsql as $$
begin
  if new.state <> 'planned' or new.prepared_by is not null then
    raise exception 'a tranche begins as planned' using errcode = '23514', constraint = 'ledger_tranche_begins';
  end if;
  return new;
end $$;
create trigger ledger_tranche_begins before insert on ledger_tranche
  for each row execute function ledger_tranche_begins();

create function ledger_tranche_is_of_whole() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (select amount from ledger_award where id = new.award_id)
     <> (select sum(amount) from ledger_tranche where award_id = new.award_id) then
    raise exception 'more than the award' using errcode = '23514', constraint = 'ledger_tranche_of_whole';
  end if;
  return null;
end $$;
create constraint trigger ledger_tranche_of_whole after insert on ledger_tranche deferrable initially deferred
  for each row execute function ledger_tranche_is_of_whole();

-- A payment begins as released, of an award that keeps its money, for a tranche that is prepared with all the evidence it
-- needs; it goes to the latest account of its award, which two people vouch for, and pays its tranche as it was prepared;
-- what is released waits frozen when another account follows. What is in doubt is decided by somebody who says why, and is
-- never sent again; every change is a step of the way, so that neither its file nor its reason is exchanged afterwards. (The
-- whole table is domain::ledger::PaymentState.)
create function ledger_payment_may_go() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' and (old.state, new.state) not in (
      ('released', 'sent'), ('released', 'cancelled'), ('sent', 'settled'), ('sent', 'failed'), ('sent', 'in_doubt'),
      ('in_doubt', 'settled'), ('in_doubt', 'failed'), ('settled', 'returned')) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'ledger_payment_way';
  end if;
  if tg_op = 'UPDATE' and old.state = 'in_doubt' and new.reason is null then
    raise exception 'decided without a reason' using errcode = '23514', constraint = 'ledger_payment_why';
  end if;
  perform 1 from ledger_award where id = new.award_id for share;
  if tg_op = 'INSERT' then
    if new.state <> 'released' then
      raise exception 'a payment begins as released' using errcode = '23514', constraint = 'ledger_payment_begins';
    end if;
    -- Held until the end: nobody takes the tranche back meanwhile.
    perform 1 from ledger_tranche t join ledger_award a on a.id = t.award_id
      where t.id = new.tranche_id and t.award_id = new.award_id and t.amount = new.amount
        and t.prepared_by = new.prepared_by and t.state = 'prepared' and a.state = 'reserved' for share of t;
    if not found then
      raise exception 'not as it was prepared' using errcode = '23514', constraint = 'ledger_payment_as_prepared';
    end if;
    if not (select t.needs <@ array(select e.kind from ledger_evidence e where e.tranche_id = t.id)
            from ledger_tranche t where t.id = new.tranche_id) then
      raise exception 'evidence is missing' using errcode = '23514', constraint = 'ledger_payment_evidence';
    end if;
  end if;
  if new.state in ('released', 'sent') and not exists (
      select from ledger_payee p where p.id = new.payee_id and p.award_id = new.award_id and p.confirmed_by is not null
        and p.nth = (select max(nth) from ledger_payee where award_id = new.award_id)) then
    raise exception 'the account is not confirmed' using errcode = '23514', constraint = 'ledger_payment_account';
  end if;
  return new;
end $$;
create trigger ledger_payment_may_go before insert or update on ledger_payment
  for each row execute function ledger_payment_may_go();

-- At the end of every transaction the journal tells of a payment what its state says, no more and no less: money does not move
-- without a payment that moves, nor the other way round. (domain::ledger::PaymentEvent::entry.)
create function ledger_payment_is_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  payment uuid;
  stands text;
  told text[];
  due text[];
begin
  if tg_table_name = 'ledger_payment' then payment := new.id; else payment := new.payment_id; end if;
  -- As it stands now: it may have taken several steps at once.
  select state into stands from ledger_payment where id = payment;
  select coalesce(array_agg(kind), '{}') into told from ledger_entry where payment_id = payment;
  due := case
    when stands in ('released', 'cancelled') then '{}'::text[]
    when stands in ('sent', 'in_doubt') then '{payment_sent}'
    when stands = 'settled' then '{payment_sent, payment_settled}'
    when stands = 'failed' then '{payment_sent, payment_failed}'
    when stands = 'returned' then '{payment_sent, payment_settled, payment_returned}'
  end;
  if (told <@ due and due <@ told) is not true then
    raise exception 'the payment is %, and the journal tells of %', stands, told
      using errcode = '23514', constraint = 'ledger_payment_told';
  end if;
  return null;
end $$;
create constraint trigger ledger_payment_told after insert or update on ledger_payment deferrable initially deferred
  for each row execute function ledger_payment_is_told();
create constraint trigger ledger_entry_of_payment after insert on ledger_entry deferrable initially deferred
  for each row when (new.payment_id is not null) execute function ledger_payment_is_told();

-- Nobody lets a payment go while another account is being entered, and none is entered as confirmed.
create function ledger_payee_alone() returns trigger language plpgsql as $$
begin
  if new.confirmed_by is not null then
    raise exception 'confirmed by whom?' using errcode = '23514', constraint = 'ledger_payee_begins';
  end if;
  perform 1 from ledger_award where id = new.award_id for no key update;
  return new;
end $$;
create trigger ledger_payee_alone before insert on ledger_payee for each row execute function ledger_payee_alone();

-- What was decided once is not decided otherwise: an account that was confirmed, and what it is.
create function ledger_payee_is_final() returns trigger language plpgsql as $$
begin
  if old.confirmed_by is not null then
    raise exception 'the account is confirmed' using errcode = '23514', constraint = 'ledger_payee_final';
  end if;
  return new;
end $$;
create trigger ledger_payee_is_final before update of confirmed_by, confirmed_at on ledger_payee
  for each row execute function ledger_payee_is_final();

grant select, insert on ledger_fund, ledger_envelope, ledger_award, ledger_tranche, ledger_evidence, ledger_payee,
  ledger_payment_file, ledger_payment, ledger_month, ledger_entry, ledger_posting, ledger_statement, ledger_statement_row
  to cb_app;
grant select on ledger_book, ledger_envelope_balance, ledger_fund_balance, ledger_award_balance to cb_app;
-- What has a state of its own; amounts, cases and whose hands it went through are never changed.
grant update (version) on ledger_fund, ledger_envelope to cb_app;
grant update (state, version) on ledger_award to cb_app;
grant update (state, prepared_by) on ledger_tranche to cb_app;
-- (Sealed anew after a rotation of keys; whoever pays compares what is opened with the index, which nobody changes.)
grant update (confirmed_by, confirmed_at, name_sealed, bank_sealed, account_sealed) on ledger_payee to cb_app;
grant update (state, file_id, reason) on ledger_payment to cb_app;
grant update (outcome) on ledger_statement_row to cb_app;
grant select on ledger_fund, ledger_envelope, ledger_entry, ledger_posting, ledger_month, ledger_envelope_balance,
  ledger_fund_balance to cb_auditor;
