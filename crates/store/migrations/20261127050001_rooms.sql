-- An event may have several dates at one instant: in the hall people listen while the children build kites next door. What
-- is once is the room; the museum and the bus know room 0 alone. A server of before that plans sessions in the minutes of
-- the change gets an error of its query and plans them with the next run.
alter table session add column room smallint not null default 0 constraint session_room check (room >= 0);
alter table session add constraint session_once_per_room unique (activity_id, starts_at, room);
alter table session drop constraint session_once;
