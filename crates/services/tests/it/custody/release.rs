//! From a kept unit to a patient, and every other way out, at the desk: each proposed by one and confirmed by another, each refused
//! while something is missing.

use super::desk::{COORDINATOR, OTHER, confirming, coordinator, desk_of, lab, other, proposing, quality, whole};
use super::*;
use crate::ledger::of;
use domain::account::{Capability, Denied, Role};
use domain::custody::{CatalogueKind, DeviationKind, Handed, Pool, Says, says};
use domain::field::Fault;
use domain::ids::DeviationId;
use services::custody::CustodyError;
use services::custody::desk::{self, Act, Alone, Ask, Confirming, DeskError, Proposing, ahead, slot_label};
use testkit::custody::{QUALITYS, record};

/// Proposed by one of the laboratory, confirmed by one of quality; answers where the unit is then.
pub(super) async fn two_do(
    house: &TestHouse,
    unit: UnitId,
    act: Act,
    fill: impl FnOnce(&mut Proposing),
) -> Result<State, DeskError> {
    let version = seen(house, unit).await.version;
    let mut new = proposing(house, (unit, version), act);
    fill(&mut new);
    desk::propose(&house.services, &lab(house), &new).await?;
    let said = Confirming { id: new.form, version, din: new.din.clone(), slot: new.slot.clone() };
    if act.needs_third() {
        desk::look_over(&house.services, &other(house), &said).await?;
    }
    let done = desk::confirm(&house.services, &quality(house), &said).await?;
    Ok(done.expect("for the first time").state)
}

pub(super) fn refused(answer: Result<State, DeskError>) -> Refused {
    match answer {
        Err(DeskError::Refused(refused)) => refused,
        other => panic!("{other:?}"),
    }
}

fn nothing(_: &mut Proposing) {}

/// The codes of the steps of some sections of a release.
fn steps_of(view: &UnitView, fits: impl Fn(&str) -> bool) -> Vec<String> {
    assert_eq!(view.release.catalogue.kind, CatalogueKind::Release);
    view.release.catalogue.items.iter().filter(|item| fits(&item.section)).map(|item| item.code.clone()).collect()
}

/// Steps that are quality's: proposed by one of it, confirmed by another.
async fn quality_notes(house: &TestHouse, unit: UnitId, steps: Vec<String>) -> Result<State, DeskError> {
    let version = seen(house, unit).await.version;
    let new = Proposing { steps, ..proposing(house, (unit, version), Act::NoteSteps) };
    desk::propose(&house.services, &coordinator(house), &new).await?;
    let done = desk::confirm(&house.services, &quality(house), &confirming(new.form, version)).await?;
    Ok(done.expect("for the first time").state)
}

/// Sections whose steps are quality's.
fn is_quality(section: &str) -> bool {
    matches!(section, "VI" | "VIII")
}

async fn take_out(house: &TestHouse, unit: UnitId, din: &str) -> State {
    let slot = seen(house, unit).await.place.expect("it lies somewhere").slot;
    let scans = |new: &mut Proposing| (new.din, new.slot) = (din.to_owned(), slot_label(&slot));
    two_do(house, unit, Act::TakeOut, scans).await.expect("taken out")
}

