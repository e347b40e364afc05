-- Who reviews cases (spark.md, "Review"), what ties them to others, and what they say. Ties are keyed hashes: they can be
-- compared and not read.
create table spark_reviewer_profile (
  account_id    uuid primary key,
  specialities  text[] not null, -- numbers of the national list
  away          boolean not null default false,
  person_index  bytea not null constraint spark_reviewer_profile_person check (octet_length(person_index) = 32),
  version       integer not null constraint spark_reviewer_profile_version check (version > 0),
  updated_by    uuid, -- none: the house itself
  updated_at    timestamptz not null
);
create table spark_reviewer_tie (
  account_id   uuid not null references spark_reviewer_profile,
  kind         text not null constraint spark_reviewer_tie_kind check (kind in ('kin', 'phone', 'address', 'employer')),
  value_index  bytea not null constraint spark_reviewer_tie_hash check (octet_length(value_index) = 32),
  primary key (account_id, kind, value_index)
);
-- The same of a case, made when it is opened; gone with its key.
create table spark_case_tie (
  case_id      uuid not null references spark_case,
  party        text not null, -- whose: the part's word
  kind         text not null constraint spark_case_tie_kind check (kind in ('person', 'phone', 'address', 'hospital')),
  value_index  bytea not null constraint spark_case_tie_hash check (octet_length(value_index) = 32),
  primary key (case_id, party, kind, value_index)
);
-- Conflicts that somebody declared. Never taken back: whoever was in one stays out.
create table spark_conflict (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  account_id     uuid not null, -- who has it
  declared_by    uuid not null,
  reason_sealed  bytea not null, -- under the case's key
  declared_at    timestamptz not null
);
create index spark_conflict_of_case on spark_conflict (case_id);

-- Rubrics (domain::spark::review::rubric): versions that are added and never changed.
create table spark_rubric (
  version       integer primary key constraint spark_rubric_version check (version > 0),
  content       text not null,
  published_by  uuid,
  published_at  timestamptz not null
);

-- What one reviewer says of one case, each time the case comes to review anew: typed until it is given, then never changed.
create table spark_review (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  round          integer not null, -- the version of the case by which it came to review
  reviewer_id    uuid not null,
  rubric         integer not null references spark_rubric,
  version        integer not null constraint spark_review_version check (version > 0),
  review_sealed  bytea not null, -- what was typed, under the case's key
  digest         bytea, -- its keyed hash
  saved_at       timestamptz not null,
  submitted_at   timestamptz,
  constraint spark_review_once unique (case_id, round, reviewer_id),
  constraint spark_review_given check ((digest is null) = (submitted_at is null) and (digest is null or octet_length(digest) = 32))
);

create function spark_review_stays() returns trigger language plpgsql as $$
begin
  if tg_op = 'UPDATE' then
    if old.submitted_at is not null then
      raise exception 'a review is given once' using errcode = '23514', constraint = 'spark_review_stays';
    end if;
    if (old.id, old.case_id, old.round, old.reviewer_id) is distinct from (new.id, new.case_id, new.round, new.reviewer_id) then
      raise exception 'a review stays whose it is' using errcode = '23514', constraint = 'spark_review_stays';
    end if;
  end if;
  if not exists (select from spark_case c where c.id = new.case_id and c.state = 'medical_review')
     or not exists (select from spark_case_reviewer r
                    where r.case_id = new.case_id and r.reviewer_id = new.reviewer_id and r.released_at is null) then
    raise exception 'nobody was asked' using errcode = '23514', constraint = 'spark_review_asked';
  end if;
  return new;
end $$;
create trigger spark_review_stays before insert or update on spark_review
  for each row execute function spark_review_stays();

grant select, insert, update on spark_reviewer_profile to cb_app;
grant select, insert, delete on spark_reviewer_tie, spark_case_tie to cb_app;
grant select, insert on spark_conflict, spark_rubric to cb_app;
grant select, insert on spark_review to cb_app;
grant update (version, rubric, review_sealed, digest, saved_at, submitted_at) on spark_review to cb_app;
