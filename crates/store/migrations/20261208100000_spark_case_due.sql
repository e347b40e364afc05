-- What happens to cases by itself (domain::spark::due). Of what a family was reminded, once: `about` is the row of history
-- that began what ends soon, or the award of which nothing was let go.
create table spark_case_reminder (
  about    uuid constraint spark_case_reminder_once primary key,
  case_id  uuid not null references spark_case,
  told_at  timestamptz not null
);
grant select, insert on spark_case_reminder to cb_app;
-- The queue for money: since when a case waits is its first row of it.
create index spark_case_event_of_queue on spark_case_event (case_id, at) where event in ('defer', 'resume');