#[tokio::test]
async fn a_kept_unit_reaches_its_patient_by_two_people_and_each_act_waits_for_what_it_needs() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 7, State::Banked).await;
    let (bag, beside) = (whole(&life(7).din), whole(&life(8).din));
    unit_in(&house, 8, State::Expected).await;
    let house = &house;
    let no_way = |from, kind| Refused::NoWay { from, kind };
    let name = |text: &'static str| move |new: &mut Proposing| new.name = text.to_owned();
    let bagged = |din: &str| {
        let din = din.to_owned();
        move |new: &mut Proposing| new.din = din
    };

    let early = two_do(house, unit, Act::BeginTesting, nothing).await;
    assert_eq!(refused(early), no_way(State::Banked, Kind::ConfirmatoryTesting));
    assert_eq!(two_do(house, unit, Act::Reserve, name("RQ-2099")).await.expect("reserved"), State::Reserved);
    let early = two_do(house, unit, Act::ApproveRelease, nothing).await;
    assert_eq!(refused(early), no_way(State::Reserved, Kind::ReleaseApproved));
    assert_eq!(two_do(house, unit, Act::BeginTesting, nothing).await.expect("begun"), State::CtTesting);

    // Fifty steps before it is approved.
    let view = seen(house, unit).await;
    let first = steps_of(&view, |section| !matches!(section, "IX" | "X") && !is_quality(section));
    let judged = steps_of(&view, is_quality);
    let bits = view.release.catalogue.before_approval();
    assert_eq!((first.len(), judged.len(), bits.count_ones()), (40, 10, 50));
    let early = two_do(house, unit, Act::ApproveRelease, nothing).await;
    assert_eq!(refused(early), Refused::Unmet(vec![Unmet::Release(bits)]));
    let noted = two_do(house, unit, Act::NoteSteps, |new| new.steps = first).await.expect("noted");
    assert_eq!(noted, State::CtTesting);
    let early = two_do(house, unit, Act::ApproveRelease, nothing).await;
    let left = view.release.catalogue.of_sections(is_quality);
    assert_eq!(refused(early), Refused::Unmet(vec![Unmet::Release(left)]), "what quality has not said is missing");
    let noted = quality_notes(house, unit, judged).await.expect("noted");
    let view = seen(house, unit).await;
    assert_eq!((noted, view.release.count()), (State::CtTesting, 50));
    let by_two = |operator: &str, with: &str| {
        let says = |event: &&services::custody::EventView| {
            matches!(&event.payload, Some(Payload::ReleaseStepDone { operator: one, with: Some(two), .. })
                     if one == operator && two == with)
        };
        view.events.iter().filter(says).count()
    };
    assert_eq!(by_two("LAB-01", "QA-02"), 40, "both stand beside each step");
    assert_eq!(by_two("QA-01", "QA-02"), 10, "and beside what is judged and approved two of quality");
    let approved = two_do(house, unit, Act::ApproveRelease, nothing).await.expect("approved");
    assert_eq!(approved, State::ReleaseApproved);

    // Out of its tank, and no other bag in its place.
    let early = two_do(house, unit, Act::Retrieve, bagged(&bag)).await;
    assert_eq!(refused(early), Refused::Unmet(vec![Unmet::StillPlaced]));
    assert_eq!(take_out(house, unit, &bag).await, State::ReleaseApproved);
    let swapped = two_do(house, unit, Act::Retrieve, bagged(&beside)).await;
    assert_eq!(refused(swapped), Refused::UnitMismatch);
    assert_eq!(two_do(house, unit, Act::Retrieve, bagged(&bag)).await.expect("retrieved"), State::Retrieved);

    // The dry shipper, two people and the coordinator, the lock, the logger: then the courier.
    let ship = |celsius: &str| {
        let (bag, celsius) = (bag.clone(), celsius.to_owned());
        move |new: &mut Proposing| {
            (new.din, new.name, new.celsius) = (bag, "SF-77 · dry-shipper-1".to_owned(), celsius);
            new.logger = "LG-0931".to_owned();
        }
    };
    let missing = view.release.catalogue.before_shipping() & !bits;
    let early = two_do(house, unit, Act::Ship, ship("-188")).await;
    assert_eq!(refused(early), Refused::Unmet(vec![Unmet::Release(missing)]));
    let ninth = steps_of(&view, |section| section == "IX");
    assert_eq!(ninth, ["shipper_qualified", "checked_by_three", "loaded_and_locked", "logger_started"]);
    two_do(house, unit, Act::NoteSteps, |new| new.steps = ninth).await.expect("noted");
    let warm = two_do(house, unit, Act::Ship, ship("-149.5")).await;
    assert!(matches!(refused(warm), Refused::OutOfRange { ref analyte, most: -150.0, .. } if analyte == "shipper"));
    assert_eq!(two_do(house, unit, Act::Ship, ship("-188")).await.expect("shipped"), State::Shipped);

    let early = two_do(house, unit, Act::Infuse, nothing).await;
    assert_eq!(refused(early), no_way(State::Shipped, Kind::Infused));
    let delivered = two_do(house, unit, Act::Deliver, |new| new.celsius = "−181.5 °C".to_owned()).await;
    assert_eq!(delivered.expect("delivered"), State::Delivered);
    assert_eq!(two_do(house, unit, Act::Infuse, nothing).await.expect("infused"), State::Infused);
    let tenth = steps_of(&view, |section| section == "X");
    let followed = two_do(house, unit, Act::NoteSteps, |new| new.steps = tenth).await.expect("followed up");
    assert_eq!(followed, State::Infused);
    let over = two_do(house, unit, Act::Discard, |new| new.reason = "血袋渗漏".to_owned()).await;
    assert_eq!(refused(over), Refused::Over(State::Infused));

    let opened = desk::open(&house.services, &lab(house), unit, "routine").await.expect("opened");
    assert!(opened.holds() && opened.unit.release.is_complete());
    let said = |kind: Kind| {
        opened
            .unit
            .events
            .iter()
            .find(|event| event.kind == kind)
            .and_then(|event| event.payload.clone())
            .expect("said")
    };
    assert_eq!(said(Kind::Reserved), Payload::Reserved { request: "RQ-2099".to_owned() });
    assert_eq!(said(Kind::Delivered), Payload::Delivered { max_c: -181.5 });
    let carrier = "SF-77 · dry-shipper-1".to_owned();
    let coded = |code: &str| code.to_owned();
    let (operator, with, coordinator) = (coded("LAB-01"), coded("LAB-02"), coded("QA-02"));
    let handed = Some(Handed { logger: coded("LG-0931"), operator, with, coordinator });
    assert_eq!(said(Kind::Shipped), Payload::Shipped { carrier, shipper_c: -188.0, handed });
}

