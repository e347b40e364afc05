-- That an agreement is there the house notes by itself, when its family signs it. Everything else is seen by a person.

alter table ledger_evidence
  alter column noted_by drop not null, -- none: the house itself
  add constraint ledger_evidence_by_whom check (noted_by is not null or kind = 'agreement');

-- What was signed before.
insert into ledger_evidence (tranche_id, kind, noted_by, noted_at)
  select t.id, 'agreement', null, max(g.signed_at)
  from spark_agreement g
  join spark_case c on c.id = g.case_id and c.state = 'disbursing'
  join ledger_award a on a.case_id = g.case_id and a.state = 'reserved' and a.approved_at <= g.signed_at
  join ledger_tranche t on t.award_id = a.id and t.state <> 'ended' and 'agreement' = any (t.needs)
  group by t.id
  on conflict do nothing;
