//! Whose a unit is: said by an event, once, by whoever makes a contract; and named where a row says otherwise.

use super::{BANKED, FROZEN, OTHER, close, faults, keep, last, mend, rehash, rooted, tamper, told, unit, verify_by};
use domain::account::{Actor, Role};
use domain::custody::chain::of_family;
use domain::custody::passport::Hex;
use domain::custody::{Kind, Payload, State};
use domain::ids::{AccountId, ContractId, FamilyId, LoginSessionId, UnitId};
use services::Context;
use services::custody::proof::{Fault, Step, Terms};
use services::custody::{self, CustodyError, Incoming, Passing, Refused, Sight, Stood, UnitName};
use sqlx::PgPool;
use testkit::TestHouse;
use tokio::sync::Barrier;
use uuid::Uuid;

const ONE: FamilyId = FamilyId(Uuid::from_u128(0xfa_0001));
const TWO: FamilyId = FamilyId(Uuid::from_u128(0xfa_0002));
/// A unit that was given to a patient long ago.
const INFUSED: u128 = 12;

async fn give(house: &TestHouse, number: u128, family: FamilyId) -> Result<bool, CustodyError> {
    let mut tx = house.services.begin().await?;
    let given = custody::assign_in(&house.services, &mut tx, &house.services.system(), unit(number), family).await?;
    tx.commit().await?;
    Ok(given)
}

fn quality(house: &TestHouse) -> Context {
    let (account, login) = (AccountId(Uuid::from_u128(0xA)), LoginSessionId(Uuid::from_u128(0xB)));
    let roles = vec![Role::QualityOfficer];
    house.context(Actor::Staff { account, login, roles, stepped_up_at: Some(house.now()) })
}

/// How many events say whose a unit is.
async fn said(house: &TestHouse, of: UnitId) -> i64 {
    sqlx::query_scalar("select count(*) from custody_event where unit_id = $1 and kind = 'assigned'")
        .bind(of.0)
        .fetch_one(&house.services.db)
        .await
        .expect("a count")
}

#[tokio::test]
async fn a_unit_that_is_made_another_familys_is_named() {
    let house = rooted().await;
    assert!(give(&house, BANKED, ONE).await.expect("given"));
    assert!(matches!(close(&house).await, Step::Closed { .. }));
    keep(&house).await;
    assert_eq!(faults(&house).await, []);
    let (of, other) = (unit(BANKED), unit(OTHER));
    let relinked = Fault::Row { unit: of, what: "its family" };
    for family in [format!("'{TWO}'"), "null".to_owned()] {
        tamper(&house, &format!("update custody_unit set family_id = {family} where id = '{of}'")).await;
        assert_eq!(faults(&house).await, std::slice::from_ref(&relinked), "{family}");
        let alone = Terms { unit: Some(of), ..Terms::at(house.now()) };
        assert_eq!(verify_by(&house, &alone).await.faults, std::slice::from_ref(&relinked), "{family}, alone");
        mend(&house).await;
    }
    // One that is nobody's is made the family's own.
    tamper(&house, &format!("update custody_unit set family_id = '{ONE}' where id = '{other}'")).await;
    assert_eq!(faults(&house).await, [Fault::Unassigned { unit: other }]);
    // With the event of the one that is theirs behind it, and all hashes made anew: it was not sealed for this unit.
    let end = last(&house, other).await;
    let copied = format!(
        "insert into custody_event select '{other}', {}, kind, sealed, digest, occurred_at, received_at, actor_kind, actor_id, \
                source, source_seq, prev_hash, hash from custody_event where unit_id = '{of}' and kind = 'assigned'",
        end + 1
    );
    tamper(&house, &copied).await;
    rehash(&house, other).await;
    assert_eq!(faults(&house).await, [Fault::Forged { unit: other, first: end + 1, last: end + 1 }]);
}

/// A contract of each of two families: that of the first keeps a unit.
const CONTRACTS: [ContractId; 2] = [ContractId(Uuid::from_u128(0xc0_0001)), ContractId(Uuid::from_u128(0xc0_0002))];

/// Lets a unit go from one family to another, as a transfer of its contract does.
async fn pass_on(house: &TestHouse, number: u128, (from, to): (FamilyId, FamilyId)) -> Result<(), CustodyError> {
    let [one, two] = CONTRACTS;
    let passing = Passing { unit: unit(number), from: (from, one), to: (to, two), form: Uuid::from_u128(7) };
    let mut tx = house.services.begin().await?;
    custody::pass_on_in(&house.services, &mut tx, &house.services.system(), &passing).await?;
    tx.commit().await?;
    Ok(())
}

