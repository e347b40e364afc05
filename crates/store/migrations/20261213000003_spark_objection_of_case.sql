-- A notice that stood still (the word of a death was wrong) begins anew at another version: what was objected before is as
-- unanswered as it was, so that any open objection to the case keeps its notice.
create or replace function spark_case_is_objected() returns trigger language plpgsql as $$
begin
  if exists (select from spark_objection o where o.case_id = new.id and o.outcome is null) then
    raise exception 'an objection is open' using errcode = '23514', constraint = 'spark_case_objected';
  end if;
  return new;
end $$;
