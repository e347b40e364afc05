//! What an event says, looked at by itself: texts, numbers, lots.

use super::super::Refused;
use domain::custody::{Lot, Payload, Value, ranges};

/// The longest word or name, in characters.
const NAME: usize = 120;
/// The longest sentence.
const SAID: usize = 1000;
/// The most values, and the most lots, of one event.
const MOST: usize = 100;

/// Looks at it.
///
/// # Errors
/// `OutOfRange`, `Text`, `LotShape`, `NoValues`, `NeedsValue`.
pub(in crate::custody) fn check(payload: &Payload) -> Result<(), Refused> {
    use Payload as P;
    match payload {
        P::Collected { hospital, certificate, volume_ml, anticoagulant, ward_min_c, ward_max_c } => {
            names(&[hospital, certificate, anticoagulant])?;
            number("volume", *volume_ml, ranges::COLLECTED_ML)?;
            ward_min_c.iter().chain(ward_max_c).try_for_each(|c| number("ward", *c, ranges::TRANSIT_C))
        }
        P::TransportStarted { carrier, logger } => names(&[carrier, logger]),
        P::TransportLeg { min_c, max_c, hours } => {
            number("transit", *min_c, ranges::TRANSIT_C)?;
            // The highest is not below the lowest.
            number("transit", *max_c, (*min_c, ranges::TRANSIT_C.1))?;
            number("hours", *hours, ranges::LEG_HOURS)
        }
        P::Received { weight_g, .. } => number("weight", *weight_g, ranges::WEIGHT_G),
        P::StepDone { instrument, lots, values, .. } => {
            names(&instrument.iter().collect::<Vec<_>>())?;
            all_lots(lots)?;
            all(values)
        }
        // What was kept without it, before it was asked for, stays as it is: neither guards nor the verifier ask again.
        P::ReleaseStepDone { step, values, .. } if ranges::lacks_reading(step, values) => {
            Err(Refused::NeedsValue(step.clone()))
        }
        P::ReleaseStepDone { values, .. } => all(values),
        P::TestRepeated { reason, .. } => names(&[reason]),
        P::TestFinal { values, .. } if values.is_empty() => Err(Refused::NoValues),
        P::TestFinal { lots, values, .. } => {
            all_lots(lots)?;
            all(values)
        }
        P::DeviationOpened { said, .. } | P::DeviationClosed { said, .. } | P::Corrected { said, .. } => {
            text(said, SAID)
        }
        P::Reserved { request } | P::ReservationEnded { request } => names(&[request]),
        P::Shipped { carrier, shipper_c, handed } => {
            names(&[carrier])?;
            names(&handed.iter().map(|handed| &handed.logger).collect::<Vec<_>>())?;
            number("shipper", *shipper_c, ranges::SHIPPER_C)
        }
        P::Delivered { max_c } | P::Exposed { max_c } => number("warmest", *max_c, ranges::FROZEN_C),
        P::Discarded { reason, .. } => text(reason, SAID),
        P::TransferredOut { bank, .. } => names(&[bank]),
        _ => Ok(()),
    }
}

fn names(names: &[&String]) -> Result<(), Refused> {
    names.iter().try_for_each(|name| text(name, NAME))
}

fn text(text: &str, most: usize) -> Result<(), Refused> {
    let plain = !text.trim().is_empty() && text.chars().count() <= most && !text.chars().any(char::is_control);
    if plain { Ok(()) } else { Err(Refused::Text) }
}

fn number(of: &str, number: f64, range: (f64, f64)) -> Result<(), Refused> {
    ranges::within(number, range).map_err(|out| outside(of, out))
}

fn outside(analyte: &str, out: ranges::OutOfRange) -> Refused {
    Refused::OutOfRange { analyte: analyte.to_owned(), least: out.least, most: out.most }
}

fn all(values: &[Value]) -> Result<(), Refused> {
    if values.len() > MOST {
        return Err(Refused::Text);
    }
    values.iter().try_for_each(|value| {
        names(&[&value.analyte])?;
        if value.unit.chars().count() > NAME {
            return Err(Refused::Text);
        }
        names(&value.method.iter().chain(&value.instrument).collect::<Vec<_>>())?;
        if let domain::custody::What::Text(found) = &value.found {
            text(found, SAID)?;
        }
        ranges::check(value).map(|_| ()).map_err(|out| outside(&value.analyte, out))
    })
}

fn all_lots(lots: &[Lot]) -> Result<(), Refused> {
    if lots.len() > MOST {
        return Err(Refused::Text);
    }
    lots.iter().try_for_each(lot)
}

