-- The same photograph sent twice to a visit is one: told by a keyed hash of what was sent. Those of before have none.
alter table bus_photo add column sent_hash bytea;
create unique index bus_photo_sent_once on bus_photo (request_id, sent_hash) where sent_hash is not null;
-- Photographs leave after their term, whatever became of the request: found by when they were added.
create index bus_photo_age on bus_photo (created_at);
