-- When the house heard that a unit was put away or taken out, beside what the laboratory's clock said: an excursion is joined to the
-- units of a tank by the wider of the two.

alter table custody_placement add column put_received_at timestamptz not null default now(), add column taken_received_at timestamptz;
grant update (taken_received_at) on custody_placement to cb_app;
