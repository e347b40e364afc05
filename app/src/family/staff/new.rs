//! A new contract: a draft, with the child, the guardians that are registered, and what it costs.

use super::super::words::pool_text;
use super::at;
use crate::desk::{crumbs, may, read_first, rooms};
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, DateField, Fieldset, Form, HiddenField, LinkButton, Page, Radios, Select, TextField, Variant,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::custody::Pool;
use leptos::prelude::*;
use uuid::Uuid;

/// The page.
#[component]
pub fn ContractNew() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    if !may(visit, Capability::HandleContracts) {
        return Err(Problem::Forbidden);
    }
    // Made with the page and kept through its faults: sent twice it is one contract.
    let made = visit.context.new_id::<Uuid>().to_string();
    let form = visit.form.value("form").map_or(made, str::to_owned);
    Ok(view! {
        <Page title=visit.t("contracts-new") lead=visit.t("contracts-new-lead") crumbs=crumbs(visit, &[(at::CONTRACTS, "contracts-title")])>
            {rooms(visit)}
            <Form action=visit.href(at::NEW)>
                <HiddenField name="form" value=form/>
                {what(visit)}
                {who(visit)}
                {costs(visit)}
                <p class="actions">
                    <Button>{visit.t("contracts-write")}</Button>
                    <LinkButton href=visit.href(at::CONTRACTS) variant=Variant::Quiet>{visit.t("contracts-back")}</LinkButton>
                </p>
            </Form>
        </Page>
    }
    .into_any())
}

fn what(visit: &Visit) -> impl IntoView + use<> {
    let pools = Pool::ALL.iter().map(|pool| Choice::new(pool.name(), pool_text(visit, *pool))).collect::<Vec<_>>();
    view! {
        <TextField name="number" label=visit.t("support-number") hint=visit.t("support-number-hint") width="medium"/>
        <Select name="pool" label=visit.t("family-contract-pool") choices=pools/>
        <TextField name="child" label=visit.t("contracts-child-name") width="medium"/>
        <DateField name="born" label=visit.t("contracts-born") hint=visit.t("contracts-born-hint")/>
    }
}

fn who(visit: &Visit) -> impl IntoView + use<> {
    let mothers = vec![
        Choice::new("owner", visit.t("contracts-mother-owner")),
        Choice::new("second", visit.t("contracts-mother-second")),
        Choice::new("neither", visit.t("contracts-mother-neither")),
    ];
    view! {
        <Fieldset legend=visit.t("contracts-guardians")>
            <TextField name="owner" label=visit.t("contracts-owner") hint=visit.t("contracts-owner-hint") inputmode="tel" width="medium"/>
            <TextField name="second" label=visit.t("contracts-second") inputmode="tel" width="medium" optional=true/>
            <Radios name="mother" label=visit.t("contracts-mother-who") hint=visit.t("contracts-mother-hint") choices=mothers/>
        </Fieldset>
    }
}

fn costs(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Fieldset legend=visit.t("family-price-title")>
            <p class="muted">{visit.t("contracts-costs-text")}</p>
            <TextField name="preparation" label=visit.t("contracts-preparation") inputmode="decimal" width="medium" optional=true/>
            <DateField name="preparation_on" label=visit.t("contracts-preparation-on") optional=true/>
            <TextField name="storage" label=visit.t("contracts-storage") inputmode="decimal" width="medium" optional=true/>
            <DateField name="storage_from" label=visit.t("contracts-storage-from") optional=true/>
            <TextField name="years" label=visit.t("contracts-years") inputmode="numeric" width="short" optional=true/>
        </Fieldset>
    }
}
