-- The books of the relief fund (spark.md: Money; the convention stands in domain::ledger). What the program promises, the
-- database holds: the journal only grows, its entries add up to zero, closed months take none, nothing is promised or paid
-- that is not there, a reservation resolves once, nobody releases what they prepared.

create table ledger_fund (
  id          uuid primary key,
  code        text not null constraint ledger_fund_code_once unique
                constraint ledger_fund_code check (code ~ '^[A-Z0-9]+(-[A-Z0-9]+)*$' and length(code) <= 20),
  name_zh     text not null constraint ledger_fund_name check (char_length(name_zh) between 1 and 120),
  name_en     text not null,
  disease     text constraint ledger_fund_disease check (disease in ('refractory', 'rare', 'infertility')),
  city        text,
  age_from    smallint constraint ledger_fund_ages check (age_from between 0 and 120),
  age_until   smallint,
  valid_from  date,
  valid_until date,
  opened_at   timestamptz not null,
  version     integer not null default 1,
  constraint ledger_fund_age_span check (age_until >= age_from and age_until <= 120),
  constraint ledger_fund_days check (valid_until >= valid_from)
);

-- A part of a fund's money with a budget of its own: a year, a group of diseases, a city.
create table ledger_envelope (
  id         uuid primary key,
  fund_id    uuid not null references ledger_fund,
  name_zh    text not null constraint ledger_envelope_name check (char_length(name_zh) between 1 and 120),
  name_en    text not null,
  opened_at  timestamptz not null,
  version    integer not null default 1,
  constraint ledger_envelope_of_fund unique (fund_id, id)
);

-- Money kept for one case. The case's own table comes with the cases.
create table ledger_award (
  id           uuid primary key,
  case_id      uuid not null,
  fund_id      uuid not null,
  envelope_id  uuid not null,
  amount       bigint not null constraint ledger_award_amount check (amount > 0),
  state        text not null constraint ledger_award_state
                 check (state in ('reserved', 'fulfilled', 'lapsed', 'released', 'clawed_back')),
  version      integer not null default 1,
  approved_at  timestamptz not null,
  lapses_at    timestamptz not null,
  constraint ledger_award_envelope foreign key (fund_id, envelope_id) references ledger_envelope (fund_id, id),
  constraint ledger_award_clock check (lapses_at > approved_at)
);
-- A case has one award at a time.
create unique index ledger_award_one_live on ledger_award (case_id) where state in ('reserved', 'fulfilled');
create index ledger_award_due on ledger_award (lapses_at) where state = 'reserved';

create table ledger_tranche (
  id           uuid primary key,
  award_id     uuid not null references ledger_award,
  nth          smallint not null constraint ledger_tranche_nth check (nth between 1 and 12),
  amount       bigint not null constraint ledger_tranche_amount check (amount > 0),
  state        text not null constraint ledger_tranche_state
                 check (state in ('planned', 'prepared', 'in_payment', 'paid', 'ended')),
  needs        text[] not null constraint ledger_tranche_needs
                 check (needs <@ array['agreement', 'treatment', 'invoice', 'follow_up']),
  prepared_by  uuid,
  constraint ledger_tranche_once unique (award_id, nth),
  constraint ledger_tranche_preparer check ((state in ('prepared', 'in_payment')) <= (prepared_by is not null))
);

-- What was seen before a tranche was prepared, and by whom.
create table ledger_evidence (
  tranche_id  uuid not null references ledger_tranche,
  kind        text not null constraint ledger_evidence_kind check (kind in ('agreement', 'treatment', 'invoice', 'follow_up')),
  noted_by    uuid not null,
  noted_at    timestamptz not null,
  primary key (tranche_id, kind)
);

-- An account that an award is paid to: the hospital's unless something else is decided. An account is never edited: another
-- one follows it, and nothing is paid until a second person has confirmed that one.
create table ledger_payee (
  id               uuid primary key,
  award_id         uuid not null references ledger_award,
  nth              integer not null constraint ledger_payee_nth check (nth > 0),
  kind             text not null constraint ledger_payee_kind check (kind in ('hospital', 'family')),
  name_sealed      bytea not null,
  bank_sealed      bytea not null,
  account_sealed   bytea not null,
  account_index    bytea not null,
  account_last4    text not null constraint ledger_payee_last4 check (account_last4 ~ '^[0-9]{4}$'),
  entered_by       uuid not null,
  entered_at       timestamptz not null,
  confirmed_by     uuid,
  confirmed_at     timestamptz,
  constraint ledger_payee_once unique (award_id, nth),
  constraint ledger_payee_two_people check (confirmed_by <> entered_by),
  constraint ledger_payee_confirmed check ((confirmed_by is null) = (confirmed_at is null))
);
create index ledger_payee_by_account on ledger_payee (account_index);

