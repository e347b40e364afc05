//! A unit follows its contract: the family that takes over reads it with its whole way, its former one nothing of it any more, and what is
//! the mother's stays hers.

use super::office::{colleague, contract_in, contract_of};
use super::own::of_mother;
use super::rows::counted;
use super::{count, family, joined, number, phone, support, units, visitor};
use domain::contact::PersonName;
use domain::custody::{Din, Pool, State};
use domain::family::{Consent, ContractNumber, ContractState, Kin, Notice};
use domain::field::Fault;
use domain::ids::{AccountId, ContractId, FamilyId, UnitId};
use services::custody::proof::Reading;
use services::family::office::{self, Giving, Inviting};
use services::family::{self as families, FamilyError, Founder, Founding, Look, Own, found_in};
use services::telemetry::Span;
use store::family::certificates;
use testkit::TestHouse;
use uuid::Uuid;

/// A unit with its family and its contract, and the one that takes over.
pub(super) struct Both {
    pub unit: UnitId,
    /// The number on its bag.
    pub din: String,
    /// All units of the house; `unit` is the first.
    pub all: Vec<UnitId>,
    pub old: FamilyId,
    pub from: ContractId,
    pub new: FamilyId,
    pub to: ContractId,
}

async fn family_of(house: &TestHouse, contract: ContractId) -> FamilyId {
    let row = sqlx::query_scalar("select family_id from family_contract where id = $1").bind(contract.0);
    FamilyId(row.fetch_one(&house.db.owner_pool()).await.expect("a family"))
}

/// Family 1 (the mother is 11, the other guardian 12) with a stored unit, and a signed contract of family 2, which 21 has joined as the
/// mother of that family.
pub(super) async fn both(house: &TestHouse) -> Both {
    let all = units(house).await;
    let unit = all[0];
    let old = family(house, 1, unit).await;
    let from = contract_of(house, old).await;
    let to = contract_in(house, 2, ContractState::Signed).await;
    joined(house, 2, 21).await;
    Both { unit, din: din_of(house, unit).await, all, old, from, new: family_of(house, to).await, to }
}

/// The whole number of a unit, as its bag has it.
pub(super) async fn din_of(house: &TestHouse, unit: UnitId) -> String {
    let row = sqlx::query_scalar::<_, String>("select din from custody_unit where id = $1").bind(unit.0);
    let din = Din::parse(&row.fetch_one(&house.db.owner_pool()).await.expect("a unit")).expect("a number");
    format!("{}{}", din.as_str(), din.check())
}

/// What the form says by which a contract goes to that of a number, with the unit of another.
pub(super) fn giving(din: &str, to: &str, form: u128) -> Giving {
    let (born, reason) = ("2025-03-02".to_owned(), "演示：双方家庭来函申请".to_owned());
    Giving { form: Uuid::from_u128(form), version: 1, to: to.to_owned(), din: din.to_owned(), born, reason }
}

pub(super) async fn propose(house: &TestHouse, from: ContractId, said: &Giving) -> Result<Uuid, FamilyError> {
    office::propose_transfer(&house.services, &support(house), from, said).await
}

/// One of the office proposes it, and another confirms it.
pub(super) async fn give(house: &TestHouse, from: ContractId, said: &Giving) -> Result<ContractState, FamilyError> {
    let proposal = propose(house, from, said).await?;
    office::confirm_transfer(&house.services, &colleague(house), (from, proposal)).await
}

fn fault(done: Result<ContractState, FamilyError>) -> (String, Fault) {
    match done {
        Err(FamilyError::Fields(faults)) => (faults[0].field.clone(), faults[0].fault),
        done => panic!("{done:?}"),
    }
}

pub(super) async fn owner_of(house: &TestHouse, unit: UnitId) -> FamilyId {
    let row = sqlx::query_scalar("select family_id from custody_unit where id = $1").bind(unit.0);
    FamilyId(row.fetch_one(&house.db.owner_pool()).await.expect("a unit that is a family's"))
}

