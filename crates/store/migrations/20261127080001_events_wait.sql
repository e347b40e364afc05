-- Events keep waiting lists too. Who waits for a date has answered the event's questions before: the answers belong to the
-- entry while it waits, go over to the booking it becomes, and are forgotten when the waiting ends otherwise.
alter table event_answers add column waiting_id uuid constraint event_answers_waiting_once unique;
