-- An objection (公示异议) to the notice of a case: while the notice stands anybody may object, with a name or without; while one is
-- open the notice does not stand by itself. Who objects and why lies sealed, and is erased on a clock of its own.
create table spark_objection (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  version        integer not null, -- of the case, that its notice made
  receipt        text not null constraint spark_objection_receipt_once unique
                   constraint spark_objection_receipt check (receipt ~ '^[0-9A-Z]{8}$'),
  form           uuid not null constraint spark_objection_form_once unique, -- by which it was sent: pressed twice it is one
  locale         text not null constraint spark_objection_locale check (locale in ('zh-CN', 'en')),
  said_sealed    bytea, -- who objects, how to answer, and why
  received_at    timestamptz not null,
  outcome        text constraint spark_objection_outcome check (outcome in ('unfounded', 'upheld')),
  answer_sealed  bytea, -- what the objector is told
  decided_by     uuid,
  decided_at     timestamptz,
  erased_at      timestamptz,
  constraint spark_objection_notice foreign key (case_id, version) references disclosure_notice (case_id, version),
  constraint spark_objection_decided
    check ((outcome is null) = (decided_at is null) and (outcome is null) = (decided_by is null)),
  constraint spark_objection_erased
    check (case when erased_at is null then said_sealed is not null and (answer_sealed is null) = (outcome is null)
           else num_nonnulls(said_sealed, answer_sealed) = 0 end)
);
-- Those that wait for an answer, and those of a case.
create index spark_objection_open on spark_objection (received_at, id) where outcome is null;
create index spark_objection_of_case on spark_objection (case_id, version);

-- It is taken while its notice stands, under the lock of the case: whoever lets the notice stand waits, and sees it.
create function spark_objection_in_time() returns trigger language plpgsql as $$
begin
  perform 1 from spark_case c where c.id = new.case_id and c.state = 'notice' and c.version = new.version for no key update;
  if not found then
    raise exception 'the notice is over' using errcode = '23514', constraint = 'spark_objection_over';
  end if;
  return new;
end $$;
create trigger spark_objection_in_time before insert on spark_objection
  for each row execute function spark_objection_in_time();

-- It is answered once, and what was said is never another thing.
create function spark_objection_stays() returns trigger language plpgsql as $$
begin
  if old.outcome is not null and new.outcome is distinct from old.outcome
     or old.erased_at is not null
     or (new.erased_at is null and new.said_sealed is distinct from old.said_sealed) then
    raise exception 'an objection is answered once' using errcode = '23514', constraint = 'spark_objection_answered';
  end if;
  return new;
end $$;
create trigger spark_objection_stays before update on spark_objection
  for each row execute function spark_objection_stays();

-- While one is open a notice does not stand, whoever tries.
create function spark_case_is_objected() returns trigger language plpgsql as $$
begin
  if exists (select from spark_objection o where o.case_id = new.id and o.version = old.version and o.outcome is null) then
    raise exception 'an objection is open' using errcode = '23514', constraint = 'spark_case_objected';
  end if;
  return new;
end $$;
create trigger spark_case_is_objected before update on spark_case
  for each row when (old.state = 'notice' and new.state = 'agreement') execute function spark_case_is_objected();

grant select, insert on spark_objection to cb_app;
grant update (said_sealed, outcome, answer_sealed, decided_by, decided_at, erased_at) on spark_objection to cb_app;
