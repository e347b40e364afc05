-- That a child died, as the office noted it: nobody is told of a birthday then, and nobody invited. Noted wrongly it is taken back, and
-- everything is as before; the trail has both. When it was and by what paper is sealed, and the house's alone: a family's role reads the
-- other columns, each by name. Whoever adds one that a family reads grants it.
alter table family_child
  add column death_noted_at timestamptz,
  add column death_noted_by uuid,
  add column death_sealed   bytea,
  add constraint family_child_death check (
    (death_noted_at is null) = (death_noted_by is null) and (death_noted_at is null) = (death_sealed is null));
revoke select on family_child from cb_family;
grant select (id, family_id, name_sealed, born_sealed, of_age_in, phone_sealed, invited_at, invited_times, silent_told_at,
  of_age_told_at, took_over_at, death_noted_at) on family_child to cb_family;
