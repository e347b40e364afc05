//! Who is asked, and why somebody else was not.

use super::super::conflict::tests::{KINDS, account, case, entangle, hospital, reviewer};
use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn speciality(number: &str) -> Speciality {
    Speciality::new(number).expect("a speciality")
}

/// Candidate `n` of hospital `at`, with fresh reviews, knowing internal medicine; the lot is the number.
pub fn candidate(n: u8, at: u128, open: usize) -> Candidate {
    Candidate {
        reviewer: reviewer(n, at),
        specialities: vec![speciality("03")],
        open: vec![0; open],
        away: false,
        lot: u64::from(n),
    }
}

fn both(candidates: &[Candidate]) -> Choice {
    choose(&case(1), &speciality("03.05"), &[], candidates, Seats::Both)
}

fn why(choice: &Choice, n: u128) -> &[Reason] {
    choice.others.iter().find(|(who, _)| *who == account(n)).map_or(&[], |(_, reasons)| reasons)
}

#[test]
fn a_speciality_covers_its_parts() {
    assert!(speciality("03").covers(&speciality("03.05")) && speciality("03.05").covers(&speciality("03.05")));
    assert!(!speciality("03.05").covers(&speciality("03")) && !speciality("03").covers(&speciality("07")));
    for wrong in ["", "3", "03.", ".03", "03.5", "03 05", "血液"] {
        assert_eq!(Speciality::new(wrong), None, "{wrong}");
    }
    assert_eq!(speciality("05.05").to_string(), "05.05");
}

#[test]
fn older_reviews_weigh_more_up_to_four_times() {
    assert!(Load::of(&[0]) < Load::of(&[1]));
    assert_eq!(Load::of(&[AGES]), Load::of(&[0; 4]));
    assert_eq!(Load::of(&[AGES]), Load::of(&[u32::MAX]));
    assert_eq!(Load::of(&[]), Load::default());
}

#[test]
fn the_two_with_the_least_to_do_are_asked() {
    let choice = both(&[candidate(2, 2, 3), candidate(3, 3, 1), candidate(4, 4, 1), candidate(5, 5, 2)]);
    assert_eq!(choice.chosen, [account(3), account(4)]);
    assert_eq!(why(&choice, 2), [Reason::Busier { than: account(4) }]);
    assert_eq!(why(&choice, 5), [Reason::Busier { than: account(4) }]);
    assert!(!choice.to_be_named);
    assert_eq!(choice.link(), Some(Link::Drawn));
}

#[test]
fn among_equals_the_lot_decides() {
    let mut all = [candidate(2, 2, 1), candidate(3, 3, 1), candidate(4, 4, 1)];
    assert_eq!(both(&all).chosen, [account(2), account(3)]);
    assert_eq!(why(&both(&all), 4), [Reason::Lot { against: account(3) }]);
    all[2].lot = 0;
    assert_eq!(both(&all).chosen, [account(2), account(4)]);
    assert_eq!(why(&both(&all), 3), [Reason::Lot { against: account(2) }]);
}

#[test]
fn two_of_one_hospital_are_never_asked_also_where_the_idlest_are() {
    let choice = both(&[candidate(2, 2, 0), candidate(3, 2, 0), candidate(4, 4, 6)]);
    assert_eq!(choice.chosen, [account(2), account(4)]);
    assert_eq!(why(&choice, 3), [Reason::Lot { against: account(2) }], "in whose place they could have been asked");
    // The idlest works at two hospitals and goes with neither of the others, who go together.
    let mut everywhere = candidate(2, 3, 0);
    everywhere.reviewer.employers.insert(hospital(4));
    let choice = both(&[everywhere, candidate(3, 3, 5), candidate(4, 4, 6)]);
    assert_eq!(choice.chosen, [account(3), account(4)]);
    assert_eq!(why(&choice, 2), [Reason::SameHospital { with: account(3) }]);
}