#[tokio::test]
async fn a_unit_leaves_for_research_another_bank_its_family_or_for_good_once_it_is_out_of_its_tank() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let ends = [
        (Act::GiveToResearch, State::Research),
        (Act::TransferOut, State::TransferredOut),
        (Act::ReleaseToFamily, State::FamilyReleased),
        (Act::Discard, State::Discarded),
    ];
    for (number, (act, state)) in (20..).zip(ends) {
        let unit = unit_in(&house, number, State::Banked).await;
        let bag = whole(&life(number).din);
        let fill = |new: &mut Proposing| {
            (new.din, new.name, new.reason) = (bag.clone(), "CN-BJ-01".to_owned(), "血袋渗漏".to_owned());
        };
        let placed = two_do(&house, unit, act, fill).await;
        assert_eq!(refused(placed), Refused::Unmet(vec![Unmet::StillPlaced]), "{act:?}");
        take_out(&house, unit, &bag).await;

        // A deviation that holds nothing keeps it from leaving for use; what is destroyed or given to research may be in doubt.
        let form: Uuid = house.services.system().new_id();
        let opens =
            Alone::OpenDeviation { form, of: DeviationKind::Process, said: "记录缺一页".into(), hold: false };
        desk::alone(&house.services, &lab(&house), (unit, 0), opens).await.expect("opened");
        if matches!(act, Act::TransferOut | Act::ReleaseToFamily) {
            let doubted = two_do(&house, unit, act, fill).await;
            assert_eq!(refused(doubted), Refused::Unmet(vec![Unmet::DeviationsOpen(1)]), "{act:?}");
            let version = seen(&house, unit).await.version;
            let closes = Alone::CloseDeviation { deviation: DeviationId(form), said: "已补".into() };
            desk::alone(&house.services, &other(&house), (unit, version), closes).await.expect("closed");
        }
        assert_eq!(two_do(&house, unit, act, fill).await.expect("it left"), state, "{act:?}");
        assert_eq!(refused(two_do(&house, unit, act, fill).await), Refused::Over(state), "{act:?}");
    }
}

