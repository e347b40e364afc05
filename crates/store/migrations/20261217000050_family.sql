-- Families: who may see a unit, the contract it is kept under, the invitations by which people come in, what they agreed to,
-- what they are told, and who of the house looked at their record. Whatever names anybody is sealed.

create table family (
  id       uuid primary key,
  made_at  timestamptz not null
);

-- Who belongs to a family, since when. A guardian whose child took over stays and only looks.
create table family_member (
  id          uuid primary key,
  family_id   uuid not null references family,
  account_id  uuid not null references account,
  kin         text not null constraint family_member_kin check (kin in ('owner', 'second_guardian', 'adult_child', 'former_guardian')),
  mother      boolean not null default false, -- her infectious markers are hers
  since       timestamptz not null,
  until       timestamptz
);
create unique index family_member_once on family_member (family_id, account_id) where until is null;
create unique index family_member_mother on family_member (family_id) where mother and until is null;
create unique index family_member_owner on family_member (family_id) where kin = 'owner' and until is null;
create index family_member_of_account on family_member (account_id) where until is null;

-- The child a unit is of. The year of its eighteenth birthday stands alone, so that nobody has to open every birth date on
-- every morning; day and month are sealed.
create table family_child (
  id            uuid primary key,
  family_id     uuid not null references family,
  name_sealed   bytea not null,
  born_sealed   bytea not null,
  of_age_in     smallint not null constraint family_child_year check (of_age_in between 1990 and 2200),
  phone_sealed  bytea,  -- where the invitation of the eighteenth birthday goes
  phone_index   bytea,
  invited_at    timestamptz,
  took_over_at  timestamptz,
  constraint family_child_phone check ((phone_sealed is null) = (phone_index is null))
);
create index family_child_of_family on family_child (family_id);
create index family_child_of_age on family_child (of_age_in, id) where invited_at is null;

create table family_contract (
  id             uuid primary key,
  family_id      uuid not null references family,
  unit_id        uuid, -- the unit it keeps; none before there is one
  child_id       uuid references family_child,
  number_sealed  bytea not null,
  number_index   bytea not null constraint family_contract_number unique,
  pool           text not null constraint family_contract_pool check (pool in ('family', 'public', 'directed')),
  state          text not null constraint family_contract_state check (state in (
                   'draft', 'signed', 'active', 'arrears', 'expired', 'terminated', 'transferred')),
  version        integer not null default 1,
  signed_on      date,
  ends_on        date, -- the last day of its term
  made_at        timestamptz not null
);
create index family_contract_of_family on family_contract (family_id);
create unique index family_contract_of_unit on family_contract (unit_id) where unit_id is not null and state not in ('terminated', 'transferred');
create index family_contract_running on family_contract (ends_on, id) where state in ('active', 'arrears');

create table family_contract_way (
  from_state text not null,
  to_state   text not null,
  primary key (from_state, to_state)
);
insert into family_contract_way (from_state, to_state) values
  ('draft', 'signed'), ('draft', 'terminated'),
  ('signed', 'active'), ('signed', 'terminated'), ('signed', 'transferred'),
  ('active', 'arrears'), ('active', 'expired'), ('active', 'terminated'), ('active', 'transferred'),
  ('arrears', 'active'), ('arrears', 'expired'), ('arrears', 'terminated'),
  ('expired', 'active'), ('expired', 'terminated'), ('expired', 'transferred');

create function family_contract_goes() returns trigger language plpgsql security definer set search_path = public, pg_temp as $$
begin
  if new.version <> old.version + 1 or not exists (
      select from family_contract_way w where w.from_state = old.state and w.to_state = new.state) then
    raise exception 'no way from % to %', old.state, new.state using errcode = '23514', constraint = 'family_contract_way';
  end if;
  return new;
end $$;
create trigger family_contract_goes before update on family_contract for each row
  when (old.state is distinct from new.state) execute function family_contract_goes();

create table family_contract_event (
  contract_id  uuid not null references family_contract,
  version      integer not null,
  event        text not null,
  from_state   text not null,
  to_state     text not null,
  actor_id     uuid,
  at           timestamptz not null,
  primary key (contract_id, version)
);

