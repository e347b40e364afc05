-- Alarms (custody.md, telemetry): what is alarmed about is data with versions, every transition is an event, silence is an alarm,
-- a mute has an owner, a reason, a second person and an end.

-- `domain::telemetry::Rules` as JSON, the escalation ladder in it. A version never changes, and an alarm names the one it came by.
create table telemetry_rules (
  version    integer primary key constraint telemetry_rules_version check (version > 0),
  rules      jsonb not null,
  valid_from timestamptz not null,
  made_by    uuid, -- none: the house's defaults
  reason     text not null constraint telemetry_rules_reason check (char_length(reason) between 4 and 500)
);
create function telemetry_stands() returns trigger language plpgsql as $$
begin
  raise exception 'what was written of alarms stands' using errcode = '42501';
end $$;
create trigger telemetry_rules_stands before update or delete or truncate on telemetry_rules
  for each statement execute function telemetry_stands();

insert into telemetry_rules (version, rules, valid_from, reason) values (1, '{
  "rules": [
    {"name": "tank_warm",      "of": ["temperature_top", "temperature_bottom"], "check": {"above": {"limit": -170.0}}, "severity": "warning",  "for_s": 120},
    {"name": "tank_critical",  "of": ["temperature_top", "temperature_bottom"], "check": {"above": {"limit": -150.0}}, "severity": "critical", "for_s": 0},
    {"name": "tank_rising",    "of": ["temperature_top", "temperature_bottom"], "check": {"rising": {"by": 2.0}},      "severity": "warning",  "for_s": 60},
    {"name": "level_low",      "of": ["ln2_level"],          "check": {"below": {"limit": 20.0}},  "severity": "warning",  "for_s": 300},
    {"name": "level_critical", "of": ["ln2_level"],          "check": {"below": {"limit": 10.0}},  "severity": "critical", "for_s": 60},
    {"name": "lid_open",       "of": ["lid"],                "check": {"above": {"limit": 0.5}},   "severity": "warning",  "for_s": 300},
    {"name": "filling_long",   "of": ["fill_valve"],         "check": {"above": {"limit": 0.5}},   "severity": "warning",  "for_s": 3600},
    {"name": "oxygen_low",     "of": ["oxygen"],             "check": {"below": {"limit": 19.5}},  "severity": "critical", "for_s": 0},
    {"name": "room_warm",      "of": ["room_temperature"],   "check": {"above": {"limit": 30.0}},  "severity": "warning",  "for_s": 600},
    {"name": "room_humid",     "of": ["humidity"],           "check": {"above": {"limit": 80.0}},  "severity": "warning",  "for_s": 1800},
    {"name": "fan_stopped",    "of": ["fan"],                "check": {"below": {"limit": 0.5}},   "severity": "warning",  "for_s": 120},
    {"name": "pressure_low",   "of": ["pressure"],           "check": {"below": {"limit": 5.0}},   "severity": "warning",  "for_s": 300},
    {"name": "mains_lost",     "of": ["mains_a", "mains_b"], "check": {"below": {"limit": 0.5}},   "severity": "critical", "for_s": 10},
    {"name": "ups_short",      "of": ["ups_minutes"],        "check": {"below": {"limit": 15.0}},  "severity": "critical", "for_s": 60},
    {"name": "stuck",          "of": ["temperature_top", "temperature_bottom", "ln2_level", "room_temperature", "humidity", "oxygen", "pressure"],
                               "check": {"stuck": {"hours": 6}},                                   "severity": "warning",  "for_s": 0},
    {"name": "displaced",      "of": ["temperature_top"],    "check": {"displaced": {"apart": 60.0, "inverted": 5.0}}, "severity": "warning", "for_s": 300},
    {"name": "silent",         "of": ["temperature_top", "temperature_bottom", "ln2_level", "lid", "fill_valve", "room_temperature", "humidity",
                                      "oxygen", "fan", "pressure", "mains_a", "mains_b", "ups_minutes"],
                               "check": {"silent": {"intervals": 3}},                              "severity": "critical", "for_s": 0}
  ],
  "ladder": [
    {"after_s": 0,    "role": "night_shift"},
    {"after_s": 300,  "role": "lab_officer"},
    {"after_s": 900,  "role": "quality_officer"}
  ]
}', '2020-01-01T00:00:00Z', 'the house''s defaults, after custody.md');

create table telemetry_alarm (
  id              uuid primary key,
  channel_id      integer not null references telemetry_channel,
  rule            text not null constraint telemetry_alarm_rule check (rule ~ '^[a-z0-9_]{2,40}$'),
  rules_version   integer not null references telemetry_rules,
  severity        text not null constraint telemetry_alarm_severity check (severity in ('warning', 'critical')),
  drill           boolean not null,
  state           text not null constraint telemetry_alarm_state check (state in (
                    'ok', 'pending', 'firing', 'acknowledged', 'resolved', 'no_data', 'muted')),
  seq             integer not null constraint telemetry_alarm_seq check (seq > 0), -- of its last event; its version
  began_at        timestamptz not null, -- since when what it is about has been so
  fired_at        timestamptz, -- when it became loud
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  cleared_at      timestamptz, -- since when what it is about is over
  closed_at       timestamptz,
  value           real, -- by which it began
  peak            real, -- the worst since
  constraint telemetry_alarm_closed check ((state in ('ok', 'resolved')) = (closed_at is not null)),
  constraint telemetry_alarm_acknowledged check ((acknowledged_at is null) = (acknowledged_by is null))
);
-- One at a time of a channel and a rule, however many watch.
create unique index telemetry_alarm_once on telemetry_alarm (channel_id, rule) where closed_at is null and not drill;
create unique index telemetry_alarm_drill_once on telemetry_alarm (channel_id) where closed_at is null and drill;
create index telemetry_alarm_open on telemetry_alarm (began_at, id) where closed_at is null;
create index telemetry_alarm_of_channel on telemetry_alarm (channel_id, began_at desc);

