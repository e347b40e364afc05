//! Whatever a superuser does to events is named: the unit and the event.

use super::{
    BANKED, EXPECTED, FROZEN, OTHER, faults, keep, last, mend, rehash, rooted, tamper, unit, verify, verify_by,
};
use domain::ids::UnitId;
use services::custody::proof::{Fault, Terms};
use testkit::TestHouse;
use uuid::Uuid;

#[tokio::test]
async fn an_untouched_record_is_sound() {
    let house = rooted().await;
    let report = verify(&house).await;
    assert_eq!(report.faults, []);
    assert_eq!((report.units, report.roots, report.waiting), (14, 2, 0));
    assert!(report.events > 14 && report.opened == report.events, "{report:?}");
    assert_eq!(report.root.map(|root| (root.number, root.size)), Some((2, 14)));
    for (of, expected) in [(unit(FROZEN), vec![]), (unit(99), vec![Fault::Unknown { unit: unit(99) }])] {
        let terms = Terms { unit: Some(of), ..Terms::at(house.now()) };
        assert_eq!(verify_by(&house, &terms).await.faults, expected);
    }
}

#[tokio::test]
async fn an_edit_of_any_column_is_named() {
    let house = rooted().await;
    keep(&house).await;
    let of = unit(FROZEN);
    for change in [
        "kind = 'infused'",
        "digest = sha256('x')",
        "occurred_at = occurred_at - interval '1 microsecond'",
        "received_at = received_at + interval '1 day'",
        "actor_kind = 'staff'",
        "actor_id = '00000000-0000-7000-8000-000000000001'",
        "source = 'desk'",
        "source_seq = source_seq + 100000",
        "source_seq = null",
        "prev_hash = sha256('x')",
        "hash = sha256('x')",
        "hash = '\\x00'",
        "sealed = sha256('x')",
    ] {
        let loose = "alter table custody_event drop constraint if exists custody_event_hash";
        tamper(&house, &format!("{loose}; update custody_event set {change} where unit_id = '{of}' and seq = 7")).await;
        // What it says is sealed apart from its chain.
        let expected = match change.starts_with("sealed") {
            true => Fault::Forged { unit: of, first: 7, last: 7 },
            false => Fault::Edited { unit: of, seq: 7 },
        };
        assert_eq!(faults(&house).await, std::slice::from_ref(&expected), "{change}");
        let terms = Terms { unit: Some(of), ..Terms::at(house.now()) };
        assert_eq!(verify_by(&house, &terms).await.faults, [expected], "{change}, alone");
        mend(&house).await;
    }
}

#[tokio::test]
async fn deletions_and_cuts_are_named() {
    let house = rooted().await;
    keep(&house).await;
    let of = unit(FROZEN);
    let end = last(&house, of).await;
    tamper(&house, &format!("delete from custody_event where unit_id = '{of}' and seq in (7, 8)")).await;
    assert_eq!(faults(&house).await, [Fault::Deleted { unit: of, first: 7, last: 8 }]);
    mend(&house).await;

    // Closing the gap moves everything behind it.
    tamper(
        &house,
        &format!(
            "delete from custody_event where unit_id = '{of}' and seq = 7; \
             update custody_event set seq = seq + 10000 where unit_id = '{of}' and seq > 7; \
             update custody_event set seq = seq - 10001 where unit_id = '{of}' and seq > 10000"
        ),
    )
    .await;
    let found = faults(&house).await;
    assert_eq!(found[0], Fault::CutOff { unit: of, first: end, last: end });
    let moved: Vec<Fault> = (7..end).map(|seq| Fault::Moved { unit: of, seq, of, of_seq: seq + 1 }).collect();
    assert_eq!(found[1..], moved[..]);
    mend(&house).await;

    let cut = format!("delete from custody_event where unit_id = '{of}' and seq > {}", end - 3);
    let expected = Fault::CutOff { unit: of, first: end - 2, last: end };
    tamper(&house, &cut).await;
    assert_eq!(faults(&house).await, std::slice::from_ref(&expected));
    // With a row that fits what is left: the leaf knows better.
    tamper(
        &house,
        &format!(
            "update custody_unit u set seq = e.seq, rooted_seq = e.seq, head = e.hash from custody_event e \
             where u.id = '{of}' and e.unit_id = u.id and e.seq = {}",
            end - 3
        ),
    )
    .await;
    assert_eq!(faults(&house).await, [expected]);
    mend(&house).await;

    // All of it, and the unit.
    tamper(&house, &format!("delete from custody_event where unit_id = '{of}'")).await;
    assert_eq!(faults(&house).await, [Fault::CutOff { unit: of, first: 1, last: end }]);
    mend(&house).await;
    let position = super::leaf(&house, of).await;
    tamper(&house, &format!("delete from custody_unit where id = '{of}'")).await;
    assert_eq!(faults(&house).await, [Fault::NoUnit { unit: of }, Fault::Unowned { position }]);
}

