-- Identity documents, for activities that ask for them: sealed beside the booking they were shown for, with a keyed hash
-- that finds the same document again (limits count it as they count a phone).
alter table booking
  add column document_sealed bytea,
  add column document_index bytea;
alter table booking add constraint booking_document_whole
  check ((document_sealed is null) = (document_index is null)) not valid;
