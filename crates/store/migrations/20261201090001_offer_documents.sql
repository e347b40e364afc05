-- What was typed of documents with an offer goes with that offer, whoever ends it: a server of before writes an entry's state,
-- or makes it another offer, and knows nothing of the column.
create function forget_offer_documents() returns trigger language plpgsql as $$
begin
  new.document_sealed := null;
  return new;
end $$;
create trigger waiting_entry_documents before update on waiting_entry for each row
  when (new.document_sealed is not null
    and (new.state <> 'offered' or new.offered_session is distinct from old.offered_session))
  execute function forget_offer_documents();
