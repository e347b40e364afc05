-- A capacity may be lowered below what is booked, knowingly. The reconciliation has to know how many were booked then, or it raises
-- an alarm about what somebody decided, for ever. Null where it was not so; an older server leaves it and alarms as before.
alter table session add column lowered_under integer check (lowered_under > 0);
