-- New papers come with an appeal: bound to it, by the same checks as all others, until a meeting has the appeal before it. What
-- came before stays as it was.
alter table spark_paper add column appeal_id uuid references spark_appeal;
create index spark_paper_of_appeal on spark_paper (appeal_id) where appeal_id is not null;

-- The appeal of a case that papers can still come with: it is not decided, and lies in no frozen pack. A decision that waits to
-- be carried out rests on what lay there.
create function spark_appeal_open(of_case uuid) returns uuid language sql stable set search_path = public, pg_temp as $$
  select a.id from spark_appeal a join spark_case c on c.id = a.case_id
  where a.case_id = of_case and c.state = 'appeal'
    and not exists (select from spark_meeting_item i join spark_meeting m on m.id = i.meeting_id
                     where i.case_id = of_case
                       and (m.state in ('pack_frozen', 'in_session', 'adjourned', 'decided')
                            or (m.state = 'minutes_signed' and i.outcome is not null and i.carried_version is null
                                and i.case_version = c.version)))
$$;

create or replace function spark_paper_stays() returns trigger language plpgsql as $$
declare
  application uuid := case when tg_op = 'INSERT' then new.application_id else old.application_id end;
  appeal uuid := case when tg_op = 'INSERT' then new.appeal_id else old.appeal_id end;
begin
  if exists (select from spark_application a where a.id = application and a.submitted_at is not null) then
    if tg_op = 'DELETE' and exists (select from spark_case_key k
                                      where k.case_id = application and k.destroyed_at is not null) then
      return old;
    end if;
    if appeal is not null then
      -- Whoever freezes a pack with the case waits, or is waited for.
      perform 1 from spark_case c where c.id = application for share;
      if (tg_op <> 'INSERT' and old.state = 'usable') or spark_appeal_open(application) is distinct from appeal then
        raise exception 'it was sent' using errcode = '23514', constraint = 'spark_paper_stays';
      end if;
    elsif (tg_op <> 'INSERT' and old.state = 'usable')
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
