//! What was agreed, what came of it, and the forms that note a payment and take one back.

use super::{back_form, came_back, field, page_of};
use crate::desk::moment;
use crate::family::contract::price_table;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ledger::money;
use crate::ui::{
    Button, Checkboxes, Choice, Column, DateField, Dialog, Form, HiddenField, Row, Table, Tag, TextField, Variant,
};
use crate::visit::Visit;
use domain::family::ContractState;
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::family::Price;
use services::family::office::{Contract, Payment};

/// The section of a contract's page.
pub(super) fn section(visit: &Visit, contract: &Contract) -> impl IntoView + use<> {
    view! {
        <section class="section" id="prices">
            <h2>{visit.t("family-price-title")}</h2>
            <p class="muted">{visit.t("contracts-prices-text")}</p>
            {schedule(visit, contract)}
            {payments(visit, contract)}
            {pay(visit, contract)}
        </section>
    }
}

/// What a price is called: what for, and of which day.
fn called(visit: &Visit, price: &Price) -> String {
    let kind = visit.t(&format!("family-price-kind-{}", price.kind));
    format!("{kind} · {}", day_text(price.due_on, visit.locale()))
}

fn schedule(visit: &Visit, contract: &Contract) -> AnyView {
    if contract.prices.is_empty() {
        return view! { <p class="muted">{visit.t("contracts-prices-none")}</p> }.into_any();
    }
    let owes = contract.state != ContractState::Draft && !contract.state.is_over();
    price_table(visit, &contract.prices, (owes, true))
}

fn payments(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    if contract.payments.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("contracts-reference")),
        Column::new(visit.t("contracts-paid-day")),
        Column::number(visit.t("family-price-yuan")),
        Column::new(visit.t("contracts-paid-what")),
        Column::new(visit.t("family-price-state")),
    ];
    let paid = |payment: &Payment| {
        let prices = contract.prices.iter().filter(|price| payment.nths.contains(&price.nth));
        let all: Vec<String> = prices.map(|price| called(visit, price)).collect();
        all.join(&visit.t("list-separator"))
    };
    let rows = contract.payments.iter().map(|payment| {
        let number = payment.reference.clone();
        let number = if payment.back.is_some() {
            view! { <del class="code">{number}</del> }.into_any()
        } else {
            view! { <span class="code">{number}</span> }.into_any()
        };
        Row::new()
            .muted(payment.back.is_some())
            .cell(number)
            .cell(day_text(payment.paid_on, visit.locale()))
            .cell(money(payment.amount))
            .cell(paid(payment))
            .cell(stands(visit, contract, payment))
    });
    let rows = rows.collect();
    Some(view! { <Table caption=visit.t("contracts-payments") columns=columns rows=rows/> }.into_any())
}

/// Whether a payment stands: who took it back and why, or the form that does, for another than who noted it.
fn stands(visit: &Visit, contract: &Contract, payment: &Payment) -> AnyView {
    if let Some(back) = &payment.back {
        let by = if back.by.is_empty() { "—".to_owned() } else { back.by.clone() };
        let why = back.why.clone();
        return view! {
            <Tag tone=Tone::Warning>{visit.t("contracts-taken-back")}</Tag>
            <p class="muted small">{moment(visit, back.at)}" · "{by}</p>
            <blockquote class="said">{why}</blockquote>
        }
        .into_any();
    }
    if payment.own {
        return view! { <p class="muted small">{visit.t("contracts-back-own")}</p> }.into_any();
    }
    let form = back_form(payment.id);
    let action = visit.href(&format!("{}/take-back", page_of(contract.id)));
    let open = came_back(visit, &form, &["reason"]);
    let title = visit.t_args("contracts-back-title", &[("reference", payment.reference.clone().into())]);
    let number = payment.reference.clone();
    view! {
        <div class="no-print">
            <Dialog label=visit.t("contracts-take-back") title=title variant=Variant::Quiet open=open>
                <p>{visit.t("contracts-back-text")}</p>
                <Form action=action>
                    <HiddenField name="payment" value=payment.id.to_string()/>
                    <TextField name=field(&form, "reason") label=visit.t("units-reason") hint=visit.t("contracts-back-hint")/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("contracts-take-back")}<span class="hidden">" "{number}</span></Button></p>
                </Form>
            </Dialog>
        </div>
    }
    .into_any()
}

/// The form of a payment, where something is left to be paid.
fn pay(visit: &Visit, contract: &Contract) -> Option<AnyView> {
    let left: Vec<&Price> = contract.prices.iter().filter(|price| price.paid_on.is_none()).collect();
    if left.is_empty() || contract.state == ContractState::Draft {
        return None;
    }
    let choices = left.iter().map(|price| {
        let label = format!("{} · {}", called(visit, price), money(price.amount));
        Choice::new(price.nth.to_string(), Text::from(label))
    });
    let choices = choices.collect::<Vec<_>>();
    let today = local_day(visit.context.now);
    let action = visit.href(&format!("{}/pay", page_of(contract.id)));
    Some(
        view! {
            <h3>{visit.t("contracts-pay")}</h3>
            <Form action=action>
                <Checkboxes name=field("pay", "nth") label=visit.t("contracts-pay-which") choices=choices/>
                <TextField name=field("pay", "amount") label=visit.t("contracts-pay-amount") hint=visit.t("contracts-pay-amount-hint") inputmode="decimal" width="medium"/>
                <DateField name=field("pay", "day") label=visit.t("contracts-paid-day") value=today max=today/>
                <TextField name=field("pay", "reference") label=visit.t("contracts-reference") hint=visit.t("contracts-reference-hint") width="medium"/>
                <p class="actions"><Button>{visit.t("contracts-pay-do")}</Button></p>
            </Form>
        }
        .into_any(),
    )
}
