//! The desk: finding units, acting alone and in twos, and what nobody does.

use super::{bank, now, number, seen, without_last};
use crate::ledger::of;
use domain::account::{Denied, Role};
use domain::custody::{DeviationKind, Din, Kind, Payload, Slot, State};
use domain::field::Fault;
use domain::ids::{AccountId, DeviationId, UnitId};
use jiff::ToSpan as _;
use services::Context;
use services::custody::desk::{self, Act, Alone, Confirming, DeskError, Proposing, slot_label};
use services::custody::search::{self, Wanted, Work};
use services::custody::{CustodyError, Refused, operators};
use services::limits::UNIT_MISSED;
use testkit::TestHouse;
use testkit::custody::{life, tell, unit_in};
use uuid::Uuid;

const LAB: u128 = 71_001;
pub const OTHER: u128 = 71_002;
const QUALITY: u128 = 71_003;
/// Who coordinates releases.
pub const COORDINATOR: u128 = 71_005;
/// Another of quality, who works on no unit.
const HEAD: u128 = 71_004;

pub fn lab(house: &TestHouse) -> Context {
    of(house, LAB, Role::LabOfficer)
}

pub fn other(house: &TestHouse) -> Context {
    of(house, OTHER, Role::LabOfficer)
}

pub fn quality(house: &TestHouse) -> Context {
    of(house, QUALITY, Role::QualityOfficer)
}

pub fn coordinator(house: &TestHouse) -> Context {
    of(house, COORDINATOR, Role::QualityOfficer)
}

pub fn head(house: &TestHouse) -> Context {
    of(house, HEAD, Role::QualityOfficer)
}

/// The store is open, and the three work under codes of their own.
pub async fn desk_of(house: &TestHouse) {
    for (code, person) in [("LAB-01", LAB), ("LAB-02", OTHER), ("QA-02", QUALITY), ("QA-01", COORDINATOR)] {
        let all = operators::list(&house.services, &quality(house)).await.expect("a list");
        let one = all.iter().find(|one| one.code == code).expect("a code");
        let account = Some(AccountId(Uuid::from_u128(person)));
        operators::link(&house.services, &head(house), one.id, account).await.expect("linked");
    }
}

/// A unit that lacks nothing but being banked.
async fn complete(house: &TestHouse, number: u32) -> UnitId {
    let shelf = testkit::custody::opened(house).await;
    let (told, _) = without_last(life(number).until(State::Banked, &shelf), Kind::Banked);
    let outcomes = tell(house, &told).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    life(number).unit
}

pub fn proposing(house: &TestHouse, (unit, version): (UnitId, u32), act: Act) -> Proposing {
    let form: Uuid = house.services.system().new_id();
    let empty = String::new;
    let (din, slot, reason, event) = (empty(), empty(), empty(), empty());
    let (name, celsius, logger, steps) = (empty(), empty(), empty(), Vec::new());
    // What two steps of a release read, where they are noted.
    let alive = ["86.5".to_owned(), "71".to_owned()];
    Proposing { form, unit, version, act, din, slot, reason, event, name, celsius, logger, steps, alive }
}

pub fn confirming(id: Uuid, version: u32) -> Confirming {
    Confirming { id, version, din: String::new(), slot: String::new() }
}

/// As a scanner reads it.
pub fn whole(din: &Din) -> String {
    format!("{}{}", din.as_str(), din.check())
}

/// What is wrong with a number that somebody types.
async fn fault(house: &TestHouse, text: &str) -> Fault {
    match search::find(&house.services, &lab(house), text).await {
        Err(DeskError::Fields(errors)) => errors[0].fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_unit_is_found_by_its_whole_number_and_a_slip_of_a_key_is_told() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 7, State::Banked).await;
    let din = life(7).din;
    let found = search::find(&house.services, &lab(&house), &whole(&din).to_lowercase()).await.expect("found");
    assert_eq!(found, unit);
    let last = if din.as_str().ends_with('8') { '9' } else { '8' };
    let slipped = format!("{}{last}{}", &din.as_str()[..12], din.check());
    assert_eq!(fault(&house, &slipped).await, Fault::DinCheck);
    assert_eq!(fault(&house, din.as_str()).await, Fault::DinShape, "without its check character it may be anything");
    assert_eq!(fault(&house, "").await, Fault::Required);
    assert_eq!(fault(&house, &whole(&Din::of("TEST1", 25, 999).expect("a number"))).await, Fault::DinUnknown);
}

