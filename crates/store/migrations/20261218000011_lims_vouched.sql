-- A record whose time a feed may not say by itself (told long after it happened, or of before its unit was registered): one vouches for
-- the time, and another lets the record through.
alter table lims_dead_letter
  add column vouched_by uuid, -- accounts
  add column vouched_at timestamptz,
  add column let_by uuid,
  add column let_at timestamptz,
  add constraint lims_dead_letter_vouched check ((vouched_by is null) = (vouched_at is null)),
  add constraint lims_dead_letter_let check ((let_by is null) = (let_at is null) and (let_by is null or vouched_by is not null)),
  add constraint lims_dead_letter_two_people check (let_by <> vouched_by);
grant update (vouched_by, vouched_at, let_by, let_at) on lims_dead_letter to cb_app;
