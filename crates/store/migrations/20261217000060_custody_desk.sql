-- The desk's lists of units: by the day of registration, and which lot went into which unit. (By state, by tank and by family
-- there are ways already.)
create index custody_unit_by_day on custody_unit (registered_at desc, id desc);
create index custody_lot_of_number on custody_lot (number);
