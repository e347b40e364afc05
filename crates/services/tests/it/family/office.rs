//! The contracts' office: each act goes where the table says, for whoever may, once; and no act moves a unit.

use super::{count, days, family, founded, joined, network, number, phone, support, units, visitor, writing};
use domain::account::{Actor, Denied, Role};
use domain::contact::PersonName;
use domain::custody::{Din, Pool};
use domain::family::{ContractEvent, ContractNumber, ContractState, Kin};
use domain::field::Fault;
use domain::ids::{ContractId, FamilyId, UnitId};
use jiff::SignedDuration;
use services::Context;
use services::family::office::{self, Acting, Giving, Inviting, OwedWhich, Paying, Standing, Writing};
use services::family::{self as families, FamilyError, Founder, Founding, found_in};
use testkit::TestHouse;
use uuid::Uuid;

/// Somebody of another role.
pub(super) fn staff(house: &TestHouse, role: Role) -> Context {
    house.somebody(90_050, role)
}

/// A contract of a number of its own, as far as a state says, without a unit.
pub(super) async fn contract_in(house: &TestHouse, family: u128, state: ContractState) -> ContractId {
    let day = |text: &str| text.parse().expect("a day");
    let new = Founding {
        number: ContractNumber::parse(&number(family)).expect("a number"),
        pool: Pool::Family,
        state,
        term: (state != ContractState::Draft).then(|| (day("2026-01-01"), day("2045-12-31"))),
        unit: None,
        child: (PersonName::parse("演示宝宝").expect("a name"), day("2026-03-01"), None),
        invited: vec![Founder { kin: Kin::Owner, mother: true, phone: phone(family * 10 + 1) }],
        prices: vec![("storage", day("2026-08-10"), 62_000, None), ("storage", day("2027-08-10"), 62_000, None)],
    };
    let mut tx = house.services.begin().await.expect("a transaction");
    let (_, id) = found_in(&house.services, &mut tx, &house.services.system(), &new).await.expect("a family");
    tx.commit().await.expect("committed");
    id
}

/// The contract of a family.
pub(super) async fn contract_of(house: &TestHouse, family: FamilyId) -> ContractId {
    let sql = "select id from family_contract where family_id = $1";
    ContractId(sqlx::query_scalar(sql).bind(family.0).fetch_one(&house.db.owner_pool()).await.expect("a contract"))
}

/// The whole number of a unit that is nobody's, and the unit.
pub(super) async fn nobodys(house: &TestHouse) -> (UnitId, String) {
    let sql = "select id, din from custody_unit where family_id is null and pool = 'family' and state = 'banked' order by id limit 1";
    let (id, din): (Uuid, String) =
        sqlx::query_as(sql).fetch_one(&house.db.owner_pool()).await.expect("a unit that is nobody's");
    let din = Din::parse(&din).expect("a number");
    (UnitId(id), format!("{}{}", din.as_str(), din.check()))
}

/// Everything an act can ask for, made of a version.
fn acting(version: u32, din: &str) -> Acting {
    let text = str::to_owned;
    Acting {
        version,
        signed_on: text("2026-07-01"),
        ends_on: text("2046-07-01"),
        din: text(din),
        born: text("2026-03-02"),
        storage: text("620"),
        storage_from: text("2046-08-01"),
        years: text("2"),
        reason: text("演示：双方协商一致"),
    }
}

/// Another of the office than [`support`].
pub(super) fn colleague(house: &TestHouse) -> Context {
    staff(house, Role::FamilySupport)
}

/// One of the office proposes the unit of a number, and another confirms it.
async fn begun(house: &TestHouse, id: ContractId, said: &Acting) -> Result<ContractState, FamilyError> {
    let proposal = office::propose(&house.services, &support(house), id, said).await?;
    office::confirm(&house.services, &colleague(house), (id, proposal)).await
}

