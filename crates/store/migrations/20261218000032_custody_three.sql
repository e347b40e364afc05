-- A unit is handed to its courier by two people and the coordinator: one proposes it, another looks it over, a third confirms it, each
-- under an account and a code of their own.

alter table custody_proposal
  add column checked_by  uuid, -- account
  add column checked_as  uuid references custody_operator,
  add column checked_at  timestamptz,
  add constraint custody_proposal_checked check (num_nulls(checked_by, checked_as, checked_at) in (0, 3)),
  add constraint custody_proposal_checked_by_another check (checked_by <> proposed_by and checked_as <> operator_id),
  add constraint custody_proposal_three_people check (
    act <> 'ship' or outcome is distinct from 'confirmed' or (checked_by is not null and checked_by <> settled_by));

grant update (checked_by, checked_as, checked_at) on custody_proposal to cb_app;
