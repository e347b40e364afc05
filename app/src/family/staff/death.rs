//! That the contract's child died: what was noted of it and taking that back, or the form that notes it.

use super::{came_back, field, page_of};
use crate::desk::moment;
use crate::ui::{Button, DateField, Dialog, Form, SummaryList, SummaryRow, TextField, Variant};
use crate::visit::Visit;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::family::office::{Contract, Death};

/// What the form is called.
pub(super) const FORM: &str = "death";

/// The section of a contract's page; nothing where the contract is for no child.
pub(super) fn section(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    contract.child.as_ref()?;
    let page = page_of(contract.id);
    Some(match &contract.death {
        Some(death) => noted(visit, death, &page),
        None => form(visit, &page),
    })
}

fn noted(visit: &Visit, death: &Death, page: &str) -> AnyView {
    let died_on = death.died_on.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()));
    let by = if death.by.is_empty() { "—".to_owned() } else { death.by.clone() };
    let rows = vec![
        SummaryRow::new(visit.t("contracts-death-on"), died_on),
        SummaryRow::new(visit.t("contracts-death-paper"), death.paper.clone()),
        SummaryRow::new(visit.t("contracts-death-noted-at"), moment(visit, death.noted_at)),
        SummaryRow::new(visit.t("contracts-death-by"), by),
    ];
    let undo = visit.href(&format!("{page}/death/undo"));
    view! {
        <section class="section" id="death">
            <h2>{visit.t("contracts-death-title")}</h2>
            <p>{visit.t("contracts-death-since")}</p>
            <SummaryList rows=rows/>
            <div class="no-print">
                <Dialog label=visit.t("contracts-death-undo") title=visit.t("contracts-death-undo")>
                    <p>{visit.t("contracts-death-undo-text")}</p>
                    <Form action=undo>
                        <p class="actions"><Button variant=Variant::Secondary>{visit.t("contracts-death-undo")}</Button></p>
                    </Form>
                </Dialog>
            </div>
        </section>
    }
    .into_any()
}

fn form(visit: &Visit, page: &str) -> AnyView {
    let action = visit.href(&format!("{page}/death"));
    let open = came_back(visit, FORM, &["died_on", "paper"]);
    let today = local_day(visit.context.now);
    view! {
        <section class="section no-print" id="death">
            <Dialog label=visit.t("contracts-death-note") title=visit.t("contracts-death-note") open=open>
                <p>{visit.t("contracts-death-note-text")}</p>
                <Form action=action>
                    <DateField name=field(FORM, "died_on") label=visit.t("contracts-death-on") max=today optional=true/>
                    <TextField name=field(FORM, "paper") label=visit.t("contracts-death-paper") hint=visit.t("contracts-death-paper-hint")/>
                    <p class="actions"><Button>{visit.t("contracts-death-note")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
    .into_any()
}
