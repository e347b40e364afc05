-- Who set a version of what units are worked by, when and why, for the page on which it is read. Versions that stand have none of it,
-- and a server of before writes none.

alter table custody_catalogue
  add column added_at timestamptz,
  add column added_by uuid, -- whose word it is; the command writes it
  add column reason   text constraint custody_catalogue_reason check (char_length(reason) between 4 and 500), -- never personal data
  add constraint custody_catalogue_said check (num_nulls(added_at, added_by, reason) in (0, 3));

alter table custody_rules
  add column added_at timestamptz,
  add column added_by uuid,
  add column reason   text constraint custody_rules_reason check (char_length(reason) between 4 and 500),
  add constraint custody_rules_said check (num_nulls(added_at, added_by, reason) in (0, 3));
