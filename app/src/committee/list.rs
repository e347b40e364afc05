//! The meetings: all of them for whoever holds them, one's own for whoever sits; and for a chair what waits to be carried out.

use super::words::{facts_text, outcome_text, person_text, state_tag};
use super::{AT, at, carry_at};
use crate::desk::{crumbs, may, news, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Column, EmptyState, Glyph, Illustration, LinkButton, Page, Pagination, Row, Table, Variant, Width};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::review::{
    Convened, Earlier, MeetingList, MeetingOf, Uncarried, meetings, own_meetings, people_named, to_carry_out,
};

const NEWS: &[(&str, &str)] = &[("carried", "committee-done-carried")];

/// The page.
#[component]
pub fn Meetings() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let (services, context) = (&visit.services, &visit.context);
    let decides = match may(visit, Capability::DecideCases) {
        true => Some(waiting(visit, &to_carry_out(services, context).await?)),
        false => None,
    };
    let sits = match may(visit, Capability::VoteOnCases) {
        true => Some(own(visit, own_meetings(services, context, earlier(visit, OWN)).await?)),
        false => None,
    };
    let holds = match may(visit, Capability::ConveneCommittee) {
        true => {
            let mut tables = Vec::new();
            for of in [COMING, HELD] {
                let page = meetings(services, context, of.over, earlier(visit, of.name)).await?;
                tables.push(held(visit, of, page).await?);
            }
            Some(tables)
        }
        false => None,
    };
    Ok(view! {
        <Page title=visit.t("committee-title") lead=visit.t("committee-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {news(visit, NEWS)}
            {decides}
            {sits}
            {holds}
        </Page>
    }
    .into_any())
}

/// What signed meetings decided and nobody carried out.
fn waiting(visit: &Visit, all: &[Uncarried]) -> AnyView {
    let list = if all.is_empty() {
        view! { <p class="muted">{visit.t("committee-carry-none")}</p> }.into_any()
    } else {
        let columns = vec![
            Column::new(visit.t("cases-reference")),
            Column::new(visit.t("committee-what")),
            Column::new(visit.t("committee-outcome")),
            Column::new(visit.t("committee-day")),
        ];
        let rows = all.iter().map(|one| {
            let href = visit.href(&carry_at(one.meeting, one.named.case));
            Row::new()
                .cell(view! { <a class="staff-reference" href=href>{one.named.reference.clone()}</a> })
                .cell(facts_text(visit, &one.named))
                .cell(outcome_text(visit, one.outcome))
                .cell(day_text(one.day, visit.locale()))
        });
        let rows = rows.collect();
        view! { <Table caption=visit.t("committee-carry-title") caption_hidden=true columns=columns rows=rows/> }
            .into_any()
    };
    view! {
        <section class="section" id="decisions">
            <h2>{visit.t("committee-carry-title")}</h2>
            {list}
        </section>
    }
    .into_any()
}

/// The field of the address in which the pages of one's own meetings are read.
const OWN: &str = "own";

/// One of the lists of whoever holds meetings.
#[derive(Clone, Copy)]
struct List {
    /// The field of the address in which its pages are read.
    name: &'static str,
    /// Of meetings that are over.
    over: bool,
    title: &'static str,
    none: &'static str,
}

/// What is to come, or waits for its minutes.
const COMING: List = List { name: "coming", over: false, title: "committee-coming", none: "committee-coming-none" };
/// What is over.
const HELD: List = List { name: "held", over: true, title: "committee-held", none: "committee-held-none" };

/// Where the page of a list begins that is asked for.
fn earlier(visit: &Visit, list: &str) -> Option<Earlier> {
    visit.query.get(list).and_then(Earlier::parse)
}

/// The way to the next page of a list.
fn on(visit: &Visit, list: &str, next: Option<Earlier>) -> impl IntoView + use<> {
    let next = next.map(|next| Text::from(visit.href(&format!("{AT}?{list}={}", next.text()))));
    view! { <Pagination next=next/> }
}

/// The meetings one sits at: their day and their state, and nothing of what lies before them.
fn own(visit: &Visit, page: MeetingList<MeetingOf>) -> AnyView {
    let list = if page.meetings.is_empty() {
        view! {
            <EmptyState of=Illustration::Flame title=visit.t("committee-own-none")><p>{visit.t("committee-own-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        let columns = vec![Column::new(visit.t("committee-day")), Column::new(visit.t("committee-state"))];
        let rows = page.meetings.iter().map(|one| {
            let href = visit.href(&at(one.meeting));
            Row::new()
                .cell(view! { <a href=href>{day_text(one.day, visit.locale())}</a> })
                .cell(state_tag(visit, one.state))
                .muted(one.state.is_over())
        });
        let rows = rows.collect();
        view! { <Table caption=visit.t("committee-own") caption_hidden=true columns=columns rows=rows/> }.into_any()
    };
    view! {
        <section class="section" id="own">
            <h2>{visit.t("committee-own")}</h2>
            {list}
            {on(visit, OWN, page.next)}
        </section>
    }
    .into_any()
}

/// A list of meetings, with the way to plan one above the first.
async fn held(visit: &Visit, of: List, page: MeetingList<Convened>) -> Result<AnyView, Problem> {
    let chairs = page.meetings.iter().map(|one| one.roll.chair());
    let people = people_named(&visit.services, &visit.context, chairs).await?;
    let name = |nth: usize| people.get(nth).map(|person| person_text(visit, person)).unwrap_or_default();
    let columns = vec![
        Column::new(visit.t("committee-day")),
        Column::new(visit.t("committee-state")),
        Column::new(visit.t("committee-chair")),
    ];
    let rows = page.meetings.iter().enumerate().map(|(nth, one)| {
        let href = visit.href(&at(one.id));
        Row::new()
            .cell(view! { <a href=href>{day_text(one.day, visit.locale())}</a> })
            .cell(state_tag(visit, one.state))
            .cell(name(nth))
    });
    let rows: Vec<Row> = rows.collect();
    let list = if rows.is_empty() {
        view! { <p class="muted">{visit.t(of.none)}</p> }.into_any()
    } else {
        view! { <Table caption=visit.t(of.title) caption_hidden=true columns=columns rows=rows/> }.into_any()
    };
    let plan = (!of.over).then(|| {
        let new = visit.href(&format!("{AT}/new"));
        view! {
            <p class="actions no-print">
                <LinkButton href=new variant=Variant::Secondary glyph=Glyph::Calendar>{visit.t("committee-plan")}</LinkButton>
            </p>
        }
    });
    Ok(view! {
        {plan}
        <section class="section" id=of.name>
            <h2>{visit.t(of.title)}</h2>
            {list}
            {on(visit, of.name, page.next)}
        </section>
    }
    .into_any())
}
