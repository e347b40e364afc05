-- A case that must not be forgotten yet, whatever its clock says: a dispute, an inspection, a request of a court.
create table spark_case_hold (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  reason_sealed  bytea not null, -- under the case's key
  held_by        uuid not null,
  held_at        timestamptz not null,
  lifted_by      uuid,
  lifted_at      timestamptz,
  constraint spark_case_hold_lifted check ((lifted_by is null) = (lifted_at is null))
);
create unique index spark_case_hold_once on spark_case_hold (case_id) where lifted_at is null;
grant select, insert on spark_case_hold to cb_app;
grant update (lifted_by, lifted_at) on spark_case_hold to cb_app;

-- While it is kept its key is not destroyed, whoever tries.
create function spark_case_key_is_held() returns trigger language plpgsql as $$
begin
  if exists (select from spark_case_hold h where h.case_id = new.case_id and h.lifted_at is null) then
    raise exception 'the case is kept' using errcode = '23514', constraint = 'spark_case_key_held';
  end if;
  return new;
end $$;
create trigger spark_case_key_is_held before update on spark_case_key
  for each row when (new.key_sealed is null and old.key_sealed is not null) execute function spark_case_key_is_held();

-- What was sent dies with the key of its case, and not before. (A case has the id of its application.)
create function spark_sent_is_kept() returns trigger language plpgsql as $$
begin
  if not exists (select from spark_case_key k where k.case_id = old.application_id and k.key_sealed is null) then
    raise exception 'what was sent is kept' using errcode = '23514', constraint = 'spark_sent_is_kept';
  end if;
  return old;
end $$;
create trigger spark_snapshot_is_kept before delete on spark_snapshot for each row execute function spark_sent_is_kept();
create trigger spark_consent_is_kept before delete on spark_consent for each row execute function spark_sent_is_kept();
grant delete on spark_snapshot, spark_consent to cb_app;
