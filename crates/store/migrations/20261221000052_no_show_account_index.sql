-- Every booking of whoever is signed in asks what their account missed. Alone, so that nobody waits for the scan who only reads.
create index no_show_by_account on no_show (account_id, activity_id) where account_id is not null;
