//! What a server of a later release said, while this one still runs beside it: it is shown as that, with its chain, and taken for no
//! damage; and what is damaged is not taken for it.

use super::unreadable::opened_at_the_desk;
use super::*;
use crate::family::{family, units, visitor};
use services::custody::proof::{self, Fault, Newer, Report, Terms};
use services::custody::{EventView, Happened};
use services::family::{self as families, Texts};
use testkit::custody::say_anew;

async fn alerts(house: &TestHouse) -> i64 {
    number(house, "select count(*) from audit_entry where action = 'custody.unit_read' and detail ? 'alert'").await
}

async fn verified(house: &TestHouse) -> Report {
    proof::verify(&house.services.db, &house.services.vault, &Terms::at(house.now())).await.expect("the verifier reads")
}

/// The last event of each, as the verifier names it.
async fn last_of(house: &TestHouse, units: &[UnitId]) -> Vec<Newer> {
    let mut last = Vec::new();
    for unit in units {
        last.push(Newer { unit: *unit, seq: seen(house, *unit).await.version });
    }
    last.sort_by_key(|event| event.unit);
    last
}

/// Said by a later release, and nothing wrong with it.
fn is_newer(event: &EventView) -> bool {
    event.newer && !event.illegible && event.payload.is_none()
}

#[tokio::test]
async fn what_a_later_release_says_is_shown_as_that_with_its_chain_and_raises_no_alert() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let more = r#"{"kind":"held","of":"other","robot":"R-7"}"#;
    for (unit, (kind, said)) in
        all.iter().copied().zip([("held", more), ("thawed_by_robot", r#"{"kind":"thawed_by_robot"}"#)])
    {
        let before = seen(&house, unit).await;
        say_anew(&house, unit, kind, said).await;
        let opened = opened_at_the_desk(&house, unit).await;
        assert!(opened.holds(), "{kind}: {:?}", opened.marks);
        assert!(opened.unit.says_newer() && !opened.unit.lacks_text(), "{kind}");
        let (last, others) = opened.unit.events.split_last().expect("events");
        assert!(is_newer(last), "{kind}: {last:?}");
        assert_eq!(last.kind.name(), kind);
        assert_eq!(last.kind == Happened::Newer(kind.to_owned()), Kind::from_name(kind).is_none());
        assert!(last.said.is_some(), "the bank has its bytes, for whoever verifies them");
        assert!(others.iter().all(|event| event.payload.is_some() && !event.newer), "all others are read");
        assert_eq!(opened.unit.standing, before.standing);
    }
    assert_eq!(alerts(&house).await, 0);
    let report = verified(&house).await;
    assert_eq!((report.faults.as_slice(), report.more_faults), (&[][..], 0), "nothing is wrong of what it can read");
    assert_eq!(report.newer, last_of(&house, &all[..2]).await, "and it says what it cannot");
    assert!(report.newer[0].to_string().ends_with("unknown to this verifier, a newer version is needed"));
}

#[tokio::test]
async fn a_family_reads_the_rest_of_its_record_and_nothing_that_nobody_here_can_read() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    family(&house, 1, unit).await;
    say_anew(&house, unit, "thawed_by_robot", r#"{"kind":"thawed_by_robot","of":"mother"}"#).await;
    let record = families::record(&house.services, &visitor(&house, 11), unit).await.expect("its page is there");
    assert_eq!(record.texts, Texts::Newer);
    assert!(!record.events.is_empty() && record.tests.iter().all(|test| !test.values.is_empty()));
    let mut db = house.services.db.acquire().await.expect("a connection");
    for sight in [Sight::Owner, Sight::OtherGuardian { mother_consents: true }] {
        let view = services::custody::view_in(&mut db, &house.services, unit, sight).await.expect("a unit");
        let last = view.events.last().expect("an event");
        assert!(is_newer(last) && last.said.is_none(), "whose it is nobody here knows: {last:?}");
    }
    families::passport(&house.services, &visitor(&house, 11), unit).await.expect("a passport of digests");
}

#[tokio::test]
async fn what_is_no_text_of_its_kind_is_damage_and_no_later_release() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let unlike = [("held", r#"{"kind":"thawed_by_robot"}"#), ("thawed_by_robot", "thawed")];
    for (unit, (kind, said)) in all.iter().copied().zip(unlike) {
        say_anew(&house, unit, kind, said).await;
        let opened = opened_at_the_desk(&house, unit).await;
        assert!(opened.unit.lacks_text(), "{kind}");
        assert!(opened.unit.events.last().is_some_and(|last| last.illegible && last.said.is_none()), "{kind}");
    }
    assert_eq!(alerts(&house).await, 2, "somebody has to look");
    let report = verified(&house).await;
    assert!(report.newer.is_empty(), "{:?}", report.newer);
    let misfiled: Vec<Newer> = report
        .faults
        .iter()
        .filter_map(|fault| match fault {
            Fault::Misfiled { unit, seq } => Some(Newer { unit: *unit, seq: *seq }),
            _ => None,
        })
        .collect();
    assert_eq!(misfiled, last_of(&house, &all[..2]).await, "{:?}", report.faults);
}
