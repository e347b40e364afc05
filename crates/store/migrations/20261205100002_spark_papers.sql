-- The papers (材料) of an application (domain::spark::papers): what is known of each. Their bytes are files like any other, under
-- the application's key inside the house's own seal.
alter table file drop constraint file_kind;
alter table file add constraint file_kind check (kind in ('pdf', 'jpeg', 'png', 'heic', 'docx', 'xlsx')) not valid;

create table spark_paper (
  id              uuid primary key, -- what the sealed name is bound to
  application_id  uuid not null references spark_application on delete cascade,
  kind            text not null constraint spark_paper_kind
                    check (kind in ('identity', 'guardianship', 'diagnosis', 'bills', 'income', 'other')),
  upload_key      uuid not null, -- the form's own: sent twice it is one
  place           smallint not null constraint spark_paper_place check (place between 0 and 99), -- which file of the form
  state           text not null constraint spark_paper_state
                    check (state in ('received', 'quarantine', 'scanned', 'usable', 'refused')),
  refusal         text, -- why it is not taken
  name_sealed     bytea not null, -- as it was called, under the application's key
  bytes           integer not null constraint spark_paper_bytes check (bytes between 0 and 20000000), -- as it was sent
  format          text constraint spark_paper_format check (format in ('pdf', 'jpeg', 'png', 'heic', 'docx', 'xlsx')),
  pages           integer,
  scanned         boolean not null default false, -- not where development has no scanner
  file_id         uuid constraint spark_paper_file_once unique references file,
  added_by        uuid not null references account,
  added_at        timestamptz not null,
  changed_at      timestamptz not null,
  constraint spark_paper_once unique (application_id, upload_key, place),
  constraint spark_paper_kept check ((state = 'usable') = (num_nonnulls(file_id, format, pages) = 3)
                                     and num_nonnulls(file_id, format, pages) in (0, 3)),
  constraint spark_paper_refused check ((state = 'refused') = (refusal is not null))
);

-- What was sent stays as it was sent, until the key of its case is destroyed. (Where a question to the family opens papers again,
-- this is where it says so.)
create function spark_paper_stays() returns trigger language plpgsql as $$
declare
  application uuid := case when tg_op = 'INSERT' then new.application_id else old.application_id end;
begin
  if exists (select from spark_application a where a.id = application and a.submitted_at is not null)
     and not (tg_op = 'DELETE' and exists (select from spark_case_key k
                                             where k.case_id = application and k.destroyed_at is not null)) then
    raise exception 'it was sent' using errcode = '23514', constraint = 'spark_paper_stays';
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end $$;
create trigger spark_paper_stays before insert or update or delete on spark_paper
  for each row execute function spark_paper_stays();

-- However a paper goes (by itself, with its application, with its case), its file belongs to nothing from then on and is swept.
create function spark_paper_lets_go() returns trigger language plpgsql as $$
begin
  update file set dropped_at = now() where id = old.file_id and dropped_at is null;
  return null;
end $$;
create trigger spark_paper_lets_go after delete on spark_paper
  for each row when (old.file_id is not null) execute function spark_paper_lets_go();

grant select, insert, delete on spark_paper to cb_app;
grant update (state, refusal, format, pages, scanned, file_id, changed_at) on spark_paper to cb_app;
