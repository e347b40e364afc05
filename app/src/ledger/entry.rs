//! One entry of the journal with its lines; and reversing it, for whoever keeps the books.

use super::words::{account_text, kind_text, money, person_text, short};
use super::{at, crumbs, named};
use crate::desk::{may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::problem::Problem;
use crate::ui::{
    Banner, Button, Column, Dialog, Form, Page, Row, SummaryList, SummaryRow, Table, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{EnvelopeId, LedgerEntryId};
use domain::ledger::Fen;
use leptos::prelude::*;
use services::ledger::views::{self, EntryPage as Entry, Fund};

const NEWS: &[(&str, &str)] = &[("reversed", "books-done-reversed")];

/// The page.
#[component]
pub fn EntryPage() -> impl IntoView {
    read_first(page(visit(), named("id")))
}

async fn page(visit: Visit, id: Option<LedgerEntryId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let entry = views::entry(&visit.services, &visit.context, id).await?;
    let fund = views::fund(&visit.services, &visit.context, entry.fund).await?;
    let to_fund = (format!("{}/{}", at::FUNDS, fund.id), visit.pick(&fund.name_zh, &fund.name_en).into_owned());
    let reversed = entry.reversed_by.map(|by| {
        let href = visit.href(&format!("{}/{by}", at::ENTRIES));
        view! { <Banner tone=Tone::Warning>{visit.t("books-entry-reversed")}" "<a href=href>{short(by.0)}</a></Banner> }
    });
    let settled = matches!(entry.demand, Some((_, true)));
    let settled = settled.then(|| view! { <p class="muted">{visit.t("clawback-settled-with")}</p> });
    let reverse = (entry.is_reversible() && may(visit, Capability::KeepBooks)).then(|| reverse(visit, id));
    Ok(view! {
        <Page title=kind_text(visit, entry.kind) kicker=short(id.0) width=Width::Wide crumbs=crumbs(visit, (at::FUNDS, "books-title"), &[to_fund])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {reversed}
            <SummaryList rows=facts(visit, &entry)/>
            {settled}
            {postings(visit, &entry, &fund)}
            {reverse}
        </Page>
    }
    .into_any())
}

fn facts(visit: &Visit, entry: &Entry) -> Vec<SummaryRow> {
    let by = entry.by.as_ref().map_or_else(|| visit.t("books-by-house").to_string(), |by| person_text(visit, by));
    let mut rows = vec![
        SummaryRow::new(visit.t("books-day"), entry.day.to_string()),
        SummaryRow::new(
            visit.t("books-entered"),
            format!("{}{}{by}", moment(visit, entry.entered_at), visit.t("list-separator")),
        ),
    ];
    if let Some(source) = &entry.source {
        rows.push(SummaryRow::new(visit.t("books-source"), source.clone()));
    }
    if let Some(reference) = &entry.reference {
        rows.push(SummaryRow::new(visit.t("books-reference"), reference.clone()));
    }
    if let Some(families) = entry.families {
        rows.push(SummaryRow::new(visit.t("books-families"), families.to_string()));
    }
    if let Some(award) = entry.award {
        let href = visit.href(&format!("{}/{award}", at::AWARDS));
        rows.push(SummaryRow::new(visit.t("books-award"), view! { <a href=href>{short(award.0)}</a> }));
    }
    if let Some((demand, _)) = entry.demand {
        let href = visit.href(&format!("{}/{demand}", at::CLAWBACKS));
        rows.push(SummaryRow::new(visit.t("clawback-title"), view! { <a href=href>{short(demand.0)}</a> }));
    }
    if let Some(of) = entry.reverses {
        let href = visit.href(&format!("{}/{of}", at::ENTRIES));
        rows.push(SummaryRow::new(visit.t("books-of-entry"), view! { <a href=href>{short(of.0)}</a> }));
    }
    rows
}

fn postings(visit: &Visit, entry: &Entry, fund: &Fund) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-account")),
        Column::new(visit.t("books-envelope")),
        Column::number(visit.t("books-debit")),
        Column::number(visit.t("books-credit")),
    ];
    let name = |id: EnvelopeId| {
        let own = fund.envelopes.iter().find(|envelope| envelope.id == id);
        own.map(|envelope| visit.pick(&envelope.name_zh, &envelope.name_en).into_owned()).unwrap_or_default()
    };
    let rows = entry.postings.iter().map(|posting| {
        let all = money(Fen::new(posting.amount.get().abs()));
        let (debit, credit) = if posting.amount > Fen::ZERO { (Some(all), None) } else { (None, Some(all)) };
        Row::new().cell(account_text(visit, posting.account)).cell(name(posting.envelope)).cell(debit).cell(credit)
    });
    let debits = Fen::sum(entry.postings.iter().map(|posting| posting.amount).filter(|amount| *amount > Fen::ZERO));
    // Both sides are the same sum, or it would be no entry.
    let sum = debits.map(money).unwrap_or_default();
    let last = Row::new().cell(visit.t("books-sum")).cell(()).cell(sum.clone()).cell(sum);
    let rows = rows.chain([last]).collect();
    view! {
        <section class="section books-table">
            <h2>{visit.t("books-postings")}</h2>
            <Table caption=visit.t("books-postings") caption_hidden=true columns=columns rows=rows/>
            <p class="muted small">{visit.t("books-unit")}</p>
        </section>
    }
}

fn reverse(visit: &Visit, id: LedgerEntryId) -> impl IntoView + use<> {
    let action = visit.href(&format!("{}/{id}/reverse", at::ENTRIES));
    view! {
        <section class="section no-print">
            <Dialog label=visit.t("books-reverse") title=visit.t("books-reverse-title") open=visit.form.was_sent()>
                <p>{visit.t("books-reverse-text")}</p>
                <Form action=action>
                    <TextField name="reason" label=visit.t("books-reason") hint=visit.t("books-reason-hint")/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("books-reverse")}</Button></p>
                </Form>
            </Dialog>
        </section>
    }
}
