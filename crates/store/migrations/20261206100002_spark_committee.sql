-- Meetings of the committee (domain::spark::review): what lay before it, who was there, how it voted, what it wrote down.
create table spark_meeting (
  id           uuid primary key,
  state        text not null constraint spark_meeting_state
                 check (state in ('planned', 'pack_frozen', 'in_session', 'adjourned', 'decided', 'minutes_signed', 'cancelled')),
  version      integer not null,
  day          date not null,
  chair_id     uuid not null,
  deputy_id    uuid not null,
  members      uuid[] not null, -- the chair and the deputy among them
  pack         bytea, -- the canonical bytes of what was frozen
  pack_digest  bytea,
  minutes      text, -- domain::spark::review::minutes::Minutes, as JSON
  planned_by   uuid not null,
  closed_by    uuid, -- the secretary: one
  closed_at    timestamptz,
  changed_at   timestamptz not null,
  constraint spark_meeting_pack check ((pack is null) = (pack_digest is null) and (state = 'cancelled' or (state = 'planned') = (pack is null))),
  constraint spark_meeting_minutes
    check (num_nonnulls(minutes, closed_by, closed_at) = case when state in ('decided', 'minutes_signed') then 3 else 0 end)
);
create index spark_meeting_by_day on spark_meeting (day, id);

create function spark_meeting_moves() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'planned' or new.version <> 0 then
      raise exception 'a meeting begins as a plan' using errcode = '23514', constraint = 'spark_meeting_begins';
    end if;
    return new;
  end if;
  if new.version <> old.version + 1 then
    raise exception 'the version counts every change' using errcode = '23514', constraint = 'spark_meeting_counts';
  end if;
  if (old.state, new.state) not in (
       ('planned', 'planned'), ('planned', 'pack_frozen'), ('pack_frozen', 'planned'), ('pack_frozen', 'in_session'),
       ('adjourned', 'in_session'), ('in_session', 'adjourned'), ('in_session', 'decided'), ('adjourned', 'decided'),
       ('decided', 'in_session'), ('decided', 'minutes_signed'), ('planned', 'cancelled'), ('pack_frozen', 'cancelled')) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'spark_meeting_way';
  end if;
  if old.id <> new.id or (old.state <> 'planned'
     and (old.chair_id, old.deputy_id, old.members) is distinct from (new.chair_id, new.deputy_id, new.members)) then
    raise exception 'the roll is frozen' using errcode = '23514', constraint = 'spark_pack_stays';
  end if;
  if old.state <> 'planned' and new.state <> 'planned' and (old.pack, old.pack_digest) is distinct from (new.pack, new.pack_digest) then
    raise exception 'the pack is frozen' using errcode = '23514', constraint = 'spark_pack_stays';
  end if;
  if old.state = 'decided' and new.state = 'minutes_signed'
     and (old.minutes, old.closed_by, old.closed_at) is distinct from (new.minutes, new.closed_by, new.closed_at) then
    raise exception 'the minutes are closed' using errcode = '23514', constraint = 'spark_minutes_stay';
  end if;
  return new;
end $$;
create trigger spark_meeting_moves before insert or update on spark_meeting
  for each row execute function spark_meeting_moves();

-- A case on the agenda.
create table spark_meeting_item (
  meeting_id       uuid not null references spark_meeting,
  case_id          uuid not null references spark_case,
  position         integer not null,
  case_version     integer, -- as it was frozen, from here
  form             integer,
  requested        bigint,
  digest           bytea, -- to here
  stands_over      boolean not null default false,
  outcome          text constraint spark_meeting_item_outcome check (outcome in ('granted', 'partial', 'refused', 'deferred')),
  outcome_fen      bigint,
  carried_version  integer, -- the version of the case that the decision made
  primary key (meeting_id, case_id),
  constraint spark_meeting_item_place unique (meeting_id, position),
  constraint spark_meeting_item_frozen check (num_nonnulls(case_version, form, requested, digest) in (0, 4)),
  constraint spark_meeting_item_sum check ((outcome in ('granted', 'partial')) is true = (outcome_fen is not null))
);
create index spark_meeting_item_of_case on spark_meeting_item (case_id);

-- What the decision rests on: each with its version and hash.
create table spark_meeting_evidence (
  meeting_id   uuid not null,
  case_id      uuid not null,
  kind         text not null constraint spark_meeting_evidence_kind check (kind in ('document', 'review')),
  evidence_id  uuid not null,
  number       integer not null,
  digest       bytea not null,
  primary key (meeting_id, case_id, kind, evidence_id),
  foreign key (meeting_id, case_id) references spark_meeting_item
);

-- Who was in the room for which item.
create table spark_meeting_presence (
  meeting_id  uuid not null,
  case_id     uuid not null,
  member_id   uuid not null,
  primary key (meeting_id, case_id, member_id),
  foreign key (meeting_id, case_id) references spark_meeting_item
);

