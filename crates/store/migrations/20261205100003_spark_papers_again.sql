-- Where the house asks a family about its papers, more may come until the answer is given. What was sent stays beside them.
create or replace function spark_paper_stays() returns trigger language plpgsql as $$
declare
  application uuid := case when tg_op = 'INSERT' then new.application_id else old.application_id end;
begin
  if exists (select from spark_application a where a.id = application and a.submitted_at is not null) then
    if tg_op = 'DELETE' and exists (select from spark_case_key k
                                      where k.case_id = application and k.destroyed_at is not null) then
      return old;
    end if;
    if (tg_op <> 'INSERT' and old.state = 'usable')
       or not exists (select from spark_case c join spark_clarification q on q.case_id = c.id
                        where c.id = application and c.state = 'returned'
                          and q.supplied_on is null and 'papers' = any (q.sections)) then
      raise exception 'it was sent' using errcode = '23514', constraint = 'spark_paper_stays';
    end if;
  end if;
  if tg_op = 'DELETE' then
    return old;
  end if;
  return new;
end $$;
