//! What waits for whoever looks after cases, or watches over them: the longest waiting first, without whose they are.

use super::calls::PARTS;
use super::words::{part_text, person_text, state_tag};
use super::{at, desk};
use crate::desk::{count, crumbs, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::spark::words as spark;
use crate::ui::{
    Button, Choice, Column, EmptyState, Form, HiddenField, Illustration, LinkButton, Page, Pagination, Row, Select,
    Tab, Table, Tabs, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::account::Actor;
use domain::booking::Reference;
use domain::ids::AccountId;
use domain::spark::{DiseaseGroup, Part, State};
use leptos::prelude::*;
use services::keyset::After;
use services::spark::cases::{self, Waiting, Wanted};

/// The page.
#[component]
pub fn Cases() -> impl IntoView {
    read_first(page(visit()))
}

/// What the address asks for.
struct Asked {
    part: Part,
    wanted: Wanted,
    reference: String,
}

impl Asked {
    fn of(visit: &Visit, parts: &[Part]) -> Option<Self> {
        let named = visit.query.get("part").and_then(Part::from_name).filter(|part| parts.contains(part));
        let wanted = Wanted {
            state: visit.query.get("state").and_then(State::from_name),
            group: visit.query.get("group").and_then(DiseaseGroup::from_name),
        };
        let reference = visit.query.get("q").unwrap_or_default().trim().to_owned();
        Some(Self { part: named.or_else(|| parts.first().copied())?, wanted, reference })
    }

    /// This list, from a row on.
    fn address(&self, visit: &Visit, part: Part, after: Option<After>) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.append_pair("part", part.name());
        if let Some(state) = self.wanted.state {
            query.append_pair("state", state.name());
        }
        if let Some(group) = self.wanted.group {
            query.append_pair("group", group.name());
        }
        if let Some(after) = after {
            query.append_pair("after", &after.text());
        }
        format!("{}?{}", visit.href(at::CASES), query.finish())
    }

    fn is_narrow(&self) -> bool {
        self.wanted != Wanted::default() || !self.reference.is_empty()
    }
}

/// The parts in which whoever looks has such a list.
fn parts(visit: &Visit) -> Vec<Part> {
    let Actor::Staff { roles, .. } = &visit.context.actor else { return Vec::new() };
    PARTS.into_iter().filter(|part| roles.iter().any(|role| Part::of_role(*role) == Some(*part))).collect()
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let parts = parts(visit);
    let asked = Asked::of(visit, &parts).ok_or(Problem::Forbidden)?;
    let (services, context) = (&visit.services, &visit.context);
    let (cases, next) = if asked.reference.is_empty() {
        let after = visit.query.get("after").and_then(After::parse);
        let page = cases::work(services, context, asked.part, asked.wanted, after).await?;
        (page.cases, page.next)
    } else {
        let found = match Reference::parse(&asked.reference) {
            Ok(reference) => cases::named(services, context, &reference).await?,
            Err(_) => None,
        };
        (found.into_iter().collect(), None)
    };
    let list = if cases.is_empty() { none(visit, &asked).into_any() } else { table(visit, &cases).await? };
    let next = next.map(|last| Text::from(asked.address(visit, asked.part, Some(last))));
    Ok(view! {
        <Page title=visit.t("cases-title") lead=visit.t("cases-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {(parts.len() > 1).then(|| tabs(visit, &asked, &parts))}
            {filter(visit, &asked)}
            {list}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

fn tabs(visit: &Visit, asked: &Asked, parts: &[Part]) -> impl IntoView + use<> {
    let tab = |part: &Part| Tab {
        href: asked.address(visit, *part, None).into(),
        label: part_text(visit, *part),
        count: None,
        current: *part == asked.part,
    };
    let tabs = parts.iter().map(tab).collect();
    view! { <Tabs label=visit.t("cases-parts") tabs=tabs/> }
}

fn filter(visit: &Visit, asked: &Asked) -> impl IntoView + use<> {
    let states = State::ALL.into_iter().filter(|state| *state != State::Draft);
    let states = states.map(|state| Choice::new(state.name(), spark::state(visit, state)));
    let states = std::iter::once(Choice::new("", visit.t("cases-state-waiting"))).chain(states).collect();
    let groups = DiseaseGroup::ALL.into_iter().map(|group| Choice::new(group.name(), spark::group(visit, group)));
    let groups = std::iter::once(Choice::new("", visit.t("cases-group-all"))).chain(groups).collect();
    let state = asked.wanted.state.map_or("", State::name);
    let group = asked.wanted.group.map_or("", DiseaseGroup::name);
    let clear = asked.is_narrow().then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-clear")}</LinkButton> }
    });
    view! {
        <Form get=true inline=true>
            <HiddenField name="part" value=asked.part.name()/>
            <Select name="state" label=visit.t("cases-state") choices=states value=state optional=true/>
            <Select name="group" label=visit.t("cases-group") choices=groups value=group optional=true/>
            <TextField name="q" kind="search" label=visit.t("cases-reference") hint=visit.t("cases-reference-hint") value=asked.reference.clone()/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{clear}</p>
        </Form>
    }
}

fn none(visit: &Visit, asked: &Asked) -> impl IntoView + use<> {
    let text = visit.t(if asked.is_narrow() { "cases-none-narrow" } else { "cases-none-text" });
    view! { <EmptyState of=Illustration::Flame title=visit.t("cases-none")><p>{text}</p></EmptyState> }
}

async fn table(visit: &Visit, all: &[Waiting]) -> Result<AnyView, Problem> {
    let officers: Vec<AccountId> = all.iter().filter_map(|case| case.officer).collect();
    let people = cases::people(&visit.services, &visit.context, officers).await?;
    let columns = vec![
        Column::new(visit.t("cases-reference")),
        Column::new(visit.t("cases-group")),
        Column::new(visit.t("cases-state")),
        Column::new(visit.t("cases-officer")),
        Column::number(visit.t("cases-waits")),
        Column::number(visit.t("cases-age")),
    ];
    let rows = all.iter().map(|case| {
        let href = visit.href(&desk(case.id));
        let officer = case.officer.and_then(|id| people.get(&id));
        let officer = officer.map_or_else(|| visit.t("cases-nobody").to_string(), |it| person_text(visit, it));
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{case.reference.clone()}</a> })
            .cell(spark::group(visit, case.group))
            .cell(state_tag(visit, case.state))
            .cell(officer)
            .cell(count(visit, "cases-days", case.days))
            .cell(count(visit, "cases-days", case.age))
    });
    let rows = rows.collect();
    Ok(view! {
        <Table caption=visit.t("cases-title") caption_hidden=true columns=columns rows=rows/>
        <p class="muted small">{visit.t("cases-days-note")}</p>
    }
    .into_any())
}
