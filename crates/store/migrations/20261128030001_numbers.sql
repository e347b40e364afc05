-- Who joined the waiting list in a time is counted for the staff's numbers: read by that time, not from the whole table.
create index waiting_by_joining on waiting_entry (created_at);
