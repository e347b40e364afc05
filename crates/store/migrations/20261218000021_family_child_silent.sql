-- A child of age that does not answer is invited three times in all; then its guardians are told once, and it is invited again only
-- where they say another number. Without this it was sent a message every ninety days for ever.
alter table family_child add column invited_times smallint not null default 0, add column silent_told_at timestamptz;
update family_child set invited_times = 1 where invited_at is not null;
