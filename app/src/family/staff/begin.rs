//! The unit that one of the office proposed for a contract: which unit that is, for another to compare with the bag before it is
//! confirmed.

use super::waits::Waits;
use crate::form::Tone;
use crate::ui::{Banner, SummaryRow, Variant};
use crate::visit::Visit;
use domain::time::day_text;
use leptos::prelude::*;
use services::family::office::{Collected, Contract};

/// What is proposed; nothing where nothing is.
pub(super) fn waiting(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    let proposed = contract.proposed.as_ref()?;
    let state = visit.t(&format!("units-state-{}", proposed.unit.state.name()));
    let number = proposed.unit.masked.clone();
    let rows = vec![
        SummaryRow::new(visit.t("contracts-unit"), view! { {number}" · "{state} }),
        SummaryRow::new(visit.t("contracts-begin-collected"), collected(visit, proposed.collected.as_ref())),
        SummaryRow::new(visit.t("family-child-born"), day_text(proposed.born, visit.locale())),
    ];
    let waits = Waits {
        contract: contract.id,
        id: proposed.id,
        of: "begin",
        title: "contracts-begin-title",
        text: "contracts-begin-text",
        rows,
        by: proposed.by.clone(),
        at: proposed.at,
        until: proposed.until,
        barred: proposed.own.then_some("contracts-begin-same-person"),
        confirm: ("contracts-begin-confirm", Variant::Primary),
    };
    Some(waits.block(visit))
}

/// When and where it was collected, by which whoever confirms knows the bag.
pub(super) fn collected(visit: &Visit, collected: Option<&Collected>) -> AnyView {
    let Some(collected) = collected else {
        let text = visit.t("contracts-begin-collected-unread");
        return view! { <Banner tone=Tone::Warning>{text}</Banner> }.into_any();
    };
    let (day, hospital) = (day_text(collected.day, visit.locale()), collected.hospital.clone());
    view! { {day}" · "{hospital} }.into_any()
}
