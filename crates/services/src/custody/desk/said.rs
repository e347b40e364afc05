//! What a proposal says: read from what was typed, kept sealed, and made into the events it stands for.

use super::DeskError;
use super::acts::{Act, Ask};
use super::proposal::Proposing;
use crate::custody::{Refused, check_payload, search};
use domain::contact::half_width;
use domain::custody::ranges::RELEASED_ABOVE;
use domain::custody::{Din, Handed, Payload, Person, Phase, Slot, Value, What};
use domain::field::{Fault, FieldError};
use domain::typed;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The longest text of the desk, in characters.
pub(super) const LONGEST: u32 = 500;
/// The longest name, in characters.
const NAME: u32 = 60;
/// The most steps of one proposal: as many as a list has.
const STEPS: usize = 63;

/// What lies sealed.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Said {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Tenths of a degree Celsius.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tenths: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub logger: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<String>,
    /// Hundredths of a per cent, by the codes of the steps that read them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub alive: BTreeMap<String, i32>,
}

/// The label of a slot: `LN2-01/3-2-14` is tower 3, frame 2, slot 14 of the tank.
pub fn slot_label(slot: &Slot) -> String {
    format!("{}/{}-{}-{}", slot.tank, slot.tower, slot.frame, slot.slot)
}

/// Reads a slot's label.
///
/// # Errors
/// `Required`, `SlotShape`.
pub fn read_slot(text: &str) -> Result<Slot, Fault> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_ascii_uppercase();
    if plain.is_empty() {
        return Err(Fault::Required);
    }
    let read = || {
        let (tank, rest) = plain.split_once('/')?;
        let mut parts = rest.split('-').map(|part| part.parse::<u16>().ok().filter(|n| (1..=999).contains(n)));
        let (tower, frame, slot) = (parts.next()??, parts.next()??, parts.next()??);
        let whole = parts.next().is_none() && (2..=20).contains(&tank.len());
        let fits = whole && tank.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        fits.then(|| Slot { tank: tank.to_owned(), tower, frame, slot })
    };
    read().ok_or(Fault::SlotShape)
}

/// Reads degrees Celsius, as tenths: `-188.5`, `−188.5 °C`, in digits of either width.
fn celsius(text: &str) -> Result<i32, Fault> {
    let plain: String = text.replace('\u{2103}', "").replace("°C", "").split_whitespace().collect();
    // Nothing is rounded: −149.96 is not −150.0, and a limit stands between the two. What cannot be is told by the record.
    typed::decimal(&plain)
}

/// Reads per cent, as hundredths: `84.5`, `84.5 %`, in digits of either width.
fn percent(text: &str) -> Result<i32, Fault> {
    let plain: String = half_width(text).replace('%', "").split_whitespace().collect();
    // Nothing is rounded: 70.004 is not 70, and a bound stands between the two. What cannot be is told by the record, with what can.
    typed::decimals(&plain, 2)
}

