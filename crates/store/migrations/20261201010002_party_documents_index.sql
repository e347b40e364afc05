-- The bookings a document is shown for by somebody who did not book. Without a list of its own of what is pending: whoever
-- books looks here, and must not pay for the entries of others. Alone, so that nobody waits for the scan who only reads.
create index booking_by_companion on booking using gin (companion_index) with (fastupdate = off)
  where companion_index is not null;
