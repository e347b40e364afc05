-- What was typed waits sealed in the draft.
alter table booking_draft add column document_sealed bytea;
