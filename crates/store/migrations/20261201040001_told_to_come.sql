-- Whom the message "just come" has really reached: a party that left the list, or declined, booked or lost an offer elsewhere
-- after it is told otherwise should that end, and one that was never told is left in peace. Null where nobody noted it: the
-- wishes of before, and those of servers of before while both kinds run; they may have been told, and count as told.
alter table waiting_wish add column told_to_come boolean;
