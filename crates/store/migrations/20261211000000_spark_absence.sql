-- Days on which somebody of the staff is away (spark.md, "Review"): kept by who watches over conflicts, for officers and
-- reviewers alike. Nobody is given a case on them. One for each; none is a row without days.
create table spark_absence (
  account_id  uuid primary key,
  from_day    date,
  until_day   date, -- the last of them; none: until further notice
  version     integer not null constraint spark_absence_version check (version > 0),
  kept_by     uuid,
  kept_at     timestamptz not null,
  constraint spark_absence_days
    check (num_nonnulls(from_day, until_day) = 0 or (from_day is not null and (until_day is null or until_day >= from_day)))
);
grant select, insert, update on spark_absence to cb_app;

-- Where a reviewer works, for those who assign to read; what is compared with cases is its keyed hash among the ties.
alter table spark_reviewer_profile add column hospital_sealed bytea;
