//! What a family sees of its unit: all of its own, nothing of another's, and of the mother's what she lets.

use super::{account, days, family, founded, joined, units, visitor};
use domain::custody::{Person, State};
use domain::family::{Consent, Standing, Step, TestState};
use domain::ids::{AccountId, UnitId};
use services::custody::proof::Reading;
use services::family::{self as families, FamilyError, OwnRecord};
use services::limits::{self, DRAWN_PER_ACCOUNT};
use services::telemetry::Span;
use testkit::TestHouse;
use uuid::Uuid;

#[tokio::test]
async fn a_stored_unit_has_its_whole_way_its_results_and_a_dose() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let record = families::record(&house.services, &visitor(&house, 11), unit).await.expect("read");
    assert_eq!(record.unit.state, State::Banked);
    assert_eq!((record.unit.counts.preparation, record.unit.counts.tests), ((56, 56), (15, 15)));
    let way = record.unit.way();
    assert_eq!(way.last(), Some(&(Step::Storage, Standing::Done)));
    assert_eq!(record.tests.len(), 15);
    for test in &record.tests {
        assert_eq!(test.state, TestState::Final, "{}", test.code);
        assert!(!test.values.is_empty() && test.final_at.is_some(), "{}", test.code);
    }
    let cover = record.cover.expect("the cells were counted");
    assert!(cover.kg[0] > cover.kg[1] && cover.kg[1] > 0, "{cover:?}");
    assert!(record.place.is_some(), "it lies in a tank");
    let (_, steps) = families::steps_of(&house.services, &visitor(&house, 11), unit).await.expect("read");
    assert!(steps.len() == 56 && steps.iter().all(|step| step.done));
}

/// Of what is another's and of what is not there the answer is one, whatever is asked.
#[tokio::test]
async fn foreign_and_absent_units_are_one_answer() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    family(&house, 2, all[1]).await;
    let (services, context) = (&house.services, visitor(&house, 11));
    for id in [all[1], all[2], UnitId(Uuid::from_u128(404))] {
        let answers = [
            families::unit(services, &context, id).await.err(),
            families::steps_of(services, &context, id).await.err(),
            families::record(services, &context, id).await.err(),
            families::certificate(services, &context, id).await.err(),
            families::passport(services, &context, id).await.err(),
            families::thermal(services, &context, id, Span::Life).await.err(),
        ];
        for answer in answers {
            assert!(matches!(answer, Some(FamilyError::NotFound)), "{id}: {answer:?}");
        }
    }
}

#[tokio::test]
async fn a_family_reads_the_proof_of_its_unit_and_how_cold_it_lay_as_itself() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    services::custody::proof::close_all(&house.services).await.expect("a root");
    let mother = visitor(&house, 11);
    let reading = families::passport(&house.services, &mother, unit).await.expect("a passport");
    let proof = reading.passport.proof.expect("all of it lies under a root");
    assert!(!proof.path.is_empty(), "beside other units");
    let (_, history) = families::thermal(&house.services, &mother, unit, Span::Life).await.expect("read");
    assert!(!history.limits.is_empty(), "how cold it has to lie");
}

pub(super) fn of_mother(record: &OwnRecord) -> usize {
    record.tests.iter().flat_map(|test| &test.values).filter(|value| value.of == Person::Mother).count()
}

#[tokio::test]
async fn the_mothers_results_are_hers_until_she_lets_the_other_guardian_and_again_when_she_does_not() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let id = family(&house, 1, unit).await;
    let (services, mother, other) = (&house.services, visitor(&house, 11), visitor(&house, 12));
    let hers = of_mother(&families::record(services, &mother, unit).await.expect("read"));
    assert!(hers > 0, "the mother reads her own");

    let of_other = families::record(services, &other, unit).await.expect("read");
    assert_eq!(of_mother(&of_other), 0);
    assert!(of_other.tests.iter().any(|test| test.hidden), "that there is something is said");
    let of_child = of_other.tests.iter().find(|test| test.code == "hbv").expect("a test");
    assert!(of_child.values.iter().any(|value| value.of == Person::Baby), "the child's own is theirs");

    // Neither does the passport say it.
    let opened = |reading: &Reading| reading.passport.events.iter().filter(|event| event.said.is_some()).count();
    let own = families::passport(services, &mother, unit).await.expect("a passport");
    let others = families::passport(services, &other, unit).await.expect("a passport");
    assert!(opened(&others) < opened(&own), "what was said of the mother stays closed");
    // What it is put on paper from knows what the file says, event by event, and no more.
    for Reading { passport, view } in [own, others] {
        assert_eq!(passport.events.len(), view.events.len());
        for (told, seen) in passport.events.iter().zip(&view.events) {
            assert_eq!((told.said.is_some(), told.seq), (seen.payload.is_some(), seen.seq));
        }
        assert!(view.din.is_none(), "the number of a unit is not a family's to read");
    }

    // He cannot let himself.
    let pressed = families::consent(services, &other, id, (Consent::MotherResults, true)).await;
    assert!(matches!(pressed, Err(FamilyError::NotFound)), "{pressed:?}");

    families::consent(services, &mother, id, (Consent::MotherResults, true)).await.expect("said");
    assert_eq!(of_mother(&families::record(services, &other, unit).await.expect("read")), hers);
    families::consent(services, &mother, id, (Consent::MotherResults, false)).await.expect("said");
    families::consent(services, &mother, id, (Consent::MotherResults, false)).await.expect("said twice");
    assert_eq!(of_mother(&families::record(services, &other, unit).await.expect("read")), 0);
    assert_eq!(super::count(&house, "select count(*) from family_consent").await, 2, "each word stays, once");
}