#[tokio::test]
async fn a_unit_enters_the_register_and_leaves_it_and_a_reservation_ends_with_its_steps() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 30, State::Banked).await;
    assert_eq!(two_do(&house, unit, Act::List, nothing).await.expect("listed"), State::Listed);
    assert_eq!(two_do(&house, unit, Act::Unlist, nothing).await.expect("unlisted"), State::Banked);
    assert_eq!(ahead(&seen(&house, unit).await, Act::List), Some(Vec::new()));

    let named = |new: &mut Proposing| new.name = "RQ-1".to_owned();
    two_do(&house, unit, Act::Reserve, named).await.expect("reserved");
    let steps = steps_of(&seen(&house, unit).await, |section| section == "I");
    two_do(&house, unit, Act::NoteSteps, |new| new.steps = steps).await.expect("noted");
    assert_eq!(seen(&house, unit).await.release.count(), 6);
    assert_eq!(two_do(&house, unit, Act::EndReservation, named).await.expect("ended"), State::Banked);
    assert_eq!(seen(&house, unit).await.release.count(), 0, "another patient's release begins anew");
    let warmed = two_do(&house, unit, Act::Expose, |new| new.celsius = "-96".to_owned()).await;
    assert_eq!(warmed.expect("noted"), State::Exposed);
}

#[tokio::test]
async fn what_is_kept_for_its_family_or_a_relative_is_put_into_no_register_by_the_desk_or_by_a_feed() {
    let (house, shelf) = bank().await;
    desk_of(&house).await;
    for (nth, pool) in (31..).zip([Pool::Family, Pool::Directed]) {
        let own = Life { pool, ..life(nth) };
        assert!(tell(&house, &own.until(State::Banked, &shelf)).await.iter().all(Result::is_ok));
        let view = seen(&house, own.unit).await;
        assert_eq!(ahead(&view, Act::List), None, "{pool:?}: the page does not offer it");

        let never = Refused::Unmet(vec![Unmet::NotForOthers]);
        assert!(!never.may_come_later());
        assert_eq!(refused(two_do(&house, own.unit, Act::List, nothing).await), never, "{pool:?}");
        assert_eq!(one(&house, own.unit, Payload::Listed {}).await, Err(never.clone()), "{pool:?}: by a feed");
        // A proposal of yesterday, when the desk asked only its page: the record asks whoever tells it.
        let told = record(&house.services, &quality(&house), now(&house, own.unit, Payload::Listed {})).await;
        assert!(matches!(&told, Err(CustodyError::Refused(why)) if *why == never), "{pool:?}: {told:?}");
        let after = seen(&house, own.unit).await;
        assert_eq!((after.standing.state(), after.version), (State::Banked, view.version), "{pool:?}");
        let proposed = "select count(*) from custody_proposal where act = 'list'";
        assert_eq!(number(&house, proposed).await, 0, "nobody is asked to confirm it");

        // Its own patient it reaches as any other does.
        let reserved = two_do(&house, own.unit, Act::Reserve, |new| new.name = "RQ-1".to_owned()).await;
        assert_eq!(reserved.expect("reserved"), State::Reserved, "{pool:?}");
    }
}