/// A transfer of a contract without a unit, as it is typed.
fn bare(form: u128) -> Giving {
    let reason = "演示：双方协商一致".to_owned();
    Giving { form: Uuid::from_u128(form), version: 1, reason, ..Giving::default() }
}

/// One of the office proposes that a contract without a unit goes to another, and another confirms it.
async fn passed_on(house: &TestHouse, id: ContractId, form: u128) -> Result<ContractState, FamilyError> {
    let proposal = office::propose_transfer(&house.services, &support(house), id, &bare(form)).await?;
    office::confirm_transfer(&house.services, &colleague(house), (id, proposal)).await
}

#[tokio::test]
async fn each_act_of_the_office_goes_where_the_table_says_and_nowhere_else() {
    let house = TestHouse::new().await;
    units(&house).await;
    let (unit, din) = nobodys(&house).await;
    let (mut nth, mut gone) = (100, 0);
    for state in ContractState::ALL {
        for event in ContractEvent::ALL {
            nth += 1;
            let id = contract_in(&house, nth, state).await;
            let said = acting(1, &din);
            let done = match event {
                ContractEvent::Begin => begun(&house, id, &said).await,
                ContractEvent::Transfer => passed_on(&house, id, nth).await,
                event => office::act(&house.services, &support(&house), (id, event), &said).await,
            };
            let expected = state.after(event).filter(|_| event.is_the_offices());
            match (done, expected) {
                (Ok(to), Some(expected)) => assert_eq!(to, expected, "{state:?} {event:?}"),
                (Err(FamilyError::Stale), None) if event.is_the_offices() => {}
                (Err(FamilyError::NotFound), None) if !event.is_the_offices() => {}
                (done, expected) => panic!("{state:?} {event:?}: {done:?}, not {expected:?}"),
            }
            let now = office::contract(&house.services, &support(&house), id).await.expect("read");
            assert_eq!(now.state, expected.unwrap_or(state), "{state:?} {event:?}");
            assert_eq!(now.history.len(), usize::from(expected.is_some()));
            gone += i64::from(expected.is_some());
            if expected.is_some() {
                let ended = event.ends();
                assert_eq!(now.history[0].reason.is_some(), ended, "why it ended is kept, and read");
                assert_eq!(now.invitations[0].standing == Standing::Blocked, ended, "{event:?}");
                assert_eq!(now.prices.len(), if event == ContractEvent::Renew { 4 } else { 2 });
            }
        }
    }
    assert_eq!(count(&house, "select count(*) from family_contract_event").await, gone);
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.contract_moved'").await, gone);
    let kept = sqlx::query_scalar::<_, String>("select state from custody_unit where id = $1").bind(unit.0);
    assert_eq!(kept.fetch_one(&house.db.owner_pool()).await.expect("a unit"), "banked", "no act moves a unit");
}

#[tokio::test]
async fn a_unit_comes_under_one_contract_of_its_own_family_and_use() {
    let house = TestHouse::new().await;
    let all = units(&house).await;
    let (unit, din) = nobodys(&house).await;
    let id = contract_in(&house, 1, ContractState::Signed).await;
    let begin = async |id, din: &str| begun(&house, id, &acting(1, din)).await;
    let faults = |done: Result<ContractState, FamilyError>| match done {
        Err(FamilyError::Fields(faults)) => (faults[0].field.clone(), faults[0].fault),
        done => panic!("{done:?}"),
    };
    assert_eq!(faults(begin(id, "").await), ("din".to_owned(), Fault::Required));
    let (last, rest) = (din.len() - 1, &din[..din.len() - 1]);
    let slip = if din.as_bytes()[last] == b'0' { "1" } else { "0" };
    assert_eq!(faults(begin(id, &format!("{rest}{slip}")).await).1, Fault::DinCheck);
    begin(id, &din).await.expect("in force");
    let now = office::contract(&house.services, &support(&house), id).await.expect("read");
    assert_eq!(now.unit.as_ref().map(|kept| kept.id), Some(unit));
    assert!(!now.unit.expect("a unit").masked.contains(&din), "the page leaves the middle of the number out");
    let other = contract_in(&house, 2, ContractState::Signed).await;
    assert_eq!(faults(begin(other, &din).await), ("din".to_owned(), Fault::UnitTaken));
    assert_eq!(
        count(&house, "select count(*) from custody_event where kind = 'assigned'").await,
        1,
        "its chain says so"
    );
    let of_age = "select of_age_in::bigint from family_child k join family_contract c on c.child_id = k.id where c.unit_id is not null";
    assert_eq!(count(&house, of_age).await, 2044);
    // Its family comes in, and finds the unit.
    joined(&house, 1, 11).await;
    let own = families::units(&house.services, &visitor(&house, 11)).await.expect("read");
    assert_eq!(own.iter().map(|unit| unit.id).collect::<Vec<_>>(), [unit]);
    assert!(all.contains(&unit));
}

