-- A password that somebody else chose, and a second factor that is still to be enrolled, are doors left ajar: each stays
-- so for 72 hours. Who lets that pass asks a colleague again.
alter table staff_credential add column ajar_until timestamptz;
update staff_credential set ajar_until = changed_at + interval '72 hours' where password_temporary or not totp_confirmed;