#[tokio::test]
async fn ten_thousand_numbers_in_a_row_find_nothing_and_one_alert_stands_in_the_trail() {
    let (house, _) = bank().await;
    unit_in(&house, 300, State::Expected).await;
    let (mut found, mut refused) = (0, 0);
    for number in 0..10_000 {
        let din = Din::of("TEST1", 25, number).expect("a number");
        match search::find(&house.services, &lab(&house), &whole(&din)).await {
            Ok(_) => found += 1,
            Err(DeskError::Limited { retry_after }) => {
                assert!(retry_after > 0);
                refused += 1;
            }
            Err(DeskError::Fields(_)) => assert_eq!(refused, 0, "{number}: whoever is refused stays refused"),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(found, 0, "the one that is there was asked for among the others");
    assert_eq!(refused, 10_000 - UNIT_MISSED.hits, "from the limit on every one");
    let alerts = "select count(*) from audit_entry where action = 'custody.looked_up_too_often' and detail ? 'alert'";
    assert_eq!(number(&house, alerts).await, 1, "one for the window, and not one for each try");
    // A colleague works on.
    let din = Din::of("TEST1", 25, 300).expect("a number");
    search::find(&house.services, &other(&house), &whole(&din)).await.expect("found");
}

#[tokio::test]
async fn nobody_but_laboratory_and_quality_sees_units_or_does_anything_with_them() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 1, State::Banked).await;
    for role in Role::ALL {
        let by = of(&house, 72_000, role);
        let listed = search::list(&house.services, &by, &Wanted::default(), None).await;
        let opened = desk::open(&house.services, &by, unit, "why").await;
        let held = desk::alone(&house.services, &by, (unit, 1), Alone::Hold { of: DeviationKind::Other }).await;
        if matches!(role, Role::LabOfficer | Role::QualityOfficer) {
            assert!(listed.is_ok() && opened.is_ok(), "{role:?}");
            assert!(matches!(held, Err(DeskError::NoCode)), "{role:?}: {held:?}");
        } else {
            assert!(matches!(listed, Err(DeskError::Denied(_))), "{role:?}");
            assert!(matches!(opened, Err(DeskError::Denied(_))), "{role:?}");
            assert!(matches!(held, Err(DeskError::Denied(_))), "{role:?}");
        }
    }
}

#[tokio::test]
async fn lists_leave_out_the_middle_of_a_number_and_go_on_page_by_page() {
    let (house, _) = bank().await;
    for number in 0..53 {
        unit_in(&house, number, State::Expected).await;
    }
    let (services, by) = (&house.services, &lab(&house));
    let wanted = Wanted { state: Some(State::Expected), ..Wanted::default() };
    let first = search::list(services, by, &wanted, None).await.expect("a page");
    assert_eq!(first.rows.len(), search::PAGE);
    assert!(first.rows.iter().all(|row| row.masked.contains("•••")), "{:?}", first.rows[0]);
    let second = search::list(services, by, &wanted, first.next).await.expect("a page");
    assert_eq!((second.rows.len(), second.next), (3, None));
    let mut all: Vec<UnitId> = first.rows.iter().chain(&second.rows).map(|row| row.id).collect();
    all.sort_unstable();
    all.dedup();
    assert_eq!(all.len(), 53, "none twice, none left out");
}

#[tokio::test]
async fn what_waits_for_tests_is_listed_until_the_last_of_them_is_final() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 1, State::FrozenQuarantine).await;
    let whole = complete(&house, 2).await;
    let (services, by) = (&house.services, &lab(&house));
    let tests = search::work(services, by, Work::Tests, None).await.expect("a list");
    assert_eq!(tests.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [unit]);
    let quarantine = search::work(services, by, Work::Quarantine, None).await.expect("a list");
    let ids: Vec<UnitId> = quarantine.rows.iter().map(|row| row.id).collect();
    assert!(ids.contains(&unit) && ids.contains(&whole), "{ids:?}");
}

#[tokio::test]
async fn every_opening_of_a_unit_stands_in_the_trail_and_its_chain_holds() {
    let (house, _) = bank().await;
    let unit = unit_in(&house, 3, State::Banked).await;
    for _ in 0..2 {
        let opened = desk::open(&house.services, &lab(&house), unit, "routine").await.expect("opened");
        assert!(opened.holds(), "{:?}", opened.marks);
        assert!(opened.unit.events.len() > 70, "the whole way");
    }
    assert_eq!(number(&house, "select count(*) from audit_entry where action = 'custody.unit_read'").await, 2);
}

