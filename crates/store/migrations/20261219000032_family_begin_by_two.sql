-- Which unit a contract keeps decides who reads it for ever, and a number that is typed wrongly may be another unit's: one of the
-- office proposes it by the number on the bag, and another, who reads on the page which unit that is, confirms it.

create table family_contract_begin (
  id           uuid primary key,
  contract_id  uuid not null references family_contract,
  unit_id      uuid not null,
  born_sealed  bytea, -- when the child was born; gone once it is settled: the child's own row says it
  proposed_by  uuid not null,
  proposed_at  timestamptz not null,
  outcome      text constraint family_contract_begin_outcome check (outcome in ('confirmed', 'withdrawn')),
  settled_by   uuid,
  settled_at   timestamptz,
  constraint family_contract_begin_settled check (num_nulls(outcome, settled_by, settled_at) in (0, 3)),
  constraint family_contract_begin_born check ((born_sealed is null) = (outcome is not null)),
  constraint family_contract_begin_two_people check (outcome is distinct from 'confirmed' or settled_by <> proposed_by)
);
create index family_contract_begin_of_contract on family_contract_begin (contract_id, proposed_at);
create unique index family_contract_begin_open on family_contract_begin (contract_id) where outcome is null;

grant select, insert on family_contract_begin to cb_app;
grant update (born_sealed, outcome, settled_by, settled_at) on family_contract_begin to cb_app;
