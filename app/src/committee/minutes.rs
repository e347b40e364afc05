//! The minutes (会议纪要): read, signed, printed. Whoever sat reads them without the cases they are recused from.

use super::paper::pdf_at;
use super::words::{facts_text, full_names_text, names_text, settled_text, state_tag};
use super::{AT, at, carry_at, minutes_at};
use crate::desk::{crumbs, may, moment, news, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Banner, Button, Form, Glyph, LinkButton, Page, SummaryList, SummaryRow, Variant};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::ids::{AccountId, MeetingId};
use domain::spark::review::meeting::State;
use domain::spark::review::minutes::{Counts, Settled};
use domain::time::day_text;
use leptos::prelude::*;
use services::ledger::views::Person;
use services::spark::review::{Record, Recorded, record};

const NEWS: &[(&str, &str)] =
    &[("closed", "committee-done-closed"), ("signed", "committee-done-signed"), ("carried", "committee-done-carried")];

/// The page.
#[component]
pub fn MinutesPage() -> impl IntoView {
    read_first(page(visit(), super::named("id")))
}

async fn page(visit: Visit, id: Option<MeetingId>) -> Result<AnyView, Problem> {
    let visit = &visit;
    let record = record(&visit.services, &visit.context, id.ok_or(Problem::NotFound)?).await?;
    let people: Vec<Person> = record.people.values().cloned().collect();
    let day = day_text(record.day, visit.locale());
    let title = visit.t_args("committee-minutes-of", &[("day", day.clone().into())]);
    let items: Vec<AnyView> =
        record.items.iter().enumerate().map(|(nth, item)| one(visit, &record, &people, (nth, item))).collect();
    let sign = record.to_sign.then(|| sign(visit, &record));
    let pdf = visit.href(&pdf_at(record.meeting));
    let crumbs = {
        let mut all = crumbs(visit, &[(AT, "committee-title")]);
        let one = visit.t_args("committee-one", &[("day", day.into())]);
        all.push(crate::ui::Crumb::new(visit.href(&at(record.meeting)), one));
        all
    };
    Ok(view! {
        <Page title=title crumbs=crumbs>
            {rooms(visit)}
            {news(visit, NEWS)}
            {waits(visit, &record, &people)}
            {head(visit, &record, &people)}
            <ol class="committee-minutes">{items}</ol>
            {signatures(visit, &record, &people)}
            {sign}
            <p class="actions no-print">
                <LinkButton href=pdf variant=Variant::Secondary glyph=Glyph::Download download=true>{visit.t("committee-save-pdf")}</LinkButton>
            </p>
            <p class="muted small no-print">{visit.t("committee-print-hint")}</p>
        </Page>
    }
    .into_any())
}

/// Who still has to sign.
fn waits(visit: &Visit, record: &Record, people: &[Person]) -> Option<AnyView> {
    if record.state != State::Decided {
        return None;
    }
    let text = if record.missing.is_empty() {
        visit.t("committee-waits")
    } else {
        visit.t_args("committee-waits-for", &[("who", names_text(visit, people, &record.missing).into())])
    };
    Some(view! { <Banner tone=Tone::Info>{text}</Banner> }.into_any())
}

/// A line of the minutes: what it is about, and what it says.
pub(super) type Told = (Text, String);

fn rows(lines: Vec<Told>) -> Vec<SummaryRow> {
    lines.into_iter().map(|(name, text)| SummaryRow::new(name, text)).collect()
}

/// Who led it and who wrote it down.
pub(super) fn head_lines(visit: &Visit, record: &Record, people: &[Person]) -> Vec<Told> {
    let who = full_names_text(visit, people, [&record.closed_by]);
    let args = [("who", who.into()), ("at", moment(visit, record.closed_at).into())];
    vec![
        (visit.t("committee-chair"), full_names_text(visit, people, [&record.chair])),
        (visit.t("committee-deputy"), full_names_text(visit, people, [&record.deputy])),
        (visit.t("committee-secretary"), visit.t_args("committee-closed-by", &args).to_string()),
    ]
}

/// The hashes by which it is checked.
pub(super) fn hash_lines(visit: &Visit, record: &Record) -> Vec<Told> {
    match record.whole {
        Some((minutes, pack)) => vec![
            (visit.t("committee-pack"), pack.to_string()),
            (visit.t("committee-minutes-hash"), minutes.to_string()),
        ],
        None => vec![(visit.t("committee-shown-hash"), record.digest.to_string())],
    }
}

