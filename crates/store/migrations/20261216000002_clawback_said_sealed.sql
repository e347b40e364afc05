-- What staff type of money that is asked back (where a paper lies, why a part is waived, why that is not so) lies under the case's
-- key, and dies with it. An older server goes on: it reads a point in the place of what is sealed, and what it writes is read as it
-- stands, until the case is forgotten.

alter table spark_clawback_part
  add column said_sealed    bytea, -- of a paper or a waiver
  add column refused_sealed bytea, -- why it is not so
  add constraint spark_clawback_part_sealed check (said_sealed is null or kind <> 'bank'),
  add constraint spark_clawback_part_why_not check (refused_sealed is null or refused_by is not null);

-- The rules of amounts and of second persons are about what these columns say; words go without them.
drop trigger spark_clawback_part_fits on spark_clawback_part;
create trigger spark_clawback_part_fits
  before insert or update of clawback_id, kind, amount, confirmed_by, confirmed_at, refused_by, refused_at, entry_id
  on spark_clawback_part for each row execute function spark_clawback_part_fits();

create function spark_clawback_said_is_kept() returns trigger language plpgsql as $$
begin
  if ((new.said, new.said_sealed) is distinct from (old.said, old.said_sealed)
      or (old.refused_by is not null and new.refused_sealed is distinct from old.refused_sealed))
     and not exists (select from spark_clawback c join spark_case_key k on k.case_id = c.case_id
                     where c.id = old.clawback_id and k.key_sealed is null) then
    raise exception 'what was said stands while its case does' using errcode = '23514', constraint = 'spark_clawback_said_kept';
  end if;
  return new;
end $$;
create trigger spark_clawback_said_is_kept before update on spark_clawback_part
  for each row execute function spark_clawback_said_is_kept();

grant update (said, said_sealed, refused_sealed) on spark_clawback_part to cb_app;
