-- What becomes of an approved group once its session is past: it came (visited), it did not come (missed), or the door
-- cannot say (over). Before this such a request stood as approved for ever.
alter table group_request drop constraint group_request_state;
alter table group_request add constraint group_request_state check
  (state in ('submitted', 'asked', 'proposed', 'accepted', 'approved', 'rebook', 'visited', 'missed', 'over', 'refused',
             'withdrawn')) not valid;
