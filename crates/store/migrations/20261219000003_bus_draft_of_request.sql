-- A machine asks again and again how far its request is; whose it is stands with the form that made it.
create index bus_draft_of_request on bus_draft (request_id) where request_id is not null;
