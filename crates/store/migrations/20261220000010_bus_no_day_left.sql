-- A school none of whose days is left since another one accepted its date is told so once. Whether a day is left is computed
-- whenever somebody looks; only that it was told is kept.
alter table bus_request add column no_day_left_told_at timestamptz;
