-- The requests of an account, of whichever kind: each page of one that is signed in asks. Whoever writes a request waits for
-- the scans, one pass over three small tables; nobody waits who only reads.
create index bus_request_by_account on bus_request (account_id) where account_id is not null;
create index group_request_by_account on group_request (account_id) where account_id is not null;
create index ambassador_application_by_account on ambassador_application (account_id) where account_id is not null;
