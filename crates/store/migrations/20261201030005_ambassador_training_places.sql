-- A training date has a number of places of its own: one may choose it while it has room. One that moves is another date,
-- so that a reminder of what was chosen before is about nothing any more.
alter table ambassador_training
  add column places integer, -- none: no limit but the round's
  add constraint ambassador_training_places check (places between 1 and 500) not valid;