#[tokio::test]
async fn a_unit_is_banked_by_two_under_accounts_of_their_own() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = complete(&house, 4).await;
    let version = seen(&house, unit).await.version;
    let new = proposing(&house, (unit, version), Act::Bank);
    let services = &house.services;
    desk::propose(services, &lab(&house), &new).await.expect("proposed");
    desk::propose(services, &lab(&house), &new).await.expect("pressed twice it is one");
    assert_eq!(number(&house, "select count(*) from custody_proposal").await, 1);
    assert_eq!(seen(&house, unit).await.standing.state(), State::FrozenQuarantine, "nothing happened yet");

    let said = confirming(new.form, version);
    let own = desk::confirm(services, &of(&house, LAB, Role::QualityOfficer), &said).await;
    assert!(matches!(own, Err(DeskError::OwnProposal)), "{own:?}");
    let colleague = desk::confirm(services, &other(&house), &said).await;
    assert!(matches!(colleague, Err(DeskError::Denied(Denied::NotAllowed))), "{colleague:?}");
    let done = desk::confirm(services, &quality(&house), &said).await.expect("confirmed").expect("for the first time");
    assert_eq!(done.state, State::Banked);
    assert_eq!(desk::confirm(services, &quality(&house), &said).await.expect("pressed twice"), None);

    let view = seen(&house, unit).await;
    let last = view.events.last().expect("an event");
    let two = ("LAB-01".to_owned(), "QA-02".to_owned());
    assert_eq!(last.payload, Some(Payload::Banked { operator: two.0, with: two.1 }));
    let sealed = "select count(*) from custody_proposal where said_sealed is not null";
    assert_eq!(number(&house, sealed).await, 0, "what was typed goes with its proposal");
}

#[tokio::test]
async fn what_is_not_complete_is_not_banked_whoever_confirms_it_and_still_waits() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 5, State::FrozenQuarantine).await;
    let version = seen(&house, unit).await.version;
    let new = proposing(&house, (unit, version), Act::Bank);
    desk::propose(&house.services, &lab(&house), &new).await.expect("proposed");
    let refused = desk::confirm(&house.services, &quality(&house), &confirming(new.form, version)).await;
    assert!(matches!(refused, Err(DeskError::Refused(Refused::Unmet(_)))), "{refused:?}");
    let waits = desk::proposals(&house.services, &lab(&house), Some(unit)).await.expect("a list");
    assert_eq!(waits.len(), 1);
    desk::withdraw(&house.services, &lab(&house), new.form).await.expect("withdrawn");
    let settled = desk::confirm(&house.services, &quality(&house), &confirming(new.form, version)).await;
    assert!(matches!(settled, Err(DeskError::Settled)), "{settled:?}");
}

#[tokio::test]
async fn a_proposal_that_nobody_confirmed_in_time_is_settled_and_what_was_typed_goes() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = complete(&house, 14).await;
    let version = seen(&house, unit).await.version;
    let new = proposing(&house, (unit, version), Act::Bank);
    let services = &house.services;
    desk::propose(services, &lab(&house), &new).await.expect("proposed");
    services.clock.advance(jiff::SignedDuration::from_mins(12 * 60 - 1));
    assert_eq!(desk::settle_expired(services).await.expect("swept"), 0, "a shift is not over");
    services.clock.advance(jiff::SignedDuration::from_mins(1));
    // It is over for everybody, whoever proposed it, before the house has noted that, too.
    let said = confirming(new.form, version);
    let own = desk::confirm(services, &of(&house, LAB, Role::QualityOfficer), &said).await;
    assert!(matches!(own, Err(DeskError::Settled)), "{own:?}");
    let back = desk::withdraw(services, &lab(&house), new.form).await;
    assert!(matches!(back, Err(DeskError::Settled)), "{back:?}");
    for settled in [1, 0] {
        assert_eq!(desk::settle_expired(services).await.expect("swept"), settled);
    }
    let gone = "select count(*) from custody_proposal where outcome = 'expired' and said_sealed is null and settled_by is null";
    assert_eq!(number(&house, gone).await, 1);
    let late = desk::confirm(services, &quality(&house), &confirming(new.form, version)).await;
    assert!(matches!(late, Err(DeskError::Settled)), "{late:?}");
    let back = desk::withdraw(services, &lab(&house), new.form).await;
    assert!(matches!(back, Err(DeskError::Settled)), "{back:?}");
    let again = proposing(&house, (unit, version), Act::Bank);
    desk::propose(services, &lab(&house), &again).await.expect("proposed anew");
}

