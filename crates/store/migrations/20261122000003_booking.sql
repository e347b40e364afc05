-- The booking engine: activities, their sessions, holds and bookings (booking.md).
create table activity (
  id              uuid primary key,
  kind            text not null constraint activity_kind check (kind in ('museum', 'event', 'bus')),
  slug            text not null constraint activity_slug_once unique,
  title_zh        text not null,
  title_en        text not null,
  policy          jsonb not null, -- domain::booking::Policy
  policy_version  integer not null default 1,
  created_at      timestamptz not null
);

-- What the policy was, when: a booking names the version that admitted it.
create table activity_policy (
  activity_id  uuid not null references activity,
  version      integer not null,
  policy       jsonb not null,
  created_at   timestamptz not null,
  created_by   uuid,
  primary key (activity_id, version)
);

create table session_template (
  id           uuid primary key,
  activity_id  uuid not null references activity,
  weekday      smallint not null constraint session_template_weekday check (weekday between 1 and 7), -- ISO: 1 Monday
  starts       time not null,
  ends         time not null,
  capacity     integer not null constraint session_template_capacity check (capacity between 0 and 5000),
  valid_from   date not null,
  valid_until  date,
  constraint session_template_order check (ends > starts),
  constraint session_template_once unique (activity_id, weekday, starts, valid_from)
);

-- Days on which the templates do not apply.
create table template_exception (
  activity_id  uuid not null references activity,
  day          date not null,
  reason_zh    text not null,
  reason_en    text not null,
  primary key (activity_id, day)
);

create table session (
  id           uuid primary key,
  activity_id  uuid not null references activity,
  template_id  uuid references session_template,
  starts_at    timestamptz not null,
  ends_at      timestamptz not null,
  capacity     integer not null constraint session_capacity check (capacity between 0 and 5000),
  state        text not null default 'open' constraint session_state check (state in ('open', 'closed')),
  version      integer not null default 1,
  created_at   timestamptz not null,
  constraint session_order check (ends_at > starts_at),
  constraint session_once unique (activity_id, starts_at)
);
create index session_by_time on session (starts_at);

-- Places kept while a visitor fills in the form; alive by `expires_at` alone.
create table hold (
  session_id  uuid not null references session,
  id          uuid not null,
  people      integer not null constraint hold_people check (people between 1 and 500),
  expires_at  timestamptz not null,
  created_at  timestamptz not null,
  primary key (session_id, id)
);
create index hold_by_id on hold (id);

create table booking (
  session_id      uuid not null references session,
  id              uuid not null,
  activity_id     uuid not null references activity,
  reference       text not null, -- eight characters people can read over a telephone
  state           text not null constraint booking_state check (state in ('confirmed', 'cancelled')),
  people          integer not null constraint booking_people check (people between 1 and 500),
  children        integer not null default 0 constraint booking_children check (children between 0 and people),
  arrived         integer not null default 0 constraint booking_arrived check (arrived between 0 and people),
  channel         text not null constraint booking_channel check (channel in ('web', 'staff', 'api')),
  locale          text not null constraint booking_locale check (locale in ('zh-CN', 'en')),
  account_id      uuid references account,
  name_sealed     bytea not null,
  phone_sealed    bytea,
  phone_index     bytea,
  mail_sealed     bytea,
  mail_index      bytea,
  policy_version  integer not null,
  moves           integer not null default 0,
  sequence        integer not null default 0, -- iCalendar SEQUENCE
  version         integer not null default 1,
  created_at      timestamptz not null,
  updated_at      timestamptz not null,
  cancelled_at    timestamptz,
  cancelled_by    text constraint booking_cancelled_by check (cancelled_by in ('visitor', 'staff', 'api')),
  primary key (session_id, id),
  constraint booking_cancelled_when check ((state = 'cancelled') = (cancelled_at is not null))
);
create index booking_by_id on booking (id);
create index booking_by_reference on booking (reference);
create index booking_by_phone on booking (phone_index, activity_id) where phone_index is not null;
create index booking_by_mail on booking (mail_index, activity_id) where mail_index is not null;
create index booking_by_account on booking (account_id) where account_id is not null;

-- The last guard against overselling, even from raw SQL: a statement that makes a session fuller must leave it within
-- its capacity. It locks the session first, so two statements cannot each see room for themselves. Statement level with
-- transition tables: a batch of 128 bookings pays for one check. Making a session emptier is never refused, so a
-- capacity lowered below what is booked strands nobody.
create function refuse_overselling(of_sessions uuid[]) returns void language plpgsql as $$
declare
  grown uuid;
  room  integer;
  taken bigint;
begin
  foreach grown in array of_sessions loop
    select capacity into room from session where id = grown for no key update;
    -- Bookings only: whether a hold is still alive is a question of the caller's clock, and the engine asks it.
    select coalesce(sum(people), 0) into taken from booking where session_id = grown and state = 'confirmed';
    if taken > room then
      raise exception 'session % would hold % people on % places', grown, taken, room
        using errcode = '23514', constraint = 'booking_within_capacity', table = 'booking';
    end if;
  end loop;
end $$;

create function booking_inserted() returns trigger language plpgsql as $$
begin
  perform refuse_overselling(array(
    select session_id from fresh where state = 'confirmed' group by session_id order by session_id));
  return null;
end $$;

create function booking_updated() returns trigger language plpgsql as $$
begin
  perform refuse_overselling(array(
    select session_id from (
      select session_id, people from fresh where state = 'confirmed'
      union all
      select session_id, -people from stale where state = 'confirmed') as change
    group by session_id having sum(people) > 0 order by session_id));
  return null;
end $$;

create trigger booking_inserted after insert on booking
  referencing new table as fresh for each statement execute function booking_inserted();
create trigger booking_updated after update on booking
  referencing new table as fresh old table as stale for each statement execute function booking_updated();

-- What a visitor has typed so far, sealed, until the code proves the contact. The draft's id is the idempotency key of
-- its booking. Only the browser that began it may read it (visitor_hash).
create table booking_draft (
  id            uuid primary key,
  visitor_hash  bytea not null,
  session_id    uuid not null references session,
  hold_id       uuid not null,
  people        integer not null,
  sealed        bytea, -- domain::booking::Particulars as JSON
  locale        text not null,
  booking_id    uuid,
  created_at    timestamptz not null,
  expires_at    timestamptz not null
);
create index booking_draft_by_expiry on booking_draft (expires_at);

-- The same key with the same body gets the same answer; written in the transaction of the work it stands for.
create table idempotency (
  scope       text not null, -- who may repeat it: a draft, an API client
  key         text not null,
  body_hash   bytea not null,
  answer      jsonb not null,
  created_at  timestamptz not null,
  primary key (scope, key)
);
create index idempotency_by_age on idempotency (created_at);

-- Every scan at the door, its nonce first: a repeated nonce repeats the answer it got.
create table scan (
  nonce        uuid primary key,
  session_id   uuid not null,
  booking_id   uuid,
  present      integer not null,
  outcome      text not null,
  device_at    timestamptz,
  received_at  timestamptz not null,
  steward_id   uuid not null
);
create index scan_by_session on scan (session_id, received_at);

-- People who left the building, so that one number says how many are inside. Walk-ins are counted without a name.
create table door_count (
  id           uuid primary key,
  activity_id  uuid not null references activity,
  kind         text not null constraint door_count_kind check (kind in ('walk_in', 'left')),
  people       integer not null constraint door_count_people check (people between 1 and 500),
  at           timestamptz not null,
  steward_id   uuid not null
);
create index door_count_by_time on door_count (activity_id, at);
