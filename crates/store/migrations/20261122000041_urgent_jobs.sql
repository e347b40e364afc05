-- A sign-in code must not wait behind ten thousand reminders: its jobs are found by an index of their own.
create index job_urgent on job (run_at) where state = 'ready' and kind = 'messages.code';
