//! Closing roots: one after another, over what was signed before, by one server at a time.

use super::{
    BANKED, EXPECTED, FROZEN, OTHER, close, faults, happen, last, leaf, put_there, rehash, rooted, tamper, told, unit,
    verify,
};
use domain::custody::chain::START;
use domain::merkle;
use jiff::SignedDuration;
use services::custody::proof::{self, Fault, ProofError, Step};
use services::pulse::Pulse;
use store::custody::tree;
use testkit::TestHouse;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

#[tokio::test]
async fn roots_follow_one_another_and_cover_what_happened() {
    let house = told().await;
    assert_eq!(verify(&house).await.waiting, 14);
    let Step::Closed { root: Some(first), units, broken, .. } = close(&house).await else { panic!("a root") };
    assert_eq!((first.number, first.size, first.previous, units), (1, 14, START, 14));
    assert!(broken.is_empty());
    assert_eq!(close(&house).await, Step::Idle, "nothing happened");
    house.services.clock.advance(SignedDuration::from_hours(24));
    happen(&house, FROZEN).await;
    happen(&house, FROZEN).await;
    happen(&house, OTHER).await;
    let Step::Closed { root: Some(second), units, .. } = close(&house).await else { panic!("a root") };
    assert_eq!((second.number, second.size, second.previous, units), (2, 14, first.root, 2));
    assert!(second.day > first.day && second.root != first.root);
    assert_eq!(faults(&house).await, []);
    // The stored nodes give the root of the definition.
    let leaves = tree::nodes_from(&house.services.db, 0, 0, 100).await.expect("leaves");
    let leaves: Vec<merkle::Hash> = leaves.iter().map(|node| super::hash_of(&node.hash)).collect();
    assert_eq!(merkle::root(&leaves), second.root);

    let page = proof::published(&house.services, None).await.expect("roots");
    assert_eq!(page.roots.iter().map(|root| root.root).collect::<Vec<_>>(), [second, first]);
    assert_eq!(page.next, None);
    assert_eq!(proof::published(&house.services, Some(2)).await.expect("roots").roots.len(), 1);
    let days = proof::day_roots(&house.services, None).await.expect("days");
    assert_eq!(days.roots.iter().map(|root| root.root.day).collect::<Vec<_>>(), [second.day, first.day]);
    assert_eq!(proof::day_roots(&house.services, Some(second.day)).await.expect("days").roots.len(), 1);
    let keys = proof::keys(&house.services).keys;
    assert!(page.roots.iter().all(|root| keys.iter().any(|key| key.kid == root.kid)));
}

#[tokio::test]
async fn a_server_whose_clock_is_behind_signs_behind_the_last_root() {
    let house = told().await;
    // The first server's clock is five seconds ahead of the second's.
    house.services.clock.advance(SignedDuration::from_secs(5));
    let Step::Closed { root: Some(first), .. } = close(&house).await else { panic!("a root") };
    house.services.clock.advance(SignedDuration::from_secs(-5));
    happen(&house, BANKED).await;
    let Step::Closed { root: Some(second), .. } = close(&house).await else { panic!("a root") };
    assert_eq!(second.signed_at.duration_since(first.signed_at), SignedDuration::from_micros(1));
    assert_eq!(faults(&house).await, []);
}

#[tokio::test]
async fn nothing_is_signed_over_a_history_that_was_changed() {
    let house = rooted().await;
    let of = unit(FROZEN);
    let edit = format!(
        "update custody_event set occurred_at = occurred_at - interval '1 day' where unit_id = '{of}' and seq = 5"
    );
    tamper(&house, &edit).await;
    rehash(&house, of).await;
    happen(&house, FROZEN).await;
    happen(&house, OTHER).await;
    let Step::Closed { root: Some(root), units: 1, broken, .. } = close(&house).await else { panic!("the other") };
    assert_eq!((root.number, broken), (3, vec![of]), "the changed one is left out");
    assert!(
        faults(&house).await.iter().any(|fault| matches!(fault, Fault::Forged { unit, first: 5, .. } if *unit == of))
    );
    // It alone: no root.
    assert!(matches!(close(&house).await, Step::Closed { root: None, units: 0, broken, .. } if broken == [of]));
    assert_eq!(proof::close_all(&house.services).await.expect("it ends"), 0);
}

#[tokio::test]
async fn a_new_event_that_does_not_follow_is_not_signed() {
    let house = rooted().await;
    happen(&house, FROZEN).await;
    let of = unit(FROZEN);
    tamper(&house, &format!("update custody_event set kind = 'infused' where unit_id = '{of}' and seq = (select seq from custody_unit where id = '{of}')"))
        .await;
    assert!(matches!(close(&house).await, Step::Closed { root: None, broken, .. } if broken == [of]));
}

/// Somebody with the database and without the vault: correct hashes over anything, and the key taken away.
#[tokio::test]
async fn no_root_covers_what_the_house_did_not_write() {
    let house = rooted().await;
    let of = unit(FROZEN);
    let end = last(&house, of).await;
    put_there(&house, of).await;
    let left_out = |step: Step| matches!(step, Step::Closed { root: None, broken, .. } if broken == [of]);
    assert!(left_out(close(&house).await), "what it says does not open");
    assert_eq!(faults(&house).await, [Fault::Forged { unit: of, first: end + 1, last: end + 1 }]);
    tamper(&house, &format!("update custody_unit set key_sealed = null where id = '{of}'")).await;
    assert!(left_out(close(&house).await), "nobody can try to open it");
    let put = Fault::Unsealed { unit: of, first: end + 1, last: end + 1 };
    assert_eq!(faults(&house).await, [Fault::KeyGone { unit: of }, put.clone()]);
    // Who writes the record of a destruction, too, does not get it signed either.
    tamper(&house, &format!("update custody_unit set destroyed_at = now() where id = '{of}'")).await;
    assert!(left_out(close(&house).await));
    assert_eq!(faults(&house).await, [put]);
}

