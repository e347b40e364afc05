//! Whatever is done to the trail behind its back is found at its position.

use super::{ENTRY_OF, entry, entry_at, record, step, tamper, trail, verify, verify_with};
use services::audit::{self, AuditError, Fault, Step, Witness};
use testkit::TestHouse;
use uuid::Uuid;

#[tokio::test]
async fn an_untouched_trail_is_sound() {
    let house = trail(4).await;
    let report = verify(&house).await;
    assert!(report.is_sound(), "{:?}", report.faults);
    assert_eq!((report.leaves, report.heads, report.waiting), (12, 4, 0));
    assert_eq!(report.head.map(|head| head.size), Some(12));
    let order: Vec<Uuid> =
        sqlx::query_scalar("select subject_id from audit_leaf join audit_entry on id = entry_id order by position")
            .fetch_all(&house.services.db)
            .await
            .expect("the trail");
    assert_eq!(order, (0..12).map(Uuid::from_u128).collect::<Vec<_>>());
    assert_eq!(step(&house).await, Step::Idle);
}

#[tokio::test]
async fn an_empty_trail_is_sound() {
    let house = TestHouse::new().await;
    let report = verify(&house).await;
    assert!(report.is_sound() && report.head.is_none());
}

#[tokio::test]
async fn an_edit_of_any_column_is_named() {
    for change in [
        "id = '00000000-0000-7000-8000-000000000001'",
        "at = at + interval '1 microsecond'",
        "actor_kind = 'staff'",
        "actor_id = '00000000-0000-7000-8000-000000000001'",
        "action = 'booking.cancelled'",
        "subject_kind = 'session'",
        "subject_id = null",
        "detail = detail || '{\"people\": 4.0}'",
        "detail = detail - 'note'",
        "request_id = null",
    ] {
        let house = trail(3).await;
        let edited = entry_at(&house, 4).await;
        tamper(&house, &format!("update audit_entry set {change} where id = {ENTRY_OF}")).await;
        let report = verify(&house).await;
        let expected = if change.starts_with("id") {
            Fault::Deleted { position: 4, entry: edited }
        } else {
            Fault::Edited { position: 4, entry: edited }
        };
        assert_eq!(report.faults.first(), Some(&expected), "{change}");
        // A changed id is also an entry that no leaf knows.
        assert_eq!(report.faults.len(), if change.starts_with("id") { 2 } else { 1 }, "{change}: {:?}", report.faults);
    }
}

#[tokio::test]
async fn an_edit_with_its_hash_recomputed_is_named() {
    let house = trail(3).await;
    let edited = entry_at(&house, 4).await;
    tamper(&house, &format!("update audit_entry set action = 'booking.cancelled' where id = {ENTRY_OF}")).await;
    let owner = house.db.owner_pool();
    let leaves = store::audit::leaves_from(&owner, 4, 1).await.expect("the leaf");
    let hash = audit::entry_hash(leaves[0].entry.as_ref().expect("its entry"));
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    tamper(&house, &format!("update audit_leaf set hash = '\\x{hex}' where position = 4")).await;
    assert_eq!(verify(&house).await.faults, [Fault::Forged { position: 4, entry: edited }]);
}

#[tokio::test]
async fn an_edit_by_somebody_who_knows_the_seals_key_is_caught_by_the_heads() {
    let house = trail(5).await;
    tamper(&house, "update audit_entry set action = 'booking.cancelled' where id = (select entry_id from audit_leaf where position = 7)").await;
    let owner = house.db.owner_pool();
    let leaves = store::audit::leaves_from(&owner, 7, 1).await.expect("the leaf");
    let hash = audit::entry_hash(leaves[0].entry.as_ref().expect("its entry"));
    let seal = house.services.vault.mac("audit leaf 1", &[&7u64.to_be_bytes()[..], &hash].concat());
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let (hash, seal) = (hex(&hash), hex(&seal));
    tamper(&house, &format!("update audit_leaf set hash = '\\x{hash}', seal = '\\x{seal}' where position = 7")).await;
    // The head over nine leaves is the first that contains position 7; its frontier leaves 6 and 7 in question.
    assert_eq!(verify(&house).await.faults, [Fault::Root { size: 9, first: 6, last: 7 }]);
}

