-- Work to do after a commit, written in the transaction that causes it: mail, text messages, clean-up.
create table job (
  id            uuid primary key,
  kind          text not null,
  payload       jsonb not null, -- ids only: personal data is looked up when the job runs
  dedupe        text constraint job_once unique, -- at most one job for this key
  state         text not null default 'ready' constraint job_state check (state in ('ready', 'dead')),
  run_at        timestamptz not null,
  attempts      integer not null default 0,
  max_attempts  integer not null default 12,
  lease         uuid,
  leased_until  timestamptz,
  last_error    text, -- the kind of failure, never an address or a text
  created_at    timestamptz not null
);
create index job_due on job (run_at) where state = 'ready';

-- One row per message to a person: what kind, when it left; never its text or address.
create table message (
  id          uuid primary key, -- also the left half of its Message-ID
  booking_id  uuid,
  account_id  uuid,
  template    text not null,
  channel     text not null constraint message_channel check (channel in ('mail', 'sms')),
  state       text not null default 'queued' constraint message_state check (state in ('queued', 'sent', 'failed', 'dropped')),
  provider_id text,
  created_at  timestamptz not null,
  sent_at     timestamptz
);
create index message_by_booking on message (booking_id, created_at) where booking_id is not null;

-- Development only, when no SMTP server or SMS provider is configured: messages land here and are shown on a page.
create table dev_mailbox (
  id           uuid primary key,
  channel      text not null,
  recipient    text not null,
  subject      text not null,
  body_text    text not null,
  body_html    text,
  attachments  jsonb not null default '[]',
  created_at   timestamptz not null
);
