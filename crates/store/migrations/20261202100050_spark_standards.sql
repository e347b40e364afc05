-- What the Spark Project gives, by group (spark.md): aid standards. A version is a whole of its own and never changed; the
-- newest whose day has come is in force. One made for the demo says so, and so does every page that shows it.
create table spark_standard_version (
  version      integer primary key constraint spark_standard_version_counts check (version between 1 and 9999),
  holds_from   date not null,
  demo         boolean not null,
  decided_zh   text not null constraint spark_standard_version_decided check (char_length(decided_zh) between 1 and 200),
  decided_en   text not null,
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

grant select, insert on spark_standard_version, spark_standard to cb_app;