#[tokio::test]
async fn what_is_not_offered_is_refused_by_the_record_in_every_state() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    for (number, state) in (40..).zip(State::ALL) {
        let unit = unit_in(&house, number, state).await;
        let view = seen(&house, unit).await;
        let bag = whole(&life(number).din);
        let lies = view.place.as_ref().map_or_else(|| "L-02/1-1-1".to_owned(), |place| slot_label(&place.slot));
        for act in Act::ALL.iter().copied() {
            let offered = ahead(&view, act).is_some_and(|missing| missing.is_empty());
            // Steps are kept in whatever order they come; they are only not asked for before there is a release.
            if offered || (act == Act::NoteSteps && (!state.is_over() || state == State::Infused)) {
                continue;
            }
            let answer = two_do(&house, unit, act, |new| {
                (new.din, new.slot, new.reason) = (bag.clone(), lies.clone(), "演示".to_owned());
                (new.event, new.name, new.celsius) = ("1".to_owned(), "RQ-1".to_owned(), "-188".to_owned());
                new.logger = "LG-0931".to_owned();
                new.steps = vec!["infused_reactions".to_owned()];
            });
            match answer.await {
                Err(DeskError::Refused(_)) => {}
                other => panic!("{state:?} {act:?}: {other:?}"),
            }
        }
        assert_eq!(seen(&house, unit).await.version, view.version, "{state:?}: nothing was done");
    }
}

#[tokio::test]
async fn what_is_missing_in_a_form_is_told_beside_its_fields_and_nothing_is_proposed() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 90, State::Banked).await;
    let version = seen(&house, unit).await.version;
    for act in Act::ALL.iter().copied().filter(|act| !act.asked().is_empty()) {
        let new = proposing(&house, (unit, version), act);
        match desk::propose(&house.services, &lab(&house), &new).await {
            Err(DeskError::Fields(errors)) => {
                assert_eq!(errors.len(), act.asked().len(), "{act:?}");
                assert!(errors.iter().all(|error| error.fault == Fault::Required), "{act:?}: {errors:?}");
            }
            other => panic!("{act:?}: {other:?}"),
        }
    }
    assert_eq!(number(&house, "select count(*) from custody_proposal").await, 0);
}

#[tokio::test]
async fn who_hands_a_unit_out_scans_it_again_and_another_bag_stays() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 91, State::Banked).await;
    let bag = whole(&life(91).din);
    take_out(&house, unit, &bag).await;
    let version = seen(&house, unit).await.version;
    let mut new = proposing(&house, (unit, version), Act::GiveToResearch);
    assert!(new.act.asks(Ask::Bag));
    new.din.clone_from(&bag);
    desk::propose(&house.services, &lab(&house), &new).await.expect("proposed");
    let unscanned = desk::confirm(&house.services, &quality(&house), &confirming(new.form, version)).await;
    assert!(matches!(unscanned, Err(DeskError::Fields(ref errors)) if errors.len() == 1), "{unscanned:?}");
    let wrong = Confirming { din: whole(&life(92).din), ..confirming(new.form, version) };
    let wrong = desk::confirm(&house.services, &quality(&house), &wrong).await;
    assert!(matches!(wrong, Err(DeskError::Refused(Refused::UnitMismatch))), "{wrong:?}");
    let laboratory = Confirming { din: bag.clone(), ..confirming(new.form, version) };
    let laboratory = desk::confirm(&house.services, &other(&house), &laboratory).await;
    assert!(matches!(laboratory, Err(DeskError::Denied(_))), "quality confirms what leaves for good: {laboratory:?}");
    let right = Confirming { din: bag, ..confirming(new.form, version) };
    desk::confirm(&house.services, &quality(&house), &right).await.expect("given");
    assert_eq!(seen(&house, unit).await.standing.state(), State::Research);
}

