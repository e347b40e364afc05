-- The last guard against more people at a training date than it has places, even from raw SQL and from servers that know
-- no places of dates: whoever newly says they come must find room. It locks the date first, so two transactions cannot
-- each see room for themselves. Who was there is never refused, and fewer places than people strand nobody.
-- Told as a serialisation failure: a server tries again, sees the date full and says so; one of before says it is busy.
create function refuse_overfilling() returns trigger language plpgsql as $$
declare
  room  integer;
  taken bigint;
begin
  select places into room from ambassador_training where id = new.training_id for no key update;
  select count(*) into taken from ambassador_application
  where training_id = new.training_id and state in ('confirmed', 'trained', 'absent', 'certified');
  if taken > room then -- never where there is no limit
    raise exception 'training % would have % people on % places', new.training_id, taken, room
      using errcode = '40001', constraint = 'ambassador_training_within_places', table = 'ambassador_application';
  end if;
  return null;
end $$;
create trigger ambassador_chose_at_once after insert on ambassador_application for each row
  when (new.state = 'confirmed' and new.training_id is not null) execute function refuse_overfilling();
create trigger ambassador_chose after update of state, training_id on ambassador_application for each row
  when (new.state = 'confirmed' and new.training_id is not null
        and (old.state <> 'confirmed' or old.training_id is distinct from new.training_id))
  execute function refuse_overfilling();
-- It counts at every choice.
create index ambassador_application_by_training on ambassador_application (training_id) where training_id is not null;