-- A file for the bank. Its bytes are made again from its lines; the hash says that they are the same.
create table ledger_payment_file (
  id        uuid primary key,
  lines     integer not null constraint ledger_payment_file_lines check (lines > 0),
  total     bigint not null constraint ledger_payment_file_total check (total > 0),
  sha256    text not null constraint ledger_payment_file_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
  made_by   uuid not null,
  made_at   timestamptz not null
);

create table ledger_payment (
  id           uuid primary key,
  tranche_id   uuid not null references ledger_tranche,
  award_id     uuid not null references ledger_award,
  payee_id     uuid not null references ledger_payee,
  amount       bigint not null constraint ledger_payment_amount check (amount > 0),
  state        text not null constraint ledger_payment_state
                 check (state in ('released', 'sent', 'settled', 'failed', 'in_doubt', 'returned', 'cancelled')),
  file_id      uuid references ledger_payment_file,
  prepared_by  uuid not null,
  released_by  uuid not null,
  released_at  timestamptz not null,
  reason       text constraint ledger_payment_reason check (char_length(reason) between 1 and 200),
  constraint ledger_payment_two_people check (released_by <> prepared_by),
  constraint ledger_payment_left check ((state in ('released', 'cancelled')) = (file_id is null))
);
-- However often somebody presses: a tranche has one payment that is, or may be, or becomes money.
create unique index ledger_payment_one_live on ledger_payment (tranche_id)
  where state in ('released', 'sent', 'settled', 'in_doubt');
create index ledger_payment_of_file on ledger_payment (file_id);
create index ledger_payment_of_award on ledger_payment (award_id);

-- Up to which day the books are closed: one row, which entries share and a closing has alone.
create table ledger_book (
  id              smallint primary key constraint ledger_book_one check (id = 1),
  closed_through  date
);
insert into ledger_book (id) values (1);

-- Months that were closed, with what the books said up to their end: the figures are the database's own.
create table ledger_month (
  month      date primary key constraint ledger_month_first check (extract(day from month) = 1),
  closed_by  uuid not null,
  closed_at  timestamptz not null,
  received   numeric not null default 0,
  paid       numeric not null default 0,
  committed  numeric not null default 0,
  entries    bigint not null default 0,
  -- Only what is over in Shandong.
  constraint ledger_month_over
    check ((closed_at at time zone 'Asia/Shanghai')::date > (month + interval '1 month' - interval '1 day')::date)
);

create table ledger_entry (
  id           uuid primary key,
  kind         text not null constraint ledger_entry_kind
                 check (kind in ('opening', 'donation', 'allocation', 'reserved', 'lapsed', 'released', 'payment_sent',
                                 'payment_settled', 'payment_failed', 'payment_returned', 'clawback', 'reversal')),
  key          text not null constraint ledger_entry_once unique, -- the same fact twice is one entry
  fund_id      uuid not null references ledger_fund,
  day          date not null, -- of Shandong
  entered_at   timestamptz not null,
  actor_id     uuid, -- none: the house itself
  lines        smallint not null constraint ledger_entry_lines check (lines between 2 and 12),
  source       text constraint ledger_entry_source check (char_length(source) between 1 and 200), -- never personal data
  families     integer constraint ledger_entry_families check (families > 0),
  reverses     uuid constraint ledger_entry_reversed_once unique references ledger_entry,
  award_id     uuid references ledger_award,
  payment_id   uuid references ledger_payment,
  constraint ledger_entry_not_to_come check (day <= (entered_at at time zone 'Asia/Shanghai')::date),
  constraint ledger_entry_reversal check ((kind = 'reversal') = (reverses is not null)),
  -- (A reversal is of what its original is of.)
  constraint ledger_entry_award check
    (kind = 'reversal' or (kind in ('opening', 'donation', 'allocation')) = (award_id is null)),
  constraint ledger_entry_payment check
    ((kind in ('payment_sent', 'payment_settled', 'payment_failed', 'payment_returned')) = (payment_id is not null)),
  -- What nothing in the house explains says where it comes from.
  constraint ledger_entry_explained check
    (kind not in ('opening', 'donation', 'allocation', 'clawback', 'reversal') or source is not null),
  constraint ledger_entry_families_of check (families is null or kind = 'opening')
);
create index ledger_entry_of_fund on ledger_entry (fund_id, day, id);
create index ledger_entry_by_payment on ledger_entry (payment_id) where payment_id is not null;
-- A reservation is made once and resolves once; a payment leaves once, is answered once and comes back once.
create unique index ledger_entry_reserved_once on ledger_entry (award_id) where kind = 'reserved';
create unique index ledger_entry_resolved_once on ledger_entry (award_id) where kind in ('lapsed', 'released');
create unique index ledger_entry_sent_once on ledger_entry (payment_id) where kind = 'payment_sent';
create unique index ledger_entry_answered_once on ledger_entry (payment_id) where kind in ('payment_settled', 'payment_failed');
create unique index ledger_entry_returned_once on ledger_entry (payment_id) where kind = 'payment_returned';

