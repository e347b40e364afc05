//! Thirty years after its end a unit is forgotten: nobody reads again what was said of it, and the chain still verifies.

use super::*;
use crate::family::{family, visitor};
use crate::ledger::of;
use domain::account::Role;
use domain::custody::DeviationKind;
use domain::family::{Standing, Step, TestState};
use jiff::SignedDuration;
use services::custody::proof::{self, Terms};
use services::custody::{desk, proof::Report};
use services::family::{self as families, Texts};
use services::privacy::{self, Term};

/// When a unit ended, by the clock of whoever told it.
async fn ended(house: &TestHouse, unit: UnitId, kind: Kind) -> Timestamp {
    let view = seen(house, unit).await;
    view.events.iter().rfind(|event| event.kind == kind).expect("it ended").occurred_at
}

/// Goes on to so many hours before a unit's time is over, or after it.
async fn wait_until(house: &TestHouse, ended: Timestamp, hours: i64) {
    let days = Term::Unit.days().expect("a clock runs");
    let then = ended + SignedDuration::from_hours(24 * days + hours);
    house.services.clock.advance(then.duration_since(house.now()));
}

async fn due(house: &TestHouse) -> u64 {
    privacy::preview(&house.services).await.expect("counted").units
}

async fn verified(house: &TestHouse) -> Report {
    proof::verify(&house.services.db, &house.services.vault, &Terms::at(house.now())).await.expect("read")
}

/// A letter about a unit that was never kept, by its id or by its number.
async fn letter(house: &TestHouse, number: u128, unit: Option<UnitId>, din: Option<&str>) {
    let sql = "insert into lims_dead_letter (id, client_id, key, body, record_sealed, unit_id, din, code, detail, waits, tries, state,
                                             came_at, tried_at)
               values ($1, $1, $1, $1, 'sealed', $2, $3, 'over', '', false, 1, 'open', now(), now())";
    let row = sqlx::query(sql).bind(Uuid::from_u128(number)).bind(unit.map(|unit| unit.0)).bind(din);
    row.execute(&house.db.owner_pool()).await.expect(sql);
}

/// A proposal nobody settled, long ago.
async fn proposal(house: &TestHouse, number: u128, unit: UnitId) {
    let sql = "insert into custody_proposal (id, unit_id, act, said_sealed, seq, proposed_by, operator_id, proposed_at, expires_at)
               select $1, $2, 'correct', 'sealed', 1, $1, o.id, now(), now() from custody_operator o where o.code = 'LAB-01'";
    let row = sqlx::query(sql).bind(Uuid::from_u128(number)).bind(unit.0);
    assert_eq!(row.execute(&house.db.owner_pool()).await.expect(sql).rows_affected(), 1);
}

#[tokio::test]
async fn a_unit_is_forgotten_thirty_years_after_its_end_with_all_that_was_said_of_it() {
    let house = TestHouse::new().await;
    let gone = unit_in(&house, 1, State::Discarded).await;
    let kept = unit_in(&house, 2, State::Banked).await;
    family(&house, 1, gone).await;
    letter(&house, 1, Some(gone), None).await;
    letter(&house, 2, None, Some(life(1).din.as_str())).await;
    letter(&house, 3, Some(kept), None).await;
    proposal(&house, 4, gone).await;
    proposal(&house, 5, kept).await;
    proof::close_all(&house.services).await.expect("a root");
    let before = seen(&house, gone).await;
    let end = ended(&house, gone, Kind::Discarded).await;

    wait_until(&house, end, -1).await;
    assert_eq!(due(&house).await, 0, "not an hour before");
    wait_until(&house, end, 1).await;
    assert_eq!(due(&house).await, 1, "a dry run counts it");
    assert_eq!(number(&house, "select count(*) from custody_unit where key_sealed is null").await, 0, "and no more");
    let erased = privacy::erase_due(&house.services).await.expect("erased");
    assert_eq!((erased.units, erased.is_something()), (1, true));
    assert_eq!((due(&house).await, privacy::erase_due(&house.services).await.expect("erased").units), (0, 0));

    for (sql, left) in [
        ("select count(*) from custody_unit where key_sealed is null and destroyed_at is not null", 1),
        ("select count(*) from lims_dead_letter", 1),
        ("select count(*) from custody_proposal where said_sealed is not null", 1),
        ("select count(*) from custody_proposal", 2),
        (
            "select count(*) from audit_entry where action = 'custody.unit_forgotten' and actor_kind = 'system'
             and detail = '{\"state\": \"discarded\", \"letters\": 2, \"proposals\": 1}'::jsonb",
            1,
        ),
    ] {
        assert_eq!(number(&house, sql).await, left, "{sql}");
    }
    assert!(seen(&house, kept).await.readable, "one that is kept is not forgotten");

    // What happened, when and in which order stands, and verifies.
    let report = verified(&house).await;
    assert_eq!((report.faults, report.more_faults), (Vec::new(), 0));
    let by = of(&house, 76_001, Role::QualityOfficer);
    let opened = desk::open(&house.services, &by, gone, "routine").await.expect("its page is there");
    assert!(opened.holds() && !opened.unit.readable && !opened.unit.lacks_text());
    assert!(opened.unit.events.iter().all(|event| event.payload.is_none() && event.said.is_none()));
    assert_eq!((opened.unit.head, opened.unit.events.len()), (before.head, before.events.len()));
    let offered = |act: &&desk::Act| desk::ahead(&opened.unit, **act).is_some();
    assert_eq!(desk::Act::ALL.iter().filter(offered).count(), 0, "nothing more can be said of it");
    let record = families::record(&house.services, &visitor(&house, 11), gone).await.expect("its family's page, too");
    assert_eq!(record.texts, Texts::Destroyed);
    assert!(record.tests.iter().all(|test| test.state == TestState::Final && test.values.is_empty()));
    assert!(!record.events.is_empty());
    assert_eq!(
        record.unit.way().last(),
        Some(&(Step::Storage, Standing::Past)),
        "it was stored, until it was destroyed"
    );
}

