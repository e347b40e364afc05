-- The few contracts with something outstanding are looked at every hour: they have an index of their own.
create index family_contract_behind on family_contract (id) where state = 'arrears';
