-- Money that is asked back of a case (spark.md: clawback). What is demanded, until when, and what became of it: rows of the
-- bank's statement, money that a paper tells of (entered by one, confirmed by another), and what is waived. Nothing here says
-- whose the case is: why it is asked back lies sealed in the case's history.

create table spark_clawback (
  id            uuid primary key,
  case_id       uuid not null references spark_case,
  case_version  integer not null, -- of the row of history that says why
  award_id      uuid not null references ledger_award,
  amount        bigint not null constraint spark_clawback_amount check (amount > 0), -- in fen
  due_on        date not null,
  asked_by      uuid not null,
  asked_at      timestamptz not null,
  settled_by    uuid,
  settled_at    timestamptz,
  constraint spark_clawback_settled check ((settled_by is null) = (settled_at is null))
);
-- A case is asked once at a time.
create unique index spark_clawback_one_open on spark_clawback (case_id) where settled_at is null;
create index spark_clawback_of_award on spark_clawback (award_id);

create table spark_clawback_part (
  id            uuid primary key,
  clawback_id   uuid not null references spark_clawback,
  kind          text not null constraint spark_clawback_part_kind check (kind in ('bank', 'paper', 'waived')),
  amount        bigint not null constraint spark_clawback_part_amount check (amount > 0), -- in fen
  day           date not null, -- of Shandong: when it came, or was waived
  reference     text constraint spark_clawback_part_reference check (char_length(reference) between 1 and 64),
  said          text not null constraint spark_clawback_part_said check (char_length(said) between 1 and 200), -- never personal data
  entered_by    uuid not null,
  entered_at    timestamptz not null,
  confirmed_by  uuid,
  confirmed_at  timestamptz,
  refused_by    uuid,
  refused_at    timestamptz,
  entry_id      uuid constraint spark_clawback_part_entry_once unique references ledger_entry,
  constraint spark_clawback_part_two_people check (confirmed_by <> entered_by),
  constraint spark_clawback_part_once check (confirmed_by is null or refused_by is null),
  constraint spark_clawback_part_confirmed check ((confirmed_by is null) = (confirmed_at is null)),
  constraint spark_clawback_part_refused check ((refused_by is null) = (refused_at is null)),
  -- The bank's own row needs nobody else; money that a paper tells of is in the books once a second person said so; what is
  -- waived never is.
  constraint spark_clawback_part_booked check (
    case kind when 'bank' then entry_id is not null and confirmed_by is null and refused_by is null
              when 'paper' then (entry_id is not null) = (confirmed_by is not null)
              else entry_id is null end),
  constraint spark_clawback_part_referred check ((kind = 'waived') = (reference is null))
);
create index spark_clawback_part_of on spark_clawback_part (clawback_id);

-- What came of a demand as it stands: an entry that was reversed counts for nothing.
create function spark_clawback_stands(demand uuid) returns bigint language sql stable set search_path = public, pg_temp as $$
  select coalesce(sum(p.amount), 0)::bigint from spark_clawback_part p
  where p.clawback_id = demand and p.refused_by is null
    and not exists (select from ledger_entry r where r.reverses = p.entry_id)
$$;

-- No more comes back than is asked for; nothing is added to what is settled; what a second person said is not said otherwise.
create function spark_clawback_part_fits() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  most bigint;
begin
  if tg_op = 'UPDATE' and (old.confirmed_by is not null or old.refused_by is not null) then
    raise exception 'decided already' using errcode = '23514', constraint = 'spark_clawback_part_final';
  end if;
  select amount into most from spark_clawback where id = new.clawback_id and settled_at is null for no key update;
  if not found then
    raise exception 'the demand is settled' using errcode = '23514', constraint = 'spark_clawback_open';
  end if;
  if tg_op = 'INSERT' and spark_clawback_stands(new.clawback_id) + new.amount > most then
    raise exception 'more than is asked for' using errcode = '23514', constraint = 'spark_clawback_within';
  end if;
  if new.entry_id is not null and not exists (
      select from ledger_entry e join spark_clawback c on c.award_id = e.award_id
      join ledger_posting l on l.entry_id = e.id and l.account = 'bank' and l.amount = new.amount
      where e.id = new.entry_id and e.kind = 'clawback' and c.id = new.clawback_id) then
    raise exception 'not what the journal says' using errcode = '23514', constraint = 'spark_clawback_part_told';
  end if;
  return new;
end $$;
create trigger spark_clawback_part_fits before insert or update on spark_clawback_part
  for each row execute function spark_clawback_part_fits();

-- Settled is what came back or was waived whole, with nothing that waits for a second person.
create function spark_clawback_settles() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if old.settled_at is not null then
    raise exception 'settled already' using errcode = '23514', constraint = 'spark_clawback_open';
  end if;
  if spark_clawback_stands(new.id) <> new.amount or exists (
      select from spark_clawback_part p where p.clawback_id = new.id and p.kind <> 'bank' and p.confirmed_by is null
        and p.refused_by is null) then
    raise exception 'something is left' using errcode = '23514', constraint = 'spark_clawback_left';
  end if;
  return new;
end $$;
create trigger spark_clawback_settles before update on spark_clawback
  for each row execute function spark_clawback_settles();

-- A case does not leave its clawback while something is demanded.
create function spark_case_owes_nothing() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from spark_clawback c where c.case_id = new.id and c.settled_at is null) then
    raise exception 'money is asked back' using errcode = '23514', constraint = 'spark_clawback_left';
  end if;
  return null;
end $$;
create constraint trigger spark_case_owes_nothing after update on spark_case deferrable initially deferred
  for each row when (old.state = 'clawback' and new.state <> 'clawback') execute function spark_case_owes_nothing();

grant select, insert on spark_clawback, spark_clawback_part to cb_app;
grant update (settled_by, settled_at) on spark_clawback to cb_app;
grant update (confirmed_by, confirmed_at, refused_by, refused_at, entry_id) on spark_clawback_part to cb_app;