#[tokio::test]
async fn a_unit_is_handed_to_its_courier_by_three_under_accounts_of_their_own() {
    let (house, shelf) = bank().await;
    desk_of(&house).await;
    let mut told = life(95).until(State::Shipped, &shelf);
    told.retain(|one| one.payload.kind() != Kind::Shipped);
    assert!(tell(&house, &told).await.iter().all(Result::is_ok));
    let (unit, bag) = (life(95).unit, whole(&life(95).din));
    let version = seen(&house, unit).await.version;
    let mut new = proposing(&house, (unit, version), Act::Ship);
    (new.din, new.name, new.celsius) = (bag.clone(), "SF-77".to_owned(), "-188".to_owned());
    new.logger = "LG-0931".to_owned();
    let services = &house.services;
    desk::propose(services, &lab(&house), &new).await.expect("proposed");
    let said = Confirming { din: bag.clone(), ..confirming(new.form, version) };

    let early = desk::confirm(services, &coordinator(&house), &said).await;
    assert!(matches!(early, Err(DeskError::Unchecked)), "{early:?}");
    let own = desk::look_over(services, &lab(&house), &said).await;
    assert!(matches!(own, Err(DeskError::OwnProposal)), "{own:?}");
    let wrong = Confirming { din: whole(&life(96).din), ..said.clone() };
    let wrong = desk::look_over(services, &other(&house), &wrong).await;
    assert!(matches!(wrong, Err(DeskError::Refused(Refused::UnitMismatch))), "{wrong:?}");
    for _ in 0..2 {
        desk::look_over(services, &other(&house), &said).await.expect("pressed twice it is one");
    }
    let another = desk::look_over(services, &quality(&house), &said).await;
    assert!(matches!(another, Err(DeskError::Settled)), "{another:?}");
    let second = desk::confirm(services, &of(&house, OTHER, Role::QualityOfficer), &said).await;
    assert!(matches!(second, Err(DeskError::Unchecked)), "who looked it over does not confirm it: {second:?}");
    for laboratory in [other(&house), of(&house, COORDINATOR, Role::LabOfficer)] {
        let third = desk::confirm(services, &laboratory, &said).await;
        assert!(matches!(third, Err(DeskError::Denied(Denied::NotAllowed))), "quality coordinates: {third:?}");
    }
    assert_eq!(seen(&house, unit).await.version, version, "nothing happened yet");
    let waits = desk::proposals(services, &lab(&house), Some(unit)).await.expect("a list");
    assert_eq!(waits.first().and_then(|one| one.checked.clone()).map(|(_, code)| code).as_deref(), Some("LAB-02"));

    let done = desk::confirm(services, &coordinator(&house), &said).await.expect("confirmed").expect("once");
    assert_eq!(done.state, State::Shipped);
    let last = seen(&house, unit).await.events.pop().expect("an event");
    let coded = |code: &str| code.to_owned();
    let (operator, with, coordinator) = (coded("LAB-01"), coded("LAB-02"), coded("QA-01"));
    let handed = Some(Handed { logger: coded("LG-0931"), operator, with, coordinator });
    assert_eq!(last.payload, Some(Payload::Shipped { carrier: coded("SF-77"), shipper_c: -188.0, handed }));
    let looked = "select count(*) from audit_entry where action = 'custody.looked_over'";
    assert_eq!(number(&house, looked).await, 1);

    // Whoever tells it names three people, too.
    let handed = |coordinator: &str| {
        let (operator, with) = two("LAB-01", "LAB-02");
        Some(Handed { logger: coded("LG-1"), operator, with, coordinator: coordinator.to_owned() })
    };
    let shipped = |handed| Payload::Shipped { carrier: coded("SF-78"), shipper_c: -188.0, handed };
    let mut told = life(97).until(State::Shipped, &shelf);
    told.retain(|one| one.payload.kind() != Kind::Shipped);
    assert!(tell(&house, &told).await.iter().all(Result::is_ok));
    assert_eq!(one(&house, life(97).unit, shipped(handed("LAB-02"))).await, Err(Refused::SamePerson));
    let nobody = Err(Refused::UnknownOperator("LAB-99".to_owned()));
    assert_eq!(one(&house, life(97).unit, shipped(handed("LAB-99"))).await, nobody);
    assert_eq!(one(&house, life(97).unit, shipped(handed("QA-02"))).await.expect("kept").state, State::Shipped);
}