/// An event that never happened, long ago, with the whole chain behind it hashed anew.
#[tokio::test]
async fn a_forged_event_is_named_even_with_a_chain_that_fits() {
    let house = rooted().await;
    keep(&house).await;
    let of = unit(FROZEN);
    let end = last(&house, of).await;
    let forge = format!(
        "update custody_event set seq = seq + 10000 where unit_id = '{of}' and seq >= 7; \
         update custody_event set seq = seq - 9999 where unit_id = '{of}' and seq > 10000; \
         insert into custody_event (unit_id, seq, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, source, \
                                    source_seq, prev_hash, hash) \
         select unit_id, 7, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, source, source_seq, prev_hash, hash \
         from custody_event where unit_id = '{of}' and seq = 6"
    );
    tamper(&house, &forge).await;
    rehash(&house, of).await;
    assert_eq!(faults(&house).await, [Fault::Forged { unit: of, first: 7, last: end + 1 }]);
    // Without the unit's key the leaf still says that this is not what was signed.
    tamper(&house, &format!("update custody_unit set key_sealed = null where id = '{of}'")).await;
    let put = Fault::Unsealed { unit: of, first: end + 1, last: end + 1 };
    assert_eq!(faults(&house).await, [Fault::KeyGone { unit: of }, put, Fault::Rewritten { unit: of, seq: end }]);
    mend(&house).await;

    // The same of an event that is edited, and of one behind the last that the unit does not know.
    tamper(
        &house,
        &format!(
            "update custody_event set occurred_at = occurred_at - interval '1 year' where unit_id = '{of}' and seq = 9"
        ),
    )
    .await;
    rehash(&house, of).await;
    assert_eq!(faults(&house).await, [Fault::Forged { unit: of, first: 9, last: end }]);
    mend(&house).await;
    tamper(
        &house,
        &format!(
            "insert into custody_event select unit_id, seq + 1, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, \
                    source, source_seq, prev_hash, hash \
             from (select unit_id, max(seq) as seq from custody_event where unit_id = '{of}' group by unit_id) m \
             join custody_event using (unit_id, seq)"
        ),
    )
    .await;
    let found = faults(&house).await;
    assert_eq!(
        found,
        [Fault::Beyond { unit: of, seq: end + 1 }, Fault::Moved { unit: of, seq: end + 1, of, of_seq: end }]
    );
    rehash(&house, of).await;
    tamper(&house, "update custody_unit u set seq = k.seq, head = k.head from kept_custody_unit k where k.id = u.id")
        .await;
    let found = faults(&house).await;
    let put = Fault::Forged { unit: of, first: end + 1, last: end + 1 };
    assert_eq!(found, [put, Fault::Beyond { unit: of, seq: end + 1 }]);
}

#[tokio::test]
async fn events_in_another_order_are_named() {
    let house = rooted().await;
    let of = unit(FROZEN);
    let exchange = format!(
        "update custody_event set seq = 10000 where unit_id = '{of}' and seq = 7; \
         update custody_event set seq = 7 where unit_id = '{of}' and seq = 8; \
         update custody_event set seq = 8 where unit_id = '{of}' and seq = 10000"
    );
    tamper(&house, &exchange).await;
    let moved = |seq, of_seq| Fault::Moved { unit: of, seq, of, of_seq };
    assert_eq!(faults(&house).await, [moved(7, 8), moved(8, 7)]);
}

/// Two units exchange their whole histories: each event is named with whose it is.
#[tokio::test]
async fn exchanged_histories_are_named() {
    let house = rooted().await;
    keep(&house).await;
    let (one, other) = (unit(EXPECTED), unit(FROZEN));
    let ends = (last(&house, one).await, last(&house, other).await);
    let exchange = |one, other| {
        format!(
            "update custody_event set unit_id = '{}' where unit_id = '{one}'; \
             update custody_event set unit_id = '{one}' where unit_id = '{other}'; \
             update custody_event set unit_id = '{other}' where unit_id = '{}'",
            Uuid::nil(),
            Uuid::nil()
        )
    };
    tamper(&house, &exchange(one, other)).await;
    let found = faults(&house).await;
    assert!(found.contains(&Fault::Moved { unit: one, seq: 1, of: other, of_seq: 1 }), "{found:?}");
    assert!(found.contains(&Fault::Moved { unit: other, seq: 1, of: one, of_seq: 1 }), "{found:?}");
    mend(&house).await;

    // Hashed anew for their new owners, rows and all: nothing opens. (Whoever may do that may drop a constraint, too.)
    tamper(&house, "alter table custody_unit drop constraint custody_unit_rooted").await;
    tamper(&house, &exchange(one, other)).await;
    rehash(&house, one).await;
    rehash(&house, other).await;
    let forged = |unit, last| Fault::Forged { unit, first: 1, last };
    let mut expected = vec![forged(other, ends.0), Fault::CutOff { unit: other, first: ends.0 + 1, last: ends.1 }];
    expected.push(forged(one, ends.1));
    assert_eq!(faults(&house).await, expected, "in the order of units");
}

