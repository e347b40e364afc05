//! An award: what is kept, in which parts, to which account, and what is next.

use super::words::{award_tag, is_own, money, papers, payee_text, payment_tag, person_text, short, tranche_tag};
use super::{at, crumbs, named, tranche};
use crate::desk::{may, moment, news, read_first, revealed, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Choice, Column, Dialog, EmptyState, Form, Glyph, HiddenField, Illustration, Page, Radios, Row,
    SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{AwardId, PayeeId};
use domain::ledger::{AwardState, Fen, PayeeKind};
use leptos::prelude::*;
use services::ledger::About;
use services::ledger::views::{self, AwardPage as Award, PayeeLine, PaymentLine, TrancheLine};

const NEWS: &[(&str, &str)] =
    &[("payee", "books-done-payee"), ("confirmed", "books-done-confirmed"), ("left", "release-left-done")];

/// The page.
#[component]
pub fn AwardPage() -> impl IntoView {
    read_first(page(visit(), named("id")))
}

async fn page(visit: Visit, id: Option<AwardId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let page = views::award(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let title = visit.t_args("books-award-title", &[("award", short(page.award.id.0).into())]);
    let list = (at::AWARDS, "books-awards-title");
    Ok(view! {
        <Page title=title width=Width::Wide crumbs=crumbs(visit, list, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <SummaryList rows=facts(visit, &page)/>
            <section class="section books-table">
                <h2>{visit.t("books-tranches")}</h2>
                {tranches(visit, &page)}
            </section>
            {account(visit, &page)}
            <section class="section books-table">
                <h2>{visit.t("books-payments")}</h2>
                {payments(visit, &page.payments)}
            </section>
            {said(visit, &page)}
            {release(visit, &page)}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, page: &Award) -> Vec<SummaryRow> {
    let award = &page.award;
    let fund = visit.href(&format!("{}/{}", at::FUNDS, award.fund));
    let envelope = visit.pick(&award.envelope_zh, &award.envelope_en).into_owned();
    let mut rows = vec![
        SummaryRow::new(visit.t("books-state"), award_tag(visit, award.state)),
        SummaryRow::new(visit.t("books-case"), view! { <span class="staff-reference">{short(award.case)}</span> }),
        SummaryRow::new(visit.t("books-fund"), view! { <a href=fund>{award.code.clone()}</a>" "{envelope} }),
        SummaryRow::new(visit.t("books-amount-yuan"), money(award.amount)),
        SummaryRow::new(visit.t("books-paid"), money(award.paid)),
        SummaryRow::new(visit.t("books-committed"), money(award.committed)),
        SummaryRow::new(visit.t("books-approved"), moment(visit, award.approved_at)),
    ];
    if award.state == AwardState::Reserved {
        rows.push(SummaryRow::new(visit.t("books-lapses"), moment(visit, award.lapses_at)));
    }
    rows
}

/// Why things were done with its money: who said what.
fn said(visit: &Visit, page: &Award) -> Option<AnyView> {
    if page.said.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(visit.t("books-said-at")),
        Column::new(visit.t("books-said-about")),
        Column::new(visit.t("books-said-by")),
        Column::new(visit.t("books-reason")),
    ];
    let rows = page.said.iter().map(|one| {
        let about = visit.t(match one.about {
            About::Released => "books-said-released",
            About::SentBack => "books-said-sent-back",
            About::Payment => "books-said-payment",
            About::Reversed => "books-said-reversed",
        });
        Row::new().cell(moment(visit, one.at)).cell(about).cell(person_text(visit, &one.by)).cell(one.text.clone())
    });
    let rows = rows.collect();
    Some(
        view! {
            <section class="section books-table" id="said">
                <h2>{visit.t("books-said-title")}</h2>
                <Table caption=visit.t("books-said-title") caption_hidden=true columns=columns rows=rows/>
                <p class="muted small">{visit.t("books-said-text")}</p>
            </section>
        }
        .into_any(),
    )
}

/// Giving back what is left over of an award of which something was paid; of another, its case does.
fn release(visit: &Visit, page: &Award) -> Option<impl IntoView + use<>> {
    let award = &page.award;
    let left = award.state == AwardState::Reserved && award.committed > Fen::ZERO && award.paid > Fen::ZERO;
    if !left || !may(visit, Capability::ReleasePayments) {
        return None;
    }
    let action = visit.href(&format!("{}/{}/release", at::AWARDS, award.id));
    let text = visit.t_args("release-left-text", &[("left", money(award.committed).into())]);
    let open = visit.form.value("reason").is_some();
    Some(view! {
        <section class="section no-print">
            <Dialog label=visit.t("release-left") title=visit.t("release-left") open=open>
                <p>{text}</p>
                <Form action=action>
                    <TextField name="reason" label=visit.t("books-reason") hint=visit.t("books-said-hint")/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("release-left")}</Button></p>
                </Form>
            </Dialog>
        </section>
    })
}

fn tranches(visit: &Visit, page: &Award) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-tranche")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t("books-state")),
        Column::new(visit.t("books-papers-missing")),
        Column::new(visit.t("books-next")),
    ];
    let rows = page.tranches.iter().map(|one| {
        let live = tranche::live(&page.payments, one.nth);
        let missing = one.missing();
        let missing =
            if missing.is_empty() { visit.t("books-papers-all").to_string() } else { papers(visit, &missing) };
        Row::new()
            .cell(link(visit, one))
            .cell(money(one.amount))
            .cell(tranche_tag(visit, one.state))
            .cell(missing)
            .cell(tranche::next_text(visit, one, live))
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("books-tranches") caption_hidden=true columns=columns rows=rows/> }
}

/// The way to a tranche, by its number.
pub(super) fn link(visit: &Visit, one: &TrancheLine) -> impl IntoView + use<> {
    let href = visit.href(&format!("{}/{}", at::TRANCHES, one.id));
    view! { <a href=href>{visit.t_args("books-nth", &[("n", one.nth.into())])}</a> }
}

fn account(visit: &Visit, page: &Award) -> impl IntoView + use<> {
    let id = page.award.id;
    let shown = page.payee.as_ref().map(|payee| payee_facts(visit, payee));
    let none = page.payee.is_none().then(|| view! { <p class="muted">{visit.t("books-payee-none")}</p> });
    let live = page.award.state.is_live();
    let confirm = page.payee.as_ref().filter(|payee| live && payee.confirmed_by.is_none());
    let confirm = confirm.map(|payee| confirm_form(visit, id, payee));
    let enter = (live && may(visit, Capability::PreparePayments)).then(|| enter(visit, id, page.payee.is_some()));
    view! {
        <section class="section">
            <h2>{visit.t("books-payee")}</h2>
            {none}
            {shown}
            {in_full(visit)}
            {confirm}
            {enter}
        </section>
    }
}

fn payee_facts(visit: &Visit, payee: &PayeeLine) -> impl IntoView + use<> {
    let state = match &payee.confirmed_by {
        Some(by) => {
            let by = person_text(visit, by);
            view! { <Tag tone=Tone::Success>{visit.t("books-payee-confirmed")}</Tag>" "{by} }.into_any()
        }
        None => view! { <Tag tone=Tone::Warning>{visit.t("books-payee-unconfirmed")}</Tag> }.into_any(),
    };
    let rows = vec![
        SummaryRow::new(visit.t("books-payee-kind"), payee_text(visit, payee.kind)),
        SummaryRow::new(
            visit.t("books-payee-account"),
            view! { <span class="staff-reference">"•••• "{payee.last4.clone()}</span> },
        ),
        SummaryRow::new(visit.t("books-payee-entered"), person_text(visit, &payee.entered_by)),
        SummaryRow::new(visit.t("books-state"), state),
    ];
    view! { <SummaryList rows=rows/> }
}

/// The account in full, once, for whoever has just asked for it.
fn in_full(visit: &Visit) -> Option<AnyView> {
    let row = |key: &str, name: &str| Some(SummaryRow::new(visit.t(key), visit.form.value(name)?.to_owned()));
    let rows = vec![
        row("books-payee-holder", "revealed_name")?,
        row("books-payee-bank", "revealed_bank")?,
        row("books-payee-account", "revealed_account")?,
    ];
    Some(revealed(visit, "books-payee-in-full", rows))
}

fn confirm_form(visit: &Visit, award: AwardId, payee: &PayeeLine) -> AnyView {
    if is_own(visit, &payee.entered_by) || !may(visit, Capability::ReleasePayments) {
        return view! { <Banner tone=Tone::Info>{visit.t("books-payee-who")}</Banner> }.into_any();
    }
    let to = |what: &str| visit.href(&format!("{}/{award}/payee/{what}", at::AWARDS));
    view! {
        <div class="staff-actions no-print">
            <Form action=to("show")>
                <HiddenField name="payee" value=payee.id.to_string()/>
                <Button variant=Variant::Secondary glyph=Glyph::Lock>{visit.t("books-payee-show")}</Button>
            </Form>
            <Form action=to("confirm")>
                <HiddenField name="payee" value=payee.id.to_string()/>
                <Button>{visit.t("books-payee-confirm")}</Button>
            </Form>
        </div>
        <p class="muted small">{visit.t("books-payee-confirm-text")}</p>
    }
    .into_any()
}

fn enter(visit: &Visit, award: AwardId, other: bool) -> impl IntoView + use<> {
    let open = visit.form.value("holder").is_some();
    let (title, text) = match other {
        true => ("books-payee-other", "books-payee-other-text"),
        false => ("books-payee-enter", "books-payee-enter-text"),
    };
    let made = visit.context.new_id::<PayeeId>().to_string();
    // The other forms of this page name an account that is there already: only this one's own id is kept.
    let id = visit.form.value("payee").filter(|_| open).map_or(made, str::to_owned);
    let kinds = PayeeKind::ALL.map(|kind| Choice::new(kind.name(), payee_text(visit, kind))).into();
    let action = visit.href(&format!("{}/{award}/payee", at::AWARDS));
    view! {
        <details class="question no-print" open=open>
            <summary>{visit.t(title)}</summary>
            <p>{visit.t(text)}</p>
            <Form action=action>
                <HiddenField name="payee" value=id/>
                <Radios name="kind" label=visit.t("books-payee-kind") choices=kinds value=PayeeKind::Hospital.name()/>
                <TextField name="holder" label=visit.t("books-payee-holder") hint=visit.t("books-payee-holder-hint")/>
                <TextField name="bank" label=visit.t("books-payee-bank") hint=visit.t("books-payee-bank-hint")/>
                <TextField name="account" label=visit.t("books-payee-account") inputmode="numeric" width="medium"/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-save")}</Button></p>
            </Form>
        </details>
    }
}

/// Payments in a table, with how each stands.
pub(super) fn payments(visit: &Visit, payments: &[PaymentLine]) -> AnyView {
    if payments.is_empty() {
        return view! { <EmptyState of=Illustration::Flame title=visit.t("books-payments-none")/> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("books-tranche")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t("books-state")),
        Column::new(visit.t("books-payee-account")),
        Column::new(visit.t("books-prepared-by")),
        Column::new(visit.t("books-released-by")),
        Column::new(visit.t("books-reason")),
    ];
    let rows = payments.iter().map(|one| {
        Row::new()
            .cell(visit.t_args("books-nth", &[("n", one.nth.into())]))
            .cell(money(one.amount))
            .cell(payment_tag(visit, one.state))
            .cell(format!("•••• {}", one.last4))
            .cell(person_text(visit, &one.prepared_by))
            .cell(view! { <span>{person_text(visit, &one.released_by)}<br/><span class="muted small">{moment(visit, one.released_at)}</span></span> })
            .cell(one.reason.clone())
    });
    let rows = rows.collect();
    view! { <Table caption=visit.t("books-payments") caption_hidden=true columns=columns rows=rows/> }.into_any()
}
