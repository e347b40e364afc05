//! That a contract goes to another, as one of the office proposed it: to which, and with which unit, for another to compare before it is
//! confirmed.

use super::waits::Waits;
use super::{begin, page_of};
use crate::ui::{SummaryRow, Variant};
use crate::visit::Visit;
use domain::time::day_text;
use leptos::prelude::*;
use services::family::office::{Contract, Taker};

/// What is proposed; nothing where nothing is.
pub(super) fn waiting(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    let going = contract.going.as_ref()?;
    let mut rows = going.to.as_ref().map(|to| taker(visit, to)).unwrap_or_default();
    rows.push(SummaryRow::new(visit.t("units-reason"), going.reason.clone()));
    let waits = Waits {
        contract: contract.id,
        id: going.id,
        of: "transfer",
        title: "contracts-transfer-title",
        text: if going.to.is_some() { "contracts-transfer-text" } else { "contracts-transfer-bare-text" },
        rows,
        by: going.by.clone(),
        at: going.at,
        until: going.until,
        barred: going.own.then_some("contracts-transfer-same-person"),
        confirm: ("contracts-transfer-confirm", Variant::Danger),
    };
    Some(waits.block(visit))
}

/// Where it goes, and with which unit.
fn taker(visit: &Visit, to: &Taker) -> Vec<SummaryRow> {
    let number = visit.t_args("contracts-transfer-taker-number", &[("end", to.number_end.clone().into())]);
    let href = visit.href(&page_of(to.contract));
    let state = visit.t(&format!("units-state-{}", to.unit.state.name()));
    let unit = to.unit.masked.clone();
    vec![
        SummaryRow::new(visit.t("contracts-transfer-taker"), view! { <a href=href>{number}</a> }),
        SummaryRow::new(visit.t("contracts-unit"), view! { {unit}" · "{state} }),
        SummaryRow::new(visit.t("contracts-begin-collected"), begin::collected(visit, to.collected.as_ref())),
        SummaryRow::new(visit.t("family-child-born"), day_text(to.born, visit.locale())),
    ]
}
