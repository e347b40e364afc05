-- Excursions: a tank was above the warning limit. Found in the readings as they are rolled up, so that late ones count, and joined
-- to the units that lay there at the time, also those moved since.

create table telemetry_excursion (
  id              uuid primary key,
  tank_id         uuid not null references custody_tank,
  rules_version   integer not null references telemetry_rules,
  begins_at       timestamptz not null, -- the first reading above the warning limit, by the device's clock
  ends_at         timestamptz not null, -- the last
  peak            real not null, -- °C
  critical        boolean not null, -- it was above the critical limit
  found_at        timestamptz not null,
  merged_into     uuid references telemetry_excursion, -- late readings showed that the two are one
  constraint telemetry_excursion_order check (begins_at <= ends_at)
);
create index telemetry_excursion_of_tank on telemetry_excursion (tank_id, begins_at);

create table telemetry_excursion_unit (
  excursion_id uuid not null references telemetry_excursion,
  unit_id      uuid not null references custody_unit,
  deviation_id uuid, -- opened for it
  refused      text constraint telemetry_excursion_unit_refused check (refused ~ '^[a-z-]{2,40}$'), -- why none was: the unit is over
  primary key (excursion_id, unit_id)
);
create index telemetry_excursion_unit_due on telemetry_excursion_unit (excursion_id, unit_id) where deviation_id is null and refused is null;
create index telemetry_excursion_unit_of_unit on telemetry_excursion_unit (unit_id);

grant select, insert on telemetry_excursion, telemetry_excursion_unit to cb_app;
grant update (begins_at, ends_at, peak, critical, merged_into) on telemetry_excursion to cb_app;
grant update (deviation_id, refused) on telemetry_excursion_unit to cb_app;