#[tokio::test]
async fn a_certificate_says_valid_and_nothing_else_while_the_unit_is_stored() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    family(&house, 1, all[0]).await;
    founded(&house, 2, Some(all[2]), "2026-07-10".parse().expect("a day"), None).await;
    joined(&house, 2, 21).await;
    let unfinished = families::certificate(&house.services, &visitor(&house, 21), all[2]).await;
    assert!(matches!(unfinished, Err(FamilyError::NotFound)), "{:?}", unfinished.err());

    let (_, pdf) = families::certificate(&house.services, &visitor(&house, 11), all[0]).await.expect("a certificate");
    assert!(pdf.starts_with(b"%PDF"));
    families::certificate(&house.services, &visitor(&house, 12), all[0]).await.expect("the same certificate");
    assert_eq!(super::count(&house, "select count(*) from family_certificate").await, 1);

    let number: String = sqlx::query_scalar("select number from family_certificate")
        .fetch_one(&house.db.owner_pool())
        .await
        .expect("a number");
    let asked = (number.as_str(), "000000000000");
    let anybody = house.context(domain::account::Actor::Anonymous);
    let guessed = families::verify_certificate(&house.services, &anybody, &super::network(), asked).await;
    assert!(matches!(guessed, Ok(false)), "{guessed:?}");
}

#[tokio::test]
async fn so_many_papers_are_drawn_for_one_account_and_everybody_else_has_theirs() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    let (services, mother) = (&house.services, visitor(&house, 11));
    let before = DRAWN_PER_ACCOUNT.hits - 2;
    let own = AccountId(Uuid::from_u128(11)).to_string();
    limits::hit_times(services, &DRAWN_PER_ACCOUNT, &own, before).await.expect("as many as that");
    families::certificate(services, &mother, unit).await.expect("a certificate");
    families::passport_to_draw(services, &mother, unit).await.expect("a passport");
    let noted = "select count(*) from audit_entry where action = 'family.passport_fetched'";
    let fetched = super::count(&house, noted).await;
    for refused in [
        families::certificate(services, &mother, unit).await.err(),
        families::passport_to_draw(services, &mother, unit).await.err(),
        families::certificate(services, &mother, UnitId(Uuid::from_u128(404))).await.err(),
    ] {
        assert!(matches!(refused, Some(FamilyError::Limited(_))), "{refused:?}");
    }
    assert_eq!(super::count(&house, noted).await, fetched, "what was not given is not noted");
    families::passport(services, &mother, unit).await.expect("the file is not drawn");
    families::certificate(services, &visitor(&house, 12), unit).await.expect("the other guardian's are his");
    house.services.clock.advance(DRAWN_PER_ACCOUNT.window + DRAWN_PER_ACCOUNT.window);
    families::certificate(services, &visitor(&house, 11), unit).await.expect("after a while");
}

#[tokio::test]
async fn a_family_that_looks_in_once_in_three_years_finds_its_unit_as_before() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    account(&house, 77).await;
    days(&house, 3 * 365);
    let erased = services::privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!(erased.accounts, 1, "whoever has nothing with the house is forgotten");
    for person in [11, 12] {
        let read = families::record(&house.services, &visitor(&house, person), unit).await;
        assert!(read.is_ok(), "{person}: {read:?}");
    }
    let emptied =
        "select count(*) from family_member m join account a on a.id = m.account_id where a.deleted_at is not null";
    assert_eq!(super::count(&house, emptied).await, 0);
}
