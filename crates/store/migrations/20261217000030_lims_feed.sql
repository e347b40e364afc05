-- The LIMS feed (custody.md): each record once, whatever is sent again; what cannot be applied is kept with the reason, and tried
-- again.

-- Records that were taken, by keyed hashes of (client, key) and of what the record says; 128 bits of each, so that a row of
-- one of 62 million is short. Written in the transaction of what it did. Sixteen parts, so that an index fits memory.
create table lims_record (
  key          uuid not null,
  body         uuid not null,
  -- What it became: an event of a unit, or a dead letter.
  unit_id      uuid,
  seq          integer,
  letter_id    uuid,
  received_at  timestamptz not null,
  primary key (key),
  constraint lims_record_outcome check ((unit_id is null) = (seq is null) and (unit_id is null) <> (letter_id is null))
) partition by hash (key);
do $$ begin
  for part in 0..15 loop
    execute format('create table lims_record_%s partition of lims_record for values with (modulus 16, remainder %s)', part, part);
  end loop;
end $$;

-- Records that could not be applied. The record lies sealed; code and detail name rules and members of ours, never what it said.
create table lims_dead_letter (
  id             uuid primary key,
  client_id      uuid not null,
  key            uuid not null,
  body           uuid not null,
  record_sealed  bytea, -- nothing once it has ended for a month
  unit_id        uuid,  -- where the record names a unit of ours by id, or one was found
  din            text constraint lims_dead_letter_din check (din ~ '^[A-Z0-9]{5}[0-9]{8}$'),
  kind           text constraint lims_dead_letter_kind check (kind ~ '^[a-z_]{2,40}$'),
  source_seq     bigint,
  code           text not null constraint lims_dead_letter_code check (code ~ '^[a-z-]{2,40}$'),
  detail         text not null constraint lims_dead_letter_detail check (char_length(detail) <= 2000),
  waits          boolean not null, -- what it lacks may still come: it is tried again when something of its unit came
  tries          integer not null constraint lims_dead_letter_tries check (tries > 0),
  state          text not null constraint lims_dead_letter_state check (state in ('open', 'applied', 'given_up')),
  seq            integer, -- the event it became
  came_at        timestamptz not null,
  tried_at       timestamptz not null,
  ended_at       timestamptz,
  ended_by       uuid, -- an account; none: by itself, or by the machine
  reason         text constraint lims_dead_letter_reason check (char_length(reason) between 4 and 200), -- why it was given up
  constraint lims_dead_letter_once unique (key, body),
  constraint lims_dead_letter_ended check ((state = 'open') = (ended_at is null)),
  constraint lims_dead_letter_applied check ((state = 'applied') = (seq is not null)),
  constraint lims_dead_letter_given_up check ((state = 'given_up') = (reason is not null))
);
create index lims_dead_letter_open on lims_dead_letter (came_at, id) where state = 'open';
create index lims_dead_letter_all on lims_dead_letter (came_at, id);
create index lims_dead_letter_ended on lims_dead_letter (ended_at) where record_sealed is not null and ended_at is not null;
create index lims_dead_letter_of_unit on lims_dead_letter (unit_id) where state = 'open' and waits;
create index lims_dead_letter_of_din on lims_dead_letter (din) where state = 'open' and waits;

-- A letter ends once, and what it said stays what it said.
create function lims_dead_letter_stands() returns trigger language plpgsql as $$
begin
  if (new.id, new.client_id, new.key, new.body, new.came_at) is distinct from (old.id, old.client_id, old.key, old.body, old.came_at)
     or (old.state <> 'open' and (new.state, new.seq, new.ended_at, new.ended_by, new.reason)
         is distinct from (old.state, old.seq, old.ended_at, old.ended_by, old.reason)) then
    raise exception 'a dead letter ends once' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger lims_dead_letter_stands before update on lims_dead_letter
  for each row execute function lims_dead_letter_stands();

grant select, insert on lims_record to cb_app;
grant select, insert on lims_dead_letter to cb_app;
grant update (record_sealed, unit_id, code, detail, waits, tries, state, seq, tried_at, ended_at, ended_by, reason)
  on lims_dead_letter to cb_app;