#[tokio::test]
async fn the_judgement_and_the_approvals_of_a_release_are_noted_by_two_of_quality() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 98, State::Reserved).await;
    let view = seen(&house, unit).await;
    let services = &house.services;

    // Of the whole list that the bank works by, these and no others.
    let theirs = view.release.catalogue.items.iter();
    let theirs = theirs.filter(|item| says(Kind::ReleaseStepDone, Some(item)) == Says::Quality);
    let theirs: Vec<String> = theirs.map(|item| item.code.clone()).collect();
    assert_eq!(theirs, QUALITYS);
    let laboratorys = steps_of(&view, |section| matches!(section, "V" | "VII"));

    // The laboratory proposes none of them: not one alone, nor among its own, nor all at once.
    let all: Vec<String> = view.release.catalogue.items.iter().map(|item| item.code.clone()).collect();
    let mixed = |code: &String| laboratorys.iter().cloned().chain([code.clone()]).collect::<Vec<String>>();
    let alone = theirs.iter().map(|code| vec![code.clone()]);
    for steps in alone.chain(theirs.iter().map(mixed)).chain([all]) {
        let new = Proposing { steps, ..proposing(&house, (unit, view.version), Act::NoteSteps) };
        let answer = desk::propose(services, &lab(&house), &new).await;
        assert!(matches!(answer, Err(DeskError::QualitySteps)), "{:?}: {answer:?}", new.steps);
    }
    assert_eq!(number(&house, "select count(*) from custody_proposal").await, 0);

    // Nor does it confirm what quality proposed.
    let new = Proposing { steps: theirs, ..proposing(&house, (unit, view.version), Act::NoteSteps) };
    desk::propose(services, &quality(&house), &new).await.expect("proposed");
    let waits = desk::proposals(services, &lab(&house), Some(unit)).await.expect("a list");
    assert_eq!(waits[0].goes_on_by(&view), Capability::ReleaseUnits);
    let said = confirming(new.form, view.version);
    let laboratory = desk::confirm(services, &other(&house), &said).await;
    assert!(matches!(laboratory, Err(DeskError::Denied(Denied::NotAllowed))), "{laboratory:?}");
    let own = desk::confirm(services, &quality(&house), &said).await;
    assert!(matches!(own, Err(DeskError::OwnProposal)), "{own:?}");
    assert_eq!(seen(&house, unit).await.version, view.version, "nothing was said");
    desk::confirm(services, &coordinator(&house), &said).await.expect("confirmed").expect("for the first time");
    let after = seen(&house, unit).await;
    assert_eq!(after.release.count(), view.release.count() + 10);

    // What is the laboratory's two of the laboratory note.
    let count = u32::try_from(laboratorys.len()).expect("a few");
    let new = Proposing { steps: laboratorys, ..proposing(&house, (unit, after.version), Act::NoteSteps) };
    desk::propose(services, &lab(&house), &new).await.expect("proposed");
    let done = desk::confirm(services, &other(&house), &confirming(new.form, after.version)).await.expect("confirmed");
    assert_eq!(done.expect("for the first time").state, State::Reserved);
    assert_eq!(seen(&house, unit).await.release.count(), after.release.count() + count);
}

#[tokio::test]
async fn that_a_unit_was_warmed_is_confirmed_by_quality() {
    let (house, _) = bank().await;
    desk_of(&house).await;
    let unit = unit_in(&house, 99, State::Banked).await;
    let version = seen(&house, unit).await.version;
    let mut new = proposing(&house, (unit, version), Act::Expose);
    new.celsius = "-96".to_owned();
    desk::propose(&house.services, &lab(&house), &new).await.expect("proposed");
    let said = confirming(new.form, version);
    let laboratory = desk::confirm(&house.services, &other(&house), &said).await;
    assert!(matches!(laboratory, Err(DeskError::Denied(Denied::NotAllowed))), "{laboratory:?}");
    assert_eq!(seen(&house, unit).await.standing.state(), State::Banked);
    let done = desk::confirm(&house.services, &quality(&house), &said).await.expect("confirmed");
    assert_eq!(done.expect("for the first time").state, State::Exposed);
}