#[tokio::test]
async fn a_unit_follows_its_contract_and_its_former_family_reads_nothing_of_it_any_more() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let (services, unit) = (&house.services, both.unit);
    let told = families::record(services, &visitor(&house, 11), unit).await.expect("read").events.len();
    families::certificate(services, &visitor(&house, 11), unit).await.expect("a certificate");
    let strange = families::record(services, &visitor(&house, 21), unit).await;
    assert!(matches!(strange, Err(FamilyError::NotFound)), "{strange:?}");

    for _ in 0..2 {
        let done = give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("pressed twice it is one");
        assert_eq!(done, ContractState::Transferred);
    }
    assert_eq!(count(&house, "select count(*) from custody_event where kind = 'assigned'").await, 2);
    assert_eq!(count(&house, "select count(*) from family_contract_transfer").await, 1);
    let of_age = "select of_age_in::bigint from family_child k join family_contract c on c.child_id = k.id where c.state = 'active'";
    assert_eq!(
        count(&house, of_age).await,
        2043,
        "the child of the new contract was born on the day that was confirmed"
    );
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'custody.unit_passed_on'").await, 1);
    assert_eq!(owner_of(&house, unit).await, both.new);

    for person in [11, 12] {
        let context = visitor(&house, person);
        let answers = [
            families::unit(services, &context, unit).await.err(),
            families::steps_of(services, &context, unit).await.err(),
            families::record(services, &context, unit).await.err(),
            families::certificate(services, &context, unit).await.err(),
            families::passport(services, &context, unit).await.err(),
            families::thermal(services, &context, unit, Span::Life).await.err(),
        ];
        for answer in answers {
            assert!(matches!(answer, Some(FamilyError::NotFound)), "as of a foreign unit: {answer:?}");
        }
        assert!(families::units(services, &context).await.expect("read").is_empty());
        let own = families::contracts(services, &context).await.expect("read");
        assert_eq!((own.len(), own[0].state, own[0].unit_went), (1, ContractState::Transferred, true));
        let notices = families::notices(services, &context).await.expect("read");
        assert!(notices.iter().all(|notice| notice.unit.is_none()), "no notice leads to its page: {notices:?}");
        assert_eq!(notices.iter().filter(|notice| notice.kind == Notice::UnitPassedOn).count(), 1);
    }

    let taker = visitor(&house, 21);
    let record = families::record(services, &taker, unit).await.expect("theirs now");
    assert_eq!((record.unit.state, record.events.len()), (State::Banked, told + 1), "its whole way");
    let (_, steps) = families::steps_of(services, &taker, unit).await.expect("read");
    assert!(steps.len() == 56 && steps.iter().all(|step| step.done));
    families::thermal(services, &taker, unit, Span::Life).await.expect("how cold it lay");
    let own = families::contracts(services, &taker).await.expect("read");
    assert_eq!((own[0].state, own[0].unit, own[0].unit_went), (ContractState::Active, Some(unit), false));
    let notices = families::notices(services, &taker).await.expect("read");
    let told = notices.iter().find(|notice| notice.kind == Notice::UnitTakenOver).expect("they are told");
    assert_eq!(told.unit, Some(unit));

    // The office sees where it went, and where it came from.
    let of = async |id| office::contract(services, &support(&house), id).await.expect("read");
    let (from, to) = (of(both.from).await, of(both.to).await);
    assert_eq!((from.went_to, from.unit.map(|kept| kept.went)), (Some(both.to), Some(true)));
    assert_eq!((to.came_from, to.unit.map(|kept| kept.went)), (Some(both.from), Some(false)));
    assert_eq!(from.history[0].reason.as_deref(), Some("演示：双方家庭来函申请"));
}

#[tokio::test]
async fn the_certificate_of_the_former_family_is_good_no_more_and_the_new_one_has_its_own() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let services = &house.services;
    families::certificate(services, &visitor(&house, 11), both.unit).await.expect("a certificate");
    give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    families::certificate(services, &visitor(&house, 21), both.unit).await.expect("a certificate of their own");
    assert_eq!(count(&house, "select count(*) from family_certificate").await, 2);
    for (family, good) in [(both.old, false), (both.new, true)] {
        let kept = certificates::of_unit(&services.db, (family.0, both.unit.0)).await.expect("read").expect("issued");
        let found = certificates::numbered(&services.db, &kept.number).await.expect("asked");
        assert_eq!(found.is_some(), good);
    }
}

