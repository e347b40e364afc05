-- One draft becomes a booking or an entry of the waiting list, never both: two tabs of one browser may press at the same
-- moment, on two sessions, and no lock of the engine spans the two. Whoever writes second is refused here. Drafts that are
-- both already end with their two hours.
alter table booking_draft
  add constraint booking_draft_becomes_one check (num_nonnulls(booking_id, waiting_id) <= 1) not valid;
