-- People and machines that can sign in. Names, phones and mail addresses are encrypted; *_index columns are keyed hashes.
create table account (
  id           uuid primary key,
  kind         text not null constraint account_kind check (kind in ('visitor', 'staff')),
  locale       text not null default 'zh-CN' constraint account_locale check (locale in ('zh-CN', 'en')),
  name_sealed  bytea,
  phone_sealed bytea,
  phone_index  bytea,
  mail_sealed  bytea,
  mail_index   bytea,
  created_at   timestamptz not null,
  deleted_at   timestamptz
);
create unique index account_phone_once on account (phone_index) where deleted_at is null and kind = 'visitor';
create unique index account_mail_once on account (mail_index) where deleted_at is null and kind = 'visitor';

create table staff_credential (
  account_id      uuid primary key references account,
  login           text not null constraint staff_login_once unique constraint staff_login_shape check (login = lower(login)),
  password_hash   text not null,
  totp_sealed     bytea,
  totp_confirmed  boolean not null default false,
  totp_last_step  bigint not null default 0, -- a code is good once
  failures        integer not null default 0,
  locked_until    timestamptz,
  changed_at      timestamptz not null
);

create table account_role (
  account_id  uuid not null references account,
  role        text not null,
  granted_at  timestamptz not null,
  granted_by  uuid,
  primary key (account_id, role)
);

-- A browser that is signed in. Looked up on every request that carries its cookie, so that revoking works at once.
create table login_session (
  id             uuid primary key,
  token_hash     bytea not null constraint login_session_token_once unique,
  account_id     uuid not null references account,
  label          text not null,
  created_at     timestamptz not null,
  last_seen_at   timestamptz not null,
  expires_at     timestamptz not null,
  stepped_up_at  timestamptz,
  revoked_at     timestamptz
);
create index login_session_by_account on login_session (account_id) where revoked_at is null;

-- One-time codes: bound to a purpose and a subject (a draft, a sign-in), never to a text that says who it was for.
create table one_time_code (
  id             uuid primary key,
  purpose        text not null constraint one_time_code_purpose check (purpose in ('sign_in', 'booking', 'contact')),
  subject        uuid not null,
  contact_index  bytea not null,
  code_hash      bytea not null,
  attempts       integer not null default 0,
  created_at     timestamptz not null,
  expires_at     timestamptz not null,
  consumed_at    timestamptz
);
create index one_time_code_by_subject on one_time_code (subject, purpose, created_at desc);

-- Limits that several servers share: one row per bucket and window.
create table rate_limit (
  bucket        bytea not null, -- keyed hash of (limit, subject): an address or a phone never stands here
  window_start  timestamptz not null,
  hits          integer not null,
  primary key (bucket, window_start)
);

-- Machines.
create table api_client (
  id           uuid primary key,
  name         text not null constraint api_client_name_once unique,
  scopes       text[] not null,
  secret_hash  bytea not null,
  created_at   timestamptz not null,
  revoked_at   timestamptz
);
create table refresh_token (
  id          uuid primary key,
  family      uuid not null,
  client_id   uuid not null references api_client,
  token_hash  bytea not null constraint refresh_token_once unique,
  issued_at   timestamptz not null,
  expires_at  timestamptz not null,
  used_at     timestamptz,
  revoked_at  timestamptz
);
create index refresh_token_by_family on refresh_token (family);