#[tokio::test]
async fn two_who_end_a_contract_at_once_end_it_once_and_the_other_is_told() {
    let house = TestHouse::new().await;
    let id = contract_in(&house, 1, ContractState::Active).await;
    let (one, two) = (support(&house), colleague(&house));
    let said = acting(1, "");
    let proposal = office::propose_transfer(&house.services, &one, id, &bare(1)).await.expect("proposed");
    let (one, two) = tokio::join!(
        office::act(&house.services, &one, (id, ContractEvent::Terminate), &said),
        office::confirm_transfer(&house.services, &two, (id, proposal)),
    );
    let won = usize::from(one.is_ok()) + usize::from(two.is_ok());
    assert_eq!(won, 1, "{one:?} {two:?}");
    assert!([one, two].into_iter().filter_map(Result::err).all(|error| matches!(error, FamilyError::Stale)));
    assert_eq!(count(&house, "select count(*) from family_contract_event").await, 1);
    assert_eq!(count(&house, "select count(*) from family_contract_reason").await, 1);
}

#[tokio::test]
async fn nobody_but_the_office_sees_contracts_or_does_anything_with_them() {
    let house = TestHouse::new().await;
    let id = contract_in(&house, 1, ContractState::Active).await;
    let other = contract_in(&house, 2, ContractState::Active).await;
    let elsewhere = office::contract(&house.services, &support(&house), other).await.expect("read").invitations[0].id;
    let absent = ContractId(Uuid::from_u128(404));
    let mut all: Vec<Context> =
        Role::ALL.into_iter().filter(|role| *role != Role::FamilySupport).map(|role| staff(&house, role)).collect();
    all.extend([visitor(&house, 11), house.context(Actor::Anonymous)]);
    let said = acting(1, "");
    let paying = |contract| Paying {
        contract,
        nths: vec!["1".to_owned()],
        amount: "620".to_owned(),
        day: "2026-07-01".to_owned(),
        reference: "T1".to_owned(),
    };
    let inviting = |contract| Inviting {
        contract,
        kin: "second_guardian".to_owned(),
        mother: false,
        phone: phone(77).digits().to_owned(),
    };
    let services = &house.services;
    for context in &all {
        let writing = Writing { form: Uuid::from_u128(1), ..Writing::default() };
        let refused = [
            office::find(services, context, &number(1)).await.map(drop),
            office::list(services, context, ContractState::Active, None).await.map(drop),
            office::owed(services, context, OwedWhich::Soon, None).await.map(drop),
            office::contract(services, context, id).await.map(drop),
            office::reveal(services, context, id, "演示：核对手机号").await.map(drop),
            office::act(services, context, (id, ContractEvent::Terminate), &said).await.map(drop),
            office::propose(services, context, id, &acting(1, "")).await.map(drop),
            office::confirm(services, context, (id, elsewhere)).await.map(drop),
            office::withdraw(services, context, (id, elsewhere)).await,
            office::propose_transfer(services, context, id, &bare(1)).await.map(drop),
            office::confirm_transfer(services, context, (id, elsewhere)).await.map(drop),
            office::withdraw_transfer(services, context, (id, elsewhere)).await,
            office::pay(services, context, &paying(id)).await.map(drop),
            office::take_back(services, context, (id, elsewhere), "演示：流水号抄错").await.map(drop),
            office::invite(services, context, &inviting(id)).await,
            office::send(services, context, (other, elsewhere)).await,
            office::send_child(services, context, id, "演示：孩子没有收到短信").await,
            office::block(services, context, (other, elsewhere)).await,
            office::write(services, context, &writing).await.map(drop),
        ];
        for (at, done) in refused.into_iter().enumerate() {
            assert!(matches!(done, Err(FamilyError::Denied(_))), "{at} for {:?}: {done:?}", context.actor);
        }
    }
    // For the office what is not there, and what is another contract's, is not there.
    let context = &support(&house);
    for missing in [
        office::contract(services, context, absent).await.map(drop),
        office::reveal(services, context, absent, "演示：核对手机号").await.map(drop),
        office::act(services, context, (absent, ContractEvent::Terminate), &said).await.map(drop),
        office::act(services, context, (id, ContractEvent::Begin), &said).await.map(drop),
        office::confirm(services, context, (id, elsewhere)).await.map(drop),
        office::withdraw(services, context, (id, elsewhere)).await,
        office::act(services, context, (id, ContractEvent::Transfer), &said).await.map(drop),
        office::propose_transfer(services, context, absent, &bare(1)).await.map(drop),
        office::confirm_transfer(services, context, (id, elsewhere)).await.map(drop),
        office::withdraw_transfer(services, context, (id, elsewhere)).await,
        office::pay(services, context, &paying(absent)).await.map(drop),
        office::take_back(services, context, (id, elsewhere), "演示：流水号抄错").await.map(drop),
        office::invite(services, context, &inviting(absent)).await,
        office::send(services, context, (id, elsewhere)).await,
        office::send_child(services, context, absent, "演示：孩子没有收到短信").await,
        office::block(services, context, (id, elsewhere)).await,
    ] {
        assert!(matches!(missing, Err(FamilyError::NotFound)), "{missing:?}");
    }
    assert_eq!(count(&house, "select count(*) from family_contract_event").await, 0);
    assert_eq!(count(&house, "select count(*) from family_contract_payment").await, 0);
}

