-- Whom the message "just come" has really reached: a party that left the list, or declined, booked or lost an offer elsewhere
-- after it is told otherwise should that end, and one that was never told is left in peace. Those of before may have been told.
alter table waiting_wish add column told_to_come boolean not null default false;
update waiting_wish set told_to_come = true where open_door;