#[tokio::test]
async fn what_was_judged_before_something_happened_is_judged_anew() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = complete(&house, 13).await;
    let version = seen(&house, unit).await.version;
    let services = &house.services;
    let before = proposing(&house, (unit, version), Act::Bank);
    desk::propose(services, &lab(&house), &before).await.expect("proposed");
    let form: Uuid = services.system().new_id();
    // Of a kind that holds nothing: the unit is where it was.
    let opens = Alone::OpenDeviation { form, of: DeviationKind::Process, said: "记录缺一页".into(), hold: false };
    let opened = desk::alone(services, &lab(&house), (unit, 0), opens).await.expect("opened");
    let closes = Alone::CloseDeviation { deviation: DeviationId(form), said: "已重新打印并核对".into() };
    let now = desk::alone(services, &other(&house), (unit, opened.seq), closes).await.expect("closed").seq;

    let stale = desk::confirm(services, &quality(&house), &confirming(before.form, now)).await;
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
    assert_eq!(seen(&house, unit).await.version, now, "nothing was done");
    let waits = desk::proposals(services, &lab(&house), Some(unit)).await.expect("a list");
    assert_eq!(waits.iter().map(|one| one.outdated).collect::<Vec<_>>(), [true]);
    let after = proposing(&house, (unit, now), Act::Bank);
    desk::propose(services, &lab(&house), &after).await.expect("proposed");
    let done = desk::confirm(services, &quality(&house), &confirming(after.form, now)).await.expect("confirmed");
    assert_eq!(done.expect("for the first time").state, State::Banked);
}

#[tokio::test]
async fn what_is_moved_is_scanned_by_both_and_another_bag_or_slot_changes_nothing() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let (unit, beside) = (unit_in(&house, 6, State::Banked).await, life(9));
    unit_in(&house, 9, State::Expected).await;
    let view = seen(&house, unit).await;
    let place = view.place.clone().expect("it lies somewhere");
    let mut target = place.slot.clone();
    target.tower = 6;
    let (bag, label) = (whole(&life(6).din), slot_label(&target));
    let mut new = proposing(&house, (unit, view.version), Act::Move);
    (new.din, new.slot) = (whole(&beside.din), label.clone());
    let services = &house.services;
    let swapped = desk::propose(services, &lab(&house), &new).await;
    assert!(matches!(swapped, Err(DeskError::Refused(Refused::UnitMismatch))), "{swapped:?}");
    new.din.clone_from(&bag);
    desk::propose(services, &lab(&house), &new).await.expect("proposed");

    let said = |din: &str, slot: &str| Confirming {
        id: new.form,
        version: view.version,
        din: din.to_owned(),
        slot: slot.to_owned(),
    };
    let other_slot = desk::confirm(services, &other(&house), &said(&bag, &slot_label(&place.slot))).await;
    assert!(matches!(other_slot, Err(DeskError::OtherScan)), "{other_slot:?}");
    let other_bag = desk::confirm(services, &other(&house), &said(&whole(&beside.din), &label)).await;
    assert!(matches!(other_bag, Err(DeskError::Refused(Refused::UnitMismatch))), "{other_bag:?}");
    let unscanned = desk::confirm(services, &other(&house), &said("", "")).await;
    assert!(matches!(unscanned, Err(DeskError::Fields(ref errors)) if errors.len() == 2), "{unscanned:?}");
    assert_eq!(seen(&house, unit).await.version, view.version, "nothing half-written");

    desk::confirm(services, &other(&house), &said(&bag, &label)).await.expect("moved");
    let moved = seen(&house, unit).await;
    assert_eq!(moved.place.map(|place| place.slot), Some(target.clone()));
    assert_eq!(moved.version, view.version + 2, "taken out, and put away");

    // Into no tank that is for something else: then it lies where it lay.
    for (tank, why) in [("S-01", Refused::SamplesTank), ("Q-01", Refused::QuarantineTank)] {
        let slot = slot_label(&Slot { tank: tank.to_owned(), ..target.clone() });
        let act = proposing(&house, (unit, moved.version), Act::Move);
        let new = Proposing { din: bag.clone(), slot: slot.clone(), ..act };
        desk::propose(services, &lab(&house), &new).await.expect("proposed");
        let said = Confirming { id: new.form, version: moved.version, din: bag.clone(), slot };
        let refused = desk::confirm(services, &other(&house), &said).await;
        assert!(matches!(refused, Err(DeskError::Refused(ref refused)) if *refused == why), "{refused:?}");
        assert_eq!(seen(&house, unit).await.version, moved.version);
        desk::withdraw(services, &lab(&house), new.form).await.expect("withdrawn");
    }
}

