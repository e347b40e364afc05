//! A fund: what it has as a sum, its envelopes, its journal page by page.

use super::words::{change, kind_text, money, purpose_text, short};
use super::{at, crumbs, named};
use crate::desk::{may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Button, Choice, Column, Dialog, EmptyState, Form, Glyph, HiddenField, Illustration, LinkButton, Page, Pagination,
    Row, Select, SummaryList, SummaryRow, Table, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{FundId, LedgerEntryId};
use domain::ledger::{EntryKind, Fen, Month};
use domain::time::local_day;
use jiff::{ToSpan, civil};
use leptos::prelude::*;
use services::ledger::balance_of_fund;
use services::ledger::views::{self, Envelope, Fund, JournalPage, Line, Purse, Wanted};

const NEWS: &[(&str, &str)] = &[
    ("entered", "books-done-entered"),
    ("opened", "fund-done-opened"),
    ("changed", "fund-done-changed"),
    ("budget", "fund-done-budget"),
    ("closed", "fund-done-closed"),
    ("reopened", "fund-done-reopened"),
];
/// Months that can be chosen.
const MONTHS: i32 = 36;

/// The page.
#[component]
pub fn FundPage() -> impl IntoView {
    read_first(page(visit(), named("id")))
}

async fn page(visit: Visit, id: Option<FundId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let id = id.ok_or(Problem::NotFound)?;
    let fund = views::fund(&visit.services, &visit.context, id).await?;
    let bank = balance_of_fund(&visit.services, &visit.context, id).await?;
    let wanted = wanted(visit);
    let journal = views::journal(&visit.services, &visit.context, id, wanted).await?;
    let title = visit.pick(&fund.name_zh, &fund.name_en).into_owned();
    Ok(view! {
        <Page title=title kicker=fund.code.clone() lead=purpose_text(visit, &fund.purpose) width=Width::Wide crumbs=crumbs(visit, (at::FUNDS, "books-title"), &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            <section class="section books-has">
                <h2>{visit.t("books-has")}</h2>
                {sum(visit, fund.has)}
                <p class="muted small">{visit.t_args("books-bank", &[("bank", money(bank.bank).into()), ("transit", money(bank.in_transit).into())])}</p>
            </section>
            {enter(visit, &fund)}
            {envelopes(visit, &fund)}
            {says(visit, &fund)}
            <section class="section">
                <h2>{visit.t("books-journal")}</h2>
                {filter(visit, wanted)}
                {lines(visit, &journal)}
                {further(visit, wanted, &journal)}
            </section>
        </Page>
    }
    .into_any())
}

/// `available = received − paid − committed`, written as people add up on paper.
fn sum(visit: &Visit, has: Purse) -> impl IntoView + use<> {
    let line = |key: &str, sign: &'static str, fen: Fen| {
        let label = visit.t(key);
        view! { <div class="books-sum-line"><dt>{label}</dt><dd><span class="books-sign">{sign}</span>{money(fen)}</dd></div> }
    };
    view! {
        <dl class="books-sum">
            {line("books-received", "", has.received)}
            {line("books-paid", "− ", has.paid)}
            {line("books-committed", "− ", has.committed)}
            <div class="books-sum-line books-sum-left"><dt>{visit.t("books-available")}</dt><dd><span class="books-sign">"= "</span>{money(has.available)}</dd></div>
        </dl>
    }
}

/// What whoever keeps the books can write down.
fn enter(visit: &Visit, fund: &Fund) -> Option<impl IntoView + use<>> {
    if !may(visit, Capability::KeepBooks) || fund.envelopes.is_empty() {
        return None;
    }
    let href = |kind: &str| visit.href(&format!("{}/{}/enter?kind={kind}", at::FUNDS, fund.id));
    let moves = (fund.envelopes.len() > 1).then(|| {
        view! { <LinkButton href=href("allocation") variant=Variant::Secondary>{visit.t("books-enter-allocation")}</LinkButton> }
    });
    Some(view! {
        <p class="actions no-print">
            <LinkButton href=href("donation") glyph=Glyph::ArrowRight>{visit.t("books-enter-donation")}</LinkButton>
            {moves}
            <LinkButton href=href("opening") variant=Variant::Quiet>{visit.t("books-enter-opening")}</LinkButton>
        </p>
    })
}

fn envelopes(visit: &Visit, fund: &Fund) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-envelope")),
        Column::number(visit.t("books-received")),
        Column::number(visit.t("books-paid")),
        Column::number(visit.t("books-committed")),
        Column::number(visit.t("books-available")),
        Column::number(visit.t("fund-ceiling-short")),
    ];
    let rows = fund.envelopes.iter().map(|envelope| {
        Row::new()
            .cell(envelope_name(visit, fund, envelope))
            .cell(money(envelope.has.received))
            .cell(money(envelope.has.paid))
            .cell(money(envelope.has.committed))
            .cell(money(envelope.has.available))
            .cell(envelope.ceiling.map(money))
    });
    let rows = rows.collect();
    let more = may(visit, Capability::KeepBooks).then(|| {
        let href = visit.href(&format!("{}/{}/envelopes/new", at::FUNDS, fund.id));
        view! { <p class="actions no-print"><LinkButton href=href variant=Variant::Quiet>{visit.t("fund-budget-new")}</LinkButton></p> }
    });
    view! {
        <section class="section books-table">
            <h2>{visit.t("books-envelopes")}</h2>
            <Table caption=visit.t("books-envelopes") caption_hidden=true columns=columns rows=rows/>
            {more}
        </section>
    }
}

