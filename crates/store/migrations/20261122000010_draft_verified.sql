-- A contact proven once stays proven for its draft: a visitor whose session filled up in the meantime takes another one
-- without a second code.
alter table booking_draft add column contact_index bytea, add column verified_at timestamptz;
