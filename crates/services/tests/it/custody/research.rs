//! Nothing of a family serves research but what everybody who decides in it agreed to, whoever says so: the desk, or a feed.

use super::desk::{desk_of, whole};
use super::release::{refused, two_do};
use super::slots::wide;
use super::*;
use crate::family::{family, visitor};
use domain::custody::Pool;
use domain::family::Consent;
use domain::ids::FamilyId;
use services::custody::desk::{Act, ahead};
use services::family as families;
use store::custody::units;

/// A family's unit that was kept and is out of its tank; the family is that of the number, its members that times ten, and one and two.
async fn family_unit(house: &TestHouse, shelf: &Shelf, nth: u32) -> (Life, FamilyId) {
    let own = Life { pool: Pool::Family, ..life(nth) };
    let (operator, with) = two("LAB-01", "LAB-02");
    let taken = now(house, own.unit, Payload::TakenOut { slot: own.slots.1.clone(), operator, with });
    assert!(tell(house, &own.until(State::Banked, shelf)).await.iter().all(Result::is_ok));
    assert!(tell(house, &[taken]).await[0].is_ok());
    let id = family(house, u128::from(nth), own.unit).await;
    (own, id)
}

/// A member says whether it agrees.
async fn says(house: &TestHouse, (id, person): (FamilyId, u32), given: bool) {
    let by = visitor(house, u128::from(person));
    families::consent(&house.services, &by, id, (Consent::Research, given)).await.expect("said");
}

fn to_research() -> Payload {
    let (operator, with) = two("QA-01", "QA-02");
    Payload::GivenToResearch { operator, with }
}

fn not_agreed() -> Refused {
    Refused::Unmet(vec![Unmet::ResearchNotAgreed])
}

#[tokio::test]
async fn research_gets_of_a_family_only_what_everybody_who_decides_agreed_to() {
    let (house, shelf) = bank().await;
    desk_of(&house).await;
    for (nth, by_desk) in [(51, true), (52, false)] {
        let (own, id) = family_unit(&house, &shelf, nth).await;
        let (bag, mother, other) = (whole(&own.din), (id, nth * 10 + 1), (id, nth * 10 + 2));
        let give = async || {
            if by_desk {
                let bag = bag.clone();
                return match two_do(&house, own.unit, Act::GiveToResearch, |new| new.din = bag).await {
                    Ok(state) => Ok(state),
                    not => Err(refused(not)),
                };
            }
            one(&house, own.unit, to_research()).await.map(|kept| kept.state)
        };
        let version = seen(&house, own.unit).await.version;
        let words = [
            ("nobody was asked", None),
            ("the other said nothing", Some((mother, true))),
            ("the other says no", Some((other, false))),
            ("she takes it back", Some((mother, false))),
            ("now the other alone agrees", Some((other, true))),
        ];
        for (why, said) in words {
            if let Some((who, given)) = said {
                says(&house, who, given).await;
            }
            let view = seen(&house, own.unit).await;
            assert_eq!(ahead(&view, Act::GiveToResearch), Some(vec![Unmet::ResearchNotAgreed]), "{why}");
            assert_eq!(give().await, Err(not_agreed()), "{why}");
        }
        assert_eq!(seen(&house, own.unit).await.version, version, "nothing was recorded");
        says(&house, mother, true).await;
        assert_eq!(ahead(&seen(&house, own.unit).await, Act::GiveToResearch), Some(Vec::new()));
        assert_eq!(give().await, Ok(State::Research), "by the desk: {by_desk}");
    }
    assert!(!not_agreed().may_come_later(), "who agrees later did not agree to what was done before");
}

