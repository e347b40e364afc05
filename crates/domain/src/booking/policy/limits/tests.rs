//! Limits of people: each refuses with what is left of it, and no order of bookings and changes gets past one.

use super::*;
use crate::booking::PartySize;
use jiff::SignedDuration;
use proptest::prelude::*;

/// Five of whom three are children for one day, eight and four within seven days; bookings as many as one likes.
fn policy() -> Policy {
    Policy {
        bookings_per_day: 50,
        bookings_per_window: 100,
        window_days: 7,
        people: PeopleLimits { per_day: 5, children_per_day: 3, per_window: 8, children_per_window: 4 },
        ..Policy::default()
    }
}

fn party(people: u32, children: u32) -> Party {
    Party::new(PartySize::new(people).expect("a size"), children).expect("a party")
}

/// The `hour`-th hour of the `day`-th day of July 2026.
fn starts(day: i64, hour: i64) -> Timestamp {
    let first: Timestamp = "2026-07-01T00:00:00+08:00".parse().expect("an instant");
    first + SignedDuration::from_hours(24 * (day - 1) + hour)
}

fn span(day: i64, hour: i64) -> (Timestamp, Timestamp) {
    (starts(day, hour), starts(day, hour) + SignedDuration::from_mins(50))
}

fn visit(day: i64, hour: i64, party: Party) -> BookedVisit {
    let (starts_at, ends_at) = span(day, hour);
    BookedVisit { starts_at, ends_at, heads: party.into() }
}

/// May a party be booked for ten o'clock of the 10th, beside these?
fn beside(booked: &[BookedVisit], more: Party) -> Result<(), Refusal> {
    let had = BookingFacts::around(&policy(), span(10, 10), booked.iter().copied());
    within_limits(&policy(), starts(1, 0), had, more)
}

#[test]
fn each_limit_of_people_refuses_and_says_how_many_could_still_come() {
    let two = visit(10, 14, party(2, 2));
    assert_eq!(beside(&[two], party(3, 1)), Ok(()), "five, of whom three are children");
    assert_eq!(beside(&[two], party(4, 0)), Err(Refusal::PeopleDailyLimit { max: 5, left: 3 }));
    assert_eq!(beside(&[two], party(3, 2)), Err(Refusal::ChildrenDailyLimit { max: 3, left: 1 }));
    let week = [visit(7, 9, party(5, 3)), visit(13, 9, party(1, 1))];
    assert_eq!(beside(&week, party(2, 0)), Ok(()), "the 7th to the 13th are seven days with eight people");
    assert_eq!(beside(&week, party(3, 0)), Err(Refusal::PeopleWindowLimit { max: 8, days: 7, left: 2 }));
    assert_eq!(beside(&week, party(2, 1)), Err(Refusal::ChildrenWindowLimit { max: 4, days: 7, left: 0 }));
    let apart = [visit(3, 9, party(5, 3)), visit(17, 9, party(5, 3))];
    assert_eq!(beside(&apart, party(5, 3)), Ok(()), "a week later is another window");
}

#[test]
fn nothing_set_limits_nobody_and_who_brings_no_children_is_not_told_of_them() {
    let full = visit(10, 14, party(5, 3));
    let had = BookingFacts::around(&policy(), span(10, 10), [full]);
    let unlimited = Policy { people: PeopleLimits::default(), ..policy() };
    assert_eq!(within_limits(&unlimited, starts(1, 0), had, party(500, 500)), Ok(()));
    let only_children = Policy { people: PeopleLimits { children_per_day: 2, ..PeopleLimits::default() }, ..policy() };
    assert_eq!(
        within_limits(&only_children, starts(1, 0), had, party(5, 0)),
        Ok(()),
        "more than two were there before"
    );
    let refused = within_limits(&only_children, starts(1, 0), had, party(5, 1));
    assert_eq!(refused, Err(Refusal::ChildrenDailyLimit { max: 2, left: 0 }));
}

#[test]
fn the_only_document_stands_for_its_party_and_each_of_several_for_its_holder() {
    let had = |people| {
        let heads = Heads { people, children: 0 };
        BookingFacts { on_day: 1, heads_on_day: heads, in_window: 1, heads_in_window: heads, ..BookingFacts::default() }
    };
    let documents =
        |all: &[BookingFacts], people| documents_within_limits(&policy(), starts(1, 0), all, party(people, 0));
    assert_eq!(documents(&[had(2)], 3), Ok(()));
    assert_eq!(documents(&[had(2)], 4), Err(Refusal::DocumentLimit));
    assert_eq!(
        documents(&[BookingFacts::default()], 9),
        Ok(()),
        "a party too large by itself is the contact's to hear of"
    );
    assert_eq!(documents(&[had(4), had(4), had(4)], 3), Ok(()), "one more each");
    assert_eq!(documents(&[had(4), had(5), had(4)], 3), Err(Refusal::DocumentLimitOf { nth: 2 }));
}

