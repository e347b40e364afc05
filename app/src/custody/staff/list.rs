//! Finding units: one by its whole number, many by what they have in common, and what waits for somebody.

use super::words::{of_all, place_text, pool_text, state_tag, state_text};
use super::{at, unit_page};
use crate::desk::{count, crumbs, moment, read_first, rooms};
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{
    Button, Checkboxes, Choice, Column, DateField, EmptyState, Form, Illustration, LinkButton, Page, Pagination, Row,
    Select, Tab, Table, Tabs, Tag, TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::custody::State;
use domain::ids::TankId;
use leptos::prelude::*;
use services::custody::desk::DeskError;
use services::custody::search::{self, Found, Listed, Wanted, Work};
use services::keyset::After;

/// The fields of the filter.
const NAMES: [&str; 6] = ["state", "tank", "lot", "from", "until", "deviating"];

/// The page.
#[component]
pub fn Units() -> impl IntoView {
    read_first(page(visit()))
}

/// What the address asks for.
struct Asked {
    work: Option<Work>,
    wanted: Wanted,
    narrow: bool,
}

fn asked(visit: &Visit) -> Asked {
    let query = &visit.query;
    let wanted = Wanted {
        state: query.get("state").and_then(State::from_name),
        tank: query.parsed::<TankId>("tank"),
        lot: query.get("lot").unwrap_or_default().trim().to_owned(),
        from: query.day("from"),
        until: query.day("until"),
        deviating: query.get("deviating") == Some("1"),
    };
    let narrow = wanted != Wanted::default();
    Asked { work: query.get("list").and_then(Work::from_name), wanted, narrow }
}

/// This list, from a row on.
fn address(visit: &Visit, work: Option<Work>, after: Option<After>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    match work {
        Some(work) => {
            query.append_pair("list", work.name());
        }
        None => {
            for name in NAMES {
                if let Some(value) = visit.query.get(name).filter(|value| !value.is_empty()) {
                    query.append_pair(name, value);
                }
            }
        }
    }
    if let Some(after) = after {
        query.append_pair("after", &after.text());
    }
    let query = query.finish();
    let page = visit.href(at::UNITS);
    if query.is_empty() { page } else { format!("{page}?{query}") }
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let asked = asked(&visit);
    let after = visit.query.get("after").and_then(After::parse);
    let (services, context) = (&visit.services, &visit.context);
    let listed = match asked.work {
        Some(work) => search::work(services, context, work, after).await,
        None => search::list(services, context, &asked.wanted, after).await,
    };
    let (listed, errors) = match listed {
        Err(DeskError::Fields(errors)) => (Listed { rows: Vec::new(), next: None }, errors),
        listed => (listed?, Vec::new()),
    };
    // The filter shows what is asked as a form that was sent does; what was typed as a number stays beside it.
    let visit = visit.with(|data| {
        let typed = NAMES.iter().filter_map(|name| Some((*name, data.query.get(name)?.trim().to_owned())));
        let filter = FormState::typed(typed.filter(|(_, value)| !value.is_empty()), &[]);
        filter.values.into_iter().for_each(|(name, value)| {
            data.form.values.entry(name).or_insert(value);
        });
        data.form.errors.extend(errors);
    });
    provide_context(visit.clone());
    let visit = &visit;
    let tanks = search::tanks(&visit.services, &visit.context).await?;
    let filter = asked.work.is_none().then(|| filter(visit, &asked, &tanks));
    let lead = asked.work.map(|work| view! { <p class="muted">{visit.t(work_lead(work))}</p> });
    let content = if listed.rows.is_empty() {
        none(visit, &asked).into_any()
    } else {
        table(visit, &listed.rows, asked.work).into_any()
    };
    let next = listed.next.map(|after| Text::from(address(visit, asked.work, Some(after))));
    Ok(view! {
        <Page title=visit.t("units-title") lead=visit.t("units-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {number(visit)}
            {tabs(visit, asked.work)}
            {lead}
            {filter}
            {content}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

/// The number of one unit: sent, and never in an address.
fn number(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Form action=visit.href(&format!("{}/find", at::UNITS)) inline=true>
            <TextField name="din" label=visit.t("units-din") hint=visit.t("units-din-hint") width="medium"/>
            <p class="actions"><Button>{visit.t("units-open")}</Button></p>
        </Form>
    }
}

const fn work_title(work: Work) -> &'static str {
    match work {
        Work::Tests => "units-list-tests",
        Work::Quarantine => "units-list-quarantine",
        Work::Held => "units-list-held",
    }
}

const fn work_lead(work: Work) -> &'static str {
    match work {
        Work::Tests => "units-list-tests-lead",
        Work::Quarantine => "units-list-quarantine-lead",
        Work::Held => "units-list-held-lead",
    }
}

fn tabs(visit: &Visit, current: Option<Work>) -> impl IntoView + use<> {
    let first = Tab {
        href: visit.href(at::UNITS).into(),
        label: visit.t("units-list-all"),
        count: None,
        current: current.is_none(),
    };
    let works = Work::ALL.into_iter().map(|work| Tab {
        href: address(visit, Some(work), None).into(),
        label: visit.t(work_title(work)),
        count: None,
        current: current == Some(work),
    });
    let tabs = std::iter::once(first).chain(works).collect();
    view! { <Tabs label=visit.t("units-lists") tabs=tabs/> }
}

fn filter(visit: &Visit, asked: &Asked, tanks: &[(TankId, String)]) -> impl IntoView + use<> {
    let states = State::ALL.iter().map(|state| Choice::new(state.name(), state_text(visit, *state)));
    let states = std::iter::once(Choice::new("", visit.t("units-any"))).chain(states).collect();
    let tanks = tanks.iter().map(|(id, code)| Choice::new(id.to_string(), code.clone()));
    let tanks = std::iter::once(Choice::new("", visit.t("units-any"))).chain(tanks).collect();
    let clear = asked.narrow.then(|| {
        view! { <LinkButton href=visit.here() variant=Variant::Quiet>{visit.t("staff-clear")}</LinkButton> }
    });
    let deviating = vec![Choice::new("1", visit.t("units-deviating-yes"))];
    view! {
        <Form get=true inline=true action=visit.href(at::UNITS)>
            <Select name="state" label=visit.t("units-state") choices=states optional=true/>
            <Select name="tank" label=visit.t("units-tank") choices=tanks optional=true/>
            <TextField name="lot" label=visit.t("units-lot") width="medium" optional=true/>
            <DateField name="from" label=visit.t("units-from") optional=true/>
            <DateField name="until" label=visit.t("units-until") optional=true/>
            <Checkboxes name="deviating" label=visit.t("units-deviating") choices=deviating inline=true optional=true/>
            <p class="actions"><Button variant=Variant::Secondary>{visit.t("staff-show")}</Button>{clear}</p>
        </Form>
    }
}

fn none(visit: &Visit, asked: &Asked) -> impl IntoView + use<> {
    let (title, text) = match (asked.work, asked.narrow) {
        (Some(_), _) => ("units-nothing-waits", "units-nothing-waits-text"),
        (None, true) => ("units-none", "units-none-narrow"),
        (None, false) => ("units-none", "units-none-text"),
    };
    let text = visit.t(text);
    view! { <EmptyState of=Illustration::Tank title=visit.t(title)><p>{text}</p></EmptyState> }
}

fn table(visit: &Visit, all: &[Found], work: Option<Work>) -> impl IntoView + use<> {
    let when = if work.is_some() { "units-waits" } else { "units-registered" };
    let columns = vec![
        Column::new(visit.t("units-number")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("units-pool")),
        Column::number(visit.t("units-steps")),
        Column::number(visit.t("units-tests")),
        Column::new(visit.t("units-place")),
        Column::number(visit.t("units-open-deviations")),
        Column::number(visit.t(when)),
    ];
    let rows = all.iter().map(|unit| {
        let href = visit.href(&unit_page(unit.id));
        let open = match unit.open_deviations {
            0 => view! { <span>"0"</span> }.into_any(),
            n => view! { <Tag tone=Tone::Warning>{n.to_string()}</Tag> }.into_any(),
        };
        let when = match work {
            Some(_) => count(visit, "cases-days", unit.days).to_string(),
            None => moment(visit, unit.registered_at),
        };
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{unit.masked.clone()}</a> })
            .cell(state_tag(visit, unit.state))
            .cell(pool_text(visit, unit.pool))
            .cell(of_all(unit.steps))
            .cell(of_all(unit.tests))
            .cell(place_text(visit, unit.place.as_ref()))
            .cell(open)
            .cell(when)
    });
    let rows = rows.collect();
    view! {
        <Table caption=visit.t("units-title") caption_hidden=true columns=columns rows=rows/>
        <p class="muted small">{visit.t("units-masked-note")}</p>
    }
}