create table telemetry_alarm_event (
  alarm_id   uuid not null references telemetry_alarm,
  seq        integer not null,
  event      text not null,
  from_state text not null,
  to_state   text not null,
  at         timestamptz not null,
  by         uuid, -- none: the watch
  value      real,
  primary key (alarm_id, seq)
);
create trigger telemetry_alarm_event_stands before update or delete or truncate on telemetry_alarm_event
  for each statement execute function telemetry_stands();

-- The database's own signature under the table of `domain::telemetry::state`.
create table telemetry_way (
  from_state text not null,
  event      text not null,
  to_state   text not null,
  primary key (from_state, event)
);
insert into telemetry_way (from_state, event, to_state) values
  ('ok', 'breach', 'pending'), ('ok', 'silence', 'no_data'), ('ok', 'drill', 'firing'),
  ('pending', 'clear', 'ok'), ('pending', 'last', 'firing'), ('pending', 'mute', 'muted'),
  ('firing', 'acknowledge', 'acknowledged'), ('firing', 'mute', 'muted'),
  ('no_data', 'clear', 'resolved'), ('no_data', 'acknowledge', 'acknowledged'), ('no_data', 'mute', 'muted'),
  ('acknowledged', 'clear', 'resolved'), ('acknowledged', 'mute', 'muted'),
  ('muted', 'clear', 'resolved'), ('muted', 'unmute', 'firing');

create function telemetry_alarm_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
declare
  was text := 'ok';
begin
  if tg_op = 'UPDATE' then
    if old.closed_at is not null then
      raise exception 'an alarm that is over' using errcode = '23514', constraint = 'telemetry_alarm_over';
    end if;
    if new.state = old.state then
      return new;
    end if;
    was := old.state;
  end if;
  if not exists (select from telemetry_way w where w.from_state = was and w.to_state = new.state) then
    raise exception 'no way from % to %', was, new.state using errcode = '23514', constraint = 'telemetry_alarm_way';
  end if;
  return new;
end $$;
create trigger telemetry_alarm_goes before insert or update on telemetry_alarm for each row execute function telemetry_alarm_goes();

-- At commit an alarm's row names its last event.
create function telemetry_alarm_is_told() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if not exists (select from telemetry_alarm a join telemetry_alarm_event e on e.alarm_id = a.id and e.seq = a.seq and e.to_state = a.state where a.id = new.id) then
    raise exception 'an alarm without its event' using errcode = '23514', constraint = 'telemetry_alarm_told';
  end if;
  return null;
end $$;
create constraint trigger telemetry_alarm_told after insert or update of state, seq on telemetry_alarm
  deferrable initially deferred for each row execute function telemetry_alarm_is_told();

-- Nothing of a channel is loud for at most four hours: asked for by one, confirmed by another, visible all the time.
create table telemetry_mute (
  id           uuid primary key,
  channel_id   integer not null references telemetry_channel,
  reason       text not null constraint telemetry_mute_reason check (char_length(reason) between 4 and 300), -- never personal data
  minutes      smallint not null constraint telemetry_mute_minutes check (minutes between 5 and 240),
  asked_by     uuid not null, -- its owner
  asked_at     timestamptz not null,
  confirmed_by uuid,
  confirmed_at timestamptz,
  until        timestamptz,
  ended_at     timestamptz, -- it ran out, was taken back, or was never confirmed
  ended_by     uuid,
  constraint telemetry_mute_two_people check (confirmed_by <> asked_by),
  constraint telemetry_mute_confirmed check (num_nulls(confirmed_by, confirmed_at, until) in (0, 3)),
  constraint telemetry_mute_longest check (until <= confirmed_at + interval '4 hours')
);
create unique index telemetry_mute_once on telemetry_mute (channel_id) where ended_at is null;

-- The ladder of an alarm: who was told when, and what became of each message (`message`).
create table telemetry_rung (
  alarm_id uuid not null references telemetry_alarm,
  rung     smallint not null,
  role     text not null,
  due_at   timestamptz not null,
  told_at  timestamptz, -- when its messages were queued
  people   smallint,    -- how many were there to be told
  primary key (alarm_id, rung)
);
create index telemetry_rung_due on telemetry_rung (due_at) where told_at is null;

create table telemetry_notice (
  alarm_id   uuid not null references telemetry_alarm,
  rung       smallint not null,
  account_id uuid not null,
  post_id    uuid not null, -- the message's, if it goes by mail
  sms_id     uuid not null, -- the message's, if it goes as a text message
  primary key (alarm_id, rung, account_id)
);

-- Who watches holds this row; when it last looked is what the wall board shows.
create table telemetry_watch (
  one       boolean primary key default true constraint telemetry_watch_one check (one),
  looked_at timestamptz
);
insert into telemetry_watch default values;

grant select, insert on telemetry_rules, telemetry_alarm, telemetry_alarm_event, telemetry_mute, telemetry_rung, telemetry_notice to cb_app;
grant update (state, seq, fired_at, acknowledged_at, acknowledged_by, cleared_at, closed_at, peak) on telemetry_alarm to cb_app;
grant update (confirmed_by, confirmed_at, until, ended_at, ended_by) on telemetry_mute to cb_app;
grant update (told_at, people) on telemetry_rung to cb_app;
grant select on telemetry_way to cb_app;
grant select, update (looked_at) on telemetry_watch to cb_app;