fn lot(lot: &Lot) -> Result<(), Refused> {
    let kind = (2..=40).contains(&lot.kind.len())
        && lot.kind.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let number = (1..=40).contains(&lot.number.len())
        && lot.number.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'/' | b'-'));
    if kind && number { Ok(()) } else { Err(Refused::LotShape(lot.number.chars().take(40).collect())) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custody::{Person, Phase, What};

    fn value(analyte: &str, phase: Phase, number: f64) -> Value {
        Value {
            analyte: analyte.to_owned(),
            found: What::Number(number),
            unit: String::new(),
            phase: Some(phase),
            of: Person::Baby,
            method: None,
            instrument: None,
        }
    }

    fn step(values: Vec<Value>, lots: Vec<Lot>) -> Payload {
        let (step, operator) = ("volume_set".to_owned(), "OP-1".to_owned());
        Payload::StepDone { step, operator, with: None, instrument: None, lots, values }
    }

    #[test]
    fn what_cannot_be_is_refused_with_what_can() {
        let refused = check(&step(vec![value("volume", Phase::Post, 41.0)], vec![]));
        assert_eq!(refused, Err(Refused::OutOfRange { analyte: "volume".to_owned(), least: 15.0, most: 40.0 }));
        assert_eq!(check(&step(vec![value("volume", Phase::Post, 30.0)], vec![])), Ok(()));
        assert!(check(&step(vec![value("viability", Phase::Thaw, f64::NAN)], vec![])).is_err());
        let leg = Payload::TransportLeg { min_c: 8.0, max_c: 4.0, hours: 3.0 };
        assert!(matches!(check(&leg), Err(Refused::OutOfRange { .. })), "the highest is below the lowest");
    }

    #[test]
    fn a_unit_leaves_in_a_dry_shipper_that_is_cold_enough() {
        let shipped =
            |shipper_c| check(&Payload::Shipped { carrier: "dry-shipper-1".to_owned(), shipper_c, handed: None });
        assert_eq!(shipped(-150.0), Ok(()));
        let refused = Err(Refused::OutOfRange { analyte: "shipper".to_owned(), least: -200.0, most: -150.0 });
        assert_eq!(shipped(-149.9), refused);
    }

    #[test]
    fn lots_are_written_as_they_are_printed() {
        let lot = |kind: &str, number: &str| Lot { kind: kind.to_owned(), number: number.to_owned() };
        assert_eq!(check(&step(vec![], vec![lot("bag_set", "B-2026/04.1")])), Ok(()));
        for (kind, number) in [("Bag", "1"), ("bag_set", ""), ("bag_set", "a b"), ("b", "1")] {
            assert!(
                matches!(check(&step(vec![], vec![lot(kind, number)])), Err(Refused::LotShape(_))),
                "{kind} {number}"
            );
        }
    }

    #[test]
    fn a_step_that_reads_living_cells_is_not_kept_without_what_it_read() {
        let done = |step: &str, values: Vec<Value>| {
            let (step, operator) = (step.to_owned(), "OP-1".to_owned());
            check(&Payload::ReleaseStepDone { step, operator, with: None, values })
        };
        for (step, _) in ranges::RELEASED_ABOVE {
            assert_eq!(done(step, vec![]), Err(Refused::NeedsValue(step.to_owned())));
            assert_eq!(done(step, vec![value(step, Phase::Thaw, 12.5)]), Ok(()), "how low it is, is another question");
            let impossible = done(step, vec![value(step, Phase::Thaw, 100.5)]);
            assert!(matches!(impossible, Err(Refused::OutOfRange { .. })), "{impossible:?}");
        }
        assert_eq!(done("crossmatch", vec![]), Ok(()));
    }

    #[test]
    fn a_result_says_something_and_a_sentence_ends() {
        let result = |values| Payload::TestFinal {
            test: "tnc".to_owned(),
            operator: "OP-1".to_owned(),
            reviewer: "OP-2".to_owned(),
            lots: Vec::new(),
            values,
        };
        assert_eq!(check(&result(vec![])), Err(Refused::NoValues));
        assert_eq!(check(&result(vec![value("tnc", Phase::Post, 1.2e9)])), Ok(()));
        let discarded =
            |reason: String| Payload::Discarded { reason, operator: "OP-1".to_owned(), with: "OP-2".to_owned() };
        assert_eq!(check(&discarded("long".repeat(251))), Err(Refused::Text));
        assert_eq!(check(&discarded(" ".to_owned())), Err(Refused::Text));
        assert_eq!(check(&discarded("leaks".to_owned())), Ok(()));
    }
}
