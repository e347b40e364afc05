-- The units somebody worked on: asked before a code goes to another account. New entries are put in later, many at once, since units
-- change all day and this is asked some times a year. Alone, so that nobody waits for the scan who only reads.
create index custody_unit_by_worker on custody_unit using gin (worked_by);
