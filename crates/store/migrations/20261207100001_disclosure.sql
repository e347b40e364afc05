-- What is disclosed of the aid programme (spark.md, "Public disclosure"; domain::disclosure): frozen snapshots, which are
-- published by another person than who froze them and never changed; in which rows each payment became public, so that none
-- is counted or divided again; the notice of a case; which reminders went out.

create table disclosure_snapshot (
  id             uuid primary key,
  quarter        text not null constraint disclosure_snapshot_quarter check (quarter ~ '^[0-9]{4}-Q[1-4]$'),
  lines          text not null constraint disclosure_snapshot_lines check (char_length(lines) <= 400000),
  digest         bytea not null constraint disclosure_snapshot_digest_once unique,
  journal        bigint not null, -- the last position of the ledger when it was taken
  follows        bytea references disclosure_snapshot (digest),
  corrects       bytea references disclosure_snapshot (digest),
  state          text not null constraint disclosure_snapshot_state check (state in ('frozen', 'published', 'discarded')),
  frozen_by      uuid not null,
  frozen_at      timestamptz not null,
  published_by   uuid,
  published_at   timestamptz,
  discarded_by   uuid,
  discarded_at   timestamptz,
  discarded_for  text constraint disclosure_snapshot_reason check (char_length(discarded_for) between 1 and 200),
  constraint disclosure_snapshot_hash check (digest = sha256(convert_to(lines, 'UTF8'))),
  constraint disclosure_snapshot_two_people check (published_by <> frozen_by),
  constraint disclosure_snapshot_published check ((state = 'published') = (published_by is not null)
    and (state = 'published') = (published_at is not null)),
  constraint disclosure_snapshot_discarded check ((state = 'discarded') = (discarded_by is not null)
    and (state = 'discarded') = (discarded_at is not null) and (state = 'discarded') = (discarded_for is not null))
);
-- One waits for its second person at a time; a quarter has one report, which is corrected once at a time.
create unique index disclosure_snapshot_one_waits on disclosure_snapshot ((true)) where state = 'frozen';
create unique index disclosure_snapshot_once on disclosure_snapshot (quarter) where state <> 'discarded' and corrects is null;
create unique index disclosure_snapshot_corrected_once on disclosure_snapshot (corrects) where state <> 'discarded';

create table disclosure_counted (
  snapshot_id  uuid not null references disclosure_snapshot,
  entry_id     uuid not null references ledger_entry,
  family       uuid, -- a key that says nothing of it; none of what was before the books
  families     integer not null constraint disclosure_counted_families check (families >= 0),
  amount       bigint not null, -- in fen
  year_first   smallint not null,
  year_last    smallint not null constraint disclosure_counted_years check (year_last >= year_first),
  groups       text not null,
  region       text not null,
  primary key (snapshot_id, entry_id)
);
create index disclosure_counted_entry on disclosure_counted (entry_id);

create table disclosure_notice (
  case_id        uuid not null references spark_case,
  version        integer not null, -- of the case when it was published
  code           text not null constraint disclosure_notice_code_once unique
                   constraint disclosure_notice_code check (code ~ '^[0-9A-Z]{8}$'),
  disease_group  text not null constraint disclosure_notice_group check (disease_group in ('refractory', 'rare', 'infertility')),
  city           text not null,
  band           text not null constraint disclosure_notice_band check (band ~ '^[0-9]+[.][0-9]+$'),
  noticed_at     timestamptz not null,
  primary key (case_id, version)
);

create table disclosure_reminder (
  term       text not null constraint disclosure_reminder_term check (term ~ '^[0-9]{4}(-Q[1-4])?$'),
  day        date not null,
  queued_at  timestamptz not null,
  primary key (term, day)
);

-- A snapshot begins as frozen and is published or discarded, once; nothing else of it ever changes.
create function disclosure_snapshot_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    if new.state <> 'frozen' then
      raise exception 'a snapshot begins as frozen' using errcode = '23514', constraint = 'disclosure_snapshot_begins';
    end if;
    return new;
  end if;
  if old.state <> 'frozen'
     or (old.id, old.quarter, old.lines, old.digest, old.journal, old.follows, old.corrects, old.frozen_by, old.frozen_at)
        is distinct from
        (new.id, new.quarter, new.lines, new.digest, new.journal, new.follows, new.corrects, new.frozen_by, new.frozen_at) then
    raise exception 'a snapshot is never changed' using errcode = '23514', constraint = 'disclosure_snapshot_stays';
  end if;
  return new;
end $$;
create trigger disclosure_snapshot_stays before insert or update on disclosure_snapshot
  for each row execute function disclosure_snapshot_stays();

create function disclosure_is_append_only() returns trigger language plpgsql as $$
begin
  raise exception 'what is disclosed is append-only' using errcode = '42501';
end $$;
create trigger disclosure_snapshot_kept before delete or truncate on disclosure_snapshot
  for each statement execute function disclosure_is_append_only();
create trigger disclosure_counted_kept before update or delete or truncate on disclosure_counted
  for each statement execute function disclosure_is_append_only();
create trigger disclosure_notice_kept before update or delete or truncate on disclosure_notice
  for each statement execute function disclosure_is_append_only();

-- A payment is counted with a snapshot that is being frozen, and never in two.
create function disclosure_counts_once() returns trigger language plpgsql as $$
begin
  if not exists (select from disclosure_snapshot s where s.id = new.snapshot_id and s.state = 'frozen' and s.corrects is null) then
    raise exception 'not a snapshot that is being frozen' using errcode = '23514', constraint = 'disclosure_counted_frozen';
  end if;
  if exists (select from disclosure_counted k join disclosure_snapshot s on s.id = k.snapshot_id
             where k.entry_id = new.entry_id and s.state <> 'discarded') then
    raise exception 'it is counted already' using errcode = '23514', constraint = 'disclosure_counted_once';
  end if;
  return new;
end $$;
create trigger disclosure_counts_once before insert on disclosure_counted
  for each row execute function disclosure_counts_once();

grant select, insert on disclosure_snapshot, disclosure_counted, disclosure_notice, disclosure_reminder to cb_app;
grant update (state, published_by, published_at, discarded_by, discarded_at, discarded_for) on disclosure_snapshot to cb_app;
grant select on disclosure_snapshot, disclosure_counted to cb_auditor;
