//! The unit that one of the office proposed for a contract: which unit that is, for another to compare with the bag before it is
//! confirmed.

use super::page_of;
use crate::desk::moment;
use crate::form::Tone;
use crate::ui::{Banner, Button, Form, HiddenField, SummaryList, SummaryRow, Variant};
use crate::visit::Visit;
use domain::time::day_text;
use leptos::prelude::*;
use services::family::office::{Collected, Contract};

/// What is proposed, with the forms that confirm it and take it back; nothing where nothing is.
pub(super) fn waiting(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    let proposed = contract.proposed.as_ref()?;
    let state = visit.t(&format!("units-state-{}", proposed.unit.state.name()));
    let by = if proposed.by.is_empty() { "—".to_owned() } else { proposed.by.clone() };
    let at = moment(visit, proposed.at);
    let number = proposed.unit.masked.clone();
    let rows = vec![
        SummaryRow::new(visit.t("contracts-unit"), view! { {number}" · "{state} }),
        SummaryRow::new(visit.t("contracts-begin-collected"), collected(visit, proposed.collected.as_ref())),
        SummaryRow::new(visit.t("family-child-born"), day_text(proposed.born, visit.locale())),
        SummaryRow::new(visit.t("contracts-begin-by"), view! { {by}" · "{at} }),
    ];
    let form = |what: &str| visit.href(&format!("{}/begin/{what}", page_of(contract.id)));
    let (id, same) = (proposed.id.to_string(), proposed.id.to_string());
    let confirm = if proposed.own {
        view! { <p class="muted">{visit.t("contracts-begin-own")}</p> }.into_any()
    } else {
        view! {
            <Form action=form("confirm")>
                <HiddenField name="proposal" value=same/>
                <p class="actions"><Button>{visit.t("contracts-begin-confirm")}</Button></p>
            </Form>
        }
        .into_any()
    };
    Some(
        view! {
            <div id="begin">
                <h3>{visit.t("contracts-begin-title")}</h3>
                <p>{visit.t("contracts-begin-text")}</p>
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

/// When and where it was collected, by which whoever confirms knows the bag.
pub(super) fn collected(visit: &Visit, collected: Option<&Collected>) -> AnyView {
    let Some(collected) = collected else {
        let text = visit.t("contracts-begin-collected-unread");
        return view! { <Banner tone=Tone::Warning>{text}</Banner> }.into_any();
    };
    let (day, hospital) = (day_text(collected.day, visit.locale()), collected.hospital.clone());
    view! { {day}" · "{hospital} }.into_any()
}
