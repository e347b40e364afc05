-- Who reads a case that somebody else looks after, why, and until when: said by oneself for an adult's case, granted by who
-- watches over cases for a minor's. It only adds to who looks after a case, and ends by itself.
create table spark_case_access (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  reader_id      uuid not null,
  granted_by     uuid, -- none: the reader said why
  reason_sealed  bytea not null, -- under the case's key
  opened_at      timestamptz not null,
  until          timestamptz not null,
  constraint spark_case_access_other check (granted_by <> reader_id),
  constraint spark_case_access_boxed check (until > opened_at and until <= opened_at + interval '72 hours')
);
create index spark_case_access_of on spark_case_access (case_id, reader_id, until);
grant select, insert on spark_case_access to cb_app;
