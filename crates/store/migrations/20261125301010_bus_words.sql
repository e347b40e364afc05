-- What a dispatcher writes to a school with a date may name people: it is sealed for its stop and goes when the request is
-- erased. Plain words of before are dropped and not carried along: SQL cannot seal them.
alter table bus_stop drop column message;
alter table bus_stop add column message_sealed bytea;

-- The date a new proposal took the place of, so that the school is told which one no longer stands.
alter table bus_stop add column replaces uuid references bus_stop;
