-- A key for each application from its first day: what is sent with it (papers, the snapshot) is sealed by it, and when the
-- application becomes a case the very same key is the case's. Kept here until then, sealed by the vault for `spark_case_key`;
-- none of one that has no need of it yet.
alter table spark_application add column key_sealed bytea;
-- Whoever sends an application takes its key along: a key that stayed behind would leave what it sealed without a reader.
alter table spark_application add constraint spark_application_key check (key_sealed is null or submitted_at is null);
