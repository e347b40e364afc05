-- A contract that goes to another takes its unit out of one family's sight and into another's, for ever: one of the office proposes
-- it, by the number of the contract that takes over and the number on the bag, and another, who reads on the page what that is,
-- confirms it. What was transferred before stands as it is (`family_contract_transfer`).

create table family_contract_giving (
  id              uuid primary key, -- the form's own: pressed twice it is one
  contract_id     uuid not null references family_contract,
  to_contract_id  uuid references family_contract, -- none: the bank has no unit of it
  unit_id         uuid,
  said_sealed     bytea, -- why, and when the child was born; gone once it is settled: the contract's history and the child's own row say it
  proposed_by     uuid not null,
  proposed_at     timestamptz not null,
  expires_at      timestamptz not null,
  outcome         text constraint family_contract_giving_outcome check (outcome in ('confirmed', 'withdrawn', 'expired')),
  settled_by      uuid,
  settled_at      timestamptz,
  constraint family_contract_giving_settled check (
    (outcome is null) = (settled_at is null) and (settled_by is null) = (outcome is null or outcome = 'expired')),
  constraint family_contract_giving_said check ((said_sealed is null) = (outcome is not null)),
  constraint family_contract_giving_unit check ((to_contract_id is null) = (unit_id is null)),
  constraint family_contract_giving_other check (to_contract_id <> contract_id),
  constraint family_contract_giving_two_people check (outcome is distinct from 'confirmed' or settled_by <> proposed_by)
);
create unique index family_contract_giving_open on family_contract_giving (contract_id) where outcome is null;
create index family_contract_giving_to on family_contract_giving (to_contract_id) where outcome is null;

grant select, insert on family_contract_giving to cb_app;
grant update (said_sealed, outcome, settled_by, settled_at) on family_contract_giving to cb_app;
