-- What is alarmed about is changed by the word of two: one proposes new values, another confirms them, and a version is made that
-- never changes. What the house itself writes (defaults, migrations) has no author.

alter table telemetry_rules add column confirmed_by uuid;
alter table telemetry_rules add constraint telemetry_rules_two_people check (
  case when made_by is null then confirmed_by is null else confirmed_by is not null and confirmed_by <> made_by end);

create table telemetry_rules_draft (
  id          uuid primary key,
  base        integer not null references telemetry_rules, -- the version it changes; with another in force it is none any more
  rules       jsonb not null, -- `domain::telemetry::Rules`, within their bounds
  reason      text not null constraint telemetry_rules_draft_reason check (char_length(reason) between 4 and 500), -- never personal data
  proposed_by uuid not null,
  proposed_at timestamptz not null,
  decided_by  uuid,
  decided_at  timestamptz,
  became      integer references telemetry_rules, -- none: it was taken back
  constraint telemetry_rules_draft_decided check (num_nulls(decided_by, decided_at) in (0, 2) and (became is null or decided_at is not null)),
  constraint telemetry_rules_draft_two_people check (became is null or decided_by <> proposed_by)
);
create unique index telemetry_rules_draft_once on telemetry_rules_draft ((true)) where decided_at is null;

create function telemetry_rules_draft_stands() returns trigger language plpgsql as $$
begin
  if old.decided_at is not null then
    raise exception 'what was decided stands' using errcode = '42501';
  end if;
  return new;
end $$;
create trigger telemetry_rules_draft_stands before update on telemetry_rules_draft
  for each row execute function telemetry_rules_draft_stands();

grant select, insert on telemetry_rules_draft to cb_app;
grant update (decided_by, decided_at, became) on telemetry_rules_draft to cb_app;
