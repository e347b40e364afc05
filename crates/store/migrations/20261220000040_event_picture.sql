-- Pictures of an event: the first is its cover, the others stand below it. Each in several sizes, each size a file of its own
-- whose address is the hash of its bytes. Whoever noted that everybody on it agreed is kept with when.
create table event_picture (
  id           uuid primary key,
  activity_id  uuid not null references event on delete cascade,
  place        integer not null, -- order; the smallest is the cover
  alt_zh       text not null constraint event_picture_alt_zh check (char_length(alt_zh) between 1 and 120),
  alt_en       text not null constraint event_picture_alt_en check (char_length(alt_en) between 1 and 240),
  consent_at   timestamptz not null, -- everybody who can be made out has agreed, guardians for children
  consent_by   uuid,
  sent_hash    bytea not null, -- keyed, of what was sent: the same picture sent twice to an event is one
  created_at   timestamptz not null,
  constraint event_picture_sent_once unique (activity_id, sent_hash)
);
create index event_picture_age on event_picture (created_at); -- pictures leave after their term

create table event_picture_size (
  picture_id  uuid not null references event_picture on delete cascade,
  width       integer not null constraint event_picture_size_width check (width > 0),
  height      integer not null constraint event_picture_size_height check (height > 0),
  hash        text not null constraint event_picture_size_hash check (hash ~ '^[0-9a-f]{64}$'), -- SHA-256 of its bytes
  file_id     uuid not null constraint event_picture_size_file_once unique references file,
  primary key (picture_id, width)
);
create index event_picture_size_by_hash on event_picture_size (hash);

-- However a picture goes (taken away by staff, at the end of its term, with its event), its files belong to nothing from then on,
-- and the next sweep removes their bytes.
create function event_picture_size_gone() returns trigger language plpgsql as $$
begin
  update file set dropped_at = now() where id in (select file_id from gone) and dropped_at is null;
  return null;
end $$;
create trigger event_picture_size_gone after delete on event_picture_size
  referencing old table as gone for each statement execute function event_picture_size_gone();

grant select, insert, update, delete on event_picture to cb_app;
grant select, insert, delete on event_picture_size to cb_app;
