//! Which events a reader reads. The mother's results are hers: the other guardian, unless she lets him, reads only what cannot tell of
//! them, and of everything else sees that it happened, and the digest.

use super::Sight;
use domain::custody::{Payload, Person, Value, What};

/// Whether a reader may read what an event says.
pub(super) fn may_read(payload: &Payload, sight: Sight) -> bool {
    match sight {
        Sight::Staff => true,
        Sight::Owner | Sight::OtherGuardian { mother_consents: true } => !says_where(payload),
        Sight::OtherGuardian { mother_consents: false } => is_everybodys(payload),
    }
}

/// In which slot a bag lies, or lay: that helps only who wants to find it, and stands in no file that leaves the house. Which tank it
/// is, its family sees on its page.
const fn says_where(payload: &Payload) -> bool {
    matches!(payload, Payload::PutAway { .. } | Payload::TakenOut { .. })
}

/// Closed words, numbers and codes, and no value of the mother's. What people typed in their own words may tell of her, whatever it is
/// about: none of it is here. A kind that is new has to be put on one of the two sides.
fn is_everybodys(payload: &Payload) -> bool {
    use Payload as P;
    match payload {
        // Only words of a list, numbers, and the codes of operators, who are looked up before an event is kept.
        P::Registered { .. }
        | P::TransportLeg { .. }
        | P::Received { .. }
        | P::RejectedAtIntake { .. }
        | P::TestStarted { .. }
        | P::RecordSigned { .. }
        | P::Banked { .. }
        | P::Held { .. }
        | P::HoldLifted { .. }
        | P::Listed {}
        | P::Unlisted {}
        | P::ConfirmatoryTesting {}
        | P::ReleaseApproved { .. }
        | P::Retrieved { .. }
        | P::Delivered { .. }
        | P::Infused {}
        | P::Exposed { .. }
        | P::GivenToResearch { .. }
        | P::FamilyReleased { .. }
        | P::Assigned { .. } => true,
        // Names of things: as long as they are written as codes are.
        P::Collected { hospital, certificate, anticoagulant, .. } => {
            [hospital, certificate, anticoagulant].into_iter().all(|name| is_code(name))
        }
        P::TransportStarted { carrier, logger } => is_code(carrier) && is_code(logger),
        P::Reserved { request } | P::ReservationEnded { request } => is_code(request),
        P::Shipped { carrier, handed, .. } => {
            is_code(carrier) && handed.as_ref().is_none_or(|handed| is_code(&handed.logger))
        }
        P::TransferredOut { bank, .. } => is_code(bank),
        P::StepDone { instrument, values, .. } => {
            instrument.as_deref().is_none_or(is_code) && values.iter().all(is_the_childs)
        }
        P::TestFinal { values, .. } | P::ReleaseStepDone { values, .. } => values.iter().all(is_the_childs),
        // Where it lies; and what stands in people's own words.
        P::PutAway { .. }
        | P::TakenOut { .. }
        | P::TestRepeated { .. }
        | P::DeviationOpened { .. }
        | P::DeviationClosed { .. }
        | P::Discarded { .. }
        | P::Corrected { .. } => false,
    }
}

fn is_the_childs(value: &Value) -> bool {
    let named = [Some(&value.analyte), Some(&value.unit), value.method.as_ref(), value.instrument.as_ref()];
    let found = match &value.found {
        What::Number(_) | What::Marker(_) => true,
        What::Text(text) => is_code(text),
    };
    value.of == Person::Baby && found && named.into_iter().flatten().all(|name| is_code(name))
}

/// A word without spaces of the letters and signs that codes, units, blood groups and HLA types are written with: no sentence.
fn is_code(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_./+*^%:;,".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::custody::{DeviationKind, Marker, Slot};
    use uuid::Uuid;

    const HIS: Sight = Sight::OtherGuardian { mother_consents: false };

    fn value(analyte: &str, found: What, of: Person) -> Value {
        Value {
            analyte: analyte.to_owned(),
            found,
            unit: String::new(),
            phase: None,
            of,
            method: None,
            instrument: Some("AN-01".to_owned()),
        }
    }

    fn result(values: Vec<Value>) -> Payload {
        let (operator, reviewer) = ("OP-1".to_owned(), "OP-2".to_owned());
        Payload::TestFinal { test: "hbv".to_owned(), operator, reviewer, lots: Vec::new(), values }
    }

    #[test]
    fn what_people_typed_is_not_the_other_guardians_and_is_once_she_lets_him() {
        let said = "母亲 HBsAg 阳性".to_owned();
        let (operator, with, deviation) = ("QA-01".to_owned(), "QA-02".to_owned(), Uuid::nil());
        let typed = [
            Payload::DeviationOpened { deviation, of: DeviationKind::Test, said: said.clone(), operator: None },
            Payload::DeviationClosed { deviation, said: said.clone(), operator: None },
            Payload::TestRepeated {
                test: "hbv".to_owned(),
                reason: "positive".to_owned(),
                takes_back: true,
                both_clocks: true,
            },
            Payload::Discarded { reason: said.clone(), operator: operator.clone(), with: with.clone() },
            Payload::Corrected { seq: 1, said: said.clone(), operator: operator.clone(), with: with.clone() },
            Payload::TransferredOut { bank: said.clone(), operator, with },
            Payload::Shipped { carrier: said.clone(), shipper_c: -188.0, handed: None },
            result(vec![value("abo_rhd", What::Text("mother is positive".to_owned()), Person::Baby)]),
            result(vec![value(&said, What::Number(1.0), Person::Baby)]),
        ];
        for payload in typed {
            assert!(!may_read(&payload, HIS), "{payload:?}");
            for sight in [Sight::Staff, Sight::Owner, Sight::OtherGuardian { mother_consents: true }] {
                assert!(may_read(&payload, sight), "{payload:?}");
            }
        }
    }

    #[test]
    fn in_which_slot_a_bag_lies_leaves_the_house_with_nobody() {
        let slot = Slot { tank: "L-01".to_owned(), tower: 3, frame: 2, slot: 7 };
        let (operator, with) = ("LAB-01".to_owned(), "LAB-02".to_owned());
        let put = Payload::PutAway { slot: slot.clone(), operator: operator.clone(), with: with.clone() };
        for payload in [put, Payload::TakenOut { slot, operator, with }] {
            assert!(may_read(&payload, Sight::Staff));
            for sight in [Sight::Owner, Sight::OtherGuardian { mother_consents: true }, HIS] {
                assert!(!may_read(&payload, sight), "{payload:?}");
            }
        }
    }

    #[test]
    fn the_childs_results_are_his_and_the_mothers_are_not() {
        let negative = |of| value("hbv", What::Marker(Marker::Negative), of);
        let hla = What::Text("A*02:01,A*11:01;B*15:01,B*46:01;DRB1*09:01,DRB1*15:01".to_owned());
        assert!(may_read(&result(vec![negative(Person::Baby)]), HIS));
        assert!(may_read(&result(vec![value("hla", hla, Person::Baby)]), HIS));
        assert!(!may_read(&result(vec![negative(Person::Baby), negative(Person::Mother)]), HIS));
        assert!(may_read(&Payload::Held { of: DeviationKind::Test }, HIS));
    }
}
