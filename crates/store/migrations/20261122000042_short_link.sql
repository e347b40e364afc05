-- A text message has no room for a signed link: providers refuse values of more than 35 characters. Ten characters lead
-- to a booking instead, until it is over.
create table short_link (
  code_hash   bytea primary key, -- keyed: whoever reads the table cannot follow a link
  booking_id  uuid not null constraint short_link_booking_once unique,
  expires_at  timestamptz not null
);
create index short_link_by_expiry on short_link (expires_at);
grant select, insert, update, delete on short_link to cb_app;
