-- Who collects, at which hospital, with which certificate: trained, examined, valid for a time. Intake asks it.

create table custody_hospital (
  id       uuid primary key,
  code     text not null constraint custody_hospital_code unique constraint custody_hospital_code_shape check (code ~ '^[A-Z0-9-]{2,20}$'),
  zh       text not null constraint custody_hospital_zh check (char_length(zh) between 1 and 100),
  en       text not null constraint custody_hospital_en check (char_length(en) between 1 and 100),
  made_at  timestamptz not null
);

create table custody_collector (
  id           uuid primary key,
  number       text not null constraint custody_collector_number unique
                 constraint custody_collector_number_shape check (number ~ '^[A-Z0-9-]{2,20}$'), -- of the certificate
  name_sealed  bytea not null,
  hospital_id  uuid not null references custody_hospital,
  made_at      timestamptz not null
);
create index custody_collector_of_hospital on custody_collector (hospital_id);

-- Courses attended and exams taken: what was, never changed.
create table custody_collector_course (
  id            uuid primary key,
  collector_id  uuid not null references custody_collector,
  day           date not null,
  hours         smallint not null constraint custody_collector_course_hours check (hours between 1 and 200),
  noted_by      uuid not null,
  noted_at      timestamptz not null,
  constraint custody_collector_course_once unique (collector_id, day)
);
create table custody_collector_exam (
  id            uuid primary key,
  collector_id  uuid not null references custody_collector,
  day           date not null,
  score         smallint not null constraint custody_collector_exam_score check (score between 0 and 100),
  passed        boolean not null,
  noted_by      uuid not null,
  noted_at      timestamptz not null,
  constraint custody_collector_exam_once unique (collector_id, day)
);
create function custody_collector_was() returns trigger language plpgsql as $$
begin
  raise exception 'courses and exams are append-only' using errcode = '42501';
end $$;
create trigger custody_collector_course_append_only before update or delete or truncate on custody_collector_course
  for each statement execute function custody_collector_was();
create trigger custody_collector_exam_append_only before update or delete or truncate on custody_collector_exam
  for each statement execute function custody_collector_was();

-- A time for which a certificate is valid, on one passed exam. It only ends earlier.
create table custody_certificate (
  id            uuid primary key,
  collector_id  uuid not null references custody_collector,
  exam_id       uuid not null references custody_collector_exam constraint custody_certificate_exam unique,
  since         date not null,
  until         date not null, -- the last day
  ended_on      date,          -- the last day, where it was ended before
  reminded_at   timestamptz,   -- that it ends
  issued_by     uuid not null,
  issued_at     timestamptz not null,
  ended_by      uuid,
  constraint custody_certificate_order check (until >= since),
  constraint custody_certificate_ended check ((ended_on is null) = (ended_by is null) and ended_on <= until)
);
create index custody_certificate_of_collector on custody_certificate (collector_id, since);
create index custody_certificate_ending on custody_certificate (until, id) where reminded_at is null and ended_on is null;

create function custody_certificate_fits() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if tg_op = 'UPDATE' then
    if (new.collector_id, new.exam_id, new.since, new.until, new.issued_by, new.issued_at)
       is distinct from (old.collector_id, old.exam_id, old.since, old.until, old.issued_by, old.issued_at)
       or (old.ended_on is not null and new.ended_on is distinct from old.ended_on) then
      raise exception 'a certificate only ends' using errcode = '42501';
    end if;
    return new;
  end if;
  if not exists (select from custody_collector_exam e
                 where e.id = new.exam_id and e.collector_id = new.collector_id and e.passed and e.day <= new.since) then
    raise exception 'no exam that was passed' using errcode = '23514', constraint = 'custody_certificate_passed';
  end if;
  return new;
end $$;
create trigger custody_certificate_fits before insert or update on custody_certificate
  for each row execute function custody_certificate_fits();

-- From which day on the register of certificates is complete: collections of that day and later need a valid one. Never yet:
-- nothing is asked.
create table custody_register (
  what           text primary key constraint custody_register_what check (what = 'certificates'),
  complete_from  date not null,
  said_by        uuid not null,
  said_at        timestamptz not null
);

grant select, insert on custody_hospital, custody_collector, custody_collector_course, custody_collector_exam,
  custody_certificate, custody_register to cb_app;
grant update (hospital_id, name_sealed) on custody_collector to cb_app;
grant update (ended_on, ended_by, reminded_at) on custody_certificate to cb_app;
grant update (zh, en) on custody_hospital to cb_app;
grant update (complete_from, said_by, said_at) on custody_register to cb_app;
