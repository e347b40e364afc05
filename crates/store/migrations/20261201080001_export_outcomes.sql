-- What became of a mail is said as it is: one that was refused for good, or never left, is not told; and whoever was not told
-- because the schedule had ended, or because nobody vouched for it any more, is not said to be without the right.
alter table export_run_recipient drop constraint export_run_outcome;
alter table export_run_recipient add constraint export_run_outcome
  check (outcome in ('waiting', 'told', 'not_allowed', 'no_address', 'ended', 'owner', 'undeliverable')) not valid;
