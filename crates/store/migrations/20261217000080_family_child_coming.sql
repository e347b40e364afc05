-- A child whose invitation ran out is invited again: who is looked through are those who did not take over.
create index family_child_coming on family_child (of_age_in, id) where took_over_at is null;
drop index family_child_of_age;
