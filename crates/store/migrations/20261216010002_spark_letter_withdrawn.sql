-- A letter confirms to a family that it took its case back.
alter table spark_letter drop constraint spark_letter_kind;
alter table spark_letter add constraint spark_letter_kind
  check (kind in ('granted', 'partial', 'refused', 'ineligible', 'deferred', 'recalled', 'appeal_decided',
                  'agreement', 'lapsed', 'clawback', 'closed', 'withdrawn'));
