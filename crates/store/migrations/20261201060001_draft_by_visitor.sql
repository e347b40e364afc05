-- What a browser has begun is looked up whenever it takes places: one browser keeps one party's places of a session.
create index booking_draft_by_visitor on booking_draft (visitor_hash);
