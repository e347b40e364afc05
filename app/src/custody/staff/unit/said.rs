//! What an event says, in a line or two: who, where, what was measured.

use crate::i18n;
use crate::ui::{Closeness, figure};
use crate::visit::Visit;
use domain::custody::ranges::TooFew;
use domain::custody::{Marker, Payload, Person, Phase, Slot, Value, What};
use services::custody::desk::slot_label;

/// A slot, as its label has it.
pub(in crate::custody::staff) fn slot_text(slot: &Slot) -> String {
    slot_label(slot)
}

/// What was measured; one nobody described shows its own word.
pub(in crate::custody::staff) fn analyte_text(visit: &Visit, analyte: &str) -> String {
    let key = format!("units-analyte-{}", analyte.replace('_', "-"));
    i18n::found(visit.locale(), &key).map_or_else(|| analyte.to_owned(), |text| text.to_string())
}

/// What was said of a deviation. What the house wrote of values that are too low names each by its code, and is shown by its name.
pub(super) fn deviation_said(visit: &Visit, said: &str) -> String {
    let Some(low) = TooFew::all_in(said) else { return said.to_owned() };
    // Nothing is rounded: 69.999 is below the bound.
    let named = low
        .iter()
        .map(|TooFew { analyte, number, bound }| format!("{} {number} % ≤ {bound} %", analyte_text(visit, analyte)));
    let named: Vec<String> = named.collect();
    named.join(&visit.t("list-separator"))
}

/// What a lot is of; one nobody described shows its own word.
pub(in crate::custody::staff) fn lot_text(visit: &Visit, kind: &str) -> String {
    let key = format!("units-lot-{}", kind.replace('_', "-"));
    i18n::found(visit.locale(), &key).map_or_else(|| kind.to_owned(), |text| text.to_string())
}

/// A number as people of a laboratory read it.
pub(super) fn number_text(number: f64) -> String {
    figure(number, "", Closeness::Measured)
}

/// What was found.
pub(super) fn found_text(visit: &Visit, value: &Value) -> String {
    match &value.found {
        What::Number(number) => figure(*number, &value.unit, Closeness::Measured),
        What::Text(text) => text.clone(),
        What::Marker(marker) => visit
            .t(match marker {
                Marker::Negative => "units-marker-negative",
                Marker::Positive => "units-marker-positive",
                Marker::Questionable => "units-marker-questionable",
                Marker::NotDone => "units-marker-not-done",
            })
            .to_string(),
    }
}

/// When, and of whose blood.
pub(super) fn of_text(visit: &Visit, value: &Value) -> String {
    let phase = value.phase.map(|phase| {
        visit.t(match phase {
            Phase::Pre => "units-phase-pre",
            Phase::Post => "units-phase-post",
            Phase::Thaw => "units-phase-thaw",
        })
    });
    let mother = (value.of == Person::Mother).then(|| visit.t("units-of-mother"));
    phase.into_iter().chain(mother).map(|text| text.to_string()).collect::<Vec<_>>().join(" · ")
}

/// A value in a line.
fn value_text(visit: &Visit, value: &Value) -> String {
    let of = of_text(visit, value);
    let of = if of.is_empty() { of } else { format!(" ({of})") };
    format!("{}{of} {}", analyte_text(visit, &value.analyte), found_text(visit, value))
}

/// One, or two, who did it.
fn hands(visit: &Visit, first: &str, second: Option<&str>) -> String {
    match second {
        None => visit.t_args("units-by-one", &[("code", first.to_owned().into())]).to_string(),
        Some(second) => {
            let args = [("first", first.to_owned().into()), ("second", second.to_owned().into())];
            visit.t_args("units-by-two", &args).to_string()
        }
    }
}

fn degrees(number: f64) -> String {
    figure(number, "°C", Closeness::Measured)
}