#[tokio::test]
async fn deletions_are_named() {
    let house = trail(3).await;
    let gone = entry_at(&house, 4).await;
    tamper(&house, &format!("delete from audit_entry where id = {ENTRY_OF}")).await;
    assert_eq!(verify(&house).await.faults, [Fault::Deleted { position: 4, entry: gone }]);

    let house = trail(3).await;
    tamper(
        &house,
        &format!("delete from audit_entry where id = {ENTRY_OF}; delete from audit_leaf where position = 4"),
    )
    .await;
    assert_eq!(verify(&house).await.faults, [Fault::Gap { first: 4, last: 4 }]);

    // Closing the gap moves everything behind it.
    let house = trail(3).await;
    let behind: Vec<Uuid> = [entry_at(&house, 5).await, entry_at(&house, 6).await].into();
    tamper(
        &house,
        &format!(
            "delete from audit_entry where id = {ENTRY_OF}; delete from audit_leaf where position = 4; \
             update audit_leaf set position = position + 1000 where position > 4; \
             update audit_leaf set position = position - 1001 where position > 1000"
        ),
    )
    .await;
    let faults = verify(&house).await.faults;
    assert_eq!(faults[0], Fault::Moved { position: 4, entry: behind[0], belongs: 5 });
    assert_eq!(faults[1], Fault::Moved { position: 5, entry: behind[1], belongs: 6 });
    assert_eq!(faults.last(), Some(&Fault::Truncated { position: 8, signed: 9 }));
    assert_eq!(faults.len(), 5);
}

#[tokio::test]
async fn reordering_is_named() {
    let house = trail(3).await;
    let (second, seventh) = (entry_at(&house, 1).await, entry_at(&house, 6).await);
    tamper(
        &house,
        "update audit_leaf set position = -1 where position = 1; update audit_leaf set position = 1 where position = 6; \
         update audit_leaf set position = 6 where position = -1",
    )
    .await;
    let expected = [
        Fault::Moved { position: 1, entry: seventh, belongs: 6 },
        Fault::Moved { position: 6, entry: second, belongs: 1 },
    ];
    assert_eq!(verify(&house).await.faults, expected);
}

#[tokio::test]
async fn insertions_are_named() {
    let new = Uuid::from_u128(0x7777);
    let insert = format!(
        "insert into audit_entry (id, at, actor_kind, action, subject_kind) values ('{new}', now(), 'system', 'booking.confirmed', 'booking')"
    );
    // Beside the trail.
    let house = trail(3).await;
    tamper(&house, &insert).await;
    assert_eq!(verify(&house).await.faults, [Fault::Smuggled { entry: new }]);
    // At a place that is none.
    let leaf = |position: i64| {
        format!(
            "insert into audit_leaf (position, entry_id, hash, seal) values ({position}, '{new}', sha256('x'), sha256('y'))"
        )
    };
    tamper(&house, &leaf(-1)).await;
    assert_eq!(verify(&house).await.faults, [Fault::Smuggled { entry: new }]);

    // In the middle, everything behind it moved.
    let house = trail(3).await;
    let shifted = entry_at(&house, 4).await;
    let shift = "update audit_leaf set position = position + 1000 where position >= 4; update audit_leaf set position = position - 999 where position >= 1000";
    tamper(&house, &format!("{insert}; {shift}; {}", leaf(4))).await;
    let faults = verify(&house).await.faults;
    assert!(faults.contains(&Fault::Forged { position: 4, entry: new }), "{faults:?}");
    assert!(faults.contains(&Fault::Moved { position: 5, entry: shifted, belongs: 4 }), "{faults:?}");
    assert_eq!(faults[0].position(), Some(4), "{faults:?}");

    // At the end, and far beyond it.
    for position in [9, 9_000_000_000_000] {
        let house = trail(3).await;
        tamper(&house, &format!("{insert}; {}", leaf(position))).await;
        let faults = verify(&house).await.faults;
        assert!(faults.contains(&Fault::Forged { position: position as u64, entry: new }), "{faults:?}");
        assert!(faults.contains(&Fault::Uncovered { position: 9 }), "{faults:?}");
        // The sequencer does not build on it.
        record(&house, &[entry(99)]).await;
        let refused = audit::sequence(&house.services).await;
        assert!(matches!(refused, Err(AuditError::Broken { size: 9, .. })), "{refused:?}");
    }
}

