-- A unit as the desk lists it: where it stands, what its work has come to by the lists it is worked by, and where it lies. Two lists
-- read it, each in its own order. Whoever reads it sees the rows they see of the tables below.
create view custody_unit_listed with (security_invoker = true) as
select u.id, u.din, u.pool, u.state, u.open_deviations, u.steps_done, u.tests_id, u.tests_final, u.registered_at, u.changed_at,
       (select count(*) from custody_catalogue_item i where i.catalogue_id = u.preparation_id) as steps,
       (select count(*) from custody_catalogue_item i where i.catalogue_id = u.tests_id) as tests,
       p.tank_id, t.code as tank, p.tower, p.frame, p.slot
from custody_unit u
left join custody_placement p on p.unit_id = u.id and p.taken_at is null
left join custody_tank t on t.id = p.tank_id;
grant select on custody_unit_listed to cb_app;