#[test]
fn everything_that_keeps_somebody_out_is_told() {
    let (mut away, mut full, mut other) = (candidate(2, 2, 0), candidate(3, 3, MOST_OPEN), candidate(4, 4, 0));
    away.away = true;
    full.specialities = vec![speciality("07")];
    other.specialities = vec![speciality("03.01"), speciality("05.05")];
    let here = candidate(5, 1, 0);
    let choice = both(&[here, other, full, away, candidate(6, 6, 0)]);
    assert_eq!(choice.chosen, [], "one alone is nobody");
    assert_eq!(why(&choice, 2), [Reason::Away]);
    assert_eq!(why(&choice, 3), [Reason::OtherSpeciality, Reason::Full { open: MOST_OPEN }]);
    assert_eq!(why(&choice, 4), [Reason::OtherSpeciality]);
    assert!(matches!(why(&choice, 5), [Reason::Conflicted(found)] if found.len() == 1));
    assert_eq!(why(&choice, 6), [Reason::TooFew]);
    assert_eq!(both(&[]), Choice { chosen: vec![], to_be_named: false, others: vec![] });
}

#[test]
fn a_third_is_of_a_third_hospital_and_one_in_somebodys_place_too() {
    let taken = |n: u8, at: u128, reviews| Taken {
        account: account(u128::from(n)),
        employers: BTreeSet::from([hospital(at)]),
        reviews,
    };
    let all = [candidate(2, 2, 0), candidate(3, 3, 0), candidate(4, 2, 0), candidate(5, 5, 4), candidate(6, 3, 0)];
    let third = choose(&case(1), &speciality("03.05"), &[taken(2, 2, true), taken(3, 3, true)], &all, Seats::One);
    assert_eq!(third.chosen, [account(5)]);
    assert_eq!(why(&third, 2), [Reason::HasIt]);
    assert_eq!(why(&third, 4), [Reason::SameHospital { with: account(2) }]);
    // Number 3 was recused: not asked again, but somebody of the same hospital can be.
    let instead = choose(&case(1), &speciality("03.05"), &[taken(2, 2, true), taken(3, 3, false)], &all, Seats::One);
    assert_eq!(instead.chosen, [account(6)]);
    assert_eq!(why(&instead, 3), [Reason::HasIt]);
    assert_eq!(why(&instead, 5), [Reason::Busier { than: account(6) }]);
}

#[test]
fn a_minors_case_waits_for_an_officer_to_name_who_was_drawn() {
    let minor = CaseFacts { minor: true, ..case(1) };
    let all = [candidate(2, 2, 0), candidate(3, 3, 0)];
    let choice = choose(&minor, &speciality("03"), &[], &all, Seats::Both);
    assert_eq!(choice.chosen, [account(2), account(3)]);
    assert!(choice.to_be_named);
    assert_eq!(choice.link(), None);
}

/// Candidates 10 to 29 of up to five hospitals, each with what may keep them out.
fn people() -> impl Strategy<Value = Vec<Candidate>> {
    let one = (2u128..7, 0usize..14, 0u32..40, 0u64..4, prop::bool::weighted(0.1), prop::bool::weighted(0.2), 2u128..7);
    prop::collection::vec(one, 0..16).prop_map(|all| {
        let build = |((at, open, age, lot, away, other, second), n): (_, u8)| {
            let mut one = candidate(n, at, open);
            one.open.iter_mut().for_each(|each| *each = age);
            one.reviewer.employers.insert(hospital(second));
            (one.lot, one.away) = (lot, away);
            if other {
                one.specialities = vec![speciality("07")];
            }
            one
        };
        all.into_iter().zip(10..).map(build).collect()
    })
}

