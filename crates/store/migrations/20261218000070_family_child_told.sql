-- A child of age of whom nobody has said a number is told of once, and looked at again when somebody does. Without this every such
-- child of the bank was opened again every ten minutes, for ever, each time with a search through all contracts for its own.
alter table family_child add column of_age_told_at timestamptz;
create index family_child_due on family_child (of_age_in, id)
  where took_over_at is null and (phone_sealed is not null or of_age_told_at is null);
drop index family_child_coming;
create index family_contract_of_child on family_contract (child_id) where child_id is not null;
