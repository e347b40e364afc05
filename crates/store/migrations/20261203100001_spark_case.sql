-- A case of the Spark Project (spark.md). What says whose it is lies sealed beside it, under a key of the case's own: without
-- the key nobody reads it any more.
create table spark_case (
  id             uuid primary key,
  reference      text not null constraint spark_case_reference_once unique
                   constraint spark_case_reference check (reference ~ '^[0-9A-Z]{8}$'),
  state          text not null constraint spark_case_state
                   check (state in ('draft', 'submitted', 'completeness', 'returned', 'medical_review', 'committee', 'granted',
                                    'partial', 'refused', 'deferred_no_funds', 'notice', 'agreement', 'disbursing',
                                    'follow_up', 'closed', 'withdrawn', 'lapsed', 'ineligible', 'appeal', 'clawback',
                                    'deceased_hold')),
  held_in        text,
  version        integer not null constraint spark_case_version check (version >= 0), -- counts the changes of its state
  fund_id        uuid references ledger_fund, -- which fund was applied to, if one was named
  disease_group  text not null constraint spark_case_group check (disease_group in ('refractory', 'rare', 'infertility')),
  city           text not null,
  age            smallint not null constraint spark_case_age check (age between 0 and 120), -- when it was sent
  asked          bigint not null constraint spark_case_asked check (asked > 0), -- in fen
  patient_index  bytea, -- a keyed hash of the patient's document; none once the case is forgotten
  officer_id     uuid, -- who looks after it
  decision       text constraint spark_case_decision
                   check (decision in ('granted', 'partial', 'refused', 'deferred', 'ineligible')),
  decided_fen    bigint, -- what was granted
  decided_at     timestamptz, -- and when the family was told
  appealed       boolean not null default false,
  opened_at      timestamptz not null,
  changed_at     timestamptz not null, -- since when it is where it is
  constraint spark_case_held check ((state = 'deceased_hold') = (held_in is not null)),
  constraint spark_case_decided check ((decision is null) = (decided_at is null)),
  constraint spark_case_granted check ((decision in ('granted', 'partial')) is true = (decided_fen is not null))
);
-- One live case of a patient with a fund (domain::spark::State::is_live; money that is asked back does not stand in the way of
-- a new application, nor the other way round).
create unique index spark_case_one_live on spark_case (patient_index, fund_id) nulls not distinct
  where patient_index is not null
    and state not in ('refused', 'ineligible', 'closed', 'withdrawn', 'lapsed', 'clawback');
-- The lists of work: what waits where, the longest first.
create index spark_case_waiting on spark_case (state, changed_at, id);
create index spark_case_of_officer on spark_case (officer_id, state, changed_at, id) where officer_id is not null;

-- The key of a case, sealed by the vault. Destroyed, it is gone for good.
create table spark_case_key (
  case_id       uuid primary key references spark_case,
  key_sealed    bytea,
  destroyed_at  timestamptz,
  constraint spark_case_key_destroyed check ((key_sealed is null) = (destroyed_at is not null))
);

-- Who takes part for the family.
create table spark_case_party (
  id                  uuid primary key,
  case_id             uuid not null references spark_case,
  part                text not null constraint spark_case_party_part check (part in ('applicant', 'guardian', 'social_worker')),
  account_id          uuid references account,
  particulars_sealed  bytea not null, -- under the case's key
  added_at            timestamptz not null,
  constraint spark_case_party_once unique (case_id, part)
);
create index spark_case_party_of_account on spark_case_party (account_id) where account_id is not null;

-- What happened to a case: one row for each version, from where to where.
create table spark_case_event (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  version        integer not null,
  event          text not null,
  from_state     text not null,
  to_state       text not null,
  part           text not null,
  actor_id       uuid, -- none: the house itself
  reason_sealed  bytea, -- under the case's key
  at             timestamptz not null,
  constraint spark_case_event_once unique (case_id, version),
  constraint spark_case_event_way foreign key (from_state, event, to_state) references spark_way
);

-- Whose money an award is. (What was written before there were cases is left as it is.)
alter table ledger_award add constraint ledger_award_case foreign key (case_id) references spark_case not valid;
