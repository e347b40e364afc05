-- A machine asks again and again how far a group's request is; whose it is stands with the form that made it.
create index group_draft_of_request on group_draft (request_id) where request_id is not null;
