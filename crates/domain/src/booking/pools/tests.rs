use super::super::SessionFacts;
use super::*;
use proptest::prelude::*;

fn instant(text: &str) -> Timestamp {
    format!("{text}:00+08:00").parse().expect("an instant")
}

/// Tomorrow at nine: thirty places, ten for groups until two days before, five for the desk until two hours before.
fn session(now: &str) -> SessionFacts {
    let (starts_at, ends_at) = (instant("2026-07-21T09:00"), instant("2026-07-21T10:30"));
    let split = Split { group: Share { places: 10, release_hours: 48 }, staff: Share { places: 5, release_hours: 2 } };
    let pools = Pools::new(split, starts_at, instant(now));
    SessionFacts {
        starts_at,
        ends_at,
        capacity: 30,
        booked: 0,
        held: 0,
        owed: 0,
        closed: false,
        open_door: false,
        pools,
    }
}

fn free(facts: SessionFacts) -> [u32; 3] {
    Pool::ALL.map(|pool| facts.free_for(pool))
}

#[test]
fn each_draws_on_its_own_pool_and_then_on_what_is_anybodys() {
    let empty = session("2026-07-19T08:59");
    assert_eq!(free(empty), [15, 25, 20], "individuals, groups, the desk");
    assert_eq!(free(empty.and_booked(Pool::Individual, 15)), [0, 10, 5]);
    // A group of twelve takes its ten and two of anybody's.
    assert_eq!(free(empty.and_booked(Pool::Group, 12)), [13, 13, 18]);
    let held = SessionFacts { held: 4, pools: empty.pools.held(Pool::Group, 4), ..empty };
    assert_eq!(free(held), [15, 21, 20], "a group's hold is in the group's pool");
    let owing = SessionFacts { owed: 3, ..empty };
    assert_eq!(free(owing), [12, 22, 17], "what is owed is the individuals', and nobody else's either");
}

#[test]
fn what_is_not_taken_at_the_release_is_the_individuals_to_the_second() {
    let group_of_six = |now| free(session(now).and_booked(Pool::Group, 6));
    assert_eq!(group_of_six("2026-07-19T08:59"), [15, 19, 20]);
    assert_eq!(group_of_six("2026-07-19T09:00"), [19, 19, 24]);
    assert_eq!(group_of_six("2026-07-21T06:59"), [19, 19, 24]);
    assert_eq!(group_of_six("2026-07-21T07:00"), [24, 24, 24], "nothing is kept from anybody any more");
}

#[test]
fn a_split_fits_its_session_or_says_beside_which_field_it_does_not() {
    let faults = |total, group, staff, hours| {
        let split = Split {
            group: Share { places: group, release_hours: hours },
            staff: Share { places: staff, release_hours: 0 },
        };
        let mut faults = Faults::default();
        Places { total, split }.check(&mut faults);
        faults.into_errors().into_iter().map(|it| (it.field.to_string(), it.fault)).collect::<Vec<_>>()
    };
    assert_eq!(faults(30, 20, 10, 48), Vec::new());
    assert_eq!(faults(30, 20, 11, 48), [("staff_places".to_owned(), Fault::OutOfRange { min: 0, max: 10 })]);
    assert_eq!(faults(30, 31, 0, 48), [("group_places".to_owned(), Fault::OutOfRange { min: 0, max: 30 })]);
    let early = Fault::OutOfRange { min: 0, max: EARLIEST_RELEASE };
    assert_eq!(faults(30, 1, 0, EARLIEST_RELEASE + 1), [("group_release".to_owned(), early)]);
}

#[test]
fn names_are_read_as_they_are_stored() {
    for pool in Pool::ALL {
        assert_eq!(Pool::from_name(pool.name()), Some(pool));
    }
    assert_eq!(Pool::from_name("public"), None);
}

/// Seats with a sign each: the plain way to keep pools. Whoever comes takes seats with their own sign first, then seats
/// without one; at its release a pool's signs are taken off.
struct Hall {
    seats: Vec<(Pool, bool)>,
}

impl Hall {
    fn new(places: Places) -> Self {
        let signs = [(Pool::Group, places.split.group.places), (Pool::Staff, places.split.staff.places)];
        let mut seats: Vec<_> =
            signs.iter().flat_map(|(pool, n)| std::iter::repeat_n((*pool, false), *n as usize)).collect();
        seats.resize(places.total as usize, (Pool::Individual, false));
        Self { seats }
    }

    fn release(&mut self, pool: Pool) {
        self.seats.iter_mut().filter(|(sign, _)| *sign == pool).for_each(|seat| seat.0 = Pool::Individual);
    }

    fn for_pool(&self, pool: Pool) -> Vec<usize> {
        let free = |sign: Pool| {
            let seats = self.seats.iter().enumerate();
            seats.filter(move |(_, seat)| **seat == (sign, false)).map(|(i, _)| i)
        };
        let own = free(pool).filter(|_| pool != Pool::Individual);
        own.chain(free(Pool::Individual)).collect()
    }

    fn take(&mut self, pool: Pool, people: u32) -> bool {
        let seats = self.for_pool(pool);
        if seats.len() < people as usize {
            return false;
        }
        seats.into_iter().take(people as usize).for_each(|i| self.seats[i].1 = true);
        true
    }
}

proptest! {
    /// What is computed is what the hall with its signs would show, whoever comes in which order and whatever is released
    /// in between; and no pool is ever sold by another.
    #[test]
    fn the_arithmetic_is_that_of_seats_with_signs(
        (total, group, staff) in (0_u32..40).prop_flat_map(|t| (Just(t), 0..=t)).prop_flat_map(|(t, g)| (Just(t), Just(g), 0..=t - g)),
        steps in prop::collection::vec((0_usize..5, 1_u32..8), 0..30),
    ) {
        let split = Split {
            group: Share { places: group, release_hours: 48 },
            staff: Share { places: staff, release_hours: 2 },
        };
        let mut hall = Hall::new(Places { total, split });
        let mut facts = SessionFacts { capacity: total, ..session("2026-07-01T09:00") };
        facts.pools = Pools::new(split, facts.starts_at, instant("2026-07-01T09:00"));
        for (what, people) in steps {
            match what {
                3 => { hall.release(Pool::Group); facts.pools.group.released = true; }
                4 => { hall.release(Pool::Staff); facts.pools.staff.released = true; }
                n => {
                    let pool = Pool::ALL[n];
                    let fits = people <= facts.free_for(pool);
                    prop_assert_eq!(hall.take(pool, people), fits);
                    if fits {
                        facts = facts.and_booked(pool, people);
                    }
                }
            }
            for pool in Pool::ALL {
                prop_assert_eq!(facts.free_for(pool) as usize, hall.for_pool(pool).len(), "free for {:?}", pool);
            }
            prop_assert!(facts.booked + facts.pools.kept_from(Pool::Individual) <= total);
        }
    }
}
