-- Applications to the Spark Project (spark.md, "Applying"): kept page by page until they are sent, frozen then.
create table spark_application (
  id                uuid primary key,
  owner_id          uuid not null references account, -- who fills it in: the patient, the guardian, a hospital's social worker
  form              integer not null constraint spark_application_form check (form between 1 and 9999),
  locale            text not null constraint spark_application_locale check (locale in ('zh-CN', 'en')),
  family_index      bytea, -- the family's telephone, where a social worker fills it in: an account with it sends it
  reference         text constraint spark_application_reference_once unique,
  submitted_by      uuid references account,
  submitted_at      timestamptz,
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  constraint spark_application_submitted check (num_nonnulls(reference, submitted_by, submitted_at) in (0, 3))
);
create index spark_application_by_owner on spark_application (owner_id);
create index spark_application_by_family on spark_application (family_index) where family_index is not null;
create index spark_application_by_age on spark_application (updated_at) where submitted_at is null;

-- What was typed on each page, and how often it changed: whoever saves says which version was shown.
create table spark_application_page (
  id              uuid primary key, -- what the sealed value is bound to
  application_id  uuid not null references spark_application on delete cascade,
  page            text not null constraint spark_application_page_name check (page ~ '^[a-z_]{1,40}$'),
  version         integer not null constraint spark_application_page_version check (version > 0),
  sealed          bytea not null, -- the page's name and domain::typed::Typed, as JSON
  saved_at        timestamptz not null,
  constraint spark_application_page_once unique (application_id, page)
);

-- What was sent: domain::spark::application::Snapshot's text, sealed, and its hash. Never changed.
create table spark_snapshot (
  id              uuid primary key,
  application_id  uuid not null references spark_application,
  number          integer not null constraint spark_snapshot_number check (number between 1 and 999),
  form            integer not null,
  sealed          bytea not null,
  digest          bytea not null constraint spark_snapshot_digest check (octet_length(digest) = 32),
  taken_by        uuid not null references account,
  taken_at        timestamptz not null,
  constraint spark_snapshot_once unique (application_id, number)
);

-- Every word about every purpose. To take one back is to add its opposite.
create table spark_consent (
  id              uuid primary key,
  -- In the order they were given, whatever the clocks of the servers say: the last word counts.
  position        bigint generated always as identity,
  application_id  uuid not null references spark_application,
  purpose         text not null constraint spark_consent_purpose check
    (purpose in ('health', 'means', 'partners', 'publication', 'follow_up')),
  agreed          boolean not null,
  notice          integer not null constraint spark_consent_notice check (notice between 1 and 9999), -- as it was shown
  given_by        uuid not null references account,
  given_at        timestamptz not null
);
create index spark_consent_by_application on spark_consent (application_id, position);

-- A key may be exchanged (the same text sealed anew); nothing else of a snapshot ever is.
create function spark_snapshot_stays() returns trigger language plpgsql as $$
begin
  if (old.id, old.application_id, old.number, old.form, old.digest, old.taken_by, old.taken_at)
     is distinct from (new.id, new.application_id, new.number, new.form, new.digest, new.taken_by, new.taken_at) then
    raise exception 'a snapshot never changes' using errcode = '23514', constraint = 'spark_snapshot_stays';
  end if;
  return new;
end $$;
create trigger spark_snapshot_stays before update on spark_snapshot
  for each row execute function spark_snapshot_stays();

-- What was sent is sent: an application is not taken back into a draft, and has no pages beside its snapshot.
create function spark_application_stays() returns trigger language plpgsql as $$
begin
  if old.submitted_at is not null and
     (old.reference, old.submitted_at, old.submitted_by, old.form) is distinct from
     (new.reference, new.submitted_at, new.submitted_by, new.form) then
    raise exception 'an application is sent once' using errcode = '23514', constraint = 'spark_application_sent_once';
  end if;
  return new;
end $$;
create trigger spark_application_stays before update on spark_application
  for each row execute function spark_application_stays();

grant select, insert, update, delete on spark_application, spark_application_page to cb_app;
grant select, insert, update (sealed) on spark_snapshot to cb_app;
grant select, insert on spark_consent to cb_app;
