-- The same of who put units away or took them out. Alone, as the index before.
create index custody_placement_by_hand on custody_placement using gin ((array[put_by, put_with, taken_by, taken_with]));
