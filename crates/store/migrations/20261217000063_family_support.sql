-- A support agent opens a family's record for a reason and for half an hour. What the family reads of it lies in family_access,
-- written in the same transaction; this says how long it stays open.

create table family_support (
  id             uuid primary key, -- the form's own: pressed twice it is one
  family_id      uuid not null references family,
  account_id     uuid not null,
  reason_sealed  bytea not null,
  begun_at       timestamptz not null,
  until          timestamptz not null,
  constraint family_support_order check (until > begun_at)
);
create index family_support_open on family_support (account_id, until desc);

grant select, insert on family_support to cb_app;
grant update (until, reason_sealed) on family_support to cb_app;
