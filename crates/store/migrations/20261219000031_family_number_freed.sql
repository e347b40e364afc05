-- A draft with a mistake is ended and written anew: what was never signed keeps nobody from the number on the paper. The draft stays
-- with why it ended; only its number's index goes, as with a payment that was taken back. Whatever was signed keeps its number for ever.
alter table family_contract alter column number_index drop not null,
  add constraint family_contract_number_freed check (number_index is not null or (state = 'terminated' and signed_on is null));
