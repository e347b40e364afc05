-- Who opened a deviation as the laboratory's system names people: the same person may open one there and close it at the desk, where
-- they have another name.
alter table custody_deviation add column opened_operator uuid references custody_operator;
create index custody_deviation_of_operator on custody_deviation (opened_operator) where opened_operator is not null;