fn steps(codes: &[String]) -> Result<Vec<String>, Fault> {
    let is_code = |code: &String| {
        (1..=60).contains(&code.len())
            && code.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    match codes {
        [] => Err(Fault::Required),
        all if all.len() > STEPS || !all.iter().all(is_code) => Err(Fault::NotAChoice),
        all => Ok(all.to_vec()),
    }
}

/// What somebody scanned of a bag and, where it is asked for, of a slot; told together with what is wrong.
pub(super) fn scanned(act: Act, din: &str, slot: &str) -> Result<(Option<Din>, Option<Slot>), DeskError> {
    let mut errors = Vec::new();
    let din = read(&mut errors, "din", act.asks(Ask::Bag), || search::typed(din));
    let slot = read(&mut errors, "slot", act.asks(Ask::Slot), || read_slot(slot));
    if errors.is_empty() { Ok((din, slot)) } else { Err(DeskError::Fields(errors)) }
}

/// Reads a field that is asked for.
fn read<T>(
    errors: &mut Vec<FieldError>,
    name: &'static str,
    asked: bool,
    how: impl FnOnce() -> Result<T, Fault>,
) -> Option<T> {
    if !asked {
        return None;
    }
    how().map_err(|fault| errors.push(FieldError::new(name, fault))).ok()
}

/// What somebody proposes: the bag they scanned, and what is kept.
///
/// # Errors
/// `Fields`, all of them at once; `Refused` for what cannot be, whoever confirms it.
pub(super) fn typed(new: &Proposing) -> Result<(Option<Din>, Said), DeskError> {
    let (act, mut errors) = (new.act, Vec::new());
    let bag = read(&mut errors, "din", act.asks(Ask::Bag), || search::typed(&new.din));
    let said = Said {
        slot: read(&mut errors, "slot", act.asks(Ask::Slot), || read_slot(&new.slot)),
        reason: read(&mut errors, "reason", act.asks(Ask::Reason), || typed::line(&new.reason, LONGEST)),
        event: read(&mut errors, "event", act.asks(Ask::Event), || typed::number(&new.event, 1, new.version.max(1))),
        name: read(&mut errors, "name", act.asks(Ask::Name), || typed::line(&new.name, NAME)),
        tenths: read(&mut errors, "celsius", act.asks(Ask::Celsius), || celsius(&new.celsius)),
        logger: read(&mut errors, "logger", act.asks(Ask::Logger), || typed::line(&new.logger, NAME)),
        steps: read(&mut errors, "steps", act.asks(Ask::Steps), || steps(&new.steps)).unwrap_or_default(),
        alive: BTreeMap::new(),
    };
    let mut alive = BTreeMap::new();
    for ((step, _), text) in RELEASED_ABOVE.into_iter().zip(&new.alive) {
        let done = said.steps.iter().any(|code| code == step);
        alive.extend(read(&mut errors, step, done, || percent(text)).map(|found| (step.to_owned(), found)));
    }
    let said = Said { alive, ..said };
    if !errors.is_empty() {
        return Err(DeskError::Fields(errors));
    }
    if act != Act::Move {
        let nobody = People { operator: "", with: "", third: act.needs_third().then_some("") };
        for payload in payloads(act, &said, nobody, None)? {
            check_payload(&payload).map_err(DeskError::Refused)?;
        }
    }
    Ok((bag, said))
}

/// Whose codes stand in the events.
#[derive(Clone, Copy)]
pub(super) struct People<'a> {
    /// Who proposed it.
    pub operator: &'a str,
    /// Who confirms it; of three, who looked it over.
    pub with: &'a str,
    /// Of three, who confirms it.
    pub third: Option<&'a str>,
}

/// The events an act becomes. `lies` is where the unit lies, for who moves it.
///
/// # Errors
/// `Unreadable` where something is missing that the act asks for; `Refused` for what lies nowhere and is moved.
pub(super) fn payloads(
    act: Act,
    said: &Said,
    people: People<'_>,
    lies: Option<Slot>,
) -> Result<Vec<Payload>, DeskError> {
    let (operator, with) = (people.operator.to_owned(), people.with.to_owned());
    let slot = || said.slot.clone().ok_or(DeskError::Unreadable);
    let reason = || said.reason.clone().ok_or(DeskError::Unreadable);
    let name = || said.name.clone().ok_or(DeskError::Unreadable);
    let degrees = || said.tenths.map(|tenths| f64::from(tenths) / 10.0).ok_or(DeskError::Unreadable);
    Ok(vec![match act {
        Act::Bank => Payload::Banked { operator, with },
        Act::LiftHold => Payload::HoldLifted { operator, with },
        Act::List => Payload::Listed {},
        Act::Unlist => Payload::Unlisted {},
        Act::Reserve => Payload::Reserved { request: name()? },
        Act::BeginTesting => Payload::ConfirmatoryTesting {},
        Act::NoteSteps => {
            let done = |step: &String| Payload::ReleaseStepDone {
                step: step.clone(),
                operator: operator.clone(),
                with: Some(with.clone()),
                values: said.alive.get(step).map(|found| alive(step, *found)).into_iter().collect(),
            };
            return Ok(said.steps.iter().map(done).collect());
        }
        Act::ApproveRelease => Payload::ReleaseApproved { operator, with },
        Act::Retrieve => Payload::Retrieved { operator, with },
        Act::Ship => {
            let logger = said.logger.clone().ok_or(DeskError::Unreadable)?;
            let coordinator = people.third.ok_or(DeskError::Unreadable)?.to_owned();
            let handed = Some(Handed { logger, operator, with, coordinator });
            Payload::Shipped { carrier: name()?, shipper_c: degrees()?, handed }
        }
        Act::Deliver => Payload::Delivered { max_c: degrees()? },
        Act::Infuse => Payload::Infused {},
        Act::EndReservation => Payload::ReservationEnded { request: name()? },
        Act::PutAway => Payload::PutAway { slot: slot()?, operator, with },
        Act::TakeOut => Payload::TakenOut { slot: slot()?, operator, with },
        Act::Move => {
            let from = lies.ok_or(DeskError::Refused(Refused::NotInSlot))?;
            let taken = Payload::TakenOut { slot: from, operator: operator.clone(), with: with.clone() };
            return Ok(vec![taken, Payload::PutAway { slot: slot()?, operator, with }]);
        }
        Act::GiveToResearch => Payload::GivenToResearch { operator, with },
        Act::TransferOut => Payload::TransferredOut { bank: name()?, operator, with },
        Act::ReleaseToFamily => Payload::FamilyReleased { operator, with },
        Act::Expose => Payload::Exposed { max_c: degrees()? },
        Act::Discard => Payload::Discarded { reason: reason()?, operator, with },
        Act::Correct => {
            let seq = said.event.ok_or(DeskError::Unreadable)?;
            Payload::Corrected { seq, said: reason()?, operator, with }
        }
    }])
}

