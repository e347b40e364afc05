-- A case that is kept is kept until it is let go, or until a last day that was set with it: then the house itself lets it go.
alter table spark_case_hold add column until date; -- of Shandong; none: until somebody lifts it
alter table spark_case_hold drop constraint spark_case_hold_lifted;
alter table spark_case_hold add constraint spark_case_hold_lifted check (lifted_by is null or lifted_at is not null);
