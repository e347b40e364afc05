//! The lists: contracts by how far they are, and what is owed soon or was; and the way to one by its number.

use super::super::words::{contract_tag, pool_text};
use super::{at, page_of, problem};
use crate::desk::{crumbs, read_first, rooms};
use crate::form::Tone;
use crate::i18n::Text;
use crate::ledger::money;
use crate::problem::Problem;
use crate::ui::{
    Button, Column, EmptyState, Form, Glyph, Illustration, LinkButton, Page, Pagination, Row, Tab, Table, Tabs, Tag,
    TextField, Variant, Width,
};
use crate::visit::{Visit, visit};
use domain::family::ContractState;
use domain::ids::ContractId;
use domain::time::{day_text, local_day};
use jiff::civil::Date;
use leptos::prelude::*;
use services::family::office::{self, Listed, Owed, OwedAfter, OwedWhich};
use services::keyset::After;

/// A list.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Owed(OwedWhich),
    State(ContractState),
}

impl Which {
    /// Every list, in the order of the work.
    fn all() -> impl Iterator<Item = Self> {
        let owed = [OwedWhich::Overdue, OwedWhich::Soon].map(Self::Owed);
        owed.into_iter().chain(ContractState::ALL.map(Self::State))
    }

    /// As it stands in an address.
    fn name(self) -> &'static str {
        match self {
            Self::Owed(OwedWhich::Soon) => "soon",
            Self::Owed(OwedWhich::Overdue) => "overdue",
            Self::State(state) => state.name(),
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::all().find(|which| which.name() == name)
    }

    fn title(self, visit: &Visit) -> Text {
        match self {
            Self::Owed(OwedWhich::Soon) => visit.t("contracts-list-soon"),
            Self::Owed(OwedWhich::Overdue) => visit.t("contracts-list-overdue"),
            Self::State(state) => contract_tag(visit, state).1,
        }
    }
}