-- What it costs, as it was agreed. A price never changes: a new schedule is a new contract.
create table family_contract_price (
  contract_id  uuid not null references family_contract,
  nth          smallint not null constraint family_contract_price_nth check (nth > 0),
  kind         text not null constraint family_contract_price_kind check (kind in ('preparation', 'storage')),
  due_on       date not null,
  fen          bigint not null constraint family_contract_price_fen check (fen > 0),
  primary key (contract_id, nth)
);
create function family_price_stands() returns trigger language plpgsql as $$
begin
  raise exception 'a price that was agreed never changes' using errcode = '42501';
end $$;
create trigger family_contract_price_stands before update or delete or truncate on family_contract_price
  for each statement execute function family_price_stands();
create trigger family_contract_event_stands before update or delete or truncate on family_contract_event
  for each statement execute function family_price_stands();

-- What of it came, and of what somebody was reminded.
create table family_contract_due (
  contract_id  uuid not null,
  nth          smallint not null,
  due_on       date not null,
  paid_on      date,
  reminded_at  timestamptz,
  primary key (contract_id, nth),
  foreign key (contract_id, nth) references family_contract_price
);
create index family_contract_due_open on family_contract_due (due_on, contract_id, nth) where paid_on is null;

-- An invitation is found by two things one has on paper and in the hand: the contract's number and the mobile number that was
-- registered with it. It is worth nothing without a sign-in by a code to that number.
create table family_invitation (
  id            uuid primary key,
  family_id     uuid not null references family,
  contract_id   uuid not null references family_contract,
  child_id      uuid references family_child, -- of the eighteenth birthday
  kin           text not null constraint family_invitation_kin check (kin in ('owner', 'second_guardian', 'adult_child')),
  mother        boolean not null default false,
  phone_sealed  bytea not null,
  phone_index   bytea not null,
  made_at       timestamptz not null,
  expires_at    timestamptz not null,
  claimed_at    timestamptz,
  account_id    uuid references account, -- who claimed it
  constraint family_invitation_claimed check ((claimed_at is null) = (account_id is null))
);
create unique index family_invitation_open on family_invitation (contract_id, phone_index) where claimed_at is null;
create index family_invitation_of_family on family_invitation (family_id);

-- What a member agrees to, purpose by purpose: the last word counts, each stays.
create table family_consent (
  id          uuid primary key,
  family_id   uuid not null references family,
  account_id  uuid not null references account,
  purpose     text not null constraint family_consent_purpose check (purpose ~ '^[a-z_]{2,40}$'),
  given       boolean not null,
  at          timestamptz not null
);
create index family_consent_of_family on family_consent (family_id, account_id, purpose, at desc, id desc);

-- What a family is told of. Once of each cause.
create table family_notice (
  id         uuid primary key,
  family_id  uuid not null references family,
  unit_id    uuid,
  kind       text not null constraint family_notice_kind check (kind ~ '^[a-z_]{2,40}$'),
  cause_id   uuid not null,
  day        date, -- what it is about, where a day says so: a payment's, a contract's last
  made_at    timestamptz not null
);
create unique index family_notice_once on family_notice (family_id, kind, cause_id);
create index family_notice_of_family on family_notice (family_id, made_at desc, id desc);
create table family_notice_read (
  notice_id   uuid not null references family_notice,
  account_id  uuid not null references account,
  at          timestamptz not null,
  primary key (notice_id, account_id)
);

-- Who of the house looked at a family's record, and why. The family reads it within the minute: there is no later step.
create table family_access (
  id             uuid primary key,
  family_id      uuid not null references family,
  unit_id        uuid,
  actor_id       uuid not null,
  role           text not null,
  what           text not null constraint family_access_what check (what ~ '^[a-z_]{2,40}$'),
  reason_sealed  bytea not null,
  break_glass    boolean not null,
  at             timestamptz not null
);
create index family_access_of_family on family_access (family_id, at desc, id desc);

create function family_said_is_kept() returns trigger language plpgsql as $$
begin
  raise exception 'what a family agreed to and who looked at its record is append-only' using errcode = '42501';
end $$;
create trigger family_consent_append_only before update or delete or truncate on family_consent
  for each statement execute function family_said_is_kept();
create trigger family_access_append_only before update or delete or truncate on family_access
  for each statement execute function family_said_is_kept();
create trigger family_notice_append_only before update or delete or truncate on family_notice
  for each statement execute function family_said_is_kept();

grant select, insert on family, family_contract_way, family_contract_event, family_contract_price, family_consent, family_notice,
  family_notice_read, family_access to cb_app;
revoke insert on family_contract_way from cb_app;
grant select, insert, update on family_member, family_child, family_contract, family_contract_due, family_invitation to cb_app;
