//! What makes an itinerary possible: the way between two places, the time to set up and to tear down, the hours a crew may
//! work, and the days on which nothing drives.
//!
//! The rules:
//! - A vehicle and a crew are at a stop from [`SET_UP`] before it begins until [`TEAR_DOWN`] after it ends. Two such spans
//!   of one vehicle or of one crew never touch; the database holds that, too.
//! - Between two stops lies the way: a quarter of an hour to leave and to arrive, and the roads, which are three tenths
//!   longer than the crow's flight, at sixty kilometres an hour.
//! - Whoever is at most [`DAY_TRIP`] from the base comes home in the evening, and the way there and back counts as work.
//!   Whoever goes further stays there overnight, and drives on the days around it.
//! - Nobody works more than [`DUTY`] on one day.

use super::city::{City, Position};
use crate::time::{local, local_day};
use jiff::{SignedDuration, Timestamp, civil};

/// Where vehicles and crews are at home.
pub const BASE: Position = City::Jinan.position();
/// From arriving until the first visitor: awning, exhibits, power.
pub const SET_UP: SignedDuration = SignedDuration::from_mins(45);
/// From the last visitor until the wheels turn.
pub const TEAR_DOWN: SignedDuration = SignedDuration::from_mins(30);
/// The longest way that is driven there and back on one day.
pub const DAY_TRIP: SignedDuration = SignedDuration::from_hours(3);
/// The longest day of a crew.
pub const DUTY: SignedDuration = SignedDuration::from_hours(10);
/// The earliest a stop begins.
const FIRST_HOUR: i8 = 8;
/// The latest a stop ends.
const LAST_HOUR: i8 = 18;

/// From one instant until before another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Span {
    /// Beginning.
    pub from: Timestamp,
    /// End.
    pub until: Timestamp,
}

impl Span {
    /// Whether two spans share an instant.
    pub fn meets(self, other: Self) -> bool {
        self.from < other.until && other.from < self.until
    }
}

/// A stop: when visitors come, and where.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Trip {
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// Where.
    pub place: Position,
}

/// A stop that stands already, of one vehicle with one crew. `id` is whatever the caller knows it by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Planned<Id> {
    /// Which.
    pub id: Id,
    /// When and where.
    pub trip: Trip,
}

/// Days on which a vehicle, or every vehicle, does not drive: repair, holidays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Blackout<Id> {
    /// Which.
    pub id: Id,
    /// The first day.
    pub from: civil::Date,
    /// The last day.
    pub until: civil::Date,
}

impl<Id> Blackout<Id> {
    /// Whether the day is one of them.
    pub fn covers(&self, day: civil::Date) -> bool {
        (self.from..=self.until).contains(&day)
    }
}

/// What the place offers and what the vehicle needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Site {
    /// Metres free to park.
    pub parking_m: u16,
    /// Metres the vehicle needs, with room to turn out.
    pub needs_m: u16,
    /// There is a socket.
    pub power: bool,
    /// The day is one of those the school asked for.
    pub wished_day: bool,
}

/// What stands around a stop that is about to be planned.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a, Id> {
    /// The vehicle's other stops, of any day.
    pub vehicle: &'a [Planned<Id>],
    /// The crew's.
    pub crew: &'a [Planned<Id>],
    /// Days without driving, of this vehicle or of all.
    pub blackouts: &'a [Blackout<Id>],
    /// The place.
    pub site: Site,
    /// The present.
    pub now: Timestamp,
}