#[tokio::test]
async fn mobile_numbers_are_read_for_a_reason_that_the_family_reads() {
    let house = TestHouse::new().await;
    let unit = units(&house).await[0];
    let id = contract_of(&house, family(&house, 1, unit).await).await;
    let page = office::contract(&house.services, &support(&house), id).await.expect("read");
    assert!(page.invitations.iter().all(|one| !one.phone.contains(phone(11).digits()) && one.phone.contains("****")));
    let short = office::reveal(&house.services, &support(&house), id, "看看").await;
    assert!(matches!(short, Err(FamilyError::Fields(_))), "{short:?}");
    let mut stale = support(&house);
    if let Actor::Staff { stepped_up_at, .. } = &mut stale.actor {
        *stepped_up_at = None;
    }
    let factor = office::reveal(&house.services, &stale, id, "演示：核对登记的手机号").await;
    assert!(matches!(factor, Err(FamilyError::Denied(Denied::StepUpNeeded))), "{factor:?}");
    let typed = async || {
        let mut looks = families::looks(&house.services, &visitor(&house, 11)).await.expect("read");
        looks.retain(|look| look.what != families::CONTRACT_WORK);
        looks
    };
    assert!(typed().await.is_empty());
    let all = office::reveal(&house.services, &support(&house), id, "演示：核对登记的手机号").await.expect("shown");
    assert_eq!(all.iter().map(|one| one.phone.clone()).collect::<Vec<_>>(), [phone(11), phone(12)]);
    let looks = typed().await;
    assert_eq!(
        looks.iter().map(|look| (look.what.as_str(), look.reason.as_str())).collect::<Vec<_>>(),
        [("contract", "演示：核对登记的手机号")]
    );
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.guardians_revealed'").await, 1);
}

