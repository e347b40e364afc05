-- A family reads its own payments: for the copy of its data and for a receipt of each. Of what the office noted beside them (who, why
-- one was taken back, the number's index) it is given no column.
alter table family_contract_payment enable row level security;
create policy family_contract_payment_house on family_contract_payment to cb_app using (true) with check (true);
create policy family_contract_payment_own on family_contract_payment for select to cb_family
  using (exists (select from family_contract c where c.id = contract_id and c.family_id in (select family_of_reader())));
grant select (id, contract_id, reference_sealed, fen, paid_on, at, taken_back_at, taken_back_nths)
  on family_contract_payment to cb_family;