/// A budget by its name, with what it is for; the way to its form for whoever keeps the books.
fn envelope_name(visit: &Visit, fund: &Fund, envelope: &Envelope) -> impl IntoView + use<> {
    let name = visit.pick(&envelope.name_zh, &envelope.name_en).into_owned();
    let purpose = envelope.purpose.of(visit.locale()).to_owned();
    let purpose = (!purpose.is_empty()).then(|| view! { <br/><span class="muted small">{purpose}</span> });
    let name = if may(visit, Capability::KeepBooks) {
        let href = visit.href(&format!("{}/{}/envelopes/{}", at::FUNDS, fund.id, envelope.id));
        view! { <a href=href>{name}</a> }.into_any()
    } else {
        view! { <span>{name}</span> }.into_any()
    };
    view! { <div>{name}{purpose}</div> }
}

/// What the fund says of itself, whether it takes applications, and what may be changed of either.
fn says(visit: &Visit, fund: &Fund) -> impl IntoView + use<> {
    let standing = match fund.closed_at {
        Some(at) => {
            let at = moment(visit, at);
            view! { <Tag tone=Tone::Warning>{visit.t("fund-closed")}</Tag>" "{at} }.into_any()
        }
        None => view! { <Tag tone=Tone::Success>{visit.t("fund-takes")}</Tag> }.into_any(),
    };
    let terms = fund.terms.of(visit.locale()).to_owned();
    let terms = if terms.is_empty() { visit.t("fund-terms-none").to_string() } else { terms };
    let rows = vec![
        SummaryRow::new(visit.t("fund-applications"), standing),
        SummaryRow::new(visit.t("fund-terms"), view! { <p class="said">{terms}</p> }),
    ];
    let change = may(visit, Capability::KeepBooks).then(|| turn(visit, fund));
    view! {
        <section class="section">
            <h2>{visit.t("fund-says")}</h2>
            <SummaryList rows=rows/>
            {change}
        </section>
    }
}

/// Changing its texts; closing it to new applications, or opening it again.
fn turn(visit: &Visit, fund: &Fund) -> impl IntoView + use<> {
    let to = |what: &str| visit.href(&format!("{}/{}/{what}", at::FUNDS, fund.id));
    let version = fund.version.to_string();
    let turn = if fund.closed_at.is_some() {
        view! {
            <Form action=to("reopen")>
                <HiddenField name="version" value=version/>
                <Button variant=Variant::Secondary>{visit.t("fund-reopen")}</Button>
            </Form>
        }
        .into_any()
    } else {
        view! {
            <Dialog label=visit.t("fund-close") title=visit.t("fund-close-title") open=visit.form.was_sent()>
                <p>{visit.t("fund-close-text")}</p>
                <Form action=to("close")>
                    <HiddenField name="version" value=version/>
                    <TextField name="reason" label=visit.t("books-reason") hint=visit.t("books-reason-hint")/>
                    <p class="actions"><Button variant=Variant::Danger>{visit.t("fund-close")}</Button></p>
                </Form>
            </Dialog>
        }
        .into_any()
    };
    view! {
        <div class="staff-actions no-print">
            <LinkButton href=to("edit") variant=Variant::Secondary>{visit.t("fund-edit")}</LinkButton>
            {turn}
        </div>
    }
}

/// What the address asks for; what it cannot mean is not asked.
fn wanted(visit: &Visit) -> Wanted {
    Wanted {
        month: visit.query.parsed("month"),
        kind: visit.query.get("kind").and_then(EntryKind::from_name),
        after: visit.query.get("after").and_then(read_cursor),
    }
}

/// A page's end as text: the day and the entry of its last row.
fn write_cursor((day, id): (civil::Date, LedgerEntryId)) -> String {
    format!("{day}.{id}")
}

fn read_cursor(text: &str) -> Option<(civil::Date, LedgerEntryId)> {
    let (day, id) = text.split_once('.')?;
    Some((domain::time::day(day).ok()?, id.parse().ok()?))
}