fn head(visit: &Visit, record: &Record, people: &[Person]) -> AnyView {
    let mut all = vec![SummaryRow::new(visit.t("committee-state"), state_tag(visit, record.state))];
    all.extend(rows(head_lines(visit, record, people)));
    all.extend(
        hash_lines(visit, record)
            .into_iter()
            .map(|(name, hash)| SummaryRow::new(name, view! { <code class="code committee-hash">{hash}</code> })),
    );
    view! { <SummaryList rows=all/> }.into_any()
}

/// What an item is called.
pub(super) fn item_title(nth: usize, item: &Recorded) -> String {
    format!("{}. {}", nth + 1, item.named.reference)
}

/// What became of an item, and how.
pub(super) fn item_lines(visit: &Visit, people: &[Person], item: &Recorded) -> Vec<Told> {
    let entry = &item.entry;
    let mut lines = vec![(visit.t("committee-outcome"), settled_text(visit, entry.settled).to_string())];
    if let Some(presiding) = &entry.presiding {
        lines.push((visit.t("committee-presided"), full_names_text(visit, people, [presiding])));
    }
    if matches!(entry.settled, Settled::Decided(_)) {
        lines.push((visit.t("committee-voters"), full_names_text(visit, people, &entry.voters)));
        lines.push((visit.t("committee-votes-title"), counts_text(visit, entry.counts)));
    }
    if !entry.recused.is_empty() {
        lines.push((visit.t("committee-recused"), full_names_text(visit, people, &entry.recused)));
    }
    lines
}

fn one(visit: &Visit, record: &Record, people: &[Person], (nth, item): (usize, &Recorded)) -> AnyView {
    let decided = record.state == State::MinutesSigned && matches!(item.entry.settled, Settled::Decided(_));
    let carry = (decided && !item.carried && may(visit, Capability::DecideCases)).then(|| {
        let href = visit.href(&carry_at(record.meeting, item.named.case));
        view! { <p class="actions no-print"><LinkButton href=href variant=Variant::Secondary>{visit.t("committee-carry")}</LinkButton></p> }
    });
    let carried = item.carried.then(|| view! { <p class="muted small">{visit.t("committee-carried")}</p> });
    view! {
        <li class="committee-item">
            <h2>{item_title(nth, item)}</h2>
            <p>{facts_text(visit, &item.named)}</p>
            <SummaryList rows=rows(item_lines(visit, people, item))/>
            {carried}
            {carry}
        </li>
    }
    .into_any()
}

/// How many voted how.
fn counts_text(visit: &Visit, counts: Counts) -> String {
    let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).into();
    let args = [
        ("grant", number(counts.grant)),
        ("partial", number(counts.partial)),
        ("refuse", number(counts.refuse)),
        ("defer", number(counts.defer)),
        ("abstain", number(counts.abstain)),
    ];
    visit.t_args("committee-counts", &args).to_string()
}

/// Who has signed and when, and who has still to.
pub(super) fn signature_lines(visit: &Visit, record: &Record, people: &[Person]) -> Vec<Told> {
    let name = |id: &AccountId| Text::from(full_names_text(visit, people, [id]));
    let signed = record.signed.iter().map(|(who, at)| {
        let text = visit.t_args("committee-signed-at", &[("at", moment(visit, *at).into())]);
        (name(who), text.to_string())
    });
    let missing = record.missing.iter().map(|who| (name(who), visit.t("committee-unsigned").to_string()));
    signed.chain(missing).collect()
}

fn signatures(visit: &Visit, record: &Record, people: &[Person]) -> Option<AnyView> {
    let lines = signature_lines(visit, record, people);
    if lines.is_empty() {
        return None;
    }
    let section = view! {
        <section class="section" id="signatures">
            <h2>{visit.t("committee-signatures")}</h2>
            <SummaryList rows=rows(lines)/>
        </section>
    };
    Some(section.into_any())
}

fn sign(visit: &Visit, record: &Record) -> AnyView {
    view! {
        <section class="staff-panel stack no-print" id="sign">
            <h2>{visit.t("committee-sign-title")}</h2>
            <p>{visit.t("committee-sign-text")}</p>
            <Form action=visit.href(&format!("{}/sign", minutes_at(record.meeting)))>
                <p class="actions"><Button>{visit.t("committee-sign")}</Button></p>
            </Form>
        </section>
    }
    .into_any()
}
