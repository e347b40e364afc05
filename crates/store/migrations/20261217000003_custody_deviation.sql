-- Deviations (each opened by one and closed by another), the lots that went into a unit, and recalls of a lot.

create table custody_deviation (
  id         uuid primary key,
  unit_id    uuid not null references custody_unit,
  kind       text not null constraint custody_deviation_kind check (kind in ('process', 'test', 'transport', 'excursion', 'label', 'recall', 'other')),
  cause_id   uuid, -- the excursion or the recall it comes from
  opened_seq integer not null, -- the event that opened it; what is said of it lies sealed there
  opened_by  uuid, -- account or operator; none: the house itself
  opened_at  timestamptz not null,
  closed_seq integer,
  closed_by  uuid,
  closed_at  timestamptz,
  constraint custody_deviation_two_people check (closed_by <> opened_by),
  constraint custody_deviation_closed check (num_nulls(closed_seq, closed_by, closed_at) in (0, 3))
);
create index custody_deviation_of_unit on custody_deviation (unit_id);
create index custody_deviation_open on custody_deviation (opened_at, id) where closed_at is null;
create unique index custody_deviation_of_cause on custody_deviation (cause_id, unit_id) where cause_id is not null;

create table custody_lot (
  id      uuid primary key,
  kind    text not null constraint custody_lot_kind check (kind ~ '^[a-z0-9_]{2,40}$'), -- bag_set, sedimentation_agent, cryoprotectant …
  number  text not null constraint custody_lot_number check (number ~ '^[A-Za-z0-9./-]{1,40}$'),
  constraint custody_lot_once unique (kind, number)
);
create table custody_lot_use (
  lot_id   uuid not null references custody_lot,
  unit_id  uuid not null references custody_unit,
  primary key (lot_id, unit_id)
);
create index custody_lot_use_of_unit on custody_lot_use (unit_id);

create table custody_recall (
  id        uuid primary key,
  lot_id    uuid not null references custody_lot,
  reason    text not null constraint custody_recall_reason check (char_length(reason) between 4 and 500), -- never personal data
  begun_by  uuid not null,
  begun_at  timestamptz not null,
  ended_by  uuid,
  ended_at  timestamptz,
  constraint custody_recall_two_people check (ended_by <> begun_by),
  constraint custody_recall_ended check ((ended_by is null) = (ended_at is null))
);
create unique index custody_recall_running on custody_recall (lot_id) where ended_at is null;

grant select, insert on custody_deviation, custody_lot, custody_lot_use, custody_recall to cb_app;
grant update (closed_seq, closed_by, closed_at) on custody_deviation to cb_app;
grant update (ended_by, ended_at) on custody_recall to cb_app;
