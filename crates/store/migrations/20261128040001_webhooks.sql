-- Partners' systems are told of changes by webhooks. What there is to tell is written in the transaction of the change, with
-- the id it keeps for ever; who is told, how often it was tried and with what answer are rows of their own. Nothing here is
-- personal: ids, states, instants and numbers of places.
create table webhook_endpoint (
  id                uuid primary key,
  client_id         uuid references api_client, -- whose bookings it hears of; nobody's where there is none
  url               text not null constraint webhook_endpoint_url check (url ~ '^https?://' and length(url) <= 500),
  description       text not null constraint webhook_endpoint_description check (length(description) between 1 and 60),
  kinds             text[] not null constraint webhook_endpoint_kinds check (cardinality(kinds) > 0),
  state             text not null constraint webhook_endpoint_state check (state in ('active', 'paused')),
  paused_for        text constraint webhook_endpoint_paused_for check (paused_for in ('staff', 'failing', 'gone')),
  paused_at         timestamptz,
  secret_sealed     bytea not null,
  old_secret_sealed bytea, -- signs beside the new one until …
  old_secret_until  timestamptz,
  failures          integer not null default 0, -- in a row
  failing_since     timestamptz,
  rest_until        timestamptz, -- after several failures in a row it is left alone until then
  busy_by           uuid, -- who sends to it now: one at a time …
  busy_until        timestamptz, -- … and no longer than this, by the database's clock
  version           integer not null default 1,
  created_at        timestamptz not null,
  constraint webhook_endpoint_once unique (url),
  constraint webhook_endpoint_pause check ((state = 'paused') = (paused_for is not null)),
  constraint webhook_endpoint_old_secret check ((old_secret_sealed is null) = (old_secret_until is null))
);

-- The last number given to what is told about a session, a booking, an event or a stop. Stays when what was told is swept
-- away, or the numbers would begin anew.
create table webhook_subject (
  id        uuid primary key,
  sequence  bigint not null constraint webhook_subject_sequence check (sequence > 0)
);

create table webhook_event (
  id           uuid primary key, -- the partner's key against doing something twice
  kind         text not null,
  subject      uuid not null,
  sequence     bigint not null,
  client_id    uuid references api_client, -- for this machine's endpoints only
  endpoint_id  uuid references webhook_endpoint, -- for this endpoint only: a test
  data         jsonb not null,
  occurred_at  timestamptz not null,
  spread_at    timestamptz, -- when its deliveries were written
  constraint webhook_event_order unique (subject, sequence)
);
create index webhook_event_by_time on webhook_event (occurred_at);

create table webhook_delivery (
  endpoint_id  uuid not null references webhook_endpoint,
  event_id     uuid not null references webhook_event,
  state        text not null constraint webhook_delivery_state check (state in ('waiting', 'delivered', 'given_up')),
  attempts     integer not null default 0,
  first_at     timestamptz, -- the first attempt since it was last asked for
  last_at      timestamptz,
  next_at      timestamptz not null,
  status       integer, -- of the last answer
  error        text, -- the kind of the last failure, never a text of the partner's
  created_at   timestamptz not null,
  primary key (endpoint_id, event_id)
);
create index webhook_delivery_due on webhook_delivery (endpoint_id, next_at) where state = 'waiting';
create index webhook_delivery_by_event on webhook_delivery (event_id);

grant select, insert, update, delete on webhook_endpoint, webhook_subject, webhook_event, webhook_delivery to cb_app;
