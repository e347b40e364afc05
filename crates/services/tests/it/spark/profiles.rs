//! Profiles and absences, as whoever watches over conflicts keeps them.

use super::*;
use crate::ledger::number;
use domain::contact::Phone;
use domain::field::Fault;
use domain::spark::review::absence::Absence;
use domain::spark::review::assignment::{Reason, Seats};
use domain::time::local_day;
use jiff::ToSpan as _;
use services::spark::review::{Kept, Known, keep_person, people, person, suggest};

/// Somebody of the staff with an account.
pub async fn hired(house: &TestHouse, number: u128, role: Role) -> AccountId {
    let id = Uuid::from_u128(number);
    let name = house
        .services
        .vault
        .seal(Place { table: "account", column: "name_sealed", row: id }, format!("演示·人员{number}").as_bytes());
    let pool = house.db.owner_pool();
    sqlx::query("insert into account (id, kind, name_sealed, created_at) values ($1, 'staff', $2, now())")
        .bind(id)
        .bind(name)
        .execute(&pool)
        .await
        .expect("an account");
    sqlx::query("insert into account_role (account_id, role, granted_at) values ($1, $2, now())")
        .bind(id)
        .bind(role.name())
        .execute(&pool)
        .await
        .expect("a role");
    AccountId(id)
}

/// From so many days from today on, for so many.
pub fn days(house: &TestHouse, from: i32, length: i32) -> Option<Absence> {
    let first = local_day(house.now()) + from.days();
    Absence::new(first, Some(first + (length - 1).days()))
}

async fn shown(house: &TestHouse, account: AccountId) -> Known {
    person(&house.services, &compliance(house), account).await.expect("somebody")
}

fn profile(account: AccountId, version: i32) -> Profile {
    let specialities = vec![Speciality::new("03.05").expect("a speciality")];
    Profile { account, specialities, away: false, version }
}

fn kept(profile: Profile, ties: Option<&Ties>, (absence, absence_version): (Option<Absence>, i32)) -> Kept<'_> {
    Kept { profile, hospital: "演示大学第一医院", ties, absence, absence_version }
}

#[tokio::test]
async fn of_whom_nothing_is_known_stands_first_and_ties_are_counted_and_read_by_nobody() {
    let house = TestHouse::new().await;
    let (one, two) = (hired(&house, 801, Role::MedicalReviewer).await, hired(&house, 802, Role::CommitteeMember).await);
    hired(&house, 803, Role::Steward).await;
    let (services, by) = (&house.services, compliance(&house));
    let phones = vec![Phone::parse("13900000001").expect("a number")];
    let whole = Ties { phones, addresses: vec!["济南市历下区演示路1号".into()], ..ties(801) };
    keep_person(services, &by, &kept(profile(one, 0), Some(&whole), (None, 0))).await.expect("kept");

    let all = people(services, &by).await.expect("read");
    assert_eq!(all.iter().map(|known| known.person.account).collect::<Vec<_>>(), [two, one], "the steward is none");
    let known = &all[1];
    assert_eq!(known.person.name, "演示·人员801");
    assert_eq!(known.hospital.as_deref(), Some("演示大学第一医院"));
    // A telephone, an address, another hospital, and the one they work at.
    assert_eq!((known.ties, known.reviews, known.cases, known.absence), (4, 0, 0, None));
    assert_eq!(known.profile, Some(profile(one, 1)));
    assert!(all[0].is_unknown() && all[0].hospital.is_none());

    // Ties stay where none is typed, and are replaced together with the hospital's among them.
    let moved = Kept { hospital: "演示市立医院", ..kept(profile(one, 1), None, (None, 0)) };
    keep_person(services, &by, &moved).await.expect("kept");
    assert_eq!(shown(&house, one).await.ties, 5, "where they worked before stays");
    keep_person(
        services,
        &by,
        &Kept { hospital: "演示市立医院", ..kept(profile(one, 2), Some(&ties(801)), (None, 0)) },
    )
    .await
    .expect("kept");
    assert_eq!(shown(&house, one).await.ties, 2);

    for role in Role::ALL.into_iter().filter(|role| *role != Role::ComplianceOfficer) {
        let asks = of(&house, 7, role);
        assert!(matches!(people(services, &asks).await, Err(ReviewError::Denied(_))), "{role:?}");
        let kept = keep_person(services, &asks, &kept(profile(one, 3), None, (None, 0))).await;
        assert!(matches!(kept, Err(ReviewError::Denied(_))), "{role:?}: {kept:?}");
    }
}

