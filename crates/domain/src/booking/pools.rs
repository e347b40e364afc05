//! The pools (名额池) of a session: places that are kept for groups and for the house's own desk until they are released.
//!
//! Nothing is ever moved between pools: what a pool keeps is computed, as its places less the people who have some of them,
//! and nothing once its release has come. Whoever asks at that instant finds the places with the individuals, also when
//! every worker is dead.

use crate::field::{Fault, Faults};
use crate::named::named;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

named! {
    /// Whose places a booking or a hold draws on first.
    #[derive(Default)]
    Pool, 3 {
        /// 散客: the public and its waiting list. What no pool keeps is theirs.
        #[default]
        Individual "individual",
        /// 团体: approved groups.
        Group "group",
        /// 预留: what staff book on behalf.
        Staff "staff",
    }
}

/// The longest a release may lie before a session, in hours: sixty days.
pub const EARLIEST_RELEASE: u32 = 60 * 24;

/// What a session sets aside for one pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Share {
    /// Places.
    pub places: u32,
    /// So many hours before the session begins, what nobody has taken belongs to the individuals again (0: when it begins).
    pub release_hours: u32,
}

impl Share {
    /// When it is released.
    pub fn released_at(self, starts_at: Timestamp) -> Timestamp {
        starts_at.saturating_sub(SignedDuration::from_hours(i64::from(self.release_hours))).unwrap_or(Timestamp::MIN)
    }
}

/// How the places of a session are split. What is in neither share is the individuals'.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Split {
    /// For groups.
    pub group: Share,
    /// For the house's own desk.
    pub staff: Share,
}

/// The places of a session: how many, and for whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Places {
    /// All of them.
    pub total: u32,
    /// What is set aside.
    pub split: Split,
}

/// All for the individuals.
impl From<u32> for Places {
    fn from(total: u32) -> Self {
        Self { total, split: Split::default() }
    }
}

impl Places {
    /// The most a session may have.
    pub const MOST: u32 = 5_000;

    /// Whether a session can be split like this; faults stand beside `capacity`, `group_places`, `group_release`,
    /// `staff_places`, `staff_release`.
    pub fn check(self, faults: &mut Faults) {
        if self.total > Self::MOST {
            faults.add("capacity", Fault::OutOfRange { min: 0, max: Self::MOST });
            return;
        }
        let shares =
            [(self.split.group, "group_places", "group_release"), (self.split.staff, "staff_places", "staff_release")];
        let mut left = self.total;
        for (share, places, release) in shares {
            match left.checked_sub(share.places) {
                Some(rest) => left = rest,
                None => faults.add(places, Fault::OutOfRange { min: 0, max: left }),
            }
            if share.release_hours > EARLIEST_RELEASE {
                faults.add(release, Fault::OutOfRange { min: 0, max: EARLIEST_RELEASE });
            }
        }
    }
}

/// One pool at an instant. Counts are people.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PoolFacts {
    /// What is set aside.
    pub share: Share,
    /// With a confirmed booking that draws on it.
    pub booked: u32,
    /// With a live hold that draws on it.
    pub held: u32,
    /// Its release has come.
    pub released: bool,
}

impl PoolFacts {
    /// Places nobody else can have at this moment.
    pub const fn kept(&self) -> u32 {
        if self.released { 0 } else { self.share.places.saturating_sub(self.booked + self.held) }
    }
}

/// The pools of a session at an instant. The individuals have no pool to look at: theirs is what is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Pools {
    /// For groups.
    pub group: PoolFacts,
    /// For the house's own desk.
    pub staff: PoolFacts,
}

impl Pools {
    /// Nobody has anything yet.
    pub fn new(split: Split, starts_at: Timestamp, now: Timestamp) -> Self {
        let of =
            |share: Share| PoolFacts { share, released: share.released_at(starts_at) <= now, ..Default::default() };
        Self { group: of(split.group), staff: of(split.staff) }
    }

    fn of(&mut self, pool: Pool) -> Option<&mut PoolFacts> {
        match pool {
            Pool::Individual => None,
            Pool::Group => Some(&mut self.group),
            Pool::Staff => Some(&mut self.staff),
        }
    }

    /// People with bookings that draw on a pool.
    #[must_use]
    pub fn booked(mut self, pool: Pool, people: u32) -> Self {
        if let Some(facts) = self.of(pool) {
            facts.booked += people;
        }
        self
    }

    /// People with live holds that draw on a pool.
    #[must_use]
    pub fn held(mut self, pool: Pool, people: u32) -> Self {
        if let Some(facts) = self.of(pool) {
            facts.held += people;
        }
        self
    }

    /// Nobody holds anything: for whoever counts the holds anew.
    #[must_use]
    pub const fn without_holds(mut self) -> Self {
        self.group.held = 0;
        self.staff.held = 0;
        self
    }

    /// Places that `pool` cannot have, because another keeps them.
    pub const fn kept_from(&self, pool: Pool) -> u32 {
        match pool {
            Pool::Individual => self.group.kept() + self.staff.kept(),
            Pool::Group => self.staff.kept(),
            Pool::Staff => self.group.kept(),
        }
    }

    /// The places are split at all.
    pub const fn are_set(&self) -> bool {
        self.group.share.places + self.staff.share.places > 0
    }

    /// How they are split.
    pub const fn split(&self) -> Split {
        Split { group: self.group.share, staff: self.staff.share }
    }
}

#[cfg(test)]
mod tests;
