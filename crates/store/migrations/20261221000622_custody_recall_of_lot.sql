-- What went into a unit before a recall of its lot ended is held also where it is told afterwards: recalls that ended are looked for.
create index custody_recall_of_lot on custody_recall (lot_id);
