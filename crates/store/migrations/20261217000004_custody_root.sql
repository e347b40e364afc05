-- One tree over the heads of all chains (RFC 6962 over leaves in the order in which units came), and its signed roots. A root
-- is made every few minutes in which something happened; the last of a day is published as the day's.

create table custody_node (
  level     smallint not null, -- 0: leaves
  position  bigint not null,
  hash      bytea not null constraint custody_node_hash check (octet_length(hash) = 32),
  primary key (level, position)
);

create table custody_root (
  number     bigint primary key constraint custody_root_number check (number > 0), -- without a gap
  day        date not null, -- of Shandong
  size       bigint not null constraint custody_root_size check (size > 0), -- units
  root       bytea not null constraint custody_root_root check (octet_length(root) = 32),
  previous   bytea not null constraint custody_root_previous check (octet_length(previous) = 32), -- the root before; zeros for the first
  signed_at  timestamptz not null,
  kid        text not null,
  signature  bytea not null
);
create index custody_root_of_day on custody_root (day desc, number desc);

create function custody_root_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'signed roots are append-only' using errcode = '42501';
end $$;
create trigger custody_root_append_only before update or delete or truncate on custody_root
  for each statement execute function custody_root_is_append_only();

grant select, insert, update on custody_node to cb_app;
grant select, insert on custody_root to cb_app;
