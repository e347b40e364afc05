-- Names and contacts of a booking are erased some time after its session: this marks which have been, and finds which not.
alter table booking add column erased_at timestamptz;
create index booking_to_erase on booking (session_id) where erased_at is null;
