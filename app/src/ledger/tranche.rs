//! A tranche: its papers, preparing it, letting it go, and what becomes of its payment. Whose turn it is stands there for
//! everybody; the way to do it for whoever may.

use super::words::{evidence_text, is_own, money, papers, payment_tag, person_text, short, tranche_tag};
use super::{at, award, crumbs, named};
use crate::desk::{may, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Checkboxes, Choice, Dialog, Form, HiddenField, Page, Radios, SummaryList, SummaryRow, TextField,
    Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{PaymentId, TrancheId};
use domain::ledger::{PaymentState, TrancheState};
use leptos::prelude::*;
use services::ledger::views::{self, PaymentLine, TrancheLine};

const NEWS: &[(&str, &str)] = &[
    ("noted", "books-done-noted"),
    ("prepared", "books-done-prepared"),
    ("sent-back", "books-done-sent-back"),
    ("released", "books-done-released"),
    ("cancelled", "books-done-cancelled"),
    ("decided", "books-done-decided"),
];

/// The page.
#[component]
pub fn TranchePage() -> impl IntoView {
    read_first(page(visit(), named("id")))
}

async fn page(visit: Visit, id: Option<TrancheId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let page = views::award_of_tranche(&visit.services, &visit.context, id).await?;
    let one = page.tranches.iter().find(|one| one.id == id).ok_or(Problem::NotFound)?;
    let own: Vec<PaymentLine> = page.payments.iter().filter(|payment| payment.nth == one.nth).cloned().collect();
    let live = live(&own, one.nth);
    let (next, step) = (next_text(visit, one, live), step(visit, one, live));
    let paid = award::payments(visit, &own);
    let code = short(page.award.id.0);
    let title = visit.t_args("books-tranche-title", &[("n", one.nth.into()), ("award", code.clone().into())]);
    let between = [(format!("{}/{}", at::AWARDS, page.award.id), code)];
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, (at::AWARDS, "books-awards-title"), &between)>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=facts(visit, one)/>
            <Banner tone=Tone::Info title=visit.t("books-next")>{next}</Banner>
            {step}
            <section class="section books-table">
                <h2>{visit.t("books-payments")}</h2>
                {paid}
            </section>
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, one: &TrancheLine) -> Vec<SummaryRow> {
    let mut rows = vec![
        SummaryRow::new(visit.t("books-state"), tranche_tag(visit, one.state)),
        SummaryRow::new(visit.t("books-fund"), one.code.clone()),
        SummaryRow::new(visit.t("books-amount-yuan"), money(one.amount)),
        SummaryRow::new(visit.t("books-papers-needed"), papers(visit, &one.needs)),
        SummaryRow::new(visit.t("books-papers-seen"), papers(visit, &one.seen)),
    ];
    if let Some(by) = one.prepared_by.as_ref().filter(|_| one.state != TrancheState::Planned) {
        rows.push(SummaryRow::new(visit.t("books-prepared-by"), person_text(visit, by)));
    }
    rows
}

/// The payment of a tranche that is, or may be, or becomes money.
pub(super) fn live(payments: &[PaymentLine], nth: u32) -> Option<&PaymentLine> {
    payments.iter().find(|payment| payment.nth == nth && payment.state.is_live())
}

/// What is next, and who does it.
pub(super) fn next_text(visit: &Visit, one: &TrancheLine, live: Option<&PaymentLine>) -> Text {
    visit.t(match (one.state, live.map(|payment| payment.state)) {
        (TrancheState::Planned, _) if !one.missing().is_empty() => "books-next-papers",
        (TrancheState::Planned, _) => "books-next-prepare",
        (TrancheState::Prepared, _) if one.confirmed != Some(true) => "books-next-account",
        (TrancheState::Prepared, _) => "books-next-release",
        (TrancheState::InPayment, Some(PaymentState::Released)) => "books-next-file",
        (TrancheState::InPayment, Some(PaymentState::InDoubt)) => "books-next-decide",
        (TrancheState::InPayment, _) => "books-next-bank",
        (TrancheState::Paid | TrancheState::Ended, _) => "books-next-none",
    })
}

fn step(visit: &Visit, one: &TrancheLine, live: Option<&PaymentLine>) -> AnyView {
    let prepares = may(visit, Capability::PreparePayments);
    let releases = may(visit, Capability::ReleasePayments);
    match (one.state, live) {
        (TrancheState::Planned, _) if prepares => view! { {note(visit, one)}{prepare(visit, one)} }.into_any(),
        (TrancheState::Prepared, _) if releases => release(visit, one),
        (TrancheState::InPayment, Some(payment)) if releases => match payment.state {
            PaymentState::Released => cancel(visit, one, payment),
            PaymentState::InDoubt => decide(visit, one, payment),
            _ => ().into_any(),
        },
        _ => ().into_any(),
    }
}