/// The page.
#[component]
pub fn Contracts() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let which = visit.query.get("list").and_then(Which::from_name).unwrap_or(Which::Owed(OwedWhich::Overdue));
    let (services, context) = (&visit.services, &visit.context);
    let after = visit.query.get("after");
    let (content, next) = match which {
        Which::Owed(owed) => {
            let after = after.and_then(OwedAfter::parse);
            let found = office::owed(services, context, owed, after).await.map_err(problem)?;
            (owed_table(visit, which, &found.rows), found.next.map(OwedAfter::text))
        }
        Which::State(state) => {
            let after = after.and_then(After::parse);
            let found = office::list(services, context, state, after).await.map_err(problem)?;
            (table(visit, which, &found.rows), found.next.map(After::text))
        }
    };
    let next = next.map(|after| Text::from(format!("{}&after={after}", address(visit, which))));
    let tabs = Which::all().map(|tab| Tab {
        href: address(visit, tab).into(),
        label: tab.title(visit),
        count: None,
        current: tab == which,
    });
    let tabs = tabs.collect();
    Ok(view! {
        <Page title=visit.t("contracts-title") lead=visit.t("contracts-lead") width=Width::Wide crumbs=crumbs(visit, &[])>
            {rooms(visit)}
            {number(visit)}
            <p class="actions"><LinkButton href=visit.href(at::NEW) variant=Variant::Secondary glyph=Glyph::ArrowRight>{visit.t("contracts-new")}</LinkButton></p>
            <Tabs label=visit.t("contracts-lists") tabs=tabs/>
            {content}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

/// A list's own address.
fn address(visit: &Visit, which: Which) -> String {
    format!("{}?list={}", visit.href(at::CONTRACTS), which.name())
}

/// The number of one contract: sent, and never in an address.
fn number(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <Form action=visit.href(&format!("{}/find", at::CONTRACTS)) inline=true>
            <TextField name="number" label=visit.t("support-number") hint=visit.t("support-number-hint") width="medium"/>
            <p class="actions"><Button>{visit.t("contracts-open")}</Button></p>
        </Form>
    }
}

fn none(visit: &Visit, which: Which) -> AnyView {
    let text = match which {
        Which::Owed(OwedWhich::Soon) => "contracts-none-soon",
        Which::Owed(OwedWhich::Overdue) => "contracts-none-overdue",
        Which::State(_) => "contracts-none-state",
    };
    let text = visit.t(text);
    view! { <EmptyState of=Illustration::Family title=visit.t("contracts-none")><p>{text}</p></EmptyState> }.into_any()
}

fn day(visit: &Visit, day: Option<Date>) -> String {
    day.map_or_else(|| "—".to_owned(), |day| day_text(day, visit.locale()))
}

fn named(child: Option<&String>) -> String {
    child.cloned().unwrap_or_else(|| "—".to_owned())
}

fn link(visit: &Visit, id: ContractId, end: &str) -> impl IntoView + use<> {
    let (href, text) = (visit.href(&page_of(id)), format!("…{end}"));
    view! { <a class="staff-reference" href=href>{text}</a> }
}

fn table(visit: &Visit, which: Which, all: &[Listed]) -> AnyView {
    if all.is_empty() {
        return none(visit, which);
    }
    let today = local_day(visit.context.now);
    // What a draft says, and what ended, is not owed.
    let owes = matches!(which, Which::State(state) if state != ContractState::Draft && !state.is_over());
    let columns = vec![
        Column::new(visit.t("support-contract")),
        Column::new(visit.t("contracts-child")),
        Column::new(visit.t("family-contract-pool")),
        Column::new(visit.t("family-contract-ends")),
        Column::new(visit.t("contracts-next-due")),
    ];
    let rows = all.iter().map(|one| {
        let late = owes && one.next_due.is_some_and(|day| day < today);
        let late = late.then(|| view! { " "<Tag tone=Tone::Warning>{visit.t("family-price-overdue")}</Tag> });
        let due = day(visit, one.next_due);
        Row::new()
            .cell(link(visit, one.id, &one.number_end))
            .cell(named(one.child.as_ref()))
            .cell(pool_text(visit, one.pool))
            .cell(day(visit, one.ends_on))
            .cell(view! { {due}{late} })
    });
    let rows = rows.collect();
    let title = which.title(visit);
    view! {
        <Table caption=title caption_hidden=true columns=columns rows=rows/>
        <p class="muted small">{visit.t("contracts-masked-note")}</p>
    }
    .into_any()
}

fn owed_table(visit: &Visit, which: Which, all: &[Owed]) -> AnyView {
    if all.is_empty() {
        return none(visit, which);
    }
    let columns = vec![
        Column::new(visit.t("support-contract")),
        Column::new(visit.t("contracts-child")),
        Column::new(visit.t("family-price-what")),
        Column::new(visit.t("family-price-until")),
        Column::number(visit.t("family-price-yuan")),
        Column::new(visit.t("units-state")),
        Column::new(visit.t("contracts-reminded")),
    ];
    let rows = all.iter().map(|one| {
        let (tone, state) = contract_tag(visit, one.state);
        let reminded = visit.t(if one.reminded { "contracts-reminded-yes" } else { "contracts-reminded-no" });
        Row::new()
            .cell(link(visit, one.contract, &one.number_end))
            .cell(named(one.child.as_ref()))
            .cell(visit.t(&format!("family-price-kind-{}", one.kind)))
            .cell(day(visit, Some(one.due_on)))
            .cell(money(one.amount))
            .cell(view! { <Tag tone=tone>{state}</Tag> })
            .cell(reminded)
    });
    let rows = rows.collect();
    let title = which.title(visit);
    view! {
        <Table caption=title caption_hidden=true columns=columns rows=rows/>
        <p class="muted small">{visit.t("contracts-masked-note")}</p>
    }
    .into_any()
}
