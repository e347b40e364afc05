//! The pools of a session as the database has them: rows into the rules' words, and back.

use super::BookingError;
use domain::booking::{Places, Pool, PoolFacts, Pools, SessionFacts, Share, Split};
use domain::field::{Fault, Faults};
use jiff::Timestamp;
use store::booking::sessions as sql;

/// The columns of a split: the groups' places and hours, the desk's places and hours.
pub(super) fn split([group_places, group_hours, staff_places, staff_hours]: [i32; 4]) -> Split {
    let share = |places: i32, hours: i32| Share { places: places.max(0) as u32, release_hours: hours.max(0) as u32 };
    Split { group: share(group_places, group_hours), staff: share(staff_places, staff_hours) }
}

/// Places as they are stored. Checked ones fit.
pub(super) fn columns(places: Places) -> sql::Places {
    let Split { group, staff } = places.split;
    sql::Places {
        capacity: places.total as i32,
        group_places: group.places as i32,
        group_release_hours: group.release_hours as i32,
        staff_places: staff.places as i32,
        staff_release_hours: staff.release_hours as i32,
    }
}

/// The pools at an instant, with the people of groups and of the desk who have bookings in them.
pub(super) fn booked(split: Split, starts_at: Timestamp, now: Timestamp, (groups, staff): (i64, i64)) -> Pools {
    Pools::new(split, starts_at, now).booked(Pool::Group, groups.max(0) as u32).booked(Pool::Staff, staff.max(0) as u32)
}

/// Pools that keep more than before, because they were made larger or are released later, leave the places that are kept for
/// forms and offers at this moment: whoever was promised one gets it, and staff set the rest aside once they are taken or
/// given back. What lacks is said once, of the pool that keeps most more.
///
/// # Errors
/// `Fields` with the most that can be set aside now.
pub(super) fn leave_promised(
    was: Split,
    places: Places,
    facts: &SessionFacts,
    now: Timestamp,
) -> Result<(), BookingError> {
    let before = with_the_same_people(Pools::new(was, facts.starts_at, now), &facts.pools);
    let kept = facts.pools.kept_from(Pool::Individual);
    let lacking = (facts.booked + facts.held + kept).saturating_sub(facts.capacity);
    // What lacked before lacks for other reasons.
    let lacking = lacking.min(kept.saturating_sub(before.kept_from(Pool::Individual)));
    if facts.held == 0 || lacking == 0 {
        return Ok(());
    }
    let more = |after: &PoolFacts, before: &PoolFacts| after.kept().saturating_sub(before.kept());
    let group = more(&facts.pools.group, &before.group);
    let staff = more(&facts.pools.staff, &before.staff);
    let (field, share) =
        if group >= staff { ("group_places", places.split.group) } else { ("staff_places", places.split.staff) };
    let mut faults = Faults::default();
    faults.add(field, Fault::OutOfRange { min: 0, max: share.places.saturating_sub(lacking) });
    Err(BookingError::Fields(faults.into_errors()))
}

/// Other pools, of which the same people have places.
fn with_the_same_people(mut pools: Pools, of: &Pools) -> Pools {
    for (pool, same) in [(&mut pools.group, &of.group), (&mut pools.staff, &of.staff)] {
        (pool.booked, pool.held) = (same.booked, same.held);
    }
    pools
}
