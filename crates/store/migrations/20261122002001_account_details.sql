-- Accounts in detail: a subject has one code (the newest), so "only the newest counts" is a fact of the table; recovery
-- codes for a lost telephone; a password chosen by somebody else has to be replaced at the first sign-in.
delete from one_time_code; -- a code lives ten minutes: whoever waits for one asks again
drop index one_time_code_by_subject;
create unique index one_time_code_subject_once on one_time_code (subject, purpose);
create index one_time_code_by_contact on one_time_code (contact_index);
create index one_time_code_by_expiry on one_time_code (expires_at);
alter table one_time_code add column contact_sealed bytea; -- what the code proves; goes with the row

alter table staff_credential add column password_temporary boolean not null default false;

create table staff_recovery_code (
  account_id  uuid not null references account,
  code_hash   bytea not null, -- keyed, bound to the account
  created_at  timestamptz not null,
  used_at     timestamptz,
  primary key (account_id, code_hash)
);
grant select, insert, update, delete on staff_recovery_code to cb_app;

create index rate_limit_by_age on rate_limit (window_start);
create index refresh_token_by_expiry on refresh_token (expires_at);
alter table refresh_token add column scopes text[] not null default '{}'; -- a grant may be narrower than its client
create index login_session_by_expiry on login_session (expires_at);
