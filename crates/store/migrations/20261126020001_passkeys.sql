-- Passkeys as the second factor of staff, beside the telephone's codes: nothing that can be read off and typed in on
-- somebody else's page.
create table staff_passkey (
  id             uuid primary key,
  account_id     uuid not null references account,
  credential_id  bytea not null constraint staff_passkey_once unique
                 constraint staff_passkey_credential_size check (octet_length(credential_id) between 1 and 1023),
  key_sealed     bytea not null, -- with the account's id: who can only write to the table gives nobody a passkey
  sign_count     bigint not null constraint staff_passkey_sign_count check (sign_count >= 0),
  transports     text[] not null, -- as the browser says them: internal, hybrid, usb …
  name           text not null,
  created_at     timestamptz not null,
  last_used_at   timestamptz
);
create index staff_passkey_by_account on staff_passkey (account_id);

-- What a passkey is asked to sign: good once, for one person and one purpose, where it was asked for, five minutes by this
-- clock.
create table staff_passkey_challenge (
  subject     uuid not null, -- the session, the sign-in or the enrolment it was asked for in
  purpose     text not null constraint staff_passkey_challenge_purpose
              check (purpose in ('enrol', 'first', 'sign_in', 'step_up')),
  account_id  uuid not null references account,
  challenge   bytea not null,
  made_at     timestamptz not null,
  primary key (subject, purpose)
);
create index staff_passkey_challenge_by_account on staff_passkey_challenge (account_id);

grant select, insert, update, delete on staff_passkey, staff_passkey_challenge to cb_app;
