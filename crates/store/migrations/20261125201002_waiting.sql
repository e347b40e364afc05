-- The waiting list (候补): parties in order, each for one session or for several that would do as well. An offer is a
-- hold of the party's own, so that whatever counts places counts offers too.
create table waiting_entry (
  id                uuid primary key,
  activity_id       uuid not null references activity,
  state             text not null constraint waiting_state
    check (state in ('waiting', 'offered', 'booked', 'declined', 'left', 'expired', 'closed', 'no_place')),
  people            integer not null constraint waiting_people check (people between 1 and 500),
  children          integer not null default 0 constraint waiting_children check (children between 0 and people),
  locale            text not null constraint waiting_locale check (locale in ('zh-CN', 'en')),
  account_id        uuid references account,
  name_sealed       bytea, -- gone once it is erased, as the rest of what names somebody
  phone_sealed      bytea,
  phone_index       bytea,
  mail_sealed       bytea,
  mail_index        bytea,
  offered_session   uuid references session,
  offer_expires_at  timestamptz,
  offers            integer not null default 0,
  booking_id        uuid, -- what an accepted offer became
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  ended_at          timestamptz,
  erased_at         timestamptz,
  constraint waiting_offer check ((state = 'offered') = (offered_session is not null and offer_expires_at is not null)),
  constraint waiting_ended check ((state in ('waiting', 'offered')) = (ended_at is null))
);
create index waiting_by_phone on waiting_entry (phone_index, activity_id) where phone_index is not null;
create index waiting_by_mail on waiting_entry (mail_index, activity_id) where mail_index is not null;
create index waiting_by_account on waiting_entry (account_id) where account_id is not null;
create index waiting_offer_by_end on waiting_entry (offer_expires_at) where state = 'offered';

-- A party's place in the list of one session, numbered under the session's lock: who came first is never a question of
-- two servers' clocks.
create table waiting_wish (
  session_id  uuid not null references session,
  place       integer not null,
  waiting_id  uuid not null references waiting_entry,
  over        boolean not null default false, -- declined, run out, closed, or the party waits no more
  primary key (session_id, place),
  constraint waiting_wish_once unique (session_id, waiting_id)
);
create index waiting_wish_live on waiting_wish (session_id, place) where not over;
create index waiting_wish_by_entry on waiting_wish (waiting_id);

-- A draft may become an entry of the waiting list instead of a booking: typed and proven the same way.
alter table booking_draft
  add column waits boolean not null default false,
  add column also uuid[] not null default '{}',
  add column waiting_id uuid;

-- The short link of a text message leads to a booking or to an entry of the waiting list.
alter table short_link
  alter column booking_id drop not null,
  add column waiting_id uuid constraint short_link_waiting_once unique,
  add constraint short_link_leads_somewhere check (num_nonnulls(booking_id, waiting_id) = 1);

grant select, insert, update on waiting_entry, waiting_wish to cb_app;
