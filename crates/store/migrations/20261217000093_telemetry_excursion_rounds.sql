-- An excursion that goes on, or is found critical, after its deviation of a unit was closed opens another: a round each.

alter table telemetry_excursion add column critical_at timestamptz; -- by the house's clock: when it was found critical
update telemetry_excursion set critical_at = found_at where critical;
grant update (critical_at) on telemetry_excursion to cb_app;

alter table telemetry_excursion_unit add column round smallint not null default 1 constraint telemetry_excursion_unit_round check (round > 0);
alter table telemetry_excursion_unit drop constraint telemetry_excursion_unit_pkey, add primary key (excursion_id, unit_id, round);
