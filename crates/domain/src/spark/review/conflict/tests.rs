//! Who has a conflict, why, and what it bars from.

use super::*;
use proptest::prelude::*;
use uuid::Uuid;

/// The account number `n`.
pub fn account(n: u128) -> AccountId {
    AccountId(Uuid::from_u128(n))
}

/// The hospital number `n`.
pub fn hospital(n: u128) -> HospitalId {
    HospitalId(Uuid::from_u128(n))
}

/// A person without ties to anybody.
pub fn stranger(n: u8) -> Ties {
    Ties { person: PersonHash([n; 32]), kin: BTreeSet::new(), phones: BTreeSet::new(), addresses: BTreeSet::new() }
}

/// A reviewer number `n` who works at the hospital number `at`.
pub fn reviewer(n: u8, at: u128) -> Reviewer {
    Reviewer { account: account(u128::from(n)), ties: stranger(n), employers: BTreeSet::from([hospital(at)]) }
}

/// A case of two people, treated at hospital 1, that nobody has to do with.
pub fn case(n: u128) -> CaseFacts {
    CaseFacts {
        case: CaseId(Uuid::from_u128(n)),
        minor: false,
        treating: BTreeSet::from([hospital(1)]),
        people: vec![stranger(200), stranger(201)],
        handled_by: BTreeSet::new(),
        declared: vec![],
        links: vec![],
    }
}

/// Makes the reviewer and the case have one kind of conflict.
pub fn entangle(reviewer: &mut Reviewer, case: &mut CaseFacts, kind: usize) -> Conflict {
    let (ground, source) = match kind {
        0 => (Ground::Party, Source::EqualHashes),
        1 => (Ground::Employer, Source::StaffRegister),
        2 | 3 => (Ground::Kinship, Source::KinshipRegister),
        4 => (Ground::SharedPhone, Source::EqualHashes),
        5 => (Ground::SharedAddress, Source::EqualHashes),
        6 => (Ground::Handled, Source::CaseRecord),
        7 => (Ground::Declared, Source::OwnWord),
        _ => (Ground::Declared, Source::OthersWord),
    };
    let ties = &mut reviewer.ties;
    let family = &mut case.people[1];
    match kind {
        0 => case.people[0].person = ties.person,
        1 => {
            case.treating.insert(*reviewer.employers.first().expect("an employer"));
        }
        2 => {
            ties.kin.insert(family.person);
        }
        3 => {
            family.kin.insert(ties.person);
        }
        4 => {
            ties.phones.insert(PhoneHash([9; 32]));
            family.phones.insert(PhoneHash([9; 32]));
        }
        5 => {
            ties.addresses.insert(AddressHash([9; 32]));
            family.addresses.insert(AddressHash([9; 32]));
        }
        6 => {
            case.handled_by.insert(reviewer.account);
        }
        _ => case.declared.push(Declared { about: reviewer.account, by_themselves: kind == 7 }),
    }
    Conflict { ground, source }
}

/// So many kinds there are.
pub const KINDS: usize = 9;

#[test]
fn every_kind_is_found_with_its_source_and_bars_from_everything() {
    let mut grounds = BTreeSet::new();
    for kind in 0..KINDS {
        let (mut who, mut what) = (reviewer(5, 5), case(1));
        assert_eq!(conflicts(&who, &what), []);
        what.links = vec![(who.account, Link::Named), (who.account, Link::Seated)];
        for act in Act::ALL {
            assert_eq!(may(&who, &what, act), Ok(()), "{act:?}");
        }
        let conflict = entangle(&mut who, &mut what, kind);
        grounds.insert(conflict.ground);
        assert_eq!(conflicts(&who, &what), [conflict], "{kind}");
        assert!(!stands(&who, &what));
        for act in Act::ALL {
            assert_eq!(may(&who, &what, act), Err(Barred::Conflicted(vec![conflict])), "{act:?}");
        }
    }
    assert_eq!(grounds.into_iter().collect::<Vec<_>>(), Ground::ALL, "no ground that nothing finds");
}

