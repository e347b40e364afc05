-- Who is the mother of a unit, wherever that is asked. Who gave birth is a fact of the day the unit came into the house: what is found of
-- her is hers by law, whatever becomes of her guardianship, of the contract and of the unit. So the mother is who the office named as the
-- mother of the family in which the unit came into the house, by its last word on her there, also where she is not of that family any
-- more; nobody who is the mother of a family that took the unit over stands in her place.
--
-- She is answered only where she belongs to the unit's present family, and to that family alone. Who was of another family is nobody's to
-- read; and who has left has no page on which to take back what she let the others, so that it counts no more.
create or replace function family_birth_mother(asked uuid) returns uuid language sql stable security definer
  set search_path = public, pg_temp as $$
  select m.account_id
  from custody_unit u
  join family_member m on m.mother and m.family_id = coalesce(
    (select t.from_family_id from family_contract_transfer t where t.unit_id = asked order by t.seq limit 1), u.family_id)
  where u.id = asked and u.family_id in (select family_of_reader())
    and exists (
      select from family_member own
      where own.family_id = u.family_id and own.account_id = m.account_id and own.until is null)
    and not exists (
      select from family_member later
      where later.family_id = m.family_id and later.account_id = m.account_id and (later.since, later.id) > (m.since, m.id))
  order by m.until desc nulls first, m.since desc, m.id desc
  limit 1
$$;
