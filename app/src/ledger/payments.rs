//! What waits to be paid: for papers, for who prepares, for who lets go, for a file, for the bank, for a decision; and the
//! files that were made for the bank.

use super::award;
use super::words::{is_own, money, papers, payment_tag, person_text, short};
use super::{at, tranche};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::problem::Problem;
use crate::ui::{Button, Column, EmptyState, Form, Glyph, HiddenField, Illustration, Page, Row, Table, Variant, Width};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::PaymentFileId;
use domain::ledger::{Fen, PaymentState, TrancheState};
use leptos::prelude::*;
use services::ledger::views::{self, FileLine, PaymentLine, TrancheLine};

const NEWS: &[(&str, &str)] = &[("file", "books-done-file")];

/// The page.
#[component]
pub fn Payments() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (tranches, payments) = views::payments_board(&visit.services, &visit.context).await?;
    let files = views::files(&visit.services, &visit.context).await?;
    let waits = |state| tranches.iter().filter(move |one: &&TrancheLine| one.state == state).collect::<Vec<_>>();
    let stand = |state| payments.iter().filter(move |one: &&PaymentLine| one.state == state).collect::<Vec<_>>();
    let to_file = stand(PaymentState::Released);
    Ok(view! {
        <Page title=visit.t("books-payments-title") lead=visit.t("books-payments-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::FUNDS, "books-title")])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {paid(visit, "books-board-doubt", "books-board-doubt-text", &stand(PaymentState::InDoubt))}
            {tranche_section(visit, "books-board-prepare", &waits(TrancheState::Planned), false)}
            {tranche_section(visit, "books-board-release", &waits(TrancheState::Prepared), true)}
            {paid(visit, "books-board-file", "books-board-file-text", &to_file)}
            {send(visit, &to_file)}
            {paid(visit, "books-board-bank", "books-board-bank-text", &stand(PaymentState::Sent))}
            {made(visit, &files)}
        </Page>
    }
    .into_any())
}

fn empty(visit: &Visit) -> AnyView {
    view! { <p class="muted">{visit.t("books-board-none")}</p> }.into_any()
}

fn award_link(visit: &Visit, id: domain::ids::AwardId) -> impl IntoView + use<> {
    let href = visit.href(&format!("{}/{id}", at::AWARDS));
    view! { <a class="staff-reference" href=href>{short(id.0)}</a> }
}

/// Tranches that wait for who prepares, or for who lets go (`prepared`).
fn tranche_section(visit: &Visit, title: &str, all: &[&TrancheLine], prepared: bool) -> impl IntoView + use<> {
    let fourth = if prepared { "books-prepared-by" } else { "books-papers-missing" };
    let columns = vec![
        Column::new(visit.t("books-tranche")),
        Column::new(visit.t("books-award")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t(fourth)),
        Column::new(visit.t("books-next")),
    ];
    let rows = all.iter().map(|one| {
        let missing = one.missing();
        let facts = match (&one.prepared_by, prepared) {
            (Some(by), true) => person_text(visit, by),
            _ if missing.is_empty() => visit.t("books-papers-all").to_string(),
            _ => papers(visit, &missing),
        };
        let next = match prepared {
            true if may(visit, Capability::ReleasePayments) => tranche::let_go(visit, one),
            false if may(visit, Capability::PreparePayments) && missing.is_empty() => {
                tranche::prepare(visit, one).into_any()
            }
            _ => tranche::next_text(visit, one, None).into_any(),
        };
        Row::new()
            .cell(award::link(visit, one))
            .cell(view! { <span>{award_link(visit, one.award)}" "<code class="code small">{one.code.clone()}</code></span> })
            .cell(money(one.amount))
            .cell(facts)
            .cell(next)
    });
    let rows: Vec<Row> = rows.collect();
    let table = match rows.is_empty() {
        true => empty(visit),
        false => view! { <Table caption=visit.t(title) caption_hidden=true columns=columns rows=rows/> }.into_any(),
    };
    view! { <section class="section books-table"><h2>{visit.t(title)}</h2>{table}</section> }
}

