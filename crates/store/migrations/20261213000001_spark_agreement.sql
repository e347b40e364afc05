-- What a family does after a decision: it signs the agreement, or it appeals. What it signed and why it appeals lie under the
-- case's key, and die with it.

-- The signed agreement (domain::spark::agreement): the whole text, and the names that were typed.
create table spark_agreement (
  id             uuid primary key,
  case_id        uuid not null references spark_case,
  version        integer not null, -- of the case, that signing made
  text_version   smallint not null constraint spark_agreement_text check (text_version > 0),
  text_hash      bytea not null constraint spark_agreement_hash check (octet_length(text_hash) = 32), -- of the Chinese text
  part           text not null constraint spark_agreement_part check (part in ('applicant', 'guardian')),
  signed_sealed  bytea not null,
  signed_at      timestamptz not null,
  constraint spark_agreement_once unique (case_id, version)
);

-- Why a family appeals, and what it asks for.
create table spark_appeal (
  id             uuid primary key,
  case_id        uuid not null references spark_case constraint spark_appeal_once unique,
  version        integer not null, -- of the case, that the appeal made
  part           text not null constraint spark_appeal_part check (part in ('applicant', 'guardian')),
  letter_sealed  bytea not null,
  sent_at        timestamptz not null
);

-- Neither is changed, and neither goes before the key of its case does.
create function spark_said_is_kept() returns trigger language plpgsql as $$
begin
  if not exists (select from spark_case_key k where k.case_id = old.case_id and k.key_sealed is null) then
    raise exception 'what a family signed or said is kept' using errcode = '23514', constraint = 'spark_said_is_kept';
  end if;
  return old;
end $$;
create trigger spark_agreement_is_kept before delete on spark_agreement for each row execute function spark_said_is_kept();
create trigger spark_appeal_is_kept before delete on spark_appeal for each row execute function spark_said_is_kept();

grant select, insert, delete on spark_agreement, spark_appeal to cb_app;
