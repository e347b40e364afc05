//! Every award: what is kept for a case, what is paid of it, until when it waits.

use super::at;
use super::words::{award_tag, award_text, money, short};
use crate::desk::{crumbs, read_first, rooms};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Column, EmptyState, Illustration, Page, Pagination, Row, Tab, Table, Tabs, Width};
use crate::visit::{Visit, visit};
use domain::ledger::AwardState;
use domain::time::local_day;
use leptos::prelude::*;
use services::keyset::After;
use services::ledger::views::{self, AwardLine};

/// The page.
#[component]
pub fn Awards() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let state = visit.query.get("state").and_then(AwardState::from_name);
    let after = visit.query.get("after").and_then(After::parse);
    let (awards, next) = views::awards(&visit.services, &visit.context, state, after).await?;
    let list = if awards.is_empty() {
        view! { <EmptyState of=Illustration::Flame title=visit.t("books-awards-none")/> }.into_any()
    } else {
        table(visit, &awards).into_any()
    };
    let next = next.map(|last| Text::from(address(visit, state, Some(last))));
    Ok(view! {
        <Page title=visit.t("books-awards-title") lead=visit.t("books-awards-lead") width=Width::Wide crumbs=crumbs(visit, &[(at::FUNDS, "books-title")])>
            {rooms(visit)}
            {tabs(visit, state)}
            {list}
            <Pagination next=next/>
        </Page>
    }
    .into_any())
}

fn address(visit: &Visit, state: Option<AwardState>, after: Option<After>) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    if let Some(state) = state {
        query.append_pair("state", state.name());
    }
    if let Some(after) = after {
        query.append_pair("after", &after.text());
    }
    let query = query.finish();
    if query.is_empty() { visit.href(at::AWARDS) } else { format!("{}?{query}", visit.href(at::AWARDS)) }
}

fn tabs(visit: &Visit, state: Option<AwardState>) -> impl IntoView + use<> {
    let tab = |of: Option<AwardState>, label: Text| Tab {
        href: address(visit, of, None).into(),
        label,
        count: None,
        current: of == state,
    };
    let all = std::iter::once(tab(None, visit.t("books-awards-all")));
    let tabs = all.chain(AwardState::ALL.map(|of| tab(Some(of), award_text(visit, of)))).collect();
    view! { <Tabs label=visit.t("books-state") tabs=tabs/> }
}

fn table(visit: &Visit, awards: &[AwardLine]) -> impl IntoView + use<> {
    let columns = vec![
        Column::new(visit.t("books-award")),
        Column::new(visit.t("books-fund")),
        Column::new(visit.t("books-state")),
        Column::number(visit.t("books-amount")),
        Column::number(visit.t("books-paid")),
        Column::number(visit.t("books-committed")),
        Column::new(visit.t("books-lapses")),
    ];
    let rows = awards.iter().map(|award| {
        let href = visit.href(&format!("{}/{}", at::AWARDS, award.id));
        let envelope = visit.pick(&award.envelope_zh, &award.envelope_en).into_owned();
        let waits = award.state == AwardState::Reserved;
        Row::new()
            .cell(view! { <a class="staff-reference" href=href>{short(award.id.0)}</a> })
            .cell(view! { <span><code class="code small">{award.code.clone()}</code>" "{envelope}</span> })
            .cell(award_tag(visit, award.state))
            .cell(money(award.amount))
            .cell(money(award.paid))
            .cell(money(award.committed))
            .cell(if waits { local_day(award.lapses_at).to_string() } else { "—".to_owned() })
            .muted(!award.state.is_live())
    });
    let rows = rows.collect();
    view! {
        <div class="books-table"><Table caption=visit.t("books-awards-title") caption_hidden=true columns=columns rows=rows/></div>
        <p class="muted small">{visit.t("books-unit")}</p>
    }
}
