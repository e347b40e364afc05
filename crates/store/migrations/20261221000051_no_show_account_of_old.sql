-- The marks from before, as far as their bookings know whose they are. Alone, so that the table's own lock is not held meanwhile.
update no_show n set account_id = b.account_id
from booking b where b.session_id = n.session_id and b.id = n.booking_id and b.account_id is not null;
