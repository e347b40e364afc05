-- What the Spark Project gives, by group (spark.md): aid standards. A version is a whole of its own and never changed; the
-- newest whose day has come is in force. One made for the demo says so, and so does every page that shows it.
create table spark_standard_version (
  version      integer primary key constraint spark_standard_version_counts check (version between 1 and 9999),
  holds_from   date not null,
  demo         boolean not null,
  decided_zh   text not null constraint spark_standard_version_decided check (char_length(decided_zh) between 1 and 200),
  decided_en   text not null,
  lines        smallint not null constraint spark_standard_version_lines check (lines between 1 and 200),
  created_at   timestamptz not null
);

create table spark_standard (
  version        integer not null references spark_standard_version,
  position       smallint not null,
  disease_group  text not null constraint spark_standard_group check (disease_group in ('refractory', 'rare', 'infertility')),
  title_zh       text not null constraint spark_standard_title check (char_length(title_zh) between 1 and 120),
  title_en       text not null,
  covers_zh      text not null constraint spark_standard_covers check (char_length(covers_zh) between 1 and 400),
  covers_en      text not null,
  most_fen       bigint not null constraint spark_standard_most check (most_fen > 0 and most_fen % 100 = 0),
  per            text not null constraint spark_standard_per check (per in ('case', 'year')),
  primary key (version, position)
);

-- A version says how many lines it has, and has them all when it is published: so it has none to add afterwards.
create function spark_standard_belongs() returns trigger language plpgsql as $$
begin
  if not exists (select from spark_standard_version v where v.version = new.version and new.position between 1 and v.lines) then
    raise exception 'not a line of this version' using errcode = '23514', constraint = 'spark_standard_belongs';
  end if;
  return new;
end $$;
create trigger spark_standard_belongs before insert on spark_standard
  for each row execute function spark_standard_belongs();

create function spark_standard_is_whole() returns trigger language plpgsql as $$
begin
  if new.lines <> (select count(*) from spark_standard where version = new.version) then
    raise exception 'the version does not have % lines', new.lines using errcode = '23514', constraint = 'spark_standard_whole';
  end if;
  return null;
end $$;
create constraint trigger spark_standard_whole after insert on spark_standard_version deferrable initially deferred
  for each row execute function spark_standard_is_whole();

grant select, insert on spark_standard_version, spark_standard to cb_app;