/// With the policy gone the database itself finds nothing of it for the former family, and nothing of the former family for the new.
#[tokio::test]
async fn with_the_policy_gone_neither_family_finds_what_is_the_others() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    for (person, finds) in [(11, false), (12, false), (21, true)] {
        let mut own = Own::of(&house.services, AccountId(Uuid::from_u128(person))).await.expect("a transaction");
        for table in ["custody_unit", "custody_event", "custody_placement"] {
            assert_eq!(counted(&mut own.tx, table).await > 0, finds, "{table} for {person}");
        }
        for table in ["family", "family_contract"] {
            assert_eq!(counted(&mut own.tx, table).await, 1, "{table} for {person}");
        }
        let mother: Option<Uuid> = sqlx::query_scalar("select family_birth_mother($1)")
            .bind(both.unit.0)
            .fetch_one(&mut *own.tx)
            .await
            .expect("asked");
        assert_eq!(mother, None, "who was of the former family is not told");
        let which = sqlx::query("select from family_contract_transfer").execute(&mut *own.tx).await;
        assert!(which.is_err(), "nor which family");
    }
}

#[tokio::test]
async fn who_looked_is_read_by_the_family_whose_it_was_then() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let look = async |reason: &str| {
        let mut tx = house.services.begin().await.expect("a transaction");
        let look = Look { unit: both.unit, role: "family_support", what: "unit", reason, break_glass: false };
        assert!(families::look_in(&house.services, &mut tx, &support(&house), look).await.expect("written"));
        tx.commit().await.expect("committed");
    };
    look("演示：转让之前").await;
    give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    look("演示：转让之后").await;
    for (person, reason) in [(11, "演示：转让之前"), (12, "演示：转让之前"), (21, "演示：转让之后")]
    {
        let seen = families::looks(&house.services, &visitor(&house, person)).await.expect("read");
        assert_eq!(seen.iter().map(|look| look.reason.as_str()).collect::<Vec<_>>(), [reason], "{person}");
    }
}

/// How many events of a passport are open to whoever fetches it.
async fn open_to(house: &TestHouse, person: u128, unit: UnitId) -> usize {
    let passport = families::passport(&house.services, &visitor(house, person), unit).await;
    let Reading { passport, .. } = passport.expect("a passport");
    passport.events.iter().filter(|event| event.said.is_some()).count()
}

async fn reads_of_hers(house: &TestHouse, person: u128, unit: UnitId) -> usize {
    of_mother(&families::record(&house.services, &visitor(house, person), unit).await.expect("read"))
}

#[tokio::test]
async fn what_is_the_mothers_is_not_the_new_familys_whatever_she_let_the_former_one() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let (unit, shares) = (both.unit, (Consent::MotherResults, true));
    let (closed, whole) = (open_to(&house, 12, unit).await, open_to(&house, 11, unit).await);
    assert!(closed < whole, "something tells of her");
    families::consent(&house.services, &visitor(&house, 11), both.old, shares).await.expect("said");
    assert!(reads_of_hers(&house, 12, unit).await > 0, "she lets the other guardian");
    // The mother of the family that takes over lets the others read hers; but these are not hers.
    families::consent(&house.services, &visitor(&house, 21), both.new, shares).await.expect("said");
    give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    let record = families::record(&house.services, &visitor(&house, 21), unit).await.expect("read");
    assert_eq!(of_mother(&record), 0);
    assert!(record.tests.iter().any(|test| test.hidden), "that there is something is said");
    // (The transfer is one event more, which says nothing of her.)
    assert_eq!(open_to(&house, 21, unit).await, closed + 1, "neither does the passport say it");
}