#[tokio::test]
async fn a_deviation_is_closed_by_somebody_else_and_a_hold_lifted_by_two() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 10, State::Banked).await;
    let services = &house.services;
    let form: Uuid = services.system().new_id();
    let opens = Alone::OpenDeviation { form, of: DeviationKind::Label, said: "标签字迹不清".into(), hold: true };
    let held = desk::alone(services, &lab(&house), (unit, 0), opens).await.expect("opened");
    assert_eq!(held.state, State::QuarantineHold);
    let closes = Alone::CloseDeviation { deviation: DeviationId(form), said: "已重新打印并核对".into() };
    let own = desk::alone(services, &lab(&house), (unit, held.seq), closes.clone()).await;
    assert!(matches!(own, Err(DeskError::Refused(Refused::CloserOpened))), "{own:?}");
    let stale = desk::alone(services, &other(&house), (unit, held.seq - 1), closes.clone()).await;
    assert!(matches!(stale, Err(DeskError::Stale)), "{stale:?}");
    let closed = desk::alone(services, &other(&house), (unit, held.seq), closes).await.expect("closed");
    assert_eq!(closed.state, State::QuarantineHold, "closing it frees nothing");

    let new = proposing(&house, (unit, closed.seq), Act::LiftHold);
    desk::propose(services, &lab(&house), &new).await.expect("proposed");
    let lifted = desk::confirm(services, &quality(&house), &confirming(new.form, closed.seq)).await.expect("lifted");
    assert_eq!(lifted.expect("for the first time").state, State::Banked);
}

#[tokio::test]
async fn whoever_worked_on_a_unit_does_not_sign_its_record() {
    let (house, shelf) = bank().await;
    desk_of(&house).await;
    let (mut told, _) = without_last(life(11).until(State::Banked, &shelf), Kind::Banked);
    told.retain(|one| one.payload.kind() != Kind::RecordSigned);
    let outcomes = tell(&house, &told).await;
    assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
    let unit = life(11).unit;
    let version = seen(&house, unit).await.version;
    let own = desk::alone(&house.services, &lab(&house), (unit, version), Alone::SignRecord).await;
    assert!(matches!(own, Err(DeskError::Refused(Refused::SignerWorked))), "{own:?}");
    // Nor in the name of a colleague who did not.
    let payload = Payload::RecordSigned { operator: "QA-02".to_owned() };
    let named = testkit::custody::record(&house.services, &lab(&house), now(&house, unit, payload)).await;
    assert!(matches!(named, Err(CustodyError::Refused(Refused::SignerWorked))), "{named:?}");
    desk::alone(&house.services, &quality(&house), (unit, version), Alone::SignRecord).await.expect("signed");
}

#[tokio::test]
async fn nobody_changes_their_own_code_or_one_that_was_worked_under() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let services = &house.services;
    let (today, own) = (domain::time::local_day(house.now()), Some(AccountId(Uuid::from_u128(QUALITY))));
    let all = operators::list(services, &head(&house)).await.expect("a list");
    let code = |code: &str| all.iter().find(|one| one.code == code).expect("a code").id;
    let fault = |answer: Result<(), DeskError>| match answer {
        Err(DeskError::Fields(errors)) => errors[0].fault,
        other => panic!("{other:?}"),
    };
    let added = operators::add(services, &quality(&house), ("QA-77", today, own)).await;
    assert_eq!(fault(added.map(|_| ())), Fault::OwnAccount);
    let free = operators::add(services, &quality(&house), ("QA-77", today, None)).await.expect("added");
    let by = &quality(&house);
    assert_eq!(fault(operators::link(services, by, free, own).await), Fault::OwnAccount, "to oneself");
    assert_eq!(fault(operators::link(services, by, code("QA-02"), None).await), Fault::OwnAccount, "from oneself");
    operators::link(services, by, code("QA-02"), own).await.expect("nothing changes");

    operators::link(services, by, code("LAB-01"), None).await.expect("nobody worked under it yet");
    operators::link(services, by, code("LAB-01"), Some(AccountId(Uuid::from_u128(LAB)))).await.expect("back");
    unit_in(&house, 13, State::Banked).await;
    assert_eq!(fault(operators::link(services, by, code("LAB-01"), None).await), Fault::CodeWorked);
    operators::link(services, &head(&house), code("QA-02"), None).await.expect("it signs, and works on nothing");
}

