-- Group visits to the museum: requests of schools, hospitals and companies until they become an ordinary booking, and the
-- list of who comes (booking.md, "Groups and the bus"). Places are the booking engine's: a request that may keep some has
-- a hold there, an approved one a booking.
alter table one_time_code drop constraint one_time_code_purpose;
alter table one_time_code add constraint one_time_code_purpose
  check (purpose in ('sign_in', 'booking', 'contact', 'proof', 'bus', 'group')) not valid;

-- The rules for groups, version by version; the newest holds, a request names the one it was sent under.
create table group_policy (
  version     integer primary key constraint group_policy_version check (version > 0),
  policy      jsonb not null, -- domain::groups::GroupPolicy
  created_at  timestamptz not null,
  created_by  uuid
);

-- What a group has typed so far, sealed, until the code proves the contact. The draft's id is the idempotency key of its
-- request. Only the browser that began it may read it (visitor_hash).
create table group_draft (
  id             uuid primary key,
  visitor_hash   bytea not null,
  sealed         bytea, -- domain::typed::Typed as JSON
  contact_index  bytea,
  verified_at    timestamptz,
  request_id     uuid,
  locale         text not null,
  created_at     timestamptz not null,
  expires_at     timestamptz not null
);
create index group_draft_by_expiry on group_draft (expires_at);

create table group_request (
  id                uuid primary key,
  draft_id          uuid not null constraint group_request_once unique, -- one draft makes one request
  reference         text not null constraint group_request_reference_once unique,
  state             text not null constraint group_request_state check
    (state in ('submitted', 'asked', 'proposed', 'accepted', 'approved', 'rebook', 'visited', 'refused', 'withdrawn')),
  version           integer not null default 1,
  policy_version    integer not null,
  organisation      text not null,
  kind              text not null constraint group_request_kind check (kind in ('school', 'hospital', 'company', 'community')),
  city              text not null,
  ages              text not null constraint group_request_ages check
    (ages in ('preschool', 'primary', 'junior', 'senior', 'adults')),
  members           integer not null constraint group_request_members check (members between 1 and 500),
  adults            integer not null constraint group_request_adults check (adults between 0 and 500),
  wishes            uuid[] not null, -- sessions, the best first
  locale            text not null constraint group_request_locale check (locale in ('zh-CN', 'en')),
  account_id        uuid references account,
  name_sealed       bytea not null,
  post_sealed       bytea not null,
  phone_sealed      bytea,
  phone_index       bytea,
  mail_sealed       bytea,
  mail_index        bytea,
  note_sealed       bytea not null,
  question_sealed   bytea, -- what the house asked last
  answer_sealed     bytea, -- and what the group answered
  message_sealed    bytea, -- what came with the session that is proposed
  reason_sealed     bytea, -- why it was refused
  proposed_session  uuid references session,
  answer_by         timestamptz, -- until when a proposal waits for the group
  hold_session      uuid references session, -- where places are kept for it
  hold_id           uuid,
  booking_id        uuid constraint group_request_booking_once unique, -- what it became, also after that was cancelled
  created_at        timestamptz not null,
  updated_at        timestamptz not null,
  erased_at         timestamptz,
  constraint group_request_people check (members + adults <= 500),
  constraint group_request_proposal check ((state in ('proposed', 'accepted')) = (proposed_session is not null)),
  constraint group_request_hold check ((hold_session is null) = (hold_id is null)),
  constraint group_request_booked check (state not in ('approved', 'visited') or booking_id is not null)
);
create index group_request_open on group_request (created_at)
  where state in ('submitted', 'asked', 'proposed', 'accepted', 'approved', 'rebook');
create index group_request_by_phone on group_request (phone_index) where phone_index is not null;
create index group_request_by_mail on group_request (mail_index) where mail_index is not null;
create index group_request_by_answer on group_request (answer_by) where state = 'proposed';

-- Who comes: one sealed list per request, written whole or not at all, and deleted soon after the visit.
create table group_roster (
  request_id  uuid primary key references group_request,
  people      integer not null constraint group_roster_people check (people between 1 and 500),
  sealed      bytea not null, -- domain::groups::Entry, a JSON list
  saved_at    timestamptz not null
);

alter table message add column group_request_id uuid;
create index message_by_group_request on message (group_request_id, created_at) where group_request_id is not null;

alter table short_link
  add column group_id uuid constraint short_link_group_once unique,
  drop constraint short_link_leads_somewhere,
  add constraint short_link_leads_somewhere check (num_nonnulls(booking_id, waiting_id, group_id) = 1) not valid;

grant select, insert on group_policy to cb_app;
grant select, insert, update, delete on group_draft, group_roster to cb_app;
grant select, insert, update on group_request to cb_app;
