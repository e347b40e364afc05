-- What the contracts' office writes down: which form a contract came from, payments by their number at the bank, why a contract
-- ended, and what became of an invitation.

alter table family_contract add column form_id uuid constraint family_contract_form unique; -- the form's own: pressed twice it is one
create index family_contract_of_state on family_contract (state, made_at desc, id desc);

-- A transfer that came, once by its number at the bank. It may pay several prices of a contract, and always the whole of each.
create table family_contract_payment (
  id                uuid primary key,
  contract_id       uuid not null references family_contract,
  reference_sealed  bytea not null,
  reference_index   bytea not null constraint family_contract_payment_reference unique,
  fen               bigint not null constraint family_contract_payment_fen check (fen > 0),
  paid_on           date not null,
  actor_id          uuid,
  at                timestamptz not null
);
create index family_contract_payment_of_contract on family_contract_payment (contract_id);
alter table family_contract_due add column payment_id uuid references family_contract_payment;

-- Why a contract ended, in the office's words.
create table family_contract_reason (
  id             uuid primary key,
  contract_id    uuid not null,
  version        integer not null,
  reason_sealed  bytea not null,
  constraint family_contract_reason_once unique (contract_id, version),
  foreign key (contract_id, version) references family_contract_event
);

-- Only what is sealed may change, when it is sealed anew under another key.
create function family_office_stands() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if to_jsonb(new) - 'reference_sealed' - 'reason_sealed' = to_jsonb(old) - 'reference_sealed' - 'reason_sealed' then
      return new;
    end if;
  end if;
  raise exception 'a payment that came and why a contract ended stand' using errcode = '42501';
end $$;
create trigger family_contract_payment_stands before update or delete on family_contract_payment
  for each row execute function family_office_stands();
create trigger family_contract_payment_stays before truncate on family_contract_payment
  for each statement execute function family_office_stands();
create trigger family_contract_reason_stands before update or delete on family_contract_reason
  for each row execute function family_office_stands();
create trigger family_contract_reason_stays before truncate on family_contract_reason
  for each statement execute function family_office_stands();

alter table family_invitation add column sent_at timestamptz, add column blocked_at timestamptz;

grant select, insert on family_contract_payment, family_contract_reason to cb_app;
grant update (reference_sealed) on family_contract_payment to cb_app;
grant update (reason_sealed) on family_contract_reason to cb_app;