/// Without the lock the code would leave its account unseen by what is recorded under it, whose work stands a moment later.
#[tokio::test]
async fn a_code_does_not_leave_its_account_while_something_is_recorded_under_it() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let all = operators::list(&house.services, &head(&house)).await.expect("a list");
    let lab = all.iter().find(|one| one.code == "LAB-01").expect("a code").id;
    let mut recording = house.services.begin().await.expect("a transaction");
    let codes = ["LAB-01".to_owned()];
    let read = store::custody::lists::operators(&mut *recording, &codes).await.expect("what a recording reads first");
    assert_eq!(read.len(), 1);
    let meanwhile = operators::link(&house.services, &quality(&house), lab, None).await;
    assert!(matches!(meanwhile, Err(DeskError::Busy)), "{meanwhile:?}");
    recording.rollback().await.expect("given up");
    operators::link(&house.services, &quality(&house), lab, None).await.expect("nothing was recorded");
}

#[tokio::test]
async fn a_code_is_given_once_and_ends() {
    let (house, _) = bank().await;
    let (services, by) = (&house.services, &quality(&house));
    let today = domain::time::local_day(house.now());
    let id = operators::add(services, by, ("lab-77", today, None)).await.expect("added");
    let again = operators::add(services, by, ("LAB-77", today, None)).await;
    assert!(
        matches!(again, Err(DeskError::Fields(ref errors)) if errors[0].fault == Fault::AlreadyExists),
        "{again:?}"
    );
    let lab = operators::add(services, &lab(&house), ("LAB-78", today, None)).await;
    assert!(matches!(lab, Err(DeskError::Denied(Denied::NotAllowed))), "{lab:?}");
    operators::link(services, by, id, Some(AccountId(Uuid::from_u128(LAB)))).await.expect("linked");
    operators::end(services, by, id, today).await.expect("ended");
    operators::end(services, by, id, today).await.expect("pressed twice");
    let other_day = operators::end(services, by, id, today.saturating_add(1.day())).await;
    assert!(matches!(other_day, Err(DeskError::NotFound)), "{other_day:?}");
    // It keeps its account: a second code of one person would be a second person.
    let second = operators::add(services, by, ("LAB-80", today, Some(AccountId(Uuid::from_u128(LAB))))).await;
    assert!(
        matches!(second, Err(DeskError::Fields(ref errors)) if errors[0].field == "account" && errors[0].fault == Fault::AlreadyExists),
        "{second:?}"
    );
    let first = today.saturating_add(5.days());
    let later = operators::add(services, by, ("LAB-79", first, None)).await.expect("added");
    let before = operators::end(services, by, later, today).await;
    let fault = Fault::DateBetween { first, last: first.saturating_add(366.days()) };
    assert!(
        matches!(before, Err(DeskError::Fields(ref errors)) if errors[0].field == "until" && errors[0].fault == fault),
        "{before:?}"
    );
    house.services.clock.advance(jiff::SignedDuration::from_hours(24));
    let unit = unit_in(&house, 12, State::Banked).await;
    let held = Alone::Hold { of: DeviationKind::Other };
    let after = desk::alone(services, &super::desk::lab(&house), (unit, 1), held).await;
    assert!(matches!(after, Err(DeskError::NoCode)), "a code that ended opens nothing");
}

#[tokio::test]
async fn the_demos_laboratory_is_made_once_and_its_units_wait_for_two_people() {
    let (house, _) = bank().await;
    let system = house.services.system();
    for _ in 0..2 {
        desk::seed_demo(&house.services, &system).await.expect("the demo");
    }
    let by = &quality(&house);
    let waiting = search::work(&house.services, by, Work::Quarantine, None).await.expect("a list");
    assert_eq!(waiting.rows.len(), 2);
    for unit in waiting.rows {
        let view = seen(&house, unit.id).await;
        assert!(view.steps.is_complete() && view.tests.is_complete() && view.record_signed && view.place.is_some());
    }
    let kept = "select count(*) from custody_unit where state = 'banked' and pool = 'public'";
    assert_eq!(number(&house, kept).await, 6, "for whoever tries a release");
    let linked = "select count(*) from custody_operator where account_id is not null";
    assert_eq!(number(&house, linked).await, 4, "two of the laboratory, and two of quality");
    assert_eq!(number(&house, "select count(*) from custody_certificate").await, 1);
}
