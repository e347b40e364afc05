-- Pools (booking.md, "Words"): a session keeps some of its places for groups and for the house's own desk, each until so many
-- hours before it begins. What a booking or a hold draws on stands with it; what a pool still keeps is computed from that.
alter table session_template
  add column group_places integer not null default 0,
  add column group_release_hours integer not null default 0,
  add column staff_places integer not null default 0,
  add column staff_release_hours integer not null default 0,
  add constraint session_template_pools check
    (group_places >= 0 and staff_places >= 0 and group_places + staff_places <= capacity
     and group_release_hours between 0 and 1440 and staff_release_hours between 0 and 1440) not valid;

alter table session
  add column group_places integer not null default 0,
  add column group_release_hours integer not null default 0,
  add column staff_places integer not null default 0,
  add column staff_release_hours integer not null default 0,
  add constraint session_pools check
    (group_places >= 0 and staff_places >= 0
     and group_release_hours between 0 and 1440 and staff_release_hours between 0 and 1440) not valid;

alter table hold
  add column pool text not null default 'individual',
  add constraint hold_pool check (pool in ('individual', 'group', 'staff')) not valid;

alter table booking
  add column pool text not null default 'individual',
  add constraint booking_pool check (pool in ('individual', 'group', 'staff')) not valid;

-- Who was there before: so that a pool made for them later knows that it is used.
update booking set pool = 'staff' where channel = 'staff';
update booking set pool = 'group' where id in (select booking_id from group_request where booking_id is not null);
update hold set pool = 'group' where id in (select hold_id from group_request where hold_id is not null);

-- The last guard of the pools, beside that of the whole session and under the lock it has taken: whoever draws on one pool
-- leaves the others what they keep and nobody has taken yet. Released is what the clock of the row that is written says is
-- released. Holds are the engine's to count: a guard that left them out can only be the milder one.
create function refuse_overselling_of_pool(of_session uuid, drawn_on text, at timestamptz) returns void language plpgsql as $$
declare
  room  session%rowtype;
  taken bigint;
  kept  bigint;
begin
  select * into room from session where id = of_session;
  if room.group_places + room.staff_places = 0 then
    return;
  end if;
  select coalesce(sum(people), 0),
         case when drawn_on = 'group' or at >= room.starts_at - room.group_release_hours * interval '1 hour' then 0
              else greatest(0, room.group_places - coalesce(sum(people) filter (where pool = 'group'), 0)) end
         + case when drawn_on = 'staff' or at >= room.starts_at - room.staff_release_hours * interval '1 hour' then 0
                else greatest(0, room.staff_places - coalesce(sum(people) filter (where pool = 'staff'), 0)) end
    into taken, kept
    from booking where session_id = of_session and state = 'confirmed';
  if taken + kept > room.capacity then
    raise exception 'session % would hold % people beside % places kept for others, of %', of_session, taken, kept, room.capacity
      using errcode = '23514', constraint = 'booking_within_pool', table = 'booking';
  end if;
end $$;

create or replace function booking_inserted() returns trigger language plpgsql as $$
begin
  perform refuse_overselling(array(
    select session_id from fresh where state = 'confirmed' group by session_id order by session_id));
  perform refuse_overselling_of_pool(grown.session_id, grown.pool, grown.at) from (
    select session_id, pool, max(updated_at) as at from fresh where state = 'confirmed' group by session_id, pool) as grown;
  return null;
end $$;

create or replace function booking_updated() returns trigger language plpgsql as $$
begin
  perform refuse_overselling(array(
    select session_id from (
      select session_id, people from fresh where state = 'confirmed'
      union all
      select session_id, -people from stale where state = 'confirmed') as change
    group by session_id having sum(people) > 0 order by session_id));
  perform refuse_overselling_of_pool(grown.session_id, grown.pool, grown.at) from (
    select session_id, pool, max(at) as at from (
      select session_id, pool, people, updated_at as at from fresh where state = 'confirmed'
      union all
      select session_id, pool, -people, null from stale where state = 'confirmed') as change
    group by session_id, pool having sum(people) > 0) as grown;
  return null;
end $$;
