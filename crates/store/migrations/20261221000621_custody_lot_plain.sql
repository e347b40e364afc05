-- A lot is one however its letters were typed: lots are compared in capitals, those of before as well.
create index custody_lot_plain on custody_lot (upper(number), kind);
drop index custody_lot_of_number;
