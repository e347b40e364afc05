-- The bookings of a document. Alone, so that nobody waits for the scan who only reads.
create index booking_by_document on booking (document_index, activity_id) where document_index is not null;
