-- Which machine made a booking: a client of the API sees and changes its own bookings and nobody else's.
create table api_booking (
  client_id   uuid not null references api_client,
  booking_id  uuid not null,
  created_at  timestamptz not null,
  primary key (client_id, booking_id)
);
grant select, insert, delete on api_booking to cb_app;
