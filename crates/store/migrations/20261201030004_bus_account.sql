-- A request for the bus knows the account it was made in, as those of groups and applications do: one shape for all kinds.
alter table bus_request
  add column account_id uuid, -- none: not signed in
  add constraint bus_request_account foreign key (account_id) references account not valid;
