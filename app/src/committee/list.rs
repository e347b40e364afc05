//! The meetings: all of them for whoever holds them, one's own for whoever sits; and for a chair what waits to be carried out.

use super::words::{facts_text, outcome_text, person_text, state_tag};
use super::{AT, at, carry_at, problem};
use crate::desk::{crumbs, may, news, read_first, rooms};
use crate::problem::Problem;
use crate::ui::{Column, EmptyState, Glyph, Illustration, LinkButton, Page, Row, Table, Variant, Width};
use crate::visit::{Visit, visit};
use domain::account::Capability;
use domain::time::day_text;
use leptos::prelude::*;
use services::spark::review::{Convened, MeetingOf, Uncarried, meetings, own_meetings, people_named, to_carry_out};

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
        true => Some(waiting(visit, &to_carry_out(services, context).await.map_err(problem)?)),
        false => None,
    };
    let sits = match may(visit, Capability::VoteOnCases) {
        true => Some(own(visit, &own_meetings(services, context).await.map_err(problem)?)),
        false => None,
    };
    let holds = match may(visit, Capability::ConveneCommittee) {
        true => Some(held(visit, &meetings(services, context).await.map_err(problem)?).await?),
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

/// The meetings one sits at: their day and their state, and nothing of what lies before them.
fn own(visit: &Visit, all: &[MeetingOf]) -> AnyView {
    let list = if all.is_empty() {
        view! {
            <EmptyState of=Illustration::Flame title=visit.t("committee-own-none")><p>{visit.t("committee-own-none-text")}</p></EmptyState>
        }
        .into_any()
    } else {
        let columns = vec![Column::new(visit.t("committee-day")), Column::new(visit.t("committee-state"))];
        let rows = all.iter().map(|one| {
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
        </section>
    }
    .into_any()
}

/// All meetings: what is to come, or waits for its minutes, and what is over.
async fn held(visit: &Visit, all: &[Convened]) -> Result<AnyView, Problem> {
    let chairs = all.iter().map(|one| one.roll.chair());
    let people = people_named(&visit.services, &visit.context, chairs).await.map_err(problem)?;
    let name = |nth: usize| people.get(nth).map(|person| person_text(visit, person)).unwrap_or_default();
    let table = |over: bool, key: &'static str| {
        let columns = vec![
            Column::new(visit.t("committee-day")),
            Column::new(visit.t("committee-state")),
            Column::new(visit.t("committee-chair")),
        ];
        let some = all.iter().enumerate().filter(|(_, one)| one.state.is_over() == over);
        let rows: Vec<Row> = some
            .map(|(nth, one)| {
                let href = visit.href(&at(one.id));
                Row::new()
                    .cell(view! { <a href=href>{day_text(one.day, visit.locale())}</a> })
                    .cell(state_tag(visit, one.state))
                    .cell(name(nth))
            })
            .collect();
        let list = if rows.is_empty() {
            let none = if over { "committee-held-none" } else { "committee-coming-none" };
            view! { <p class="muted">{visit.t(none)}</p> }.into_any()
        } else {
            view! { <Table caption=visit.t(key) caption_hidden=true columns=columns rows=rows/> }.into_any()
        };
        view! {
            <section class="section">
                <h2>{visit.t(key)}</h2>
                {list}
            </section>
        }
    };
    let new = visit.href(&format!("{AT}/new"));
    Ok(view! {
        <p class="actions no-print">
            <LinkButton href=new variant=Variant::Secondary glyph=Glyph::Calendar>{visit.t("committee-plan")}</LinkButton>
        </p>
        {table(false, "committee-coming")}
        {table(true, "committee-held")}
    }
    .into_any())
}