#[test]
fn a_limit_holds_for_the_contact_and_for_the_account() {
    let contact = BookingFacts::around(&policy(), span(10, 10), [visit(10, 14, party(2, 2))]);
    let account = BookingFacts::around(&policy(), span(10, 10), [visit(7, 9, party(5, 0)), visit(10, 16, party(1, 0))]);
    let both = contact.most(account);
    assert_eq!((both.on_day, both.heads_on_day), (1, Heads { people: 2, children: 2 }));
    assert_eq!((both.in_window, both.heads_in_window), (2, Heads { people: 6, children: 2 }));
    let refused = |had| within_limits(&policy(), starts(1, 0), had, party(3, 2));
    assert_eq!(refused(contact), Err(Refusal::ChildrenDailyLimit { max: 3, left: 1 }));
    assert_eq!(refused(account), Err(Refusal::PeopleWindowLimit { max: 8, days: 7, left: 2 }));
    assert_eq!(refused(both), refused(contact), "the first that says no");
    let until = starts(20, 0);
    let paused = BookingFacts { suspended_until: Some(until), ..BookingFacts::default() };
    assert_eq!(refused(account.most(paused)), Err(Refusal::Suspended { until }));
}

#[test]
fn more_children_of_a_party_are_counted_beside_the_other_bookings() {
    let had = BookingFacts::around(&policy(), span(10, 10), [visit(10, 14, party(2, 2))]);
    let may = |children, documents: &[BookingFacts]| may_have_children(&policy(), party(5, children), had, documents);
    assert_eq!(may(1, &[]), Ok(()), "how many come was decided before");
    assert_eq!(may(2, &[]), Err(Refusal::ChildrenDailyLimit { max: 3, left: 1 }));
    assert_eq!(may(4, &[]), Err(Refusal::TooManyChildren { max: 3 }));
    assert_eq!(may_have_children(&policy(), party(5, 2), BookingFacts::default(), &[had]), Err(Refusal::DocumentLimit));
}

/// What a person does, with whatever is at `at` of their bookings.
#[derive(Clone, Debug)]
enum Op {
    Book { day: i64, hour: i64, people: u32, children: u32 },
    Cancel { at: usize },
    Change { at: usize, people: u32, children: u32 },
    Move { at: usize, day: i64, hour: i64 },
}

fn op() -> impl Strategy<Value = Op> {
    prop_oneof![
        5 => (8..24i64, 8..20i64, 1..6u32, 0..4u32).prop_map(|(day, hour, people, children)| {
            Op::Book { day, hour, people, children: children.min(people) }
        }),
        1 => any::<usize>().prop_map(|at| Op::Cancel { at }),
        2 => (any::<usize>(), 1..6u32, 0..4u32).prop_map(|(at, people, children)| Op::Change { at, people, children }),
        2 => (any::<usize>(), 8..24i64, 8..20i64).prop_map(|(at, day, hour)| Op::Move { at, day, hour }),
    ]
}

/// What somebody has booked: when, and for whom.
type Booked = Vec<(i64, i64, Party)>;

/// Does what the rules allow, as the engine does: the booking that is changed is not counted beside itself.
fn run(booked: &mut Booked, op: &Op) {
    let around = |others: &[(i64, i64, Party)], day, hour| {
        let others = others.iter().map(|&(day, hour, party)| visit(day, hour, party));
        BookingFacts::around(&policy(), span(day, hour), others)
    };
    let may = |others: &[(i64, i64, Party)], day, hour, party: Party| {
        within_limits(&policy(), starts(1, 0), around(others, day, hour), party).is_ok()
    };
    match *op {
        Op::Book { day, hour, people, children } => {
            let party = party(people, children);
            if may(booked, day, hour, party) {
                booked.push((day, hour, party));
            }
        }
        _ if booked.is_empty() => {}
        Op::Cancel { at } => {
            booked.swap_remove(at % booked.len());
        }
        Op::Change { at, people, children } => {
            let (day, hour, before) = booked.swap_remove(at % booked.len());
            let after = party(people.min(before.people.get()), children.min(people.min(before.people.get())));
            let fewer = after.children <= before.children;
            let allowed = fewer || may_have_children(&policy(), after, around(booked, day, hour), &[]).is_ok();
            booked.push((day, hour, if allowed { after } else { before }));
        }
        Op::Move { at, day, hour } => {
            let (was, then, party) = booked.swap_remove(at % booked.len());
            let to = if may(booked, day, hour, party) { (day, hour) } else { (was, then) };
            booked.push((to.0, to.1, party));
        }
    }
}

proptest! {
    #[test]
    fn no_order_of_bookings_and_changes_gets_past_a_limit_of_people(ops in proptest::collection::vec(op(), 1..60)) {
        let mut booked = Booked::new();
        let limits = policy().people;
        for op in &ops {
            run(&mut booked, op);
            for first in 1..32 {
                let sum = |days: i64| {
                    let within = booked.iter().filter(|(day, ..)| (first..first + days).contains(day));
                    within.fold(Heads::default(), |sum, (.., party)| sum + Heads::from(*party))
                };
                let (day, window) = (sum(1), sum(7));
                prop_assert!(day.people <= u32::from(limits.per_day), "{first}: {booked:?}");
                prop_assert!(day.children <= u32::from(limits.children_per_day), "{first}: {booked:?}");
                prop_assert!(window.people <= u32::from(limits.per_window), "from {first}: {booked:?}");
                prop_assert!(window.children <= u32::from(limits.children_per_window), "from {first}: {booked:?}");
            }
        }
    }
}
