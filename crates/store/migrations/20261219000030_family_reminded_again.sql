-- A price whose payment was taken back is owed again, and its family is reminded of it again; those that were taken back before this
-- had kept the reminder of the first time.
update family_contract_due d set reminded_at = null
where d.paid_on is null and exists (
  select from family_contract_payment p
  where p.contract_id = d.contract_id and d.nth = any(p.taken_back_nths) and d.reminded_at < p.taken_back_at);
