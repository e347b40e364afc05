-- The second net under the policy: what a family reads is read as `cb_family`, which finds only rows of families that the
-- account named in the transaction's setting belongs to now. The house's own role finds all, as before; so does the owner,
-- for migrations and backups (row-level security is enabled, not forced).

do $$
begin
  begin
    if not exists (select from pg_roles where rolname = 'cb_family') then
      create role cb_family nologin;
    end if;
  exception when duplicate_object or unique_violation then null; -- another database of this cluster was faster
  end;
  begin
    if not pg_has_role('cb_app', 'cb_family', 'member') then
      grant cb_family to cb_app;
    end if;
  exception when duplicate_object or unique_violation or internal_error then null; -- "tuple concurrently updated": the same
  end;
end $$;

grant usage on schema public to cb_family;

-- The families of whoever reads. As the owner, since the policy of the members' own table asks it.
create function family_of_reader() returns setof uuid language sql stable security definer rows 2
  set search_path = public, pg_temp as $$
  select m.family_id from family_member m
  where m.account_id = nullif(current_setting('cordblood.account', true), '')::uuid and m.until is null
$$;
revoke execute on function family_of_reader() from public;
grant execute on function family_of_reader() to cb_app, cb_family;

do $$
declare
  wanted text;
begin
  -- Rows that name their family.
  foreach wanted in array array['custody_unit', 'family_member', 'family_child', 'family_contract', 'family_invitation',
                                'family_consent', 'family_notice', 'family_access'] loop
    execute format('alter table %I enable row level security', wanted);
    execute format('create policy %I on %I to cb_app using (true) with check (true)', wanted || '_house', wanted);
    execute format('create policy %I on %I for select to cb_family using (family_id in (select family_of_reader()))',
                   wanted || '_own', wanted);
    execute format('grant select on %I to cb_family', wanted);
  end loop;
  -- Rows that name a unit; the unit's own policy stands under the question.
  foreach wanted in array array['custody_event', 'custody_placement', 'custody_deviation'] loop
    execute format('alter table %I enable row level security', wanted);
    execute format('create policy %I on %I to cb_app using (true) with check (true)', wanted || '_house', wanted);
    execute format('create policy %I on %I for select to cb_family using (exists (select from custody_unit u where u.id = unit_id
                    and u.family_id in (select family_of_reader())))', wanted || '_own', wanted);
    execute format('grant select on %I to cb_family', wanted);
  end loop;
  -- Rows that name a contract.
  foreach wanted in array array['family_contract_event', 'family_contract_price', 'family_contract_due'] loop
    execute format('alter table %I enable row level security', wanted);
    execute format('create policy %I on %I to cb_app using (true) with check (true)', wanted || '_house', wanted);
    execute format('create policy %I on %I for select to cb_family using (exists (select from family_contract c where c.id = contract_id
                    and c.family_id in (select family_of_reader())))', wanted || '_own', wanted);
    execute format('grant select on %I to cb_family', wanted);
  end loop;
end $$;

alter table family enable row level security;
create policy family_house on family to cb_app using (true) with check (true);
create policy family_own on family for select to cb_family using (id in (select family_of_reader()));
alter table family_notice_read enable row level security;
create policy family_notice_read_house on family_notice_read to cb_app using (true) with check (true);
create policy family_notice_read_own on family_notice_read for select to cb_family
  using (exists (select from family_notice n where n.id = notice_id and n.family_id in (select family_of_reader())));
grant select on family, family_notice_read to cb_family;

-- What is nobody's: the catalogues and the names of places.
grant select on custody_catalogue, custody_catalogue_item, custody_rules, custody_room, custody_tank to cb_family;
