-- The messages from before the two columns. Alone, so that the table's own lock is not held meanwhile: new messages are
-- written and all are read. It is one statement: whoever writes what became of an old message waits until it has ended,
-- and a job that will not wait so long tries again.
update message set
  subject_kind = case when booking_id is not null then 'booking' when account_id is not null then 'account'
                      when bus_request_id is not null then 'bus_request' when group_request_id is not null then 'group_request'
                      else 'ambassador_application' end,
  subject_id = coalesce(booking_id, account_id, bus_request_id, group_request_id, ambassador_id)
where subject_kind is null and num_nonnulls(booking_id, account_id, bus_request_id, group_request_id, ambassador_id) > 0;
