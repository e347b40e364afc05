-- The people counted to a session. Alone, so that the scan does not hold up whoever books or reads.
create index door_count_by_session on door_count (session_id) where session_id is not null;
