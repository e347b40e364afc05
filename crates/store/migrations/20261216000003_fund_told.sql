-- Families that wait for money are told when a fund that is for them takes no new applications any more, once of each fund: that
-- their place stays.

create table spark_case_fund_told (
  case_id  uuid not null references spark_case,
  fund_id  uuid not null references ledger_fund,
  told_at  timestamptz not null,
  constraint spark_case_fund_told_once primary key (case_id, fund_id)
);
grant select, insert on spark_case_fund_told to cb_app;
