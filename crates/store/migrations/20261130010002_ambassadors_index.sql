-- The messages of an application. Alone, so that nobody waits for the scan who only reads.
create index message_by_ambassador on message (ambassador_id, created_at) where ambassador_id is not null;
