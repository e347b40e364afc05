//! The pools of a session as the database has them: rows into the rules' words, and back.

use domain::booking::{Places, Pool, Pools, Share, Split};
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
