-- A payment that was noted wrongly is taken back by another of the office than who noted it, once, with a reason. What was noted
-- stays: its number sealed, its sum, its day, and what it paid. Only the number's index goes, so that the number can be noted again.

alter table family_contract_payment
  alter column reference_index drop not null,
  add column taken_back_at timestamptz,
  add column taken_back_by uuid,
  add column taken_back_nths smallint[], -- the prices it paid, which are owed again
  add column taken_back_reason_sealed bytea,
  add constraint family_contract_payment_taken_back check (
    num_nulls(taken_back_at, taken_back_by, taken_back_nths, taken_back_reason_sealed) in (0, 4)
    and (reference_index is null) = (taken_back_at is not null)),
  add constraint family_contract_payment_two_people check (taken_back_by <> actor_id);

create function family_payment_stands() returns trigger language plpgsql as $$
declare
  sealed constant text[] := array['reference_sealed', 'taken_back_reason_sealed'];
  back constant text[] := array['reference_index', 'taken_back_at', 'taken_back_by', 'taken_back_nths', 'taken_back_reason_sealed'];
begin
  if tg_op = 'UPDATE' then
    -- What is sealed, when it is sealed anew under another key.
    if to_jsonb(new) - sealed = to_jsonb(old) - sealed then
      return new;
    end if;
    -- Taken back, once.
    if old.taken_back_at is null and new.taken_back_at is not null and to_jsonb(new) - back = to_jsonb(old) - back then
      return new;
    end if;
  end if;
  raise exception 'a payment that came stands, and so does that it was taken back' using errcode = '42501';
end $$;
create or replace trigger family_contract_payment_stands before update or delete on family_contract_payment
  for each row execute function family_payment_stands();

grant update (reference_index, taken_back_at, taken_back_by, taken_back_nths, taken_back_reason_sealed)
  on family_contract_payment to cb_app;