#[tokio::test]
async fn what_is_open_or_under_no_root_yet_keeps_a_unit_from_being_forgotten() {
    let house = TestHouse::new().await;
    let (open, late) = (unit_in(&house, 1, State::Infused).await, unit_in(&house, 2, State::Research).await);
    let deviation = Uuid::from_u128(9);
    let opened =
        Payload::DeviationOpened { deviation, of: DeviationKind::Other, said: "a question".to_owned(), operator: None };
    one(&house, open, opened).await.expect("opened");
    proof::close_all(&house.services).await.expect("a root");
    let corrected = |seq| {
        let (operator, with) = two("QA-01", "QA-02");
        Payload::Corrected { seq, said: "the weight was read twice".to_owned(), operator, with }
    };
    one(&house, late, corrected(1)).await.expect("corrected");
    let last = ended(&house, open, Kind::Infused).await.max(ended(&house, late, Kind::GivenToResearch).await);
    wait_until(&house, last, 24 * 400).await;
    assert_eq!(due(&house).await, 0);
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").units, 0);

    let closed = Payload::DeviationClosed { deviation, said: "looked into".to_owned(), operator: None };
    let other = services::custody::By { actor_id: Some(Uuid::from_u128(8)), ..LIMS };
    tell_by(&house, &other, &[now(&house, open, closed)]).await[0].as_ref().expect("closed");
    assert_eq!(due(&house).await, 0, "what was said last is under no root");
    proof::close_all(&house.services).await.expect("a root");
    assert_eq!(privacy::erase_due(&house.services).await.expect("erased").units, 2);
    let report = verified(&house).await;
    assert_eq!((report.faults, report.more_faults), (Vec::new(), 0));
}

#[tokio::test]
async fn a_clock_that_was_decades_behind_destroys_nothing_before_it_is_known_for_a_year() {
    let house = TestHouse::new().await;
    let shelf = opened(&house).await;
    house.services.clock.advance(SignedDuration::from_hours(24 * 365 * 10));
    let life = life(1);
    let told = life.until(State::RejectedAtIntake, &shelf);
    // Its end, as the house's mirror of a machine dates it that lost its clock: more than thirty years before. A feed is refused that.
    let first: Timestamp = "2000-01-02T00:00:00+08:00".parse().expect("an instant");
    let (operator, with) = two("QA-01", "QA-02");
    let discarded = Payload::Discarded { reason: "volume".to_owned(), operator, with };
    let last = i64::try_from(told.len()).expect("a small number") + 1;
    let end = Incoming { occurred_at: first, source_seq: Some(last), ..now(&house, life.unit, discarded) };
    let outcomes = tell(&house, &told).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let mirror = services::custody::By { actor_kind: "system", actor_id: None, source: "lims" };
    tell_by(&house, &mirror, &[end]).await[0].as_ref().expect("the house itself may write the past");
    proof::close_all(&house.services).await.expect("a root");
    house.services.clock.advance(SignedDuration::from_hours(24 * 365));
    assert_eq!(due(&house).await, 0);
    house.services.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(due(&house).await, 1);
}

#[tokio::test]
async fn the_application_deletes_letters_of_forgotten_units_only() {
    let house = TestHouse::new().await;
    let unit = unit_in(&house, 1, State::Banked).await;
    letter(&house, 1, Some(unit), None).await;
    let refused = sqlx::query("delete from lims_dead_letter").execute(&house.services.db).await;
    let refused = refused.expect_err("not of a unit that is kept");
    assert_eq!(refused.as_database_error().and_then(|error| error.code()).as_deref(), Some("42501"));
    assert_eq!(number(&house, "select count(*) from lims_dead_letter").await, 1);
}

#[tokio::test]
async fn two_servers_forget_each_unit_once() {
    let house = TestHouse::new().await;
    for number in 1..=3 {
        unit_in(&house, number, State::Discarded).await;
    }
    proof::close_all(&house.services).await.expect("a root");
    let mut last = Timestamp::MIN;
    for number in 1..=3 {
        last = last.max(ended(&house, life(number).unit, Kind::Discarded).await);
    }
    wait_until(&house, last, 1).await;
    let forget = || {
        let services = house.services.clone();
        tokio::spawn(async move { privacy::erase_due(&services).await.expect("erased").units })
    };
    let (first, second) = (forget(), forget());
    assert_eq!(first.await.expect("done") + second.await.expect("done"), 3);
    let proofs = "select count(*) from audit_entry where action = 'custody.unit_forgotten'";
    assert_eq!(number(&house, proofs).await, 3);
}