#[tokio::test]
async fn an_edited_row_of_a_unit_is_named() {
    let house = rooted().await;
    keep(&house).await;
    let of = unit(BANKED);
    let end = last(&house, of).await;
    for (change, what) in [
        ("head = sha256('x')", "its head"),
        ("din = 'SDJN199999999'", "its number"),
        ("rooted_seq = rooted_seq - 1", "what a root covers"),
        ("leaf = 900", "its leaf"),
        ("state = 'listed'", "its state"),
        ("state = 'quarantine_hold', held_in = 'banked'", "its state"),
        ("steps_done = steps_done - 1", "its steps"),
        ("tests_final = tests_final - 1", "its tests"),
        ("release_done = 1", "the steps of its release"),
        ("record_signed = false", "the signature of its record"),
        ("open_deviations = 0", "its open deviations"),
        ("transit_minutes = transit_minutes - 60", "its time on the way"),
        ("worked_by = worked_by[2:]", "who did its steps"),
        ("worked_by = worked_by || id", "who did its steps"),
    ] {
        tamper(&house, &format!("update custody_unit set {change} where id = '{of}'")).await;
        let found = faults(&house).await;
        assert!(found.contains(&Fault::Row { unit: of, what }), "{change}: {found:?}");
        mend(&house).await;
    }
    tamper(&house, &format!("update custody_unit set seq = seq - 1, rooted_seq = rooted_seq - 1 where id = '{of}'"))
        .await;
    assert!(faults(&house).await.contains(&Fault::Beyond { unit: of, seq: end }));
    mend(&house).await;
    tamper(&house, &format!("update custody_unit set key_sealed = '\\x00' where id = '{of}'")).await;
    assert_eq!(faults(&house).await, [Fault::Key { unit: of }]);
    mend(&house).await;
    let (one, other) = (unit(BANKED), unit(OTHER));
    edited_places_are_named(&house, (one, other)).await;
    // Two units exchange their places in the tree.
    let leaves = (super::leaf(&house, one).await, super::leaf(&house, other).await);
    tamper(
        &house,
        &format!(
            "update custody_unit set leaf = -1 where id = '{one}'; update custody_unit set leaf = {} where id = '{other}'; \
             update custody_unit set leaf = {} where id = '{one}'",
            leaves.0, leaves.1
        ),
    )
    .await;
    let named: Vec<_> = faults(&house)
        .await
        .into_iter()
        .map(|fault| match fault {
            Fault::Rewritten { unit, .. } | Fault::CutOff { unit, .. } => Ok(unit),
            other => Err(other),
        })
        .collect();
    assert_eq!(named, [Ok(one), Ok(other)]);
}

/// Which bag lies where, and which lay in a tank when it was warm: guards, lists and excursions go by it.
async fn edited_places_are_named(house: &TestHouse, (of, other): (UnitId, UnitId)) {
    let lay = |of| Fault::Row { unit: of, what: "where it lay" };
    let all = "unit_id, tank_id, tower, frame, slot, put_at, put_by, put_with, taken_at, taken_by, taken_with";
    let set = |change: &str| format!("update custody_placement set {change} where unit_id = '{of}' and taken_at is");
    for (change, named) in [
        (set("tower = 6") + " null", vec![of]),
        (set("tank_id = (select id from custody_tank where code = 'L-02')") + " null", vec![of]),
        (set("put_at = put_at - interval '1 day'") + " null", vec![of]),
        (set("taken_at = taken_at + interval '1 microsecond'") + " not null", vec![of]),
        (format!("delete from custody_placement where unit_id = '{of}' and taken_at is not null"), vec![of]),
        (
            format!(
                "insert into custody_placement (id, {all}) select gen_random_uuid(), {all} from custody_placement \
                 where unit_id = '{of}' and taken_at is not null"
            ),
            vec![of],
        ),
        // The other's: both are named, in the order of units.
        (set(&format!("unit_id = '{other}'")) + " not null", vec![of, other]),
    ] {
        tamper(house, &change).await;
        let expected: Vec<Fault> = named.into_iter().map(lay).collect();
        assert_eq!(faults(house).await, expected, "{change}");
        let terms = Terms { unit: Some(of), ..Terms::at(house.now()) };
        assert_eq!(verify_by(house, &terms).await.faults, [lay(of)], "{change}, alone");
        mend(house).await;
    }
}
