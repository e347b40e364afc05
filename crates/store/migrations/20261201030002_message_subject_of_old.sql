-- The messages from before the two columns. Alone, so that nobody waits for it who writes one.
update message set
  subject_kind = case when booking_id is not null then 'booking' when account_id is not null then 'account'
                      when bus_request_id is not null then 'bus_request' when group_request_id is not null then 'group_request'
                      else 'ambassador_application' end,
  subject_id = coalesce(booking_id, account_id, bus_request_id, group_request_id, ambassador_id)
where subject_kind is null and num_nonnulls(booking_id, account_id, bus_request_id, group_request_id, ambassador_id) > 0;