fn filter(visit: &Visit, wanted: Wanted) -> impl IntoView + use<> {
    let this = Month::of(local_day(visit.context.now)).first();
    let months = (0..MONTHS).filter_map(|back| this.checked_sub(back.months()).ok()).map(Month::of);
    // One that stands in the address stays chosen, however long ago it was.
    let mut months: Vec<Month> = months.collect();
    months.extend(wanted.month.filter(|month| !months.contains(month)));
    let months = months.iter().map(|month| Choice::new(month.to_string(), month.to_string()));
    let months = std::iter::once(Choice::new("", visit.t("books-all-months"))).chain(months).collect();
    let kinds = EntryKind::ALL.map(|kind| Choice::new(kind.name(), kind_text(visit, kind)));
    let kinds = std::iter::once(Choice::new("", visit.t("books-all-kinds"))).chain(kinds).collect();
    let month = wanted.month.map(|month| month.to_string()).unwrap_or_default();
    let kind = wanted.kind.map(EntryKind::name).unwrap_or_default();
    view! {
        <div class="no-print">
            <Form get=true inline=true>
                <Select name="month" label=visit.t("books-month") choices=months value=month optional=true/>
                <Select name="kind" label=visit.t("books-kind") choices=kinds value=kind optional=true/>
                <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button></p>
            </Form>
        </div>
    }
}

fn lines(visit: &Visit, journal: &JournalPage) -> AnyView {
    if journal.lines.is_empty() {
        return view! { <EmptyState of=Illustration::Flame title=visit.t("books-journal-none")/> }.into_any();
    }
    let columns = vec![
        Column::new(visit.t("books-day")),
        Column::new(visit.t("books-kind")),
        Column::new(visit.t("books-source")),
        Column::number(visit.t("books-amount")),
        Column::number(visit.t("books-change-received")),
        Column::number(visit.t("books-change-paid")),
        Column::number(visit.t("books-change-committed")),
    ];
    let rows = journal.lines.iter().map(|line| row(visit, line)).collect();
    view! {
        <div class="books-table books-journal"><Table caption=visit.t("books-journal") caption_hidden=true columns=columns rows=rows/></div>
        <p class="muted small">{visit.t("books-unit")}</p>
    }
    .into_any()
}

fn row(visit: &Visit, line: &Line) -> Row {
    let entry = |id: LedgerEntryId| visit.href(&format!("{}/{id}", at::ENTRIES));
    let what = kind_text(visit, line.kind);
    let reversed = line.reversed_by.map(|by| {
        view! { " "<a href=entry(by)><Tag tone=Tone::Warning>{visit.t("books-reversed")}</Tag></a> }
    });
    let of = line.reverses.map(|of| view! { " "<a href=entry(of)>{visit.t("books-of-entry")}" "{short(of.0)}</a> });
    let award = line.award.map(|award| {
        let href = visit.href(&format!("{}/{award}", at::AWARDS));
        view! { <a href=href>{visit.t("books-award")}" "{short(award.0)}</a> }
    });
    let source = line.source.clone().map(|source| view! { <span>{source}</span>" " });
    Row::new()
        .cell(view! { <a href=entry(line.id)>{line.day.to_string()}<span class="hidden">" "{what.clone()}</span></a> })
        .cell(view! { <span>{what}{reversed}{of}</span> })
        .cell(view! { <span>{source}{award}</span> })
        .cell(money(line.amount))
        .cell(change(line.received))
        .cell(change(line.paid))
        .cell(change(line.committed))
        .muted(line.reversed_by.is_some())
}

fn further(visit: &Visit, wanted: Wanted, journal: &JournalPage) -> impl IntoView + use<> {
    let address = |after: Option<String>| {
        let mut query = form_urlencoded::Serializer::new(String::new());
        if let Some(month) = wanted.month {
            query.append_pair("month", &month.to_string());
        }
        if let Some(kind) = wanted.kind {
            query.append_pair("kind", kind.name());
        }
        if let Some(after) = &after {
            query.append_pair("after", after);
        }
        format!("{}?{}", visit.here(), query.finish())
    };
    let next = journal.next.map(|last| Text::from(address(Some(write_cursor(last)))));
    let first = wanted.after.is_some().then(|| {
        view! { <p class="no-print"><a href=address(None)>{visit.t("books-journal-first")}</a></p> }
    });
    view! { {first}<Pagination next=next/> }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pages_end_is_read_as_it_was_written() {
        let end = (civil::date(2026, 7, 20), LedgerEntryId(uuid::Uuid::from_u128(7)));
        assert_eq!(read_cursor(&write_cursor(end)), Some(end));
        for text in ["", "2026-07-20", "2026-07-20.x", "x.00000000-0000-0000-0000-000000000007"] {
            assert_eq!(read_cursor(text), None, "{text}");
        }
    }
}
