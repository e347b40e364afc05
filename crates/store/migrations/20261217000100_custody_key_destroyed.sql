-- When a unit's key was destroyed. A key that is gone without it was taken away by somebody else, and the verifier says so: whoever
-- takes it away could put events there that nobody can try to open.
alter table custody_unit add column destroyed_at timestamptz;
grant update (destroyed_at) on custody_unit to cb_app;

create function custody_unit_key_ends() returns trigger language plpgsql as $$
begin
  if (new.key_sealed is null) <> (new.destroyed_at is not null)
     or (new.key_sealed is null and new.rooted_seq < new.seq)
     or (old.destroyed_at is not null and new.destroyed_at is distinct from old.destroyed_at) then
    raise exception 'a key is destroyed once, for good, and when all that it sealed is signed'
      using errcode = '23514', constraint = 'custody_unit_key';
  end if;
  return new;
end $$;
create trigger custody_unit_key_ends before update of key_sealed, destroyed_at on custody_unit
  for each row execute function custody_unit_key_ends();
