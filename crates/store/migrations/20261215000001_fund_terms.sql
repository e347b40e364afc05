-- What the public is told of a fund, what its envelopes are for and the most they may give, and whether it takes new
-- applications (spark.md: Money). The purpose is what donors gave for: it stands as soon as anything is written in the
-- fund's books. A ceiling binds what is promised and paid, whatever the envelope was given.

alter table ledger_fund
  add column terms_zh  text not null default '',
  add column terms_en  text not null default '',
  add column closed_at timestamptz, -- no application that was opened later is paid out of it
  add column closed_by uuid,
  add constraint ledger_fund_terms check (char_length(terms_zh) <= 2000 and char_length(terms_en) <= 2000),
  add constraint ledger_fund_closed check ((closed_at is null) = (closed_by is null));

alter table ledger_envelope
  add column purpose_zh text not null default '',
  add column purpose_en text not null default '',
  add column ceiling    bigint, -- in fen; none: what it was given is the only limit
  add constraint ledger_envelope_purpose check (char_length(purpose_zh) <= 200 and char_length(purpose_en) <= 200),
  add constraint ledger_envelope_ceiling_amount check (ceiling > 0);

create function ledger_fund_purpose_is_kept() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if (new.disease, new.city, new.age_from, new.age_until, new.valid_from, new.valid_until)
       is distinct from (old.disease, old.city, old.age_from, old.age_until, old.valid_from, old.valid_until)
     and exists (select from ledger_entry where fund_id = new.id) then
    raise exception 'money was given for this purpose' using errcode = '23514', constraint = 'ledger_fund_purpose_kept';
  end if;
  return new;
end $$;
create trigger ledger_fund_purpose_kept before update on ledger_fund
  for each row execute function ledger_fund_purpose_is_kept();

-- Whoever moves an envelope's money holds its row already; whoever does not waits here, so that a ceiling that is lowered and
-- a promise that is made see each other. What only changes sides (a payment that failed) passes under any ceiling.
create function ledger_envelope_is_within() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  most bigint;
begin
  select ceiling into most from ledger_envelope where id = new.envelope_id for share;
  if new.paid + new.committed > most then
    raise exception 'more than the envelope may give' using errcode = '23514', constraint = 'ledger_envelope_ceiling';
  end if;
  return new;
end $$;
create trigger ledger_envelope_within before update on ledger_envelope_balance
  for each row when (new.paid + new.committed > old.paid + old.committed) execute function ledger_envelope_is_within();

create function ledger_ceiling_holds() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from ledger_envelope_balance where envelope_id = new.id and paid + committed > new.ceiling) then
    raise exception 'more is promised and paid' using errcode = '23514', constraint = 'ledger_envelope_ceiling';
  end if;
  return new;
end $$;
create trigger ledger_ceiling_holds before update of ceiling on ledger_envelope
  for each row execute function ledger_ceiling_holds();

grant update (name_zh, name_en, terms_zh, terms_en, disease, city, age_from, age_until, valid_from, valid_until, closed_at,
  closed_by) on ledger_fund to cb_app;
grant update (name_zh, name_en, purpose_zh, purpose_en, ceiling) on ledger_envelope to cb_app;
