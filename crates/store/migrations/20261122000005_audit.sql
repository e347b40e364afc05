-- What happened, written in the transaction of the change. A sequencer gives positions and extends a Merkle tree
-- (RFC 6962) every second; the signed heads make any later edit, deletion, reordering or insertion visible.
create table audit_entry (
  id            uuid primary key,
  at            timestamptz not null,
  actor_kind    text not null constraint audit_actor_kind check (actor_kind in ('anonymous', 'visitor', 'staff', 'client', 'system')),
  actor_id      uuid,
  action        text not null, -- room.verb
  subject_kind  text not null,
  subject_id    uuid,
  detail        jsonb not null default '{}', -- never personal data
  request_id    uuid
);
create index audit_entry_by_subject on audit_entry (subject_id, at);
create index audit_entry_by_time on audit_entry (at);

create table audit_leaf (
  position  bigint primary key,
  entry_id  uuid not null constraint audit_leaf_entry_once unique references audit_entry,
  hash      bytea not null
);

create table audit_head (
  size       bigint primary key,
  root       bytea not null,
  frontier   bytea not null, -- the hashes of the perfect subtrees, left to right: what the next extension needs
  kid        text not null,
  signature  bytea not null,
  signed_at  timestamptz not null
);

create function audit_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'the audit trail is append-only' using errcode = '42501';
end $$;
create trigger audit_entry_append_only before update or delete or truncate on audit_entry
  for each statement execute function audit_is_append_only();
create trigger audit_leaf_append_only before update or delete or truncate on audit_leaf
  for each statement execute function audit_is_append_only();
create trigger audit_head_append_only before update or delete or truncate on audit_head
  for each statement execute function audit_is_append_only();