#[tokio::test]
async fn a_key_that_was_destroyed_is_no_fault_and_one_that_is_gone_is() {
    let house = rooted().await;
    let (of, other) = (unit(BANKED), unit(OTHER));
    let destroyed = store::custody::units::destroy_keys(&house.services.db, &[of.0], house.now()).await;
    assert_eq!(destroyed.expect("destroyed"), 1);
    assert_eq!(faults(&house).await, []);
    for change in [
        format!("update custody_unit set key_sealed = null where id = '{}'", other.0),
        format!("update custody_unit set destroyed_at = now() where id = '{}'", other.0),
        format!("update custody_unit set key_sealed = '\\x00', destroyed_at = null where id = '{}'", of.0),
    ] {
        let refused = sqlx::query(sqlx::AssertSqlSafe(change)).execute(&house.services.db).await;
        let refused = refused.expect_err("the application may not");
        assert_eq!(store::constraint_of(&refused), Some("custody_unit_key"));
    }
    tamper(&house, &format!("update custody_unit set key_sealed = null where id = '{other}'")).await;
    assert_eq!(faults(&house).await, [Fault::KeyGone { unit: other }]);
}

#[tokio::test]
async fn nothing_is_built_on_a_tree_that_was_changed() {
    for (change, why) in [
        ("update custody_root set root = sha256('x')", "the signature does not hold"),
        (
            "update custody_node set hash = sha256('x') where level = 3 and position = 1",
            "what stands under it is not what was signed",
        ),
        ("delete from custody_node where level = 1 and position = 1", "what stands under it is not what was signed"),
    ] {
        let house = rooted().await;
        tamper(&house, change).await;
        happen(&house, BANKED).await;
        let refused = proof::close(&house.services, Uuid::nil()).await;
        assert!(
            matches!(refused, Err(ProofError::Broken { number: 2, why: said }) if said == why),
            "{change}: {refused:?}"
        );
        assert_eq!(tree::last_root(&house.services.db).await.expect("roots").map(|root| root.number), Some(2));
    }
}

#[tokio::test]
async fn several_servers_close_without_gap_or_double() {
    let house = told().await;
    let mut closers = Vec::new();
    for _ in 0..3 {
        let services = TestHouse::second(&house.db, house.services.clock.clone(), 3).await;
        closers.push(tokio::spawn(async move {
            let mut closed = 0;
            for _ in 0..20 {
                if let Step::Closed { root: Some(_), .. } =
                    proof::close(&services, Uuid::nil()).await.expect("it closes")
                {
                    closed += 1;
                }
                tokio::task::yield_now().await;
            }
            closed
        }));
    }
    for number in [BANKED, FROZEN, OTHER, EXPECTED, BANKED, FROZEN] {
        happen(&house, number).await;
    }
    let mut closed = 0;
    for closer in closers {
        closed += closer.await.expect("it ends");
    }
    closed += u64::from(matches!(close(&house).await, Step::Closed { .. }));
    let report = verify(&house).await;
    assert_eq!((report.faults.as_slice(), report.waiting, report.roots), ([].as_slice(), 0, closed));
}

#[tokio::test]
async fn whoever_is_not_the_closer_has_nothing_to_do() {
    let house = told().await;
    let mut other = house.services.begin().await.expect("a transaction");
    assert!(tree::try_lock_closer(&mut *other).await.expect("a lock"));
    assert_eq!(close(&house).await, Step::Busy);
    other.rollback().await.expect("it ends");
    assert!(matches!(close(&house).await, Step::Closed { .. }));
    // Somebody at work with a unit holds nobody up: it is covered the next time.
    happen(&house, FROZEN).await;
    happen(&house, OTHER).await;
    let mut at_work = house.services.begin().await.expect("a transaction");
    sqlx::query("select from custody_unit where id = $1 for update")
        .bind(unit(FROZEN).0)
        .execute(&mut *at_work)
        .await
        .expect("it is locked");
    assert!(matches!(close(&house).await, Step::Closed { units: 1, .. }));
    at_work.rollback().await.expect("it ends");
    assert!(matches!(close(&house).await, Step::Closed { units: 1, .. }));
    assert_eq!(faults(&house).await, []);
}

#[tokio::test]
async fn the_worker_closes_and_ends_when_told() {
    let house = told().await;
    let (pulse, shutdown) = (Pulse::default(), CancellationToken::new());
    let worker = tokio::spawn(proof::keep_closing(house.services.clone(), pulse.clone(), shutdown.clone()));
    for _ in 0..400 {
        if pulse.last().is_some() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(pulse.last(), Some(house.now()));
    shutdown.cancel();
    worker.await.expect("it ends without a panic");
    assert_eq!(verify(&house).await.waiting, 0);
    assert!(leaf(&house, unit(BANKED)).await < 14);
}