/// Both families are named by events of the unit's chain: the last counts.
#[tokio::test]
async fn a_unit_that_went_to_another_family_and_is_made_the_former_ones_again_is_named() {
    let house = rooted().await;
    let of = unit(BANKED);
    let [one, two] = CONTRACTS;
    let contracts = format!(
        "insert into family_contract (id, family_id, unit_id, number_sealed, number_index, pool, state, made_at) values \
         ('{one}', '{ONE}', '{of}', '\\x00', sha256('1'), 'family', 'active', now()), \
         ('{two}', '{TWO}', null, '\\x00', sha256('2'), 'family', 'signed', now())"
    );
    tamper(&house, &contracts).await;
    assert!(give(&house, BANKED, ONE).await.expect("given"));
    let strange = pass_on(&house, BANKED, (TWO, ONE)).await;
    assert!(matches!(strange, Err(CustodyError::Refused(Refused::AssignedBefore))), "{strange:?}");
    // Whoever wrote another family into the row lets nothing go from there: the chain does not say that it was theirs.
    let relink = |family: FamilyId| format!("update custody_unit set family_id = '{family}' where id = '{of}'");
    tamper(&house, &relink(TWO)).await;
    let laundered = pass_on(&house, BANKED, (TWO, ONE)).await;
    assert!(matches!(laundered, Err(CustodyError::Refused(Refused::AssignedBefore))), "{laundered:?}");
    tamper(&house, &relink(ONE)).await;
    assert_eq!(said(&house, of).await, 1, "nothing was written");

    pass_on(&house, BANKED, (ONE, TWO)).await.expect("it went");
    assert!(matches!(close(&house).await, Step::Closed { .. }));
    assert_eq!((said(&house, of).await, faults(&house).await), (2, vec![]));
    let view = custody::unit(&house.services, &house.services.system(), of, Sight::Staff).await.expect("a unit");
    assert_eq!(view.family, Some(TWO.0));
    let event = view.events.last().expect("an event");
    assert_eq!(event.payload, Some(Payload::Assigned { family: Hex(of_family(of.0, TWO.0)) }));
    keep(&house).await;
    let relinked = Fault::Row { unit: of, what: "its family" };
    for family in [format!("'{ONE}'"), "null".to_owned()] {
        tamper(&house, &format!("update custody_unit set family_id = {family} where id = '{of}'")).await;
        assert_eq!(faults(&house).await, std::slice::from_ref(&relinked), "{family}");
        let alone = Terms { unit: Some(of), ..Terms::at(house.now()) };
        assert_eq!(verify_by(&house, &alone).await.faults, std::slice::from_ref(&relinked), "{family}, alone");
        mend(&house).await;
    }
    // Who it was first is what the mother's results hang on.
    let before = Fault::Row { unit: of, what: "the families it was before" };
    for sql in [
        format!("update family_contract_transfer set from_family_id = '{TWO}', to_family_id = '{ONE}'"),
        "delete from family_contract_transfer".to_owned(),
    ] {
        tamper(&house, &sql).await;
        assert_eq!(faults(&house).await, std::slice::from_ref(&before), "{sql}");
    }
}

#[tokio::test]
async fn a_unit_is_given_once_and_its_event_is_written_once() {
    let house = told().await;
    let of = unit(FROZEN);
    let before = last(&house, of).await;
    assert!(give(&house, FROZEN, ONE).await.expect("given"));
    assert!(!give(&house, FROZEN, ONE).await.expect("theirs already"));
    let another = give(&house, FROZEN, TWO).await;
    assert!(matches!(another, Err(CustodyError::Refused(Refused::AssignedBefore))), "{another:?}");
    assert_eq!((said(&house, of).await, last(&house, of).await), (1, before + 1));
    let view = custody::unit(&house.services, &house.services.system(), of, Sight::Staff).await.expect("a unit");
    let event = view.events.last().expect("an event");
    assert_eq!((event.kind, event.source.as_str()), (Kind::Assigned, custody::CONTRACTS));
    assert_eq!(event.payload, Some(Payload::Assigned { family: Hex(of_family(of.0, ONE.0)) }));
    let text = String::from_utf8_lossy(event.said.as_deref().expect("staff read it")).into_owned();
    assert!(!text.contains(&ONE.to_string()), "the family's id stands in no event");
    assert_eq!((view.standing.state(), view.family), (State::FrozenQuarantine, Some(ONE.0)));
    // A family may come to the record of its unit after that was given.
    assert!(give(&house, INFUSED, TWO).await.expect("given"));
    let nobody = give(&house, 99, TWO).await;
    assert!(matches!(nobody, Err(CustodyError::NotFound)), "{nobody:?}");
    assert_eq!(faults(&house).await, []);
}

