-- What the server may do. Later migrations that add a table add its grant beside it.
grant usage on schema public to cb_app, cb_auditor;
grant select, insert, update, delete on all tables in schema public to cb_app;
revoke update, delete on audit_entry, audit_leaf, audit_head from cb_app;
revoke delete on account, booking, message from cb_app; -- erased field by field on a clock, never by a slip
grant select on audit_entry, audit_leaf, audit_head, signing_key to cb_auditor;
