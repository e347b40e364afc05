-- Who was asked to judge a case as a physician, and until when. A reviewer reads the cases one was asked about, and of those
-- nothing that says whose they are: that is the query's and its type's (store::spark::reviewers).
create table spark_case_reviewer (
  id           uuid primary key,
  case_id      uuid not null references spark_case,
  reviewer_id  uuid not null,
  assigned_by  uuid not null,
  assigned_at  timestamptz not null,
  released_at  timestamptz,
  constraint spark_case_reviewer_other check (reviewer_id <> assigned_by)
);
create unique index spark_case_reviewer_once on spark_case_reviewer (case_id, reviewer_id) where released_at is null;
create index spark_case_reviewer_of on spark_case_reviewer (reviewer_id) where released_at is null;
grant select, insert on spark_case_reviewer to cb_app;
grant update (released_at) on spark_case_reviewer to cb_app;

-- What is kept for a case that was granted is given back through the case, not around it. (Of one of which something was paid
-- a person gives back what is left over: then it goes on to its follow-up.)
create function spark_case_keeps_award() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if exists (select from spark_case c where c.id = new.case_id
               and (c.state in ('granted', 'partial', 'notice', 'agreement')
                    or (c.state = 'disbursing' and not exists (
                          select from ledger_payment p where p.award_id = new.id
                            and p.state in ('released', 'sent', 'settled', 'in_doubt')))))
     and not exists (select from ledger_award a where a.case_id = new.case_id and a.state in ('reserved', 'fulfilled')) then
    raise exception 'the case still counts on it' using errcode = '23514', constraint = 'spark_case_kept';
  end if;
  return null;
end $$;
create constraint trigger spark_case_keeps_award after update of state on ledger_award deferrable initially deferred
  for each row when (new.state in ('lapsed', 'released')) execute function spark_case_keeps_award();