#[tokio::test]
async fn a_mother_who_is_of_the_new_family_reads_her_own_and_lets_the_others_of_it() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let old = family(&house, 1, unit).await;
    let day = |text: &str| text.parse().expect("a day");
    // In the family that takes over nobody is the mother yet.
    let new = Founding {
        number: ContractNumber::parse(&number(2)).expect("a number"),
        pool: Pool::Family,
        state: ContractState::Signed,
        term: Some((day("2026-01-01"), day("2045-12-31"))),
        unit: None,
        child: (PersonName::parse("演示宝宝").expect("a name"), day("2026-03-01"), None),
        invited: vec![Founder { kin: Kin::Owner, mother: false, phone: phone(21) }],
        prices: vec![("storage", day("2026-08-10"), 62_000, None)],
    };
    let mut tx = house.services.begin().await.expect("a transaction");
    let (new, to) = found_in(&house.services, &mut tx, &house.services.system(), &new).await.expect("a family");
    tx.commit().await.expect("committed");
    joined(&house, 2, 21).await;
    families::consent(&house.services, &visitor(&house, 11), old, (Consent::MotherResults, true)).await.expect("said");
    let din = din_of(&house, unit).await;
    give(&house, contract_of(&house, old).await, &giving(&din, &number(2), 7)).await.expect("transferred");
    let digits = phone(11).digits().to_owned();
    let inviting = Inviting { contract: to, kin: "second_guardian".to_owned(), mother: true, phone: digits };
    office::invite(&house.services, &support(&house), &inviting).await.expect("invited");
    joined(&house, 2, 11).await;
    let hers = reads_of_hers(&house, 11, unit).await;
    assert!(hers > 0, "her own are hers in whichever family");
    assert_eq!(reads_of_hers(&house, 21, unit).await, 0, "what she let others is not for these");
    for (given, read) in [(true, hers), (false, 0)] {
        let said = (Consent::MotherResults, given);
        families::consent(&house.services, &visitor(&house, 11), new, said).await.expect("said");
        assert_eq!(reads_of_hers(&house, 21, unit).await, read, "{given}");
    }
}

#[tokio::test]
async fn only_a_signed_contract_of_another_family_without_a_unit_takes_over() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    contract_in(&house, 3, ContractState::Draft).await;
    contract_in(&house, 4, ContractState::Active).await;
    contract_in(&house, 5, ContractState::Terminated).await;
    let before = count(&house, "select count(*) from custody_event").await;
    for (to, expected) in [
        (String::new(), Fault::Required),
        ("SD20".to_owned(), Fault::ContractNumberShape),
        (number(999), Fault::ContractUnknown),
        (number(1), Fault::ContractUnfit),
        (number(3), Fault::ContractUnfit),
        (number(4), Fault::ContractUnfit),
        (number(5), Fault::ContractUnfit),
    ] {
        assert_eq!(
            fault(give(&house, both.from, &giving(&both.din, &to, 7)).await),
            ("to".to_owned(), expected),
            "{to}"
        );
    }
    let other_use = "update family_contract set pool = 'directed' where id = $1";
    sqlx::query(other_use).bind(both.to.0).execute(&house.db.owner_pool()).await.expect("of another use");
    assert_eq!(fault(give(&house, both.from, &giving(&both.din, &number(2), 7)).await).1, Fault::ContractUnfit);
    // A contract without a unit has nothing to go with it.
    let bare = contract_in(&house, 6, ContractState::Active).await;
    assert_eq!(fault(give(&house, bare, &giving(&both.din, &number(2), 8)).await).1, Fault::NotAChoice);
    // Nor does a unit change hands on its way to a patient, or when it is no more.
    for (state, expected) in
        [("reserved", Fault::UnitStays), ("delivered", Fault::UnitStays), ("discarded", Fault::NotAChoice)]
    {
        let past_its_ways = format!(
            "begin; set local session_replication_role = replica; update custody_unit set state = '{state}' where id = '{}'; commit",
            both.unit
        );
        sqlx::raw_sql(sqlx::AssertSqlSafe(past_its_ways)).execute(&house.db.owner_pool()).await.expect("the owner may");
        assert_eq!(
            fault(give(&house, both.from, &giving(&both.din, &number(2), 7)).await),
            ("to".to_owned(), expected),
            "{state}"
        );
    }
    // The number on the bag is that of the contract's unit.
    let healed = format!(
        "begin; set local session_replication_role = replica; update custody_unit set state = 'banked' where id = '{}'; commit",
        both.unit
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(healed)).execute(&house.db.owner_pool()).await.expect("the owner may");
    sqlx::query("update family_contract set pool = 'family' where id = $1")
        .bind(both.to.0)
        .execute(&house.db.owner_pool())
        .await
        .expect("of the same use");
    let beside = din_of(&house, both.all[1]).await;
    for (din, expected) in [("", Fault::Required), (beside.as_str(), Fault::UnitOther)] {
        assert_eq!(fault(give(&house, both.from, &giving(din, &number(2), 7)).await), ("din".to_owned(), expected));
    }
    let unborn = Giving { born: String::new(), ..giving(&both.din, &number(2), 7) };
    assert_eq!(fault(give(&house, both.from, &unborn).await), ("born".to_owned(), Fault::Required));
    let late = give(&house, both.from, &Giving { version: 2, ..giving(&both.din, &number(2), 7) }).await;
    assert!(matches!(late, Err(FamilyError::Stale)), "{late:?}");
    assert_eq!(owner_of(&house, both.unit).await, both.old, "nothing of it happened");
    assert_eq!(count(&house, "select count(*) from family_contract_event").await, 0);
    assert_eq!(count(&house, "select count(*) from family_contract_giving").await, 0);
    assert_eq!(count(&house, "select count(*) from custody_event").await, before);
}