/// What an event says; each line is a text.
pub(super) fn lines(visit: &Visit, payload: &Payload, named: impl Fn(&str) -> String) -> Vec<String> {
    let values = |all: &[Value]| all.iter().map(|value| value_text(visit, value)).collect::<Vec<_>>();
    let two = |operator: &str, with: &str| vec![hands(visit, operator, Some(with))];
    match payload {
        Payload::Collected { hospital, certificate, volume_ml, anticoagulant, ward_min_c, ward_max_c } => {
            let ward = ward_min_c.zip(*ward_max_c).map(|(min, max)| {
                let args = [("min", degrees(min).into()), ("max", degrees(max).into())];
                visit.t_args("units-said-ward", &args).to_string()
            });
            let args = [("hospital", hospital.clone().into()), ("certificate", certificate.clone().into())];
            let first = visit.t_args("units-said-collected", &args).to_string();
            let volume = format!("{} ml · {anticoagulant}", number_text(*volume_ml));
            [first, volume].into_iter().chain(ward).collect()
        }
        Payload::TransportStarted { carrier, logger } => vec![format!("{carrier} · {logger}")],
        Payload::TransportLeg { min_c, max_c, hours } => {
            vec![format!("{}–{} · {} h", degrees(*min_c), degrees(*max_c), number_text(*hours))]
        }
        Payload::Received { operator, weight_g } => {
            vec![hands(visit, operator, None), format!("{} g", number_text(*weight_g))]
        }
        Payload::RejectedAtIntake { operator, reason } => {
            vec![visit.t(&format!("units-rejection-{}", reason.name())).to_string(), hands(visit, operator, None)]
        }
        Payload::StepDone { step, operator, with, instrument, lots, values: all } => {
            let mut lines = vec![named(step), hands(visit, operator, with.as_deref())];
            lines.extend(instrument.clone());
            lines.extend(lots.iter().map(|lot| format!("{} {}", lot_text(visit, &lot.kind), lot.number)));
            lines.extend(values(all));
            lines
        }
        Payload::ReleaseStepDone { step, operator, with, values: all } => {
            let mut lines = vec![named(step), hands(visit, operator, with.as_deref())];
            lines.extend(values(all));
            lines
        }
        Payload::TestStarted { test } => vec![named(test)],
        Payload::TestRepeated { test, reason, .. } => vec![named(test), reason.clone()],
        Payload::TestFinal { test, operator, reviewer, lots, values: all } => {
            let args = [("operator", operator.clone().into()), ("reviewer", reviewer.clone().into())];
            let mut lines = vec![named(test), visit.t_args("units-by-reviewer", &args).to_string()];
            lines.extend(lots.iter().map(|lot| format!("{} {}", lot_text(visit, &lot.kind), lot.number)));
            lines.extend(values(all));
            lines
        }
        Payload::RecordSigned { operator } => vec![hands(visit, operator, None)],
        Payload::PutAway { slot, operator, with } | Payload::TakenOut { slot, operator, with } => {
            vec![slot_text(slot), hands(visit, operator, Some(with))]
        }
        Payload::Banked { operator, with }
        | Payload::HoldLifted { operator, with }
        | Payload::ReleaseApproved { operator, with }
        | Payload::Retrieved { operator, with }
        | Payload::GivenToResearch { operator, with }
        | Payload::FamilyReleased { operator, with } => two(operator, with),
        Payload::DeviationOpened { of, said, operator, .. } => {
            let of = super::super::words::deviation_text(visit, *of).to_string();
            [of, deviation_said(visit, said)]
                .into_iter()
                .chain(operator.iter().map(|code| hands(visit, code, None)))
                .collect()
        }
        Payload::DeviationClosed { said, operator, .. } => {
            let by = operator.iter().map(|code| hands(visit, code, None));
            std::iter::once(said.clone()).chain(by).collect()
        }
        Payload::Held { of } => vec![super::super::words::deviation_text(visit, *of).to_string()],
        Payload::Reserved { request } | Payload::ReservationEnded { request } => vec![request.clone()],
        Payload::Shipped { carrier, shipper_c, handed } => {
            let mut lines = vec![carrier.clone(), degrees(*shipper_c)];
            if let Some(handed) = handed {
                let args = [
                    ("first", handed.operator.clone().into()),
                    ("second", handed.with.clone().into()),
                    ("third", handed.coordinator.clone().into()),
                ];
                lines.push(visit.t_args("units-by-three", &args).to_string());
                lines.push(visit.t_args("units-said-logger", &[("logger", handed.logger.clone().into())]).to_string());
            }
            lines
        }
        Payload::Delivered { max_c } | Payload::Exposed { max_c } => vec![degrees(*max_c)],
        Payload::Discarded { reason, operator, with } => vec![reason.clone(), hands(visit, operator, Some(with))],
        Payload::TransferredOut { bank, operator, with } => vec![bank.clone(), hands(visit, operator, Some(with))],
        Payload::Corrected { seq, said, operator, with } => {
            let which = crate::desk::count(visit, "units-said-corrects", *seq).to_string();
            vec![which, said.clone(), hands(visit, operator, Some(with))]
        }
        Payload::Registered { pool, .. } => vec![super::super::words::pool_text(visit, *pool).to_string()],
        // (Which family it was given to is asked for elsewhere, for a reason.)
        Payload::Listed {}
        | Payload::Unlisted {}
        | Payload::ConfirmatoryTesting {}
        | Payload::Infused {}
        | Payload::Assigned { .. } => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use crate::i18n::found;
    use domain::Locale;
    use domain::custody::ranges::RELEASED_ABOVE;

    #[test]
    fn what_a_release_needs_more_of_has_a_name_in_both_languages() {
        for (analyte, _) in RELEASED_ABOVE {
            let key = format!("units-analyte-{}", analyte.replace('_', "-"));
            for locale in Locale::ALL {
                assert!(found(locale, &key).is_some(), "{locale:?}: {key}");
            }
        }
    }
}