-- One vote of a member on an item, which counts as it is when the minutes are closed.
create table spark_vote (
  meeting_id  uuid not null,
  case_id     uuid not null,
  member_id   uuid not null,
  vote        text not null constraint spark_vote_word check (vote in ('grant', 'partial', 'refuse', 'defer', 'abstain')),
  part_fen    bigint,
  seen        bytea not null, -- the hash of the item it was cast on
  cast_at     timestamptz not null,
  constraint spark_vote_once primary key (meeting_id, case_id, member_id),
  foreign key (meeting_id, case_id) references spark_meeting_item,
  constraint spark_vote_part check ((vote = 'partial') = (part_fen is not null) and (part_fen is null or part_fen > 0))
);

create table spark_minutes_signature (
  meeting_id  uuid not null references spark_meeting,
  account_id  uuid not null,
  signed_at   timestamptz not null,
  primary key (meeting_id, account_id)
);

-- What stands on the agenda changes while the meeting is planned; its result while it sits; afterwards a decision is carried out
-- once, and nothing else. The meeting stands still until the change is written.
create function spark_meeting_item_stays() returns trigger language plpgsql as $$
declare
  meeting uuid := coalesce(new.meeting_id, old.meeting_id);
  stands text;
begin
  select state into stands from spark_meeting where id = meeting for share;
  if stands = 'planned' then
    return coalesce(new, old);
  end if;
  if tg_op <> 'UPDATE' or (old.meeting_id, old.case_id, old.position, old.case_version, old.form, old.requested, old.digest)
       is distinct from (new.meeting_id, new.case_id, new.position, new.case_version, new.form, new.requested, new.digest) then
    raise exception 'the pack is frozen' using errcode = '23514', constraint = 'spark_pack_stays';
  end if;
  if stands = 'minutes_signed' and old.carried_version is null
     and (old.stands_over, old.outcome, old.outcome_fen) is not distinct from (new.stands_over, new.outcome, new.outcome_fen) then
    return new;
  end if;
  if stands not in ('in_session', 'adjourned') or new.carried_version is not null then
    raise exception 'the minutes are closed' using errcode = '23514', constraint = 'spark_minutes_stay';
  end if;
  return new;
end $$;
create trigger spark_meeting_item_stays before insert or update or delete on spark_meeting_item
  for each row execute function spark_meeting_item_stays();

create function spark_meeting_evidence_stays() returns trigger language plpgsql as $$
declare
  meeting uuid := coalesce(new.meeting_id, old.meeting_id);
begin
  perform 1 from spark_meeting where id = meeting and state = 'planned' for share;
  if not found then
    raise exception 'the pack is frozen' using errcode = '23514', constraint = 'spark_pack_stays';
  end if;
  return coalesce(new, old);
end $$;
create trigger spark_meeting_evidence_stays before insert or update or delete on spark_meeting_evidence
  for each row execute function spark_meeting_evidence_stays();

create function spark_meeting_presence_stays() returns trigger language plpgsql as $$
declare
  meeting uuid := coalesce(new.meeting_id, old.meeting_id);
begin
  perform 1 from spark_meeting where id = meeting and state in ('pack_frozen', 'in_session', 'adjourned') for share;
  if not found then
    raise exception 'the minutes are closed' using errcode = '23514', constraint = 'spark_minutes_stay';
  end if;
  return coalesce(new, old);
end $$;
create trigger spark_meeting_presence_stays before insert or update or delete on spark_meeting_presence
  for each row execute function spark_meeting_presence_stays();

create function spark_vote_stays() returns trigger language plpgsql as $$
declare
  stands text;
  seats uuid[];
begin
  select state, members into stands, seats from spark_meeting where id = new.meeting_id for share;
  if stands is distinct from 'in_session' then
    raise exception 'no votes are taken' using errcode = '23514', constraint = 'spark_vote_open';
  end if;
  if not new.member_id = any (seats) then
    raise exception 'not a member' using errcode = '23514', constraint = 'spark_vote_seat';
  end if;
  if tg_op = 'UPDATE' and (old.meeting_id, old.case_id, old.member_id) is distinct from (new.meeting_id, new.case_id, new.member_id) then
    raise exception 'a vote stays whose it is' using errcode = '23514', constraint = 'spark_vote_seat';
  end if;
  return new;
end $$;
create trigger spark_vote_stays before insert or update on spark_vote
  for each row execute function spark_vote_stays();

create function spark_minutes_signature_fits() returns trigger language plpgsql as $$
declare
  meeting uuid := coalesce(new.meeting_id, old.meeting_id);
begin
  perform 1 from spark_meeting where id = meeting and state = case when tg_op = 'DELETE' then 'in_session' else 'decided' end for share;
  if not found then
    raise exception 'nothing to sign' using errcode = '23514', constraint = 'spark_minutes_stay';
  end if;
  return coalesce(new, old);
end $$;
create trigger spark_minutes_signature_fits before insert or update or delete on spark_minutes_signature
  for each row execute function spark_minutes_signature_fits();

grant select, insert on spark_meeting, spark_vote to cb_app;
grant update (state, version, day, chair_id, deputy_id, members, pack, pack_digest, minutes, closed_by, closed_at, changed_at)
  on spark_meeting to cb_app;
grant select, insert, update, delete on spark_meeting_item to cb_app;
grant select, insert, delete on spark_meeting_evidence, spark_meeting_presence, spark_minutes_signature to cb_app;
grant update (vote, part_fen, seen, cast_at) on spark_vote to cb_app;
