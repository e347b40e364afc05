-- The lists of the bank's own work (custody.md): 56 preparation steps, 15 tests, 58 steps of a release. They are data with
-- versions, so that the bank can replace them: a version never changes, and a unit names the one it was worked by.

create table custody_catalogue (
  id          uuid primary key,
  kind        text not null constraint custody_catalogue_kind check (kind in ('preparation', 'test', 'release')),
  version     integer not null constraint custody_catalogue_version check (version > 0),
  valid_from  date not null, -- of Shandong: units whose work begins on this day or later
  constraint custody_catalogue_once unique (kind, version)
);

create table custody_catalogue_item (
  catalogue_id uuid not null references custody_catalogue,
  position     smallint not null constraint custody_catalogue_item_position check (position between 1 and 63), -- a bit of a bigint each
  code         text not null constraint custody_catalogue_item_code check (code ~ '^[a-z0-9_]{2,40}$'),
  section      text not null constraint custody_catalogue_item_section check (section ~ '^[A-Z]{1,4}$'),
  zh           text not null,
  en           text not null,
  primary key (catalogue_id, position),
  constraint custody_catalogue_item_code_once unique (catalogue_id, code)
);

create function custody_catalogue_stands() returns trigger language plpgsql as $$
begin
  raise exception 'a version of a catalogue never changes: make another' using errcode = '42501';
end $$;
create trigger custody_catalogue_stands before update or delete or truncate on custody_catalogue
  for each statement execute function custody_catalogue_stands();
create trigger custody_catalogue_item_stands before update or delete or truncate on custody_catalogue_item
  for each statement execute function custody_catalogue_stands();

grant select, insert on custody_catalogue, custody_catalogue_item to cb_app;