/// What a step read on a thawed segment of the unit.
fn alive(step: &str, hundredths: i32) -> Value {
    Value {
        analyte: step.to_owned(),
        found: What::Number(f64::from(hundredths) / 100.0),
        unit: "%".to_owned(),
        phase: Some(Phase::Thaw),
        of: Person::Baby,
        method: None,
        instrument: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proposing(act: Act) -> Proposing {
        let form = uuid::Uuid::nil();
        let (unit, version) = (domain::ids::UnitId(form), 1);
        let din = Din::of("TEST1", 25, 1).expect("a number");
        let (din, slot) = (format!("{}{}", din.as_str(), din.check()), "L-01/1-1-1".to_owned());
        let reason = "the label is worn".to_owned();
        let (event, name, celsius) = ("1".to_owned(), "RQ-1".to_owned(), "-188".to_owned());
        let (logger, steps) = ("LG-0931".to_owned(), vec!["loaded".to_owned()]);
        let alive = ["86.5".to_owned(), "71".to_owned()];
        Proposing { form, unit, version, act, din, slot, reason, event, name, celsius, logger, steps, alive }
    }

    #[test]
    fn a_slots_label_is_read_as_it_is_written() {
        let slot = Slot { tank: "LN2-01".to_owned(), tower: 3, frame: 2, slot: 14 };
        assert_eq!(read_slot(&slot_label(&slot)), Ok(slot.clone()));
        assert_eq!(read_slot(" ln2-01 / 3-2-14 "), Ok(slot));
        for wrong in ["LN2-01", "LN2-01/3-2", "LN2-01/3-2-14-1", "LN2-01/0-2-14", "/1-1-1", "LN2_01/1-1-1"] {
            assert_eq!(read_slot(wrong), Err(Fault::SlotShape), "{wrong}");
        }
        assert_eq!(read_slot(" "), Err(Fault::Required));
    }

    #[test]
    fn degrees_are_read_as_people_write_them() {
        for text in ["-188.5", "−188.5 °C", "-188.5\u{2103}", "－１８８．５"] {
            assert_eq!(celsius(text), Ok(-1885), "{text}");
        }
        assert_eq!(celsius(" "), Err(Fault::Required));
        for wrong in ["cold", "NaN", "-inf", "1e2", "-149.96"] {
            assert_eq!(celsius(wrong), Err(Fault::DecimalShape), "{wrong}");
        }
    }

    #[test]
    fn what_an_act_asks_for_is_what_its_event_says_and_nothing_else_is_kept() {
        for act in Act::ALL.iter().copied() {
            let (bag, said) = typed(&proposing(act)).expect("all of it is there");
            assert_eq!(bag.is_some(), act.asks(Ask::Bag), "{act:?}");
            assert_eq!(said.slot.is_some(), act.asks(Ask::Slot), "{act:?}");
            assert_eq!(said.reason.is_some(), act.asks(Ask::Reason), "{act:?}");
            assert_eq!(said.event.is_some(), act.asks(Ask::Event), "{act:?}");
            assert_eq!(said.name.is_some(), act.asks(Ask::Name), "{act:?}");
            assert_eq!(said.tenths.is_some(), act.asks(Ask::Celsius), "{act:?}");
            assert_eq!(said.logger.is_some(), act.asks(Ask::Logger), "{act:?}");
            assert_eq!(!said.steps.is_empty(), act.asks(Ask::Steps), "{act:?}");
            let (lies, third) = (said.slot.clone(), act.needs_third().then_some("QA-01"));
            let three = People { operator: "LAB-01", with: "LAB-02", third };
            let all = payloads(act, &said, three, lies).expect("events");
            assert_eq!(all.last().map(Payload::kind), Some(act.kind()), "{act:?}");
        }
    }

    #[test]
    fn everything_that_is_missing_is_told_at_once() {
        for act in Act::ALL.iter().copied() {
            let empty = String::new;
            let new = Proposing {
                din: empty(),
                slot: empty(),
                reason: empty(),
                event: empty(),
                name: empty(),
                celsius: empty(),
                logger: empty(),
                steps: Vec::new(),
                ..proposing(act)
            };
            match typed(&new) {
                Ok(_) => assert!(act.asked().is_empty(), "{act:?}"),
                Err(DeskError::Fields(errors)) => assert_eq!(errors.len(), act.asked().len(), "{act:?}"),
                Err(error) => panic!("{act:?}: {error:?}"),
            }
        }
    }

    #[test]
    fn a_step_that_reads_living_cells_is_noted_with_what_it_read() {
        let noting = |steps: &[&str], cd34: &str, cd45: &str| {
            let steps = steps.iter().map(|step| (*step).to_owned()).collect();
            typed(&Proposing { steps, alive: [cd34.to_owned(), cd45.to_owned()], ..proposing(Act::NoteSteps) })
        };
        let faults = |answer: Result<(Option<Din>, Said), DeskError>| match answer {
            Err(DeskError::Fields(errors)) => errors.into_iter().map(|error| (error.field, error.fault)).collect(),
            _ => Vec::new(),
        };
        let both = ["cd34_viability", "cd45_viability"];
        let fault = |step: &str, fault: Fault| (step.to_owned(), fault);
        let missing = both.map(|step| fault(step, Fault::Required));
        assert_eq!(faults(noting(&both, " ", "")), missing);
        for wrong in ["many", "NaN", "1e1", "70.004"] {
            assert_eq!(faults(noting(&both, wrong, "71")), [fault("cd34_viability", Fault::NotANumber)], "{wrong}");
        }
        assert!(matches!(noting(&both, "100.01", "71"), Err(DeskError::Refused(Refused::OutOfRange { .. }))));
        let (_, said) = noting(&both, "８６．５ %", "71").expect("both are there");
        let values: Vec<_> = payloads(Act::NoteSteps, &said, People { operator: "", with: "", third: None }, None)
            .expect("events")
            .into_iter()
            .map(|payload| match payload {
                Payload::ReleaseStepDone { step, values, .. } => (step, values),
                other => panic!("{other:?}"),
            })
            .collect();
        let read = |step: &str, hundredths| (step.to_owned(), vec![alive(step, hundredths)]);
        assert_eq!(values, [read("cd34_viability", 8650), read("cd45_viability", 7100)]);
        // Of another step nothing is asked, and what stands in the form is not kept.
        let (_, said) = noting(&["loaded"], "", "many").expect("none is asked for");
        assert!(said.alive.is_empty());
    }

    #[test]
    fn a_dry_shipper_that_is_too_warm_is_refused_before_anybody_confirms_it() {
        let ship = |celsius: &str| typed(&Proposing { celsius: celsius.to_owned(), ..proposing(Act::Ship) });
        assert!(ship("-150").is_ok());
        assert!(matches!(ship("-149.9"), Err(DeskError::Refused(Refused::OutOfRange { .. }))));
    }
}