/// Why a stop does not fit, or what speaks against it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Conflict<Id> {
    /// The vehicle is at another stop.
    VehicleBusy {
        /// The other one.
        with: Id,
    },
    /// The crew is at another stop.
    CrewBusy {
        /// The other one.
        with: Id,
    },
    /// There is not enough time for the way from or to another stop.
    TooFar {
        /// The other one.
        with: Id,
        /// How long the way takes.
        needs: SignedDuration,
        /// How long there is.
        has: SignedDuration,
    },
    /// The crew would work too long that day.
    DutyTooLong {
        /// How long.
        hours: SignedDuration,
    },
    /// Nothing drives that day.
    Blackout {
        /// Which.
        id: Id,
    },
    /// It has begun already, or is today.
    TooSoon,
    /// It begins before eight or ends after eighteen o'clock, or ends before it begins.
    OutsideHours,
    /// There is less room to park than the vehicle needs.
    Parking {
        /// Metres needed.
        needs: u16,
        /// Metres there.
        has: u16,
    },
    /// No socket: the generator has to come along.
    NoPower,
    /// None of the days the school asked for.
    OtherDay,
}

impl<Id> Conflict<Id> {
    /// Nobody can plan it so. The others can be accepted by a coordinator who knows more.
    pub const fn is_final(&self) -> bool {
        !matches!(self, Self::Parking { .. } | Self::NoPower | Self::OtherDay)
    }
}

/// From arriving to driving off.
pub fn busy(trip: &Trip) -> Span {
    Span {
        from: trip.starts_at.saturating_sub(SET_UP).unwrap_or(Timestamp::MIN),
        until: trip.ends_at.saturating_add(TEAR_DOWN).unwrap_or(Timestamp::MAX),
    }
}

/// How long the way takes, rounded up to five minutes; nothing within one place.
pub fn travel(from: Position, to: Position) -> SignedDuration {
    let kilometres = from.distance(to) * 1.3;
    if kilometres < 1.0 {
        return SignedDuration::ZERO;
    }
    let minutes = 15.0 + kilometres;
    SignedDuration::from_mins((minutes / 5.0).ceil() as i64 * 5)
}

/// How long a crew works on a day with these stops, in the order of time.
pub fn duty(day: &[Trip]) -> SignedDuration {
    let (Some(first), Some(last)) = (day.first(), day.last()) else { return SignedDuration::ZERO };
    let at_home = |place| Some(travel(BASE, place)).filter(|way| *way <= DAY_TRIP).unwrap_or_default();
    let there = busy(last).until.duration_since(busy(first).from);
    there + at_home(first.place) + at_home(last.place)
}

/// Everything that speaks against a stop, what is final first.
pub fn conflicts<Id: Copy + PartialEq>(trip: &Trip, plan: &Plan<'_, Id>) -> Vec<Conflict<Id>> {
    let mut found = Vec::new();
    let day = local_day(trip.starts_at);
    if day <= local_day(plan.now) {
        found.push(Conflict::TooSoon);
    }
    let (starts, ends) = (local(trip.starts_at), local(trip.ends_at));
    let closing = civil::time(LAST_HOUR, 0, 0, 0);
    if trip.ends_at <= trip.starts_at || starts.hour() < FIRST_HOUR || ends.time() > closing || ends.date() != day {
        found.push(Conflict::OutsideHours);
    }
    found
        .extend(plan.blackouts.iter().filter(|blackout| blackout.covers(day)).map(|b| Conflict::Blackout { id: b.id }));
    let own = busy(trip);
    let meeting = |stops: &[Planned<Id>]| -> Vec<Id> {
        stops.iter().filter(|stop| busy(&stop.trip).meets(own)).map(|stop| stop.id).collect()
    };
    let (vehicle, crew) = (meeting(plan.vehicle), meeting(plan.crew));
    found.extend(vehicle.iter().map(|with| Conflict::VehicleBusy { with: *with }));
    found.extend(crew.iter().filter(|id| !vehicle.contains(id)).map(|with| Conflict::CrewBusy { with: *with }));
    found.extend(ways(trip, plan));
    let mut work: Vec<Trip> =
        plan.crew.iter().map(|stop| stop.trip).filter(|it| local_day(it.starts_at) == day).collect();
    work.push(*trip);
    work.sort_by_key(|it| it.starts_at);
    let hours = duty(&work);
    if hours > DUTY {
        found.push(Conflict::DutyTooLong { hours });
    }
    let site = plan.site;
    if site.parking_m < site.needs_m {
        found.push(Conflict::Parking { needs: site.needs_m, has: site.parking_m });
    }
    if !site.power {
        found.push(Conflict::NoPower);
    }
    if !site.wished_day {
        found.push(Conflict::OtherDay);
    }
    found
}