create table ledger_posting (
  entry_id     uuid not null references ledger_entry,
  line         smallint not null constraint ledger_posting_line check (line > 0),
  envelope_id  uuid not null references ledger_envelope,
  account      text not null constraint ledger_posting_account
                 check (account in ('bank', 'transit', 'received', 'paid', 'committed', 'reserve')),
  amount       bigint not null constraint ledger_posting_amount check (amount <> 0), -- in fen; debits above zero
  primary key (entry_id, line)
);
create index ledger_posting_of_envelope on ledger_posting (envelope_id);

-- What an envelope, a fund and an award have, in fen: kept by the postings' trigger, written by nobody else.
create table ledger_envelope_balance (
  envelope_id  uuid primary key references ledger_envelope,
  bank         bigint not null default 0,
  received     bigint not null default 0 constraint ledger_envelope_received check (received >= 0),
  paid         bigint not null default 0 constraint ledger_envelope_paid check (paid >= 0),
  in_transit   bigint not null default 0 constraint ledger_envelope_in_transit check (in_transit >= 0),
  committed    bigint not null default 0 constraint ledger_envelope_committed check (committed >= 0),
  reserve      bigint not null default 0,
  available    bigint generated always as (received - paid - committed) stored,
  constraint ledger_envelope_available check (received - paid - committed >= 0),
  constraint ledger_envelope_money check (bank = received - paid + in_transit),
  constraint ledger_envelope_promises check (committed + reserve = 0)
);
create table ledger_fund_balance (
  fund_id     uuid primary key references ledger_fund,
  bank        bigint not null default 0,
  received    bigint not null default 0 constraint ledger_fund_received check (received >= 0),
  paid        bigint not null default 0 constraint ledger_fund_paid check (paid >= 0),
  in_transit  bigint not null default 0 constraint ledger_fund_in_transit check (in_transit >= 0),
  committed   bigint not null default 0 constraint ledger_fund_committed check (committed >= 0),
  available   bigint generated always as (received - paid - committed) stored,
  constraint ledger_fund_available check (received - paid - committed >= 0)
);
create table ledger_award_balance (
  award_id   uuid primary key references ledger_award,
  amount     bigint not null,
  paid       bigint not null default 0 constraint ledger_award_paid check (paid >= 0),
  committed  bigint not null default 0 constraint ledger_award_committed check (committed >= 0),
  constraint ledger_award_within check (paid + committed <= amount)
);

-- A statement of the bank that was read: the same bytes are read once.
create table ledger_statement (
  id        uuid primary key,
  sha256    text not null constraint ledger_statement_once unique
              constraint ledger_statement_sha256 check (sha256 ~ '^[0-9a-f]{64}$'),
  read_by   uuid not null,
  read_at   timestamptz not null
);
-- Its rows, each by the bank's own number once, with what came of it.
create table ledger_statement_row (
  reference     text primary key,
  statement_id  uuid not null references ledger_statement,
  day           date not null,
  result        text not null constraint ledger_statement_row_result
                  check (result in ('income', 'settled', 'refused', 'unknown', 'returned')),
  amount        bigint not null constraint ledger_statement_row_amount check (amount > 0),
  payment_id    uuid,
  outcome       text not null constraint ledger_statement_row_outcome
                  check (outcome in ('matched', 'known', 'open', 'unmatched', 'amount_differs', 'impossible'))
);
create index ledger_statement_row_open on ledger_statement_row (day) where outcome not in ('matched', 'known');
