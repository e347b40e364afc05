//! What is held of somebody as one of a family, for a copy of it.

use super::FamilyError;
use super::contract::contracts;
use super::looks::{CONTRACT_WORK, looks};
use super::notices::notices;
use super::people::people;
use super::receipts::payments;
use super::units::units;
use crate::{Context, Services};
use domain::account::Actor;
use serde_json::{Value, json};

/// The families of whoever asks, as they see them; nothing for who has none to have.
///
/// # Errors
/// `Crypto`, `Unreadable`, `Database`.
pub(crate) async fn exported(services: &Services, context: &Context) -> Result<Value, FamilyError> {
    if !matches!(context.actor, Actor::Visitor { .. }) {
        return Ok(json!([]));
    }
    let families = people(services, context).await?;
    let contracts = contracts(services, context).await?;
    let payments = payments(services, context).await?;
    let (units, looks) = (units(services, context).await?, looks(services, context).await?);
    let notices = notices(services, context).await?;
    let families = families.iter().map(|family| {
        let own = family.members.iter().find(|member| member.own).map(|member| &member.member);
        json!({
            "as": own.map(|own| own.kin.name()),
            "mother": own.is_some_and(|own| own.mother),
            "since": own.map(|own| own.since),
            "children": family.children.iter().map(|child| json!({
                "name": child.name.as_str(), "born": child.born, "phone": child.phone,
            })).collect::<Vec<_>>(),
            "consents": family.consents.iter().map(|asked| json!({
                "purpose": asked.purpose.name(), "given": asked.given, "at": asked.at,
            })).collect::<Vec<_>>(),
        })
    });
    Ok(json!({
        "families": families.collect::<Vec<_>>(),
        "contracts": contracts.iter().map(|contract| json!({
            "number": contract.number.as_str(), "state": contract.state.name(),
            "signed_on": contract.signed_on, "ends_on": contract.ends_on,
        })).collect::<Vec<_>>(),
        // What is known of a unit is its passport, which is fetched at its page.
        "units": units.iter().map(|unit| json!({ "id": unit.id, "state": unit.state.name() })).collect::<Vec<_>>(),
        "payments": payments.iter().map(|payment| json!({
            "contract": payment.number.as_str(), "reference": payment.reference, "fen": payment.amount.get(),
            "paid_on": payment.paid_on, "noted_at": payment.noted_at, "taken_back_at": payment.taken_back_at,
        })).collect::<Vec<_>>(),
        "notices": notices.iter().map(|notice| json!({
            "kind": notice.kind.name(), "unit": notice.unit, "day": notice.day,
            "made_at": notice.made_at, "read_at": notice.read_at,
        })).collect::<Vec<_>>(),
        // Nobody typed a reason for the office's own work: what was looked at says it.
        "looks": looks.iter().map(|look| json!({
            "role": look.role, "what": look.what, "unit": look.unit,
            "reason": Some(&look.reason).filter(|_| look.what != CONTRACT_WORK),
            "at": look.at, "emergency": look.break_glass,
        })).collect::<Vec<_>>(),
    }))
}
