-- Files people send (a group's stamped letter, photographs of a visit): what is known of each, and, where no folder is
-- configured, its sealed bytes. A file belongs to nothing until the change that uses it commits; one that belongs to nothing
-- (any more) is swept away, bytes first.
create table file (
  id          uuid primary key,
  kind        text not null constraint file_kind check (kind in ('pdf', 'jpeg')),
  bytes       integer not null constraint file_bytes check (bytes between 1 and 20000000),
  created_at  timestamptz not null,
  used_at     timestamptz,
  dropped_at  timestamptz
);
create index file_unused on file (created_at) where used_at is null or dropped_at is not null;

create table file_content (
  id      uuid primary key,
  sealed  bytea not null
);
alter table file_content alter column sealed set storage external; -- sealed bytes do not compress

-- The stamped letter (盖章函件) of a group's request: one, replaced until the request is approved.
create table group_letter (
  request_id  uuid primary key references group_request,
  file_id     uuid not null constraint group_letter_file_once unique references file,
  pages       integer not null constraint group_letter_pages check (pages between 1 and 20),
  saved_at    timestamptz not null
);

-- Photographs of a visit of the bus, shown on the stop's page once somebody has said that everybody on them agrees.
create table bus_photo (
  id           uuid primary key,
  request_id   uuid not null references bus_request,
  file_id      uuid not null constraint bus_photo_file_once unique references file,
  place        integer not null, -- order on the page
  width        integer not null,
  height       integer not null,
  alt_zh       text not null constraint bus_photo_alt_zh check (char_length(alt_zh) between 1 and 120),
  alt_en       text not null constraint bus_photo_alt_en check (char_length(alt_en) between 1 and 240),
  consent_at   timestamptz not null, -- everybody who can be made out has agreed, guardians for children
  consent_by   uuid,
  shown_at     timestamptz, -- none: not public
  created_at   timestamptz not null
);
create index bus_photo_of_request on bus_photo (request_id, place);

grant select, insert, update, delete on file, file_content, group_letter, bus_photo to cb_app;
