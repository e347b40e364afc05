-- Releases (放号): the sessions of a day open for booking at one instant, and more people come than there are places. Those
-- who come wait in a line with numbered tickets; whose number comes first is drawn by a seed whose hash stands here before
-- the opening. All numbers of the line are in one row, so that any number of servers move it on together. The seed itself
-- is not stored: the servers' key makes it of the row's id, and nobody who reads the database knows an order beforehand.
create table release (
  id            uuid primary key,
  activity_id   uuid not null references activity,
  day           date not null, -- of the sessions
  planned       boolean not null, -- by staff; otherwise the policy opened the day
  opens_at      timestamptz not null,
  early_from    timestamptz not null, -- tickets are given out from here …
  draw_until    timestamptz not null, -- … who comes until here is drawn …
  ends_at       timestamptz not null, -- … and from here on nobody is asked for a ticket
  room          text not null constraint release_room check (room in ('auto', 'always', 'never')),
  calm          integer not null constraint release_calm check (calm >= 0),
  most          integer not null constraint release_most check (most > 0), -- people a minute
  commitment    bytea not null constraint release_commitment check (octet_length(commitment) = 32),
  committed_at  timestamptz not null,
  arrived       integer not null default 0 constraint release_arrived check (arrived >= 0),
  admitted      integer not null default 0 constraint release_admitted check (admitted between 0 and arrived),
  drawn_from    integer,
  drawn_to      integer,
  pace          integer not null constraint release_pace check (pace > 0), -- people a minute, as measured
  advanced_at   timestamptz not null,
  paced_at      timestamptz not null,
  constraint release_of_day unique (activity_id, day),
  constraint release_times check (early_from <= opens_at and opens_at <= draw_until and draw_until < ends_at),
  constraint release_draw check (drawn_to is null or (drawn_from is not null and drawn_from <= drawn_to and drawn_to <= arrived))
);
create index release_by_end on release (ends_at);

-- Who stands in a line: one ticket for one browser (or one request of a machine), known by its keyed hash only.
create table release_ticket (
  release_id   uuid not null references release on delete cascade,
  visitor_hash bytea not null,
  id           uuid not null constraint release_ticket_id unique,
  number       integer not null constraint release_ticket_number_from check (number > 0),
  session_id   uuid not null, -- chosen last
  people       integer not null constraint release_ticket_people check (people > 0),
  entries      integer not null default 0, -- how often it was used
  arrived_at   timestamptz not null,
  primary key (release_id, visitor_hash),
  constraint release_ticket_number unique (release_id, number)
);

grant select, insert, update, delete on release, release_ticket to cb_app;
