-- What raised an alert is looked for by itself (desk: the auditors' page). Alone, so that nobody waits for the scan who only
-- reads; whoever writes an entry waits for it, the time of one pass over the trail.
create index audit_entry_alerts on audit_entry (at, id) where detail ? 'alert';
