-- When a second factor is taken away, a password alone must not enrol the next one: the colleague who took it away hands
-- over a code, which is asked for besides the password until another telephone is enrolled.
alter table staff_credential add column enrolment_hash bytea; -- keyed, of the code