/// A unit that went to another bank is in the house no more: its contract goes without another that takes over.
#[tokio::test]
async fn what_the_bank_has_no_more_needs_nobody_who_takes_over() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    sqlx::raw_sql(
        "set session_replication_role = replica; update custody_unit set state = 'transferred_out' where family_id is not null; \
         set session_replication_role = origin",
    )
    .execute(&house.db.owner_pool())
    .await
    .expect("it left");
    for _ in 0..2 {
        let done = give(&house, both.from, &giving("", "", 7)).await.expect("pressed twice it is one");
        assert_eq!(done, ContractState::Transferred);
    }
    assert_eq!(owner_of(&house, both.unit).await, both.old, "its record stays its family's");
    let own = families::contracts(&house.services, &visitor(&house, 11)).await.expect("read");
    assert_eq!((own[0].state, own[0].unit_went), (ContractState::Transferred, false));
}

/// Whoever has the house's own role, and not its words, moves no unit: the event is missing, or it is not the last one's.
#[tokio::test]
async fn the_database_lets_no_unit_go_without_an_event_of_its_own() {
    let house = TestHouse::new().await;
    let both = both(&house).await;
    let services = &house.services;
    let row = "insert into family_contract_transfer
               (contract_id, to_contract_id, form_id, unit_id, seq, from_family_id, to_family_id, at)
               select $1, $2, gen_random_uuid(), $3, max(seq), $4, $5, now() from custody_event where unit_id = $3 and kind = 'assigned'";
    let write = "update custody_unit set family_id = $2 where id = $1";
    for noted in [false, true] {
        let mut tx = services.begin().await.expect("a transaction");
        if noted {
            let row = sqlx::query(row).bind(both.from.0).bind(both.to.0).bind(both.unit.0);
            row.bind(both.old.0).bind(both.new.0).execute(&mut *tx).await.expect("noted, without an event");
        }
        let moved = sqlx::query(write).bind(both.unit.0).bind(both.new.0).execute(&mut *tx).await;
        let refused = moved.expect_err("no event says so");
        assert_eq!(store::constraint_of(&refused), Some("custody_unit_assigned"), "{refused}");
    }
    give(&house, both.from, &giving(&both.din, &number(2), 7)).await.expect("transferred");
    for family in [Some(both.old.0), None] {
        let back = sqlx::query(write).bind(both.unit.0).bind(family).execute(&services.db).await;
        let refused = back.expect_err("it went");
        assert_eq!(store::constraint_of(&refused), Some("custody_unit_assigned"), "{refused}");
    }
    for sql in ["delete from family_contract_transfer", "update family_contract_transfer set seq = 1"] {
        assert!(sqlx::query(sql).execute(&house.db.owner_pool()).await.is_err(), "{sql}");
    }
}