#[test]
fn an_officer_looks_after_no_case_there_is_a_conflict_with_but_may_have_handled_it_before() {
    for kind in 0..KINDS {
        let (mut who, mut what) = (reviewer(5, 5), case(1));
        assert!(may_look_after(&who, &what));
        let conflict = entangle(&mut who, &mut what, kind);
        assert_eq!(may_look_after(&who, &what), conflict.ground == Ground::Handled, "{conflict:?}");
    }
}

#[test]
fn what_ties_others_ties_nobody() {
    let (mut who, mut what, other) = (reviewer(5, 5), case(1), reviewer(6, 6));
    who.ties.phones.insert(PhoneHash([9; 32]));
    what.people[0].phones.insert(PhoneHash([8; 32]));
    who.ties.kin.insert(PersonHash([77; 32]));
    // The same bytes, of another kind of thing.
    what.people[0].addresses.insert(AddressHash([9; 32]));
    what.declared.push(Declared { about: other.account, by_themselves: true });
    what.handled_by.insert(other.account);
    assert_eq!(conflicts(&who, &what), []);
    assert!(stands(&who, &what));
    // Two of the family share everything with each other.
    what.people[1] = Ties { kin: BTreeSet::from([what.people[0].person]), ..what.people[0].clone() };
    assert_eq!(conflicts(&who, &what), []);
}

#[test]
fn whoever_has_a_conflict_is_recused() {
    let (mut members, mut what) = ([reviewer(4, 4), reviewer(5, 5), reviewer(6, 1)], case(1));
    entangle(&mut members[0], &mut what, 2);
    assert_eq!(recused(&members, &what), BTreeSet::from([account(4), account(6)]));
    assert_eq!(recused(&[], &what), BTreeSet::new());
}

#[test]
fn an_act_needs_the_link_that_is_meant_for_it() {
    let who = reviewer(5, 5);
    let answers = |minor, link: Option<Link>| {
        let links = link.map(|link| (who.account, link)).into_iter().collect();
        let what = CaseFacts { minor, links, ..case(1) };
        Act::ALL.map(|act| may(&who, &what, act))
    };
    let (unassigned, not_by_name) = (Err(Barred::Unassigned), Err(Barred::NotByName));
    for minor in [false, true] {
        assert_eq!(answers(minor, None), [Ok(()), unassigned.clone(), unassigned.clone(), unassigned.clone()]);
        assert_eq!(answers(minor, Some(Link::Named)), [Ok(()), Ok(()), Ok(()), unassigned.clone()]);
        assert_eq!(answers(minor, Some(Link::Seated)), [Ok(()), Ok(()), unassigned.clone(), Ok(())]);
    }
    assert_eq!(answers(false, Some(Link::Drawn)), [Ok(()), Ok(()), Ok(()), unassigned.clone()]);
    assert_eq!(answers(true, Some(Link::Drawn)), [Ok(()), not_by_name.clone(), not_by_name, unassigned]);
    // Somebody else's link is nobody's.
    let what = CaseFacts { links: vec![(account(6), Link::Named)], ..case(1) };
    assert_eq!(may(&who, &what, Act::Read), Err(Barred::Unassigned));
}

#[test]
fn the_reasons_of_a_bar_are_one_answer_for_who_is_barred() {
    let conflict = Conflict { ground: Ground::Kinship, source: Source::KinshipRegister };
    for barred in [Barred::Conflicted(vec![conflict]), Barred::Unassigned, Barred::NotByName] {
        assert_eq!(NotThere::from(barred).to_string(), "there is no such case");
    }
    assert_eq!(format!("{:?}", PersonHash([7; 32])), "PersonHash(…)");
}

proptest! {
    #[test]
    fn several_conflicts_are_each_told_once_and_in_order(kinds in prop::collection::vec(0..KINDS, 0..12)) {
        let (mut who, mut what) = (reviewer(5, 5), case(1));
        let mut expected = BTreeSet::new();
        for kind in kinds {
            expected.insert(entangle(&mut who, &mut what, kind));
        }
        prop_assert_eq!(conflicts(&who, &what), expected.into_iter().collect::<Vec<_>>());
    }
}