fn to(visit: &Visit, one: &TrancheLine, what: &str) -> String {
    visit.href(&format!("{}/{}/{what}", at::TRANCHES, one.id))
}

fn note(visit: &Visit, one: &TrancheLine) -> Option<impl IntoView + use<>> {
    let missing = one.missing();
    if missing.is_empty() {
        return None;
    }
    let choices = missing.iter().map(|kind| Choice::new(kind.name(), evidence_text(visit, *kind))).collect();
    Some(view! {
        <section class="section no-print">
            <h2>{visit.t("books-papers")}</h2>
            <Form action=to(visit, one, "evidence")>
                <Checkboxes name="seen" label=visit.t("books-papers-tick") hint=visit.t("books-papers-hint") choices=choices/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("books-papers-note")}</Button></p>
            </Form>
        </section>
    })
}

/// Preparing, where all the papers are there.
pub(super) fn prepare(visit: &Visit, one: &TrancheLine) -> Option<impl IntoView + use<>> {
    one.missing().is_empty().then(|| {
        view! { <Form action=to(visit, one, "prepare")><p class="actions no-print"><Button>{visit.t("books-prepare")}</Button></p></Form> }
    })
}

/// Letting go what somebody else prepared; why not, where one may not.
pub(super) fn let_go(visit: &Visit, one: &TrancheLine) -> AnyView {
    if one.prepared_by.as_ref().is_none_or(|by| is_own(visit, by)) {
        return view! { <p class="muted">{visit.t("books-release-other")}</p> }.into_any();
    }
    if one.confirmed != Some(true) {
        return view! { <p class="muted">{visit.t("books-release-account")}</p> }.into_any();
    }
    // Made with the page: the form sent twice is one payment.
    let payment = visit.context.new_id::<PaymentId>().to_string();
    view! {
        <Form action=to(visit, one, "let-go")>
            <HiddenField name="payment" value=payment/>
            <p class="actions no-print"><Button>{visit.t("books-release")}</Button></p>
        </Form>
    }
    .into_any()
}

fn reason(visit: &Visit) -> impl IntoView + use<> {
    view! { <TextField name="reason" label=visit.t("books-reason") hint=visit.t("books-said-hint")/> }
}

fn release(visit: &Visit, one: &TrancheLine) -> AnyView {
    let back = view! {
        <Dialog label=visit.t("books-send-back") title=visit.t("books-send-back-title") open=visit.form.was_sent()>
            <Form action=to(visit, one, "send-back")>
                {reason(visit)}
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("books-send-back")}</Button></p>
            </Form>
        </Dialog>
    };
    view! { <section class="section no-print">{let_go(visit, one)}{back}</section> }.into_any()
}

fn cancel(visit: &Visit, one: &TrancheLine, payment: &PaymentLine) -> AnyView {
    let action = to(visit, one, &format!("payments/{}/cancel", payment.id));
    view! {
        <section class="section no-print">
            <Dialog label=visit.t("books-cancel") title=visit.t("books-cancel-title") open=visit.form.was_sent()>
                <p>{visit.t("books-cancel-text")}</p>
                <Form action=action>
                    {reason(visit)}
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("books-cancel")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
    .into_any()
}

fn decide(visit: &Visit, one: &TrancheLine, payment: &PaymentLine) -> AnyView {
    if is_own(visit, &payment.prepared_by) || is_own(visit, &payment.released_by) {
        return view! { <p class="muted">{visit.t("books-decide-other")}</p> }.into_any();
    }
    let action = to(visit, one, &format!("payments/{}/decide", payment.id));
    let choices = vec![
        Choice::new("arrived", visit.t("books-decide-arrived")),
        Choice::new("failed", visit.t("books-decide-failed")),
    ];
    view! {
        <section class="section no-print">
            <h2>{visit.t("books-decide-title")}" "{payment_tag(visit, payment.state)}</h2>
            <p>{visit.t("books-decide-text")}</p>
            <Form action=action>
                <Radios name="decision" label=visit.t("books-decide-label") choices=choices/>
                {reason(visit)}
                <p class="actions"><Button>{visit.t("books-decide")}</Button></p>
            </Form>
        </section>
    }
    .into_any()
}
