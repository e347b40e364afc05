-- A unit that is proposed for a contract waits two weeks at most, as a contract that goes to another does: then the house settles it,
-- and what was typed for it goes. What waits today waits two weeks from today; so does what a server of before proposes, which writes no end.

alter table family_contract_begin
  add column expires_at timestamptz not null default now() + interval '14 days',
  drop constraint family_contract_begin_outcome,
  add constraint family_contract_begin_outcome check (outcome in ('confirmed', 'withdrawn', 'expired')),
  drop constraint family_contract_begin_settled,
  add constraint family_contract_begin_settled check (
    (outcome is null) = (settled_at is null) and (settled_by is null) = (outcome is null or outcome = 'expired'));
