-- Which machine put a party on the waiting list: a client of the API sees and answers for its own entries and nobody
-- else's, as with bookings.
create table api_waiting (
  client_id   uuid not null references api_client,
  waiting_id  uuid not null references waiting_entry,
  created_at  timestamptz not null,
  primary key (client_id, waiting_id)
);
grant select, insert, delete on api_waiting to cb_app;
