//! Whatever a superuser does to the tree and its roots is named: the leaf and its unit, the node, the root.

use super::{
    BANKED, FROZEN, close, faults, happen, keep, last, leaf, mend, rooted, tamper, told, unit, verify, verify_by,
};
use domain::merkle::hex;
use jiff::SignedDuration;
use services::custody::proof::{Fault, Step, Terms, Witness};

#[tokio::test]
async fn an_edited_node_is_named() {
    let house = rooted().await;
    keep(&house).await;
    let (of, position) = (unit(FROZEN), leaf(&house, unit(FROZEN)).await);
    let named = Fault::Leaf { position, unit: Some(of) };
    for change in ["hash = sha256('x')", "seal = sha256('x')", "seq = seq - 1"] {
        tamper(&house, &format!("update custody_node set {change} where level = 0 and position = {position}")).await;
        assert_eq!(faults(&house).await, std::slice::from_ref(&named), "{change}");
        let terms = Terms { unit: Some(of), ..Terms::at(house.now()) };
        assert_eq!(verify_by(&house, &terms).await.faults, std::slice::from_ref(&named), "{change}, alone");
        mend(&house).await;
    }
    for change in ["hash = sha256('x')", "seal = sha256('x')"] {
        tamper(&house, &format!("update custody_node set {change} where level = 2 and position = 1")).await;
        assert_eq!(faults(&house).await, [Fault::Node { level: 2, position: 1, first: 4, last: 7 }], "{change}");
        mend(&house).await;
    }
    tamper(&house, "delete from custody_node where level = 1 and position in (3, 4)").await;
    assert_eq!(faults(&house).await, [Fault::NodesGone { level: 1, position: 3, missing: 2 }]);
    mend(&house).await;
    tamper(
        &house,
        "insert into custody_node (level, position, hash, seal) select 1, 7, hash, seal from custody_node where level = 1 and position = 6",
    )
    .await;
    assert_eq!(faults(&house).await, [Fault::Node { level: 1, position: 7, first: 14, last: 15 }]);
    mend(&house).await;
    tamper(&house, "update custody_node set hash = sha256('x') where level = 4").await;
    assert_eq!(faults(&house).await, [Fault::Node { level: 4, position: 0, first: 0, last: 15 }]);
}

/// A leaf and its unit taken back to what was signed before, seal and all: the node above says where.
#[tokio::test]
async fn a_history_taken_back_to_what_was_signed_once_is_told_by_the_node_above() {
    let house = told().await;
    assert!(matches!(close(&house).await, Step::Closed { units: 14, .. }));
    let (of, position) = (unit(BANKED), leaf(&house, unit(BANKED)).await);
    tamper(&house, "create table old_unit as table custody_unit; create table old_node as table custody_node").await;
    let end = last(&house, of).await;
    happen(&house, BANKED).await;
    assert!(matches!(close(&house).await, Step::Closed { units: 1, .. }));
    tamper(
        &house,
        &format!(
            "delete from custody_event where unit_id = '{of}' and seq > {end}; \
             delete from custody_unit where id = '{of}'; insert into custody_unit select * from old_unit where id = '{of}'; \
             delete from custody_node where level = 0 and position = {position}; \
             insert into custody_node select * from old_node where level = 0 and position = {position}"
        ),
    )
    .await;
    let first = position / 2 * 2;
    let node = Fault::Node { level: 1, position: position / 2, first, last: first + 1 };
    assert_eq!(faults(&house).await, [node]);
}

#[tokio::test]
async fn an_edited_root_is_named() {
    let house = rooted().await;
    keep(&house).await;
    for number in [1, 2] {
        for change in [
            "day = day + 1",
            "size = size + 1",
            "root = sha256('x')",
            "previous = sha256('x')",
            "signed_at = signed_at + interval '1 microsecond'",
            "signature = '\\x00'",
            "kid = 'nobody'",
        ] {
            tamper(&house, &format!("update custody_root set {change} where number = {number}")).await;
            let why = "the signature does not hold";
            assert_eq!(faults(&house).await, [Fault::Root { number, why }], "{change}");
            mend(&house).await;
        }
    }
}

#[tokio::test]
async fn roots_that_are_gone_are_named() {
    let house = rooted().await;
    keep(&house).await;
    let witness = verify(&house).await.root.map(|root| Witness::of(&root)).expect("a root");
    let text = witness.to_string();
    assert_eq!(text, format!("2:{}", hex(&witness.root)));
    assert_eq!(Witness::read(&format!(" {text}\n")), Some(witness.clone()));
    let terms = Terms { witness: Some(witness), ..Terms::at(house.now()) };
    assert!(verify_by(&house, &terms).await.is_sound());

    tamper(&house, "delete from custody_root where number = 1").await;
    assert_eq!(faults(&house).await, [Fault::RootsGone { first: 1, last: 1 }]);
    mend(&house).await;
    tamper(&house, "delete from custody_root where number = 2").await;
    assert_eq!(faults(&house).await, [Fault::Tree { number: 1 }]);
    mend(&house).await;
    tamper(&house, "delete from custody_root").await;
    assert_eq!(faults(&house).await, [Fault::RootsCutOff { last: 0, size: 0, standing: 14 }]);
    mend(&house).await;
    // Everything taken back to before the first root: only what was kept elsewhere contradicts.
    let back =
        "delete from custody_root; delete from custody_node; update custody_unit set leaf = null, rooted_seq = 0";
    tamper(&house, back).await;
    assert_eq!(faults(&house).await, []);
    assert_eq!(verify_by(&house, &terms).await.faults, [Fault::Witness { number: 2 }]);
    for nonsense in ["", "2", "2:", "x:00", ":", "2:00"] {
        assert_eq!(Witness::read(nonsense), None, "{nonsense}");
    }
}

#[tokio::test]
async fn what_waits_for_a_root_too_long_is_told() {
    let house = rooted().await;
    happen(&house, FROZEN).await;
    let report = verify(&house).await;
    assert!(report.is_sound() && report.waiting == 1, "{report:?}");
    house.services.clock.advance(SignedDuration::from_mins(61));
    assert_eq!(faults(&house).await, [Fault::Late { units: 1 }]);
    assert!(matches!(close(&house).await, Step::Closed { units: 1, .. }));
    assert_eq!(faults(&house).await, []);
}
