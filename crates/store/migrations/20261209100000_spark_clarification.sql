-- What the house asked a family about (domain::spark::review::clarification): which sections it opened, until when, and what
-- the family answered. Question and answer lie under the case's key.
create table spark_clarification (
  id               uuid primary key,
  case_id          uuid not null references spark_case,
  version          integer not null, -- of the case, that sending it back made
  sections         text[] not null,
  question_sealed  bytea not null,
  asked_by         uuid not null,
  asked_at         timestamptz not null,
  asked_on         date not null, -- of Shandong, as the deadline
  due_on           date not null,
  reply_sealed     bytea,
  supplied_at      timestamptz,
  supplied_on      date,
  constraint spark_clarification_once unique (case_id, version),
  constraint spark_clarification_sections
    check (cardinality(sections) > 0 and sections <@ array['people', 'illness', 'means', 'papers']),
  constraint spark_clarification_due check (due_on > asked_on),
  constraint spark_clarification_supplied check (num_nonnulls(reply_sealed, supplied_at, supplied_on) in (0, 3))
);
-- Those that wait for their answer, by their deadline.
create index spark_clarification_waiting on spark_clarification (due_on) where supplied_on is null;

-- An answer is given once and closes what was opened; a question is never another one.
create function spark_clarification_stays() returns trigger language plpgsql as $$
begin
  if old.supplied_on is not null then
    raise exception 'a clarification is answered once' using errcode = '23514', constraint = 'spark_clarification_answered';
  end if;
  return new;
end $$;
create trigger spark_clarification_stays before update on spark_clarification
  for each row execute function spark_clarification_stays();

grant select, insert on spark_clarification to cb_app;
grant update (reply_sealed, supplied_at, supplied_on) on spark_clarification to cb_app;
