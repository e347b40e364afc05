-- A proposal that nobody confirmed within its time is settled by the house, and what was typed for it goes as with any other.

alter table custody_proposal
  drop constraint custody_proposal_outcome,
  add constraint custody_proposal_outcome check (outcome in ('confirmed', 'withdrawn', 'expired')),
  drop constraint custody_proposal_settled,
  add constraint custody_proposal_settled check (
    (outcome is null) = (settled_at is null) and (settled_by is null) = (outcome is null or outcome = 'expired'));
