-- What two people do at the desk: one proposes it, another confirms it under their own account. Nobody types a colleague's code.

create table custody_proposal (
  id           uuid primary key, -- the form's own: pressed twice it is one
  unit_id      uuid not null references custody_unit,
  act          text not null constraint custody_proposal_act check (act in (
                 'bank', 'lift_hold', 'put_away', 'take_out', 'move', 'discard', 'correct', 'approve_release')),
  said_sealed  bytea, -- slot, reason, event; gone once it is settled: what was done says it under the unit's own key
  seq          integer not null, -- of the unit, when it was proposed
  proposed_by  uuid not null, -- account
  operator_id  uuid not null references custody_operator,
  proposed_at  timestamptz not null,
  expires_at   timestamptz not null,
  outcome      text constraint custody_proposal_outcome check (outcome in ('confirmed', 'withdrawn')),
  settled_by   uuid,
  settled_at   timestamptz,
  constraint custody_proposal_settled check (num_nulls(outcome, settled_by, settled_at) in (0, 3)),
  constraint custody_proposal_said check ((said_sealed is null) = (outcome is not null)),
  constraint custody_proposal_two_people check (outcome is distinct from 'confirmed' or settled_by <> proposed_by)
);
create index custody_proposal_of_unit on custody_proposal (unit_id, proposed_at);
create index custody_proposal_open on custody_proposal (proposed_at, id) where outcome is null;

grant select, insert on custody_proposal to cb_app;
grant update (said_sealed, outcome, settled_by, settled_at) on custody_proposal to cb_app;
