-- Campus science ambassadors (booking.md: 校园科普宣传员: application → training session → certificate): rounds, applications,
-- training dates, certificates. One lock decides whatever concerns a round's places: its row's.
alter table one_time_code drop constraint one_time_code_purpose;
alter table one_time_code add constraint one_time_code_purpose
  check (purpose in ('sign_in', 'booking', 'contact', 'proof', 'bus', 'group', 'ambassador')) not valid;

-- A round (招募批次): one may apply from opens_at until closes_at; then all are decided together.
create table ambassador_round (
  id           uuid primary key,
  title_zh     text not null constraint ambassador_round_title check (char_length(title_zh) between 1 and 120),
  title_en     text not null,
  story_zh     text not null,
  story_en     text not null,
  city         text, -- none: every city
  places       integer not null constraint ambassador_round_places check (places between 1 and 500),
  opens_at     timestamptz not null,
  closes_at    timestamptz not null,
  published    boolean not null default false,
  selected_at  timestamptz, -- when the selection was made public; never again changed
  version      integer not null default 1,
  created_at   timestamptz not null,
  updated_at   timestamptz not null,
  constraint ambassador_round_window check (closes_at > opens_at)
);

create table ambassador_training (
  id          uuid primary key,
  round_id    uuid not null references ambassador_round,
  starts_at   timestamptz not null,
  ends_at     timestamptz not null,
  place       text not null constraint ambassador_training_place check (char_length(place) between 1 and 120),
  created_at  timestamptz not null,
  constraint ambassador_training_span check (ends_at > starts_at),
  constraint ambassador_training_once unique (round_id, starts_at, place)
);

-- What somebody has typed so far, sealed, until the code proves the contact: as for the bus and for groups.
create table ambassador_draft (
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
create index ambassador_draft_by_expiry on ambassador_draft (expires_at);

create table ambassador_application (
  id               uuid primary key,
  draft_id         uuid not null constraint ambassador_application_once unique, -- one draft makes one application
  round_id         uuid not null references ambassador_round,
  reference        text not null constraint ambassador_application_reference_once unique,
  state            text not null constraint ambassador_application_state check
    (state in ('submitted', 'asked', 'reserve', 'selected', 'confirmed', 'trained', 'absent', 'certified', 'refused',
               'withdrawn')),
  version          integer not null default 1,
  capacity         text not null constraint ambassador_application_capacity check (capacity in ('student', 'teacher', 'staff')),
  age              integer constraint ambassador_application_age check (age between 6 and 99), -- none once erased
  organisation     text not null,
  city             text not null,
  locale           text not null constraint ambassador_application_locale check (locale in ('zh-CN', 'en')),
  account_id       uuid references account,
  name_sealed      bytea not null,
  guardian_sealed  bytea, -- who consented for somebody under 14
  post_sealed      bytea not null,
  phone_sealed     bytea,
  phone_index      bytea,
  mail_sealed      bytea,
  mail_index       bytea,
  note_sealed      bytea not null, -- the motivation
  question_sealed  bytea,
  answer_sealed    bytea,
  reason_sealed    bytea,
  decision         text constraint ambassador_application_decision check (decision in ('selected', 'reserve', 'refused')),
  rank             integer constraint ambassador_application_rank check (rank between 1 and 999), -- order of the reserve
  training_id      uuid references ambassador_training, -- the date they come to
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  erased_at        timestamptz,
  constraint ambassador_application_ranked check ((decision = 'reserve') = (rank is not null) or decision is null)
);
create index ambassador_application_of_round on ambassador_application (round_id, created_at);
create index ambassador_application_by_phone on ambassador_application (phone_index) where phone_index is not null;
create index ambassador_application_by_mail on ambassador_application (mail_index) where mail_index is not null;

-- The last serial of each year. Its row is locked until the certificate's transaction ends: no gaps.
create table ambassador_serial (
  year  integer primary key,
  last  integer not null constraint ambassador_serial_last check (last >= 0)
);

create table ambassador_certificate (
  id              uuid primary key,
  application_id  uuid not null constraint ambassador_certificate_once unique references ambassador_application,
  year            integer not null,
  serial          integer not null constraint ambassador_certificate_serial check (serial > 0),
  name_sealed     bytea not null,
  organisation    text not null,
  round_zh        text not null, -- as it was called then
  round_en        text not null,
  issued_at       timestamptz not null,
  version         integer not null default 1, -- one more with every corrected name
  revoked_at      timestamptz,
  revoked_reason_sealed bytea,
  erased_at       timestamptz,
  constraint ambassador_certificate_number unique (year, serial)
);

alter table message add column ambassador_id uuid;

alter table short_link
  add column ambassador_id uuid constraint short_link_ambassador_once unique,
  drop constraint short_link_leads_somewhere,
  add constraint short_link_leads_somewhere
    check (num_nonnulls(booking_id, waiting_id, group_id, ambassador_id) = 1) not valid;

grant select, insert, update on ambassador_round, ambassador_application, ambassador_serial, ambassador_certificate to cb_app;
grant select, insert, update, delete on ambassador_draft, ambassador_training to cb_app;
