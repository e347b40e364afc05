-- What staff type of a case's money (why an award is given back or a tranche sent back, why a payment is taken back or decided so, why
-- an entry is reversed) lies under the case's key, and dies with it. It stood in plain in the trail, in payments and in the journal,
-- and outlived the case. An older server goes on: what it writes stands as it did, and it reads a point in the place of what is sealed.
create table ledger_said (
  id          uuid primary key,
  award_id    uuid not null references ledger_award,
  about       text not null constraint ledger_said_about check (about in ('released', 'sent_back', 'payment', 'reversed')),
  subject_id  uuid not null, -- the award, the tranche, the payment, the entry that is reversed
  said_sealed bytea not null, -- under the case's key
  said_by     uuid not null,
  said_at     timestamptz not null
);
create index ledger_said_of_award on ledger_said (award_id, said_at, id);

create function ledger_said_is_kept() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' or not exists (
      select from ledger_award a join spark_case_key k on k.case_id = a.case_id
      where a.id = old.award_id and k.key_sealed is null) then
    raise exception 'what was said stands while its case does' using errcode = '23514', constraint = 'ledger_said_kept';
  end if;
  return old;
end $$;
create trigger ledger_said_is_kept before update or delete on ledger_said
  for each row execute function ledger_said_is_kept();

grant select, insert, delete on ledger_said to cb_app;
