-- A session alone takes no account over. What a visitor signs in with changes after a fresh code to what is to be
-- replaced; whoever cannot show one waits three days, which the old contact is told of, with a link that stops it.
create table contact_change (
  id             uuid primary key,
  account_id     uuid not null references account,
  kind           text not null constraint contact_change_kind check (kind in ('phone', 'mail')),
  contact_sealed bytea not null, -- the new contact, proven by a code
  contact_index  bytea not null,
  stop_hash      bytea not null constraint contact_change_stop_once unique, -- keyed, of the characters in the link
  requested_at   timestamptz not null,
  due_at         timestamptz not null,
  constraint contact_change_once unique (account_id, kind) -- a later wish takes the place of an earlier one
);
grant select, insert, update, delete on contact_change to cb_app;

alter table one_time_code drop constraint one_time_code_purpose;
alter table one_time_code add constraint one_time_code_purpose
  check (purpose in ('sign_in', 'booking', 'contact', 'proof'));

-- Which contact a visitor last proved in this browser; and a cookie that was renewed is still known for some seconds, for
-- requests that were under way.
alter table login_session
  add column proven_by text constraint login_session_proven_by check (proven_by in ('phone', 'mail')),
  add column previous_hash bytea,
  add column renewed_at timestamptz;
create index login_session_by_previous on login_session (previous_hash) where previous_hash is not null;