/// Payments that stand at one point of their way.
fn paid(visit: &Visit, title: &str, text: &str, all: &[&PaymentLine]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-award")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t("books-state")),
        Column::new(visit.t("books-payee-account")),
        Column::new(visit.t("books-prepared-by")),
        Column::new(visit.t("books-released-by")),
    ];
    let rows = all.iter().map(|one| {
        let own = is_own(visit, &one.released_by);
        let nth = visit.t_args("books-nth", &[("n", one.nth.into())]);
        let href = visit.href(&format!("{}/{}", at::TRANCHES, one.tranche));
        Row::new()
            .cell(view! { <span>{award_link(visit, one.award)}" "<a href=href>{nth}</a></span> })
            .cell(money(one.amount))
            .cell(payment_tag(visit, one.state))
            .cell(format!("•••• {}", one.last4))
            .cell(person_text(visit, &one.prepared_by))
            .cell(view! { <span>{person_text(visit, &one.released_by)}<br/><span class="muted small">{moment(visit, one.released_at)}</span></span> })
            .muted(own && one.state == PaymentState::InDoubt)
    });
    let rows: Vec<Row> = rows.collect();
    let table = match rows.is_empty() {
        true => empty(visit),
        false => view! { <Table caption=visit.t(title) caption_hidden=true columns=columns rows=rows/> }.into_any(),
    };
    view! { <section class="section books-table"><h2>{visit.t(title)}</h2><p class="muted">{visit.t(text)}</p>{table}</section> }
}

/// Making the file, for whoever may and while something waits for it.
fn send(visit: &Visit, waiting: &[&PaymentLine]) -> Option<impl IntoView + use<>> {
    if waiting.is_empty() || !may(visit, Capability::ReleasePayments) {
        return None;
    }
    let total = Fen::sum(waiting.iter().map(|one| one.amount)).map(money).unwrap_or_default();
    let n = u32::try_from(waiting.len()).unwrap_or(u32::MAX);
    // Made with the page: the form sent twice makes one file.
    let id = visit.context.new_id::<PaymentFileId>().to_string();
    Some(view! {
        <Form action=visit.href(&format!("{}/files", at::PAYMENTS))>
            <HiddenField name="file" value=id/>
            <p>{visit.t_args("books-send-sum", &[("n", n.into()), ("total", total.into())])}</p>
            <p class="actions no-print"><Button glyph=Glyph::Lock>{visit.t("books-send")}</Button></p>
        </Form>
    })
}

fn made(visit: &Visit, files: &[FileLine]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-file-at")),
        Column::number(visit.t("books-file-lines")),
        Column::number(visit.t("books-amount")),
        Column::new(visit.t("books-file-by")),
        Column::new(visit.t("books-file-hash")),
        Column::new(visit.t("books-file")),
    ];
    let releases = may(visit, Capability::ReleasePayments);
    let rows = files.iter().map(|file| {
        let action = visit.href(&format!("{}/files/{}", at::PAYMENTS, file.id));
        let at = moment(visit, file.at);
        let named = at.clone();
        let fetch = releases.then(|| {
            view! {
                <Form action=action inline=true>
                    <Button variant=Variant::Quiet glyph=Glyph::Download>{visit.t("books-fetch")}<span class="hidden">" "{named}</span></Button>
                </Form>
            }
        });
        Row::new()
            .cell(at)
            .cell(file.lines.to_string())
            .cell(money(file.total))
            .cell(person_text(visit, &file.by))
            .cell(view! { <code class="code small">{file.sha256.chars().take(12).collect::<String>()}</code> })
            .cell(fetch)
    });
    let rows: Vec<Row> = rows.collect();
    let table = match rows.is_empty() {
        true => view! { <EmptyState of=Illustration::Flame title=visit.t("books-files-none")/> }.into_any(),
        false => {
            view! { <Table caption=visit.t("books-files") caption_hidden=true columns=columns rows=rows/> }.into_any()
        }
    };
    view! { <section class="section books-table"><h2>{visit.t("books-files")}</h2>{table}</section> }
}