#[tokio::test]
async fn an_invitation_is_sent_once_for_two_presses_blocked_and_sent_anew() {
    let house = TestHouse::new().await;
    let id = contract_of(&house, founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await).await;
    let invitations = async || office::contract(&house.services, &support(&house), id).await.expect("read").invitations;
    let sent = async || count(&house, "select count(*) from job where kind = 'family.invited'").await;
    let send = async |one| office::send(&house.services, &support(&house), (id, one)).await;
    let first = invitations().await[0].clone();
    assert_eq!((first.standing, first.sent_at, sent().await), (Standing::Open, None, 0));
    for _ in 0..2 {
        send(first.id).await.expect("sent");
    }
    assert_eq!(sent().await, 1, "pressed twice");
    house.services.clock.advance(SignedDuration::from_mins(11));
    send(first.id).await.expect("sent");
    assert_eq!(sent().await, 2);

    for _ in 0..2 {
        office::block(&house.services, &support(&house), (id, first.id)).await.expect("blocked");
    }
    assert_eq!(invitations().await[0].standing, Standing::Blocked);
    assert_eq!(count(&house, "select count(*) from audit_entry where action = 'family.invitation_blocked'").await, 1);
    super::account(&house, 11).await;
    let typed = (number(1), phone(11));
    let join = families::join(&house.services, &visitor(&house, 11), &network(), (&typed.0, typed.1.digits())).await;
    assert!(matches!(join, Err(FamilyError::NoInvitation)), "{join:?}");

    send(first.id).await.expect("made anew");
    let again = invitations().await.into_iter().find(|one| one.kin == Kin::Owner).expect("an invitation");
    assert_eq!(again.standing, Standing::Open);
    assert_eq!(sent().await, 3);
    joined(&house, 1, 11).await;
    let used = send(again.id).await;
    assert!(matches!(used, Err(FamilyError::Over)), "{used:?}");
    let blocked = office::block(&house.services, &support(&house), (id, again.id)).await;
    assert!(matches!(blocked, Err(FamilyError::Over)), "{blocked:?}");
    // It ran out: the other guardian's is made anew, too.
    days(&house, 91);
    let other = invitations().await.into_iter().find(|one| one.kin == Kin::SecondGuardian).expect("an invitation");
    assert_eq!(other.standing, Standing::Lapsed);
    send(other.id).await.expect("made anew");
    joined(&house, 1, 12).await;
}

#[tokio::test]
async fn a_guardian_is_invited_once_and_takes_nobodys_place() {
    let house = TestHouse::new().await;
    let id = contract_of(&house, founded(&house, 1, None, "2026-03-01".parse().expect("a day"), None).await).await;
    joined(&house, 1, 11).await;
    let invite = async |kin: &str, mother, person| {
        let (kin, phone) = (kin.to_owned(), phone(person).digits().to_owned());
        let new = Inviting { contract: id, kin, mother, phone };
        office::invite(&house.services, &support(&house), &new).await
    };
    for _ in 0..2 {
        invite("second_guardian", false, 77).await.expect("invited");
    }
    assert_eq!(count(&house, "select count(*) from job where kind = 'family.invited'").await, 1);
    let of = |done: Result<(), FamilyError>| match done {
        Err(FamilyError::Fields(faults)) => (faults[0].field.clone(), faults[0].fault),
        done => panic!("{done:?}"),
    };
    assert_eq!(of(invite("owner", false, 78).await), ("kin".to_owned(), Fault::AlreadyExists));
    assert_eq!(of(invite("second_guardian", true, 78).await), ("mother".to_owned(), Fault::AlreadyExists));
    assert_eq!(of(invite("adult_child", false, 78).await), ("kin".to_owned(), Fault::NotAChoice));
    joined(&house, 1, 77).await;
}

