-- A date that takes another one's place stays the same entry in people's calendars (same UID, higher SEQUENCE). None: the
-- stop's own id, as it was before.
alter table bus_stop add column uid uuid;