#[tokio::test]
async fn a_profile_and_an_absence_are_kept_both_or_neither_and_over_what_was_shown() {
    let house = TestHouse::new().await;
    let (one, officer) = (hired(&house, 801, Role::MedicalReviewer).await, hired(&house, 802, Role::CaseOfficer).await);
    let (services, by) = (&house.services, compliance(&house));
    let first = keep_person(services, &by, &kept(profile(one, 0), None, (days(&house, 1, 3), 0))).await;
    assert!(matches!(&first, Err(ReviewError::Fields(fields)) if fields[0].field == "person"), "{first:?}");
    assert_eq!(shown(&house, one).await.absence, None, "neither");
    keep_person(services, &by, &kept(profile(one, 0), Some(&ties(801)), (days(&house, 1, 3), 0))).await.expect("both");
    let known = shown(&house, one).await;
    assert_eq!((known.absence, known.absence_version), (days(&house, 1, 3), 1));

    // Late in either: nothing is written.
    for late in [kept(profile(one, 0), None, (None, 1)), kept(profile(one, 1), None, (None, 0))] {
        let late = Kept { hospital: "演示市立医院", ..late };
        let refused = keep_person(services, &by, &late).await;
        assert!(matches!(refused, Err(ReviewError::Stale)), "{refused:?}");
        assert_eq!(shown(&house, one).await, known);
    }
    // Pressed twice it is written once.
    let same = kept(profile(one, 1), None, (days(&house, 1, 3), 1));
    keep_person(services, &by, &same).await.expect("as it is");
    assert_eq!(shown(&house, one).await, known);
    let told = "select count(*) from audit_entry where action = 'spark.absence_kept' and detail ->> 'version' = '1'
                  and detail::text !~ '[0-9]{4}-[0-9]{2}'";
    assert_eq!(number(&house, told).await, 1, "the trail tells no days");

    // Of an officer the absence alone.
    let nothing = Profile { account: officer, specialities: vec![], away: false, version: 0 };
    let alone = Kept { hospital: "", ..kept(nothing, None, (days(&house, 0, 2), 0)) };
    keep_person(services, &by, &alone).await.expect("kept");
    let known = shown(&house, officer).await;
    assert!(known.is_unknown() && known.absence == days(&house, 0, 2));
    let short = keep_person(services, &by, &Kept { hospital: "甲", ..kept(profile(one, 1), None, (None, 1)) }).await;
    let Err(ReviewError::Fields(fields)) = short else { panic!("{short:?}") };
    assert_eq!((fields[0].field.as_str(), fields[0].fault), ("hospital", Fault::TooShort { min: 3 }));
    let nobody = keep_person(services, &by, &kept(profile(AccountId(Uuid::from_u128(999)), 0), None, (None, 0))).await;
    assert!(matches!(nobody, Err(ReviewError::NotFound)), "{nobody:?}");
}

#[tokio::test]
async fn whoever_is_away_is_not_suggested_until_they_are_back() {
    let house = TestHouse::new().await;
    let case = sent(&house, 1).await;
    does(&house, &officer(&house), case, (Part::CaseOfficer, Event::TakeUp)).await.expect("taken up");
    let services = &house.services;
    let mut all = Vec::new();
    for number in [801, 802, 803] {
        all.push(hired(&house, number, Role::MedicalReviewer).await);
    }
    known(&house, &[801, 802, 803]).await;
    let away =
        Kept { hospital: "", ..kept(shown(&house, all[0]).await.profile.expect("one"), None, (days(&house, 0, 2), 0)) };
    keep_person(services, &compliance(&house), &away).await.expect("kept");
    let speciality = Speciality::new("03").expect("a speciality");
    let chosen = async || suggest(services, &officer(&house), case, &speciality, Seats::Both).await.expect("a choice");
    let choice = chosen().await;
    assert_eq!(choice.chosen, all[1..]);
    assert_eq!(choice.others, [(all[0], vec![Reason::Away])]);
    house.services.clock.advance(jiff::SignedDuration::from_hours(48));
    let back = chosen().await;
    let barred = back.others.iter().filter(|(_, why)| why.contains(&Reason::Away)).count();
    assert_eq!((back.chosen.len(), barred), (2, 0));
}
