-- Entries wait in audit_pending until the sequencer gives them a position: ids are made from several servers' clocks
-- and commit in any order, so no high-water mark could find them. A keyed seal binds each leaf to its position, so that
-- an edit is named exactly even by someone who recomputes the hashes. Keys are never deleted by the server.
create table audit_pending (
  entry_id  uuid primary key
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);
insert into audit_pending (entry_id)
  select id from audit_entry where not exists (select from audit_leaf where entry_id = audit_entry.id);

create function audit_entry_is_pending() returns trigger language plpgsql as $$
begin
  insert into audit_pending (entry_id) select id from fresh;
  return null;
end $$;
create trigger audit_entry_is_pending after insert on audit_entry
  referencing new table as fresh for each statement execute function audit_entry_is_pending();
grant select, insert, delete on audit_pending to cb_app;
grant select on audit_pending to cb_auditor;

-- HMAC-SHA256 over position and hash. Leaves of before this migration would have an empty one and be named by the verifier.
alter table audit_leaf add column seal bytea not null default '';
alter table audit_leaf alter column seal drop default;

-- The staff page reads newest first, of one actor or of all.
drop index audit_entry_by_time;
create index audit_entry_by_time on audit_entry (at, id);
create index audit_entry_by_actor on audit_entry (actor_id, at, id) where actor_id is not null;

revoke delete on data_key, signing_key from cb_app;
