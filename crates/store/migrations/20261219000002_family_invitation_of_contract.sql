-- The office reads, sends and blocks a contract's invitations, claimed ones too: the index there was knew open ones only, so that each
-- look read the whole table.
create index family_invitation_of_contract on family_invitation (contract_id);
