-- The messages about a thing. Alone, so that nobody waits for the scan who only reads; whoever writes a message waits for
-- it, the time of one pass over the table.
create index message_by_subject on message (subject_id, created_at) where subject_id is not null;