/// The stops before and after whose way is too long; each once, whether it is the vehicle's, the crew's or both.
fn ways<Id: Copy + PartialEq>(trip: &Trip, plan: &Plan<'_, Id>) -> Vec<Conflict<Id>> {
    let own = busy(trip);
    let mut found: Vec<(Id, Conflict<Id>)> = Vec::new();
    for stops in [plan.vehicle, plan.crew] {
        let before = stops.iter().filter(|s| busy(&s.trip).until <= own.from).max_by_key(|s| s.trip.ends_at);
        let after = stops.iter().filter(|s| busy(&s.trip).from >= own.until).min_by_key(|s| s.trip.starts_at);
        let gap_before = before.map(|s| (s, own.from.duration_since(busy(&s.trip).until)));
        let gap_after = after.map(|s| (s, busy(&s.trip).from.duration_since(own.until)));
        for (stop, has) in gap_before.into_iter().chain(gap_after) {
            let needs = travel(stop.trip.place, trip.place);
            if has < needs && found.iter().all(|(id, _)| *id != stop.id) {
                found.push((stop.id, Conflict::TooFar { with: stop.id, needs, has }));
            }
        }
    }
    found.into_iter().map(|(_, conflict)| conflict).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn instant(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().expect("an instant")
    }

    fn trip(starts: &str, ends: &str, city: City) -> Trip {
        Trip { starts_at: instant(starts), ends_at: instant(ends), place: city.position() }
    }

    const GOOD: Site = Site { parking_m: 20, needs_m: 15, power: true, wished_day: true };

    fn plan<'a>(vehicle: &'a [Planned<u32>], crew: &'a [Planned<u32>]) -> Plan<'a, u32> {
        Plan { vehicle, crew, blackouts: &[], site: GOOD, now: instant("2026-09-01T12:00") }
    }

    #[test]
    fn a_morning_near_the_base_fits() {
        let morning = trip("2026-09-10T09:00", "2026-09-10T11:30", City::Taian);
        assert_eq!(conflicts(&morning, &plan(&[], &[])), []);
        assert_eq!(travel(BASE, City::Taian.position()), SignedDuration::from_mins(85));
        // 85 minutes there, 45 to set up, 150 open, 30 to tear down, 85 back.
        assert_eq!(duty(&[morning]), SignedDuration::from_mins(395));
    }

    #[test]
    fn vehicle_and_crew_are_in_one_place_at_a_time() {
        let taken = [Planned { id: 1, trip: trip("2026-09-10T09:00", "2026-09-10T11:00", City::Jinan) }];
        let at = |starts: &str, ends: &str| trip(starts, ends, City::Jinan);
        // 11:00 and half an hour to tear down, then 45 minutes to set up: 12:15 is the first moment.
        let early = at("2026-09-10T12:10", "2026-09-10T13:00");
        assert_eq!(conflicts(&early, &plan(&taken, &taken)), [Conflict::VehicleBusy { with: 1 }]);
        assert_eq!(conflicts(&early, &plan(&[], &taken)), [Conflict::CrewBusy { with: 1 }]);
        assert_eq!(conflicts(&at("2026-09-10T12:15", "2026-09-10T13:00"), &plan(&taken, &taken)), []);
    }

    #[test]
    fn the_way_between_two_cities_takes_its_time() {
        let morning = [Planned { id: 7, trip: trip("2026-09-10T08:30", "2026-09-10T10:00", City::Qingdao) }];
        let afternoon = trip("2026-09-10T14:00", "2026-09-10T16:00", City::Yantai);
        let found = conflicts(&afternoon, &plan(&morning, &morning));
        let needs = travel(City::Qingdao.position(), City::Yantai.position());
        assert_eq!(found, [Conflict::TooFar { with: 7, needs, has: SignedDuration::from_mins(165) }]);
        let next_day = trip("2026-09-11T09:00", "2026-09-11T11:00", City::Yantai);
        assert_eq!(conflicts(&next_day, &plan(&morning, &morning)), []);
    }

    #[test]
    fn a_crew_has_its_hours() {
        let morning = [Planned { id: 1, trip: trip("2026-09-10T08:00", "2026-09-10T10:00", City::Zibo) }];
        let late = trip("2026-09-10T15:30", "2026-09-10T18:00", City::Zibo);
        let found = conflicts(&late, &plan(&[], &morning));
        assert!(matches!(found[..], [Conflict::DutyTooLong { .. }]), "{found:?}");
        // Another crew has no such day behind it.
        assert_eq!(conflicts(&late, &plan(&morning, &[])), []);
    }

    #[test]
    fn blackouts_hours_and_the_past_are_final_and_a_short_kerb_is_not() {
        let repair = [Blackout { id: 3, from: civil::date(2026, 9, 10), until: civil::date(2026, 9, 12) }];
        let mut around = plan(&[], &[]);
        around.blackouts = &repair;
        let there = trip("2026-09-12T09:00", "2026-09-12T11:00", City::Jinan);
        assert_eq!(conflicts(&there, &around), [Conflict::Blackout { id: 3 }]);
        assert_eq!(conflicts(&trip("2026-09-13T09:00", "2026-09-13T11:00", City::Jinan), &around), []);
        for (starts, ends) in [
            ("2026-09-20T07:30", "2026-09-20T09:00"),
            ("2026-09-20T17:00", "2026-09-20T18:01"),
            ("2026-09-20T11:00", "2026-09-20T11:00"),
        ] {
            assert_eq!(conflicts(&trip(starts, ends, City::Jinan), &around), [Conflict::OutsideHours], "{starts}");
        }
        let today = trip("2026-09-01T14:00", "2026-09-01T15:00", City::Jinan);
        assert_eq!(conflicts(&today, &around), [Conflict::TooSoon]);
        around.site = Site { parking_m: 10, needs_m: 15, power: false, wished_day: false };
        let found = conflicts(&trip("2026-09-20T09:00", "2026-09-20T11:00", City::Jinan), &around);
        assert_eq!(found, [Conflict::Parking { needs: 15, has: 10 }, Conflict::NoPower, Conflict::OtherDay]);
        assert!(found.iter().all(|conflict| !conflict.is_final()));
    }

    proptest! {
        /// Two stops that raise no final conflict with each other never need the vehicle twice, whichever was first.
        #[test]
        fn what_fits_one_way_round_fits_the_other(
            a in 0i64..600, b in 0i64..600, long in 30i64..180, cities in (0usize..16, 0usize..16),
        ) {
            let at = |minutes: i64, city: usize| Trip {
                starts_at: instant("2026-09-10T08:00") + SignedDuration::from_mins(minutes),
                ends_at: instant("2026-09-10T08:00") + SignedDuration::from_mins(minutes + long),
                place: City::ALL[city].position(),
            };
            let (first, second) = (at(a, cities.0), at(b, cities.1));
            let of = |trip, other| {
                let others = [Planned { id: 1, trip: other }];
                let found: Vec<Conflict<u32>> = conflicts(&trip, &plan(&others, &[]));
                found.iter().any(|c| matches!(c, Conflict::VehicleBusy { .. } | Conflict::TooFar { .. }))
            };
            prop_assert_eq!(of(first, second), of(second, first));
            if !of(first, second) {
                prop_assert!(!busy(&first).meets(busy(&second)));
            }
        }
    }
}
