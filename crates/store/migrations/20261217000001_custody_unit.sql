-- Units and what happened to them (custody.md). What happened is the truth: one append-only table of events, each unit's a
-- chain of hashes. The unit's row is what follows from its events, for lists and guards.

-- Who works with units: people of the laboratory by the code that the LIMS and their badges have; of the staff, with their account.
create table custody_operator (
  id          uuid primary key,
  code        text not null constraint custody_operator_code unique constraint custody_operator_code_shape check (code ~ '^[A-Z0-9-]{2,16}$'),
  account_id  uuid constraint custody_operator_account unique,
  since       date not null,
  until       date -- the last day
);

create table custody_unit (
  id               uuid primary key, -- random; the only name the public sees
  -- Donation identification number without its check character: facility 5, year 2, sequence 6. Sequential, so never a way
  -- to a unit for anybody but staff and machines.
  din              text not null constraint custody_unit_din unique
                     constraint custody_unit_din_shape check (din ~ '^[A-Z0-9]{5}[0-9]{8}$'),
  family_id        uuid, -- whose it is; none yet, or a public unit
  pool             text not null constraint custody_unit_pool check (pool in ('family', 'public', 'directed')),
  state            text not null constraint custody_unit_state check (state in (
                     'expected', 'collected', 'in_transit', 'received', 'processing', 'frozen_quarantine', 'banked', 'listed',
                     'reserved', 'ct_testing', 'release_approved', 'retrieved', 'shipped', 'delivered', 'infused',
                     'rejected_at_intake', 'discarded', 'research', 'quarantine_hold', 'exposed', 'transferred_out',
                     'family_released')),
  held_in          text, -- the state to come back to, while in quarantine_hold
  seq              integer not null constraint custody_unit_seq check (seq > 0), -- of its last event; its version
  head             bytea not null constraint custody_unit_head check (octet_length(head) = 32), -- the hash of that event
  -- Bit p - 1 is position p of the catalogue.
  preparation_id   uuid references custody_catalogue,
  tests_id         uuid references custody_catalogue,
  release_id       uuid references custody_catalogue,
  steps_done       bigint not null default 0,
  tests_final      bigint not null default 0,
  release_done     bigint not null default 0,
  worked_by        uuid[] not null default '{}', -- operators who did its steps: none of them signs its record
  record_signed    boolean not null default false,
  open_deviations  integer not null default 0 constraint custody_unit_deviations check (open_deviations >= 0),
  -- Its key under the vault's: seals what its events say. Null once it was destroyed.
  key_sealed       bytea,
  leaf             bigint constraint custody_unit_leaf unique, -- its place in the tree of heads, given when the first root covers it
  rooted_seq       integer not null default 0, -- the last event that a signed root covers
  registered_at    timestamptz not null,
  changed_at       timestamptz not null,
  constraint custody_unit_held check ((state = 'quarantine_hold') = (held_in is not null)),
  constraint custody_unit_rooted check (rooted_seq <= seq)
);
create index custody_unit_of_family on custody_unit (family_id) where family_id is not null;
create index custody_unit_by_state on custody_unit (state, changed_at, id);
create index custody_unit_unrooted on custody_unit (id) where rooted_seq < seq;

