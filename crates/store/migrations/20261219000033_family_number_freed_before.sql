-- Drafts that were ended before an end freed their number, or by a server of before while versions mixed.
update family_contract set number_index = null where state = 'terminated' and signed_on is null and number_index is not null;
