//! What the office can do to a contract where it is: each act a form of its own.

use super::{begin, came_back, field, page_of, transfer};
use crate::i18n::Text;
use crate::ui::{Button, DateField, Dialog, Form, HiddenField, TextArea, TextField, Variant};
use crate::visit::Visit;
use domain::family::ContractEvent;
use domain::time::local_day;
use leptos::prelude::*;
use services::family::office::Contract;
use uuid::Uuid;

/// What an act is called, and what follows from it.
fn words(visit: &Visit, contract: &Contract, event: ContractEvent) -> (Text, Text) {
    let (title, text) = match event {
        ContractEvent::Sign => ("contracts-act-sign", "contracts-act-sign-text"),
        ContractEvent::Begin => ("contracts-act-begin", "contracts-act-begin-text"),
        ContractEvent::Renew => ("contracts-act-renew", "contracts-act-renew-text"),
        ContractEvent::Transfer if contract.unit.is_some() => {
            ("contracts-act-transfer", "contracts-act-transfer-unit-text")
        }
        ContractEvent::Transfer => ("contracts-act-transfer", "contracts-act-transfer-text"),
        // Only those of the office come here.
        _ => ("contracts-act-terminate", "contracts-act-terminate-text"),
    };
    (visit.t(title), visit.t(text))
}

const fn names(event: ContractEvent) -> &'static [&'static str] {
    match event {
        ContractEvent::Sign => &["signed_on", "ends_on"],
        ContractEvent::Begin => &["din", "born"],
        ContractEvent::Renew => &["ends_on", "storage", "storage_from", "years"],
        ContractEvent::Transfer => &["to", "din", "born", "reason"],
        _ => &["reason"],
    }
}

/// That it begins, and that it goes to another, is proposed.
const fn path_of(event: ContractEvent) -> &'static str {
    match event {
        ContractEvent::Transfer => "transfer",
        ContractEvent::Begin => "begin",
        _ => "act",
    }
}

/// The section of a contract's page; nothing where nothing happens to it any more.
pub(super) fn section(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    let offered = ContractEvent::ALL.into_iter().filter(|event| event.is_the_offices());
    let waits = |event: ContractEvent| match event {
        ContractEvent::Begin => contract.proposed.is_some(),
        ContractEvent::Transfer => contract.going.is_some(),
        _ => false,
    };
    let offered = offered.filter(|event| contract.state.after(*event).is_some() && !waits(*event));
    let offered: Vec<_> = offered.collect();
    if offered.is_empty() {
        return None;
    }
    let acts = offered.into_iter().map(|event| act(visit, contract, event)).collect_view();
    Some(
        view! {
            <section class="section no-print" id="acts">
                <h2>{visit.t("contracts-acts")}</h2>
                {begin::waiting(visit, contract)}
                {transfer::waiting(visit, contract)}
                {acts}
            </section>
        }
        .into_any(),
    )
}

fn act(visit: &Visit, contract: &Contract, event: ContractEvent) -> AnyView {
    let (title, text) = words(visit, contract, event);
    let action = visit.href(&format!("{}/{}", page_of(contract.id), path_of(event)));
    let open = came_back(visit, event.name(), names(event));
    let press = title.clone();
    // What is proposed ends nothing yet.
    let variant = if event == ContractEvent::Terminate { Variant::Danger } else { Variant::Primary };
    view! {
        <Dialog label=title.clone() title=title open=open>
            <p>{text}</p>
            <Form action=action>
                <HiddenField name="event" value=event.name()/>
                <HiddenField name="version" value=contract.version.to_string()/>
                {fields(visit, contract, event)}
                <p class="actions"><Button variant=variant>{press}</Button></p>
            </Form>
        </Dialog>
    }
    .into_any()
}

fn fields(visit: &Visit, contract: &Contract, event: ContractEvent) -> AnyView {
    let form = event.name();
    let today = local_day(visit.context.now);
    match event {
        ContractEvent::Sign => view! {
            <DateField name=field(form, "signed_on") label=visit.t("family-contract-signed") value=today max=today/>
            <DateField name=field(form, "ends_on") label=visit.t("contracts-ends-on")/>
        }
        .into_any(),
        ContractEvent::Begin => view! {
            <TextField name=field(form, "din") label=visit.t("units-din") hint=visit.t("units-din-hint") width="medium"/>
            <DateField name=field(form, "born") label=visit.t("family-child-born") hint=visit.t("contracts-born-begin") max=today/>
        }
        .into_any(),
        ContractEvent::Renew => view! {
            <DateField name=field(form, "ends_on") label=visit.t("contracts-ends-on") min=today/>
            <TextField name=field(form, "storage") label=visit.t("contracts-storage") inputmode="decimal" width="medium" optional=true/>
            <DateField name=field(form, "storage_from") label=visit.t("contracts-storage-from") optional=true/>
            <TextField name=field(form, "years") label=visit.t("contracts-years") inputmode="numeric" width="short" optional=true/>
        }
        .into_any(),
        ContractEvent::Transfer => {
            // Made with the page and kept through its faults: sent twice it is one proposal.
            let made = visit.context.new_id::<Uuid>().to_string();
            let key = visit.form.value("form").map_or(made, str::to_owned);
            // What the bank has no more goes to nobody: then no other contract needs to be named.
            let to = contract.unit.as_ref().map(|unit| {
                let over = unit.state.is_over();
                view! {
                    <TextField name=field(form, "to") label=visit.t("contracts-transfer-to") hint=visit.t("contracts-transfer-to-hint") width="medium" optional=over/>
                    <TextField name=field(form, "din") label=visit.t("units-din") hint=visit.t("units-din-hint") width="medium" optional=over/>
                    <DateField name=field(form, "born") label=visit.t("contracts-transfer-born") hint=visit.t("contracts-transfer-born-hint") max=today optional=over/>
                }
            });
            view! {
                <HiddenField name="form" value=key/>
                {to}
                <TextArea name=field(form, "reason") label=visit.t("units-reason") hint=visit.t("contracts-transfer-reason-hint") rows=3/>
            }
            .into_any()
        }
        _ => view! {
            <TextArea name=field(form, "reason") label=visit.t("units-reason") hint=visit.t("contracts-reason-hint") rows=3/>
        }
        .into_any(),
    }
}