-- 62 million steps: sixteen parts by unit, so that a unit's whole history lies in one of them, and each index fits memory
-- beside the others'. Reads name the unit; whoever reads everything reads part by part.
create table custody_event (
  unit_id      uuid not null,
  seq          integer not null constraint custody_event_seq check (seq > 0),
  kind         text not null,
  -- What it says (JSON), after 16 random bytes, under the unit's key; and the SHA-256 of those bytes and the JSON. The chain is
  -- over the digest: it verifies for whoever may not read what was said, and after the key is gone.
  sealed       bytea not null,
  digest       bytea not null constraint custody_event_digest check (octet_length(digest) = 32),
  occurred_at  timestamptz not null, -- by the clock of the source
  received_at  timestamptz not null, -- by ours
  actor_kind   text not null,
  actor_id     uuid,
  source       text not null constraint custody_event_source check (source ~ '^[a-z0-9-]{2,32}$'), -- lims, telemetry, desk, house …
  source_seq   bigint, -- the order of the source, which a skewed clock does not disturb
  prev_hash    bytea not null constraint custody_event_prev check (octet_length(prev_hash) = 32), -- zeros at seq 1
  hash         bytea not null constraint custody_event_hash check (octet_length(hash) = 32),
  primary key (unit_id, seq)
) partition by hash (unit_id);
do $$ begin
  for part in 0..15 loop
    execute format('create table custody_event_%s partition of custody_event for values with (modulus 16, remainder %s)', part, part);
  end loop;
end $$;

create function custody_event_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'what happened to a unit is append-only' using errcode = '42501';
end $$;
create trigger custody_event_append_only before update or delete or truncate on custody_event
  for each statement execute function custody_event_is_append_only();

-- Each event follows the one before it. (Looked at once per statement, for whole batches.)
create function custody_event_follows() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (
    select from added a
    where a.prev_hash <> coalesce(
      (select b.hash from custody_event b where b.unit_id = a.unit_id and b.seq = a.seq - 1),
      case when a.seq = 1 then decode(repeat('00', 32), 'hex') end, ''::bytea)) then
    raise exception 'an event that does not follow' using errcode = '23514', constraint = 'custody_event_follows';
  end if;
  return null;
end $$;
create trigger custody_event_follows after insert on custody_event referencing new table as added
  for each statement execute function custody_event_follows();

-- The database's own signature under the state: none that is not in the table of ways.
create table custody_way (
  from_state text not null,
  to_state   text not null,
  primary key (from_state, to_state)
);

create function custody_unit_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.seq < old.seq or (new.state <> old.state and new.seq = old.seq) then
    raise exception 'a unit changes by its events only' using errcode = '23514', constraint = 'custody_unit_goes';
  end if;
  if new.state <> old.state and not exists (
      select from custody_way w where w.from_state = old.state and w.to_state = new.state) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'custody_unit_way';
  end if;
  -- Banked is a promise: 56 of 56, 15 of 15, signed, nothing open.
  if new.state = 'banked' and old.state = 'frozen_quarantine' and (
      not new.record_signed or new.open_deviations > 0
      or new.steps_done <> (select sum(1::bigint << (i.position - 1)) from custody_catalogue_item i where i.catalogue_id = new.preparation_id)
      or new.tests_final <> (select sum(1::bigint << (i.position - 1)) from custody_catalogue_item i where i.catalogue_id = new.tests_id)) then
    raise exception 'not complete' using errcode = '23514', constraint = 'custody_unit_complete';
  end if;
  return new;
end $$;
create trigger custody_unit_goes before update on custody_unit for each row
  when (old.seq is distinct from new.seq or old.state is distinct from new.state) execute function custody_unit_goes();

-- At commit the unit's row names its last event.
create function custody_unit_is_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  stands custody_unit;
begin
  select * into stands from custody_unit where id = new.id;
  if found and not exists (select from custody_event e where e.unit_id = stands.id and e.seq = stands.seq and e.hash = stands.head) then
    raise exception 'a unit without its event' using errcode = '23514', constraint = 'custody_unit_told';
  end if;
  return null;
end $$;
create constraint trigger custody_unit_told after insert or update of seq, head on custody_unit
  deferrable initially deferred for each row execute function custody_unit_is_told();

grant select, insert on custody_operator, custody_unit, custody_event to cb_app;
grant update (account_id, until) on custody_operator to cb_app;
grant update (family_id, pool, state, held_in, seq, head, preparation_id, tests_id, release_id, steps_done, tests_final,
  release_done, worked_by, record_signed, open_deviations, key_sealed, leaf, rooted_seq, changed_at) on custody_unit to cb_app;
grant select on custody_way to cb_app;