#[tokio::test]
async fn a_tail_cut_off_is_named() {
    let cut = "delete from audit_entry where id in (select entry_id from audit_leaf where position >= 7); delete from audit_leaf where position >= 7";
    let house = trail(3).await;
    tamper(&house, cut).await;
    assert_eq!(verify(&house).await.faults, [Fault::Truncated { position: 7, signed: 9 }]);

    // Without its head, what is left has no signature.
    let house = trail(3).await;
    tamper(&house, &format!("{cut}; delete from audit_head where size = 9")).await;
    assert_eq!(verify(&house).await.faults, [Fault::Uncovered { position: 6 }]);

    // Cut exactly at a head, heads and all, only a witness outside can tell.
    let house = trail(3).await;
    let witness = verify(&house).await.head.expect("a head").witness();
    assert_eq!(witness.to_string().parse::<Witness>().expect("a witness"), witness);
    let early: Vec<u8> = sqlx::query_scalar("select root from audit_head where size = 3")
        .fetch_one(&house.services.db)
        .await
        .expect("a root");
    let early = Witness { size: 3, root: early.try_into().expect("a hash") };
    tamper(
        &house,
        "delete from audit_entry where id in (select entry_id from audit_leaf where position >= 6); \
         delete from audit_leaf where position >= 6; delete from audit_head where size = 9",
    )
    .await;
    assert!(verify(&house).await.is_sound());
    assert_eq!(verify_with(&house, Some(witness)).await.faults, [Fault::Witness { size: 9 }]);
    assert!(verify_with(&house, Some(early)).await.is_sound());
}

#[tokio::test]
async fn forged_heads_are_named() {
    for (change, why) in [
        (
            "signature = set_byte(signature, 5, (get_byte(signature, 5) + 1) % 256)",
            "the signature of the head does not hold",
        ),
        ("root = sha256('another')", "the signature of the head does not hold"),
        ("signed_at = signed_at + interval '1 second'", "the signature of the head does not hold"),
        ("kid = 'unknown'", "the signature of the head does not hold"),
        ("root = '\\x00'", "the root is no hash"),
        ("frontier = sha256('a') || sha256('b')", "the frontier has another root than was signed"),
        ("frontier = ''", "the frontier does not fit the size"),
    ] {
        let house = trail(3).await;
        tamper(&house, &format!("update audit_head set {change} where size = 6")).await;
        assert_eq!(verify(&house).await.faults, [Fault::Head { size: 6, why }], "{change}");
    }
    // At the top of the trail the sequencer refuses to go on.
    let house = trail(2).await;
    tamper(&house, "update audit_head set size = 7 where size = 6").await;
    let faults = verify(&house).await.faults;
    assert!(matches!(faults[..], [Fault::Uncovered { position: 3 }, Fault::Head { size: 7, .. }]), "{faults:?}");
    record(&house, &[entry(99)]).await;
    assert!(matches!(audit::sequence(&house.services).await, Err(AuditError::Broken { size: 7, .. })));
    // A head of an absurd size neither passes nor keeps the verifier busy.
    tamper(&house, "update audit_head set size = 4611686018427387904 where size = 7").await;
    assert_eq!(verify(&house).await.faults[0], Fault::Uncovered { position: 3 });
}