#[tokio::test]
async fn neither_a_machine_nor_the_desk_nor_a_row_by_itself_says_whose_a_unit_is() {
    let house = told().await;
    let of = unit(BANKED);
    let payload = Payload::Assigned { family: Hex(of_family(of.0, ONE.0)) };
    let told = Incoming { unit: UnitName::Id(of), payload, occurred_at: house.now(), source_seq: None };
    let machine = testkit::custody::tell(&house, std::slice::from_ref(&told)).await;
    assert_eq!(machine, [Err(Refused::OnlyContracts)]);
    let desk = testkit::custody::record(&house.services, &quality(&house), told).await;
    assert!(matches!(desk, Err(CustodyError::Refused(Refused::OnlyContracts))), "{desk:?}");
    let write = async |family: Option<FamilyId>| {
        let row = sqlx::query("update custody_unit set family_id = $2 where id = $1").bind(of.0);
        row.bind(family.map(|family| family.0)).execute(&house.services.db).await
    };
    let constraint = |done: &sqlx::Error| store::constraint_of(done) == Some("custody_unit_assigned");
    let alone = write(Some(ONE)).await.expect_err("no event says so");
    assert!(constraint(&alone), "{alone}");
    assert!(give(&house, BANKED, ONE).await.expect("given"));
    for family in [Some(TWO), None] {
        let again = write(family).await.expect_err("it is theirs");
        assert!(constraint(&again), "{again}");
    }
    assert_eq!(said(&house, of).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_who_give_one_unit_at_once_one_does() {
    let house = told().await;
    for (number, families) in [(BANKED, [ONE, TWO]), (OTHER, [ONE, ONE])] {
        let (one, other) = tokio::join!(give(&house, number, families[0]), give(&house, number, families[1]));
        let given = [&one, &other].into_iter().filter(|done| matches!(done, Ok(true))).count();
        let late = [&one, &other].into_iter().filter(|done| match done {
            Ok(given) => !given && families[0] == families[1],
            Err(error) => matches!(error, CustodyError::Refused(Refused::AssignedBefore)) && families[0] != families[1],
        });
        assert_eq!((given, late.count()), (1, 1), "{one:?} {other:?}");
        assert_eq!(said(&house, unit(number)).await, 1);
    }
    assert_eq!(faults(&house).await, []);
}

/// The same steps without the unit's lock: each looks whose it is, then both write.
async fn unguarded(pool: &PgPool, of: UnitId, family: FamilyId, both_read: &Barrier) -> bool {
    let mut db = pool.acquire().await.expect("a connection");
    sqlx::raw_sql("begin; set local session_replication_role = replica").execute(&mut *db).await.expect("begun");
    let nobodys: bool = sqlx::query_scalar("select family_id is null from custody_unit where id = $1")
        .bind(of.0)
        .fetch_one(&mut *db)
        .await
        .expect("read");
    both_read.wait().await;
    let write = sqlx::query("update custody_unit set family_id = $2 where id = $1").bind(of.0).bind(family.0);
    write.execute(&mut *db).await.expect("written");
    sqlx::raw_sql("commit").execute(&mut *db).await.expect("committed");
    nobodys
}

/// Negative control of the race above.
#[tokio::test(flavor = "multi_thread")]
async fn without_the_units_lock_both_are_told_that_it_is_theirs() {
    let house = told().await;
    let (pool, both_read, of) = (house.db.owner_pool(), Barrier::new(2), unit(BANKED));
    let (one, other) = tokio::join!(unguarded(&pool, of, ONE, &both_read), unguarded(&pool, of, TWO, &both_read));
    assert!(one && other, "a race that cannot go wrong proves nothing about the lock");
}

/// As a version left them that had no such event.
#[tokio::test]
async fn units_that_were_given_before_are_recorded_once_where_a_contract_of_their_family_names_them() {
    let house = rooted().await;
    let (of, other) = (unit(BANKED), unit(OTHER));
    let contract = |of: UnitId, family: FamilyId| {
        format!(
            "insert into family_contract (id, family_id, unit_id, number_sealed, number_index, pool, state, made_at) \
             values (gen_random_uuid(), '{family}', '{of}', '\\x00', sha256('{of}'), 'family', 'active', now())"
        )
    };
    let given = format!("update custody_unit set family_id = '{ONE}' where id in ('{of}', '{other}')");
    // The contract of the second is another family's.
    tamper(&house, &[given, contract(of, ONE), contract(other, TWO)].join("; ")).await;
    assert_eq!(faults(&house).await, [Fault::Unassigned { unit: of }, Fault::Unassigned { unit: other }]);
    let denied = custody::assign_standing(&house.services, &quality(&house)).await;
    assert!(matches!(denied, Err(CustodyError::Denied(_))), "{denied:?}");
    for recorded in [1, 0] {
        let stood = custody::assign_standing(&house.services, &house.services.system()).await.expect("looked at");
        assert_eq!(stood, Stood { recorded, left: vec![other] });
    }
    assert_eq!((said(&house, of).await, said(&house, other).await), (1, 0));
    assert_eq!(faults(&house).await, [Fault::Unassigned { unit: other }]);
}
