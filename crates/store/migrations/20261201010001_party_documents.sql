-- Identity documents of everybody in a party, for activities that ask for them. The sealed column holds all of them, that of
-- who books first; limits count the others by their keyed hashes, which lie beside that of the first. What is typed with an
-- offer of the waiting list waits sealed with the entry, as it does in a draft.
alter table booking add column companion_index bytea[];
alter table waiting_entry add column document_sealed bytea;

-- What forgets the first document forgets those of the others, whoever writes it: a server of before knows only the first.
create function forget_companions() returns trigger language plpgsql as $$
begin
  new.companion_index := null;
  return new;
end $$;
create trigger booking_companions before update on booking for each row
  when (new.document_index is null and new.companion_index is not null) execute function forget_companions();
alter table booking add constraint booking_companions_with_first
  check (companion_index is null or document_index is not null) not valid;