#[tokio::test]
async fn a_contract_is_written_once_and_nobody_is_told() {
    let house = TestHouse::new().await;
    let text = str::to_owned;
    let new = Writing {
        number: text("sd 2026-000777"),
        preparation: text("5,980"),
        preparation_on: text("2026-07-31"),
        ..writing(7)
    };
    let write = async |new: &Writing| office::write(&house.services, &support(&house), new).await;
    let (one, two) = tokio::join!(write(&new), write(&new));
    let (one, two) = (one.expect("written"), two.expect("the same"));
    assert_eq!(one, two, "pressed twice it is one");
    assert_eq!(write(&new).await.expect("the same"), one);
    let page = office::contract(&house.services, &support(&house), one).await.expect("read");
    assert_eq!((page.state, page.prices.len(), page.invitations.len()), (ContractState::Draft, 21, 1));
    assert_eq!(page.child.as_deref(), Some("演***"), "what names the child is masked");
    assert_eq!(count(&house, "select count(*) from job where kind like 'family.%'").await, 0);
    let found = office::find(&house.services, &support(&house), "SD2026000777").await.expect("found");
    assert_eq!(found, one);

    let other = Writing { number: text("SD2026000778"), ..new.clone() };
    assert!(matches!(write(&other).await, Err(FamilyError::SentBefore)));
    let taken = Writing { form: Uuid::from_u128(8), ..new };
    let Err(FamilyError::Fields(faults)) = write(&taken).await else { panic!("a second contract of one number") };
    assert_eq!((faults[0].field.as_str(), faults[0].fault), ("number", Fault::AlreadyExists));
    assert_eq!(count(&house, "select count(*) from family_contract").await, 1);
    assert_eq!(count(&house, "select count(*) from family").await, 1, "nothing half-written is left behind");
}

/// What is wrong in a draft cannot be changed: it is ended, with a reason, and written anew. What was signed keeps its number.
#[tokio::test]
async fn a_draft_that_was_written_wrongly_frees_its_number_and_what_was_signed_keeps_it() {
    let house = TestHouse::new().await;
    let write = async |form| office::write(&house.services, &support(&house), &writing(form)).await;
    let act = async |id, event, version| {
        office::act(&house.services, &support(&house), (id, event), &acting(version, "")).await.expect("done")
    };
    let found = async || office::find(&house.services, &support(&house), "SD2026000777").await;
    let wrong = write(1).await.expect("written");
    assert!(matches!(write(2).await, Err(FamilyError::Fields(_))), "there is a contract of it");
    act(wrong, ContractEvent::Terminate, 1).await;
    assert!(matches!(found().await, Err(FamilyError::Fields(_))), "nobody is led to the wrong one");
    assert!(matches!(write(1).await, Err(FamilyError::SentBefore)), "its form wrote the wrong one");
    let right = write(3).await.expect("written anew");
    assert_ne!(right, wrong);
    assert_eq!(found().await.expect("found"), right);
    let page = office::contract(&house.services, &support(&house), wrong).await.expect("read");
    assert_eq!((page.state, page.number_end.as_str()), (ContractState::Terminated, "0777"), "it stays, and says why");
    assert!(page.history[0].reason.is_some());

    act(right, ContractEvent::Sign, 1).await;
    act(right, ContractEvent::Terminate, 2).await;
    assert!(matches!(write(4).await, Err(FamilyError::Fields(_))), "it was signed");
    assert_eq!(found().await.expect("found"), right);
    let freed = "update family_contract set number_index = null where signed_on is not null";
    assert!(sqlx::query(freed).execute(&house.db.owner_pool()).await.is_err(), "nor past the house");
}