proptest! {
    #[test]
    fn who_has_a_conflict_is_never_asked(
        mut all in people(), tied in prop::collection::vec((any::<prop::sample::Index>(), 0..KINDS), 0..6),
        one in any::<bool>(),
    ) {
        let mut what = case(1);
        if !all.is_empty() {
            for (who, kind) in tied {
                let at = who.index(all.len());
                entangle(&mut all[at].reviewer, &mut what, kind);
            }
        }
        let seats = if one { Seats::One } else { Seats::Both };
        let choice = choose(&what, &speciality("03.05"), &[], &all, seats);
        for chosen in &choice.chosen {
            let who = all.iter().find(|one| one.reviewer.account == *chosen).expect("one of them");
            prop_assert_eq!(may(&who.reviewer, &what, Act::BeAssigned), Ok(()));
            prop_assert!(!who.away && who.open.len() < MOST_OPEN);
            prop_assert!(who.specialities.iter().any(|own| own.covers(&speciality("03.05"))));
        }
    }

    #[test]
    fn everybody_is_either_asked_or_told_of_and_the_order_of_the_list_is_nothing(all in people(), turn in 0usize..16) {
        let choice = both(&all);
        prop_assert!(choice.chosen.is_empty() || choice.chosen.len() == 2);
        prop_assert_eq!(choice.chosen.len() + choice.others.len(), all.len());
        prop_assert!(choice.others.iter().all(|(_, reasons)| !reasons.is_empty()));
        let mut turned = all.clone();
        turned.reverse();
        let by = turn.min(turned.len());
        turned.rotate_left(by);
        prop_assert_eq!(both(&turned), choice);
    }

    /// No two of different hospitals that could have been asked have less to do together, and a pair is found where one is.
    #[test]
    fn nobody_does_with_less(all in people()) {
        let choice = both(&all);
        let find = |who: &AccountId| all.iter().find(|one| one.reviewer.account == *who).expect("one of them");
        let chosen: Vec<_> = choice.chosen.iter().map(find).collect();
        let sum = |set: &[&Candidate]| set.iter().map(|one| one.load().0).sum::<u32>();
        if let [one, other] = chosen[..] {
            prop_assert!(!are_colleagues(one, other));
        }
        let free: Vec<&Candidate> =
            all.iter().filter(|one| barred(&case(1), &speciality("03.05"), &[], one).is_empty()).collect();
        for one in &free {
            for other in free.iter().filter(|other| !are_colleagues(one, other)) {
                prop_assert!(!chosen.is_empty() && sum(&[one, other]) >= sum(&chosen));
            }
        }
    }

    /// The reasons are so: who is called busier has more to do, who lost by lot just as much and the larger lot.
    #[test]
    fn reasons_are_true(all in people()) {
        let choice = both(&all);
        let find = |who: &AccountId| all.iter().find(|one| one.reviewer.account == *who).expect("one of them");
        for (who, reasons) in &choice.others {
            for reason in reasons {
                match reason {
                    Reason::Busier { than } => prop_assert!(find(who).load() > find(than).load()),
                    Reason::Lot { against } => {
                        prop_assert_eq!(find(who).load(), find(against).load());
                        prop_assert!(find(who).order() > find(against).order());
                    }
                    Reason::SameHospital { with } => prop_assert!(are_colleagues(find(who), find(with))),
                    Reason::TooFew => prop_assert!(choice.chosen.is_empty()),
                    Reason::Away => prop_assert!(find(who).away),
                    Reason::Full { open } => prop_assert!(*open >= MOST_OPEN),
                    Reason::Conflicted(_) | Reason::HasIt | Reason::OtherSpeciality => {}
                }
            }
        }
    }

    /// Among people of different hospitals who are all free, no one ever has two cases more than another.
    #[test]
    fn cases_are_spread_evenly(people in 2u8..9, cases in 1usize..30, seed in any::<u64>()) {
        let mut all: Vec<_> = (0..people).map(|n| candidate(n, u128::from(n) + 2, 0)).collect();
        let mut counts: BTreeMap<AccountId, usize> = BTreeMap::new();
        for nth in 0..cases.min(usize::from(people) * MOST_OPEN / 2) {
            for (one, n) in all.iter_mut().zip(1u64..) {
                // Any lots do: multiplied by an odd number they are spread over all numbers.
                one.lot = (seed ^ nth as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(n as u32 * 7);
            }
            let choice = both(&all);
            prop_assert_eq!(choice.chosen.len(), 2);
            for one in all.iter_mut().filter(|one| choice.chosen.contains(&one.reviewer.account)) {
                one.open.push(0);
                *counts.entry(one.reviewer.account).or_default() += 1;
            }
            let (least, most) = (all.iter().map(|one| one.open.len()).min(), all.iter().map(|one| one.open.len()).max());
            prop_assert!(most <= least.map(|n| n + 1), "{:?}", counts);
        }
    }
}