#[tokio::test]
async fn who_only_looks_decides_nothing_and_what_is_nobodys_yet_has_nobody_who_was_asked() {
    let (house, shelf) = bank().await;
    let (own, id) = family_unit(&house, &shelf, 53).await;
    for person in [531, 532] {
        says(&house, (id, person), true).await;
    }
    assert!(seen(&house, own.unit).await.research_agreed);
    let handed_over = "update family_member set kin = 'former_guardian'";
    sqlx::query(handed_over).execute(&house.db.owner_pool()).await.expect("the child took over");
    assert!(!seen(&house, own.unit).await.research_agreed);
    assert_eq!(one(&house, own.unit, to_research()).await, Err(not_agreed()));
    let child = "update family_member set kin = 'adult_child' where account_id = $1";
    sqlx::query(child).bind(uuid::Uuid::from_u128(531)).execute(&house.db.owner_pool()).await.expect("the child");
    assert!(seen(&house, own.unit).await.research_agreed, "its own word counts");
    let died = "update family_child set took_over_at = now(), death_noted_at = now(), death_noted_by = gen_random_uuid(), death_sealed = ''
                where family_id = $1";
    let noted = sqlx::query(died).bind(id.0).execute(&house.db.owner_pool()).await.expect("its death");
    assert_eq!(noted.rows_affected(), 1);
    assert!(!seen(&house, own.unit).await.research_agreed, "nobody could take back what it said");

    // Kept for a family, and no contract names it yet; what was given to anybody was given with that consent.
    for (nth, pool, agreed) in [(54, Pool::Family, false), (55, Pool::Directed, false), (56, Pool::Public, true)] {
        let own = Life { pool, ..life(nth) };
        let told = own.until(State::Research, &shelf);
        let last = tell(&house, &told).await.pop().expect("an answer").map(|kept| kept.state);
        assert_eq!(last, if agreed { Ok(State::Research) } else { Err(not_agreed()) }, "{pool:?}: in one batch");
        if !agreed {
            assert_eq!(one(&house, own.unit, to_research()).await, Err(not_agreed()), "{pool:?}: and later");
        }
    }
}

/// Whether a unit may serve research, as the record asks it.
async fn agreed(db: &mut sqlx::PgConnection, unit: UnitId) -> bool {
    let acting = ["owner", "second_guardian", "adult_child"].map(str::to_owned);
    let asked = ("research", acting.as_slice(), "public");
    store::family::said::lets_research(db, &[unit.0], asked).await.expect("read").contains(&unit.0)
}

/// How many wait for a lock.
async fn waiting(owner: &sqlx::PgPool) -> i64 {
    let waits = "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    sqlx::query_scalar(waits).fetch_one(owner).await.expect("a count")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_word_that_is_taken_back_at_the_same_instant_is_before_or_after() {
    let (house, shelf) = wide().await;
    let owner = house.db.owner_pool();

    // Whoever records it was first: the word is taken back after it.
    let (own, id) = family_unit(&house, &shelf, 57).await;
    for person in [571, 572] {
        says(&house, (id, person), true).await;
    }
    let mut records = house.services.begin().await.expect("a transaction");
    units::lock(&mut *records, &[own.unit.0], &[]).await.expect("locked");
    assert!(agreed(&mut records, own.unit).await);
    let takes_back = tokio::spawn({
        let (services, by) = (house.services.clone(), visitor(&house, 571));
        async move { families::consent(&services, &by, id, (Consent::Research, false)).await }
    });
    while waiting(&owner).await == 0 && !takes_back.is_finished() {
        tokio::task::yield_now().await;
    }
    assert!(!takes_back.is_finished(), "it waits for what is recorded");
    assert!(agreed(&mut records, own.unit).await, "and what was asked holds until that is kept");
    records.commit().await.expect("kept");
    takes_back.await.expect("not stopped").expect("said");
    assert_eq!(one(&house, own.unit, to_research()).await, Err(not_agreed()), "whoever comes after it is refused");
}

/// The control: without the units' lock a word is taken back between what was asked and what is kept.
#[tokio::test]
async fn without_the_units_lock_research_would_get_what_is_no_longer_agreed_to() {
    let (house, shelf) = wide().await;
    let (own, id) = family_unit(&house, &shelf, 58).await;
    for person in [581, 582] {
        says(&house, (id, person), true).await;
    }
    let mut records = house.services.begin().await.expect("a transaction");
    let asked = agreed(&mut records, own.unit).await;
    says(&house, (id, 581), false).await;
    let holds = agreed(&mut records, own.unit).await;
    assert_eq!((asked, holds), (true, false), "what was asked holds no more, and nothing was kept yet");
}
