-- What is read at the size of the whole bank: 870,000 units, and as many families with their accounts and their sign-ins.

-- When somebody was last seen, whether the session ended or not: of every colleague in the list of the staff, and of whoever may be
-- forgotten. The index of before knew open sessions only.
create index login_session_of_account on login_session (account_id, last_seen_at desc);
drop index login_session_by_account;
-- Sessions that were ended are deleted after a while, as those that expired are.
create index login_session_by_end on login_session (revoked_at) where revoked_at is not null;

-- Whoever was ever of a family is not forgotten; the index of before knew those who still are.
drop index family_member_of_account;
create index family_member_of_account on family_member (account_id);
-- Who gave birth to a unit may have left its family since: a page of a unit, its tests and its papers ask for every mother there was.
-- Without this each read the members of all families, 157 ms of them at the size of the bank.
create index family_member_of_family on family_member (family_id, account_id);
-- Visitors' accounts by their age, and the few of the staff.
create index account_unused on account (created_at, id) where kind = 'visitor' and deleted_at is null;
create index account_staff on account (id) where kind = 'staff';

-- A handful among all units, wherever they stand in their order.
create index custody_unit_deviating on custody_unit (registered_at desc, id desc) where open_deviations > 0;

-- What is owed and was not said: what was said stays unpaid for weeks.
create index family_contract_due_unsaid on family_contract_due (due_on, contract_id, nth) where paid_on is null and reminded_at is null;
-- What a child was invited by, when its number is mended.
create index family_invitation_of_child on family_invitation (child_id) where child_id is not null and claimed_at is null;

-- The few excursions of lately among all, and the parts of one that late readings put together.
create index telemetry_excursion_recent on telemetry_excursion ((greatest(ends_at, found_at))) where merged_into is null;
create index telemetry_excursion_merged on telemetry_excursion (merged_into) where merged_into is not null;

-- The letters of a unit that is forgotten, whatever became of them.
create index lims_dead_letter_ever_of_unit on lims_dead_letter (unit_id) where unit_id is not null;
create index lims_dead_letter_ever_of_din on lims_dead_letter (din) where din is not null;
