//! That a contract goes to another, as one of the office proposed it: to which, and with which unit, for another to compare before it is
//! confirmed.

use super::{begin, page_of};
use crate::desk::moment;
use crate::ui::{Button, Form, HiddenField, SummaryList, SummaryRow, Variant};
use crate::visit::Visit;
use domain::time::day_text;
use leptos::prelude::*;
use services::family::office::{Contract, Taker};

/// What is proposed, with the forms that confirm it and take it back; nothing where nothing is.
pub(super) fn waiting(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    let going = contract.going.as_ref()?;
    let by = if going.by.is_empty() { "—".to_owned() } else { going.by.clone() };
    let at = moment(visit, going.at);
    let mut rows = going.to.as_ref().map(|to| taker(visit, to)).unwrap_or_default();
    rows.extend([
        SummaryRow::new(visit.t("units-reason"), going.reason.clone()),
        SummaryRow::new(visit.t("contracts-begin-by"), view! { {by}" · "{at} }),
        SummaryRow::new(visit.t("contracts-transfer-until"), moment(visit, going.until)),
    ]);
    let text = if going.to.is_some() { "contracts-transfer-text" } else { "contracts-transfer-bare-text" };
    let form = |what: &str| visit.href(&format!("{}/transfer/{what}", page_of(contract.id)));
    let (id, same) = (going.id.to_string(), going.id.to_string());
    let confirm = if going.own {
        view! { <p class="muted">{visit.t("contracts-transfer-same-person")}</p> }.into_any()
    } else {
        view! {
            <Form action=form("confirm")>
                <HiddenField name="proposal" value=same/>
                <p class="actions"><Button variant=Variant::Danger>{visit.t("contracts-transfer-confirm")}</Button></p>
            </Form>
        }
        .into_any()
    };
    Some(
        view! {
            <div id="transfer">
                <h3>{visit.t("contracts-transfer-title")}</h3>
                <p>{visit.t(text)}</p>
                <SummaryList rows=rows/>
                {confirm}
                <Form action=form("withdraw")>
                    <HiddenField name="proposal" value=id/>
                    <p class="actions"><Button variant=Variant::Quiet>{visit.t("contracts-begin-withdraw")}</Button></p>
                </Form>
            </div>
        }
        .into_any(),
    )
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
