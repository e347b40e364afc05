//! The units of a family: the list, and the section of the account's front page that leads there.

use super::words::{pool_text, state_tag, state_text};
use super::{FamilyTabs, at, hidden, page_of};
use crate::account::AccountTabs;
use crate::desk::{moment, news, read_first};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{Card, EmptyState, Illustration, LinkButton, Page};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::family::{self, OwnUnit};

const NEWS: &[(&str, &str)] = &[("joined", "family-joined")];

/// The page.
#[component]
pub fn OwnUnits() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::units(&visit.services, &visit.context).await.map_err(hidden)?;
    let told = family::notices(&visit.services, &visit.context).await.map_err(hidden)?;
    let waiting = told.iter().filter(|notice| notice.waits).count() as u64;
    let list = if all.is_empty() {
        let href = visit.href(at::JOIN);
        view! {
            <EmptyState of=Illustration::Drop title=visit.t("family-none")>
                <p>{visit.t("family-none-text")}</p>
                <p class="actions"><LinkButton href=href>{visit.t("family-join-title")}</LinkButton></p>
            </EmptyState>
        }
        .into_any()
    } else {
        cards(visit, &all, 2).into_any()
    };
    Ok(view! {
        <Page title=visit.t("family-title") lead=visit.t("family-lead")>
            <AccountTabs/>
            {news(visit, NEWS)}
            {(!all.is_empty()).then(|| view! { <FamilyTabs waiting=waiting/> })}
            {list}
        </Page>
    }
    .into_any())
}

/// What a unit is called: the year it was registered, since its number is nobody's to see.
pub(super) fn name(visit: &Visit, unit: &OwnUnit) -> Text {
    let year = domain::time::local_day(unit.registered_at).year();
    visit.t_args("family-unit-name", &[("year", year.to_string().into())])
}

/// The cards, with headings of a level.
fn cards(visit: &Visit, all: &[OwnUnit], level: u8) -> impl IntoView + use<> {
    let cards = all.iter().map(|unit| card(visit, unit, level)).collect_view();
    view! { <div class="cards account-cards">{cards}</div> }
}

fn card(visit: &Visit, unit: &OwnUnit, level: u8) -> impl IntoView + use<> {
    let href = visit.href(&page_of(unit.id));
    let changed = visit.t_args("family-changed", &[("at", moment(visit, unit.changed_at).into())]);
    let tag = Some(state_tag(visit, unit.state));
    view! {
        <Card title=name(visit, unit) href=Text::from(href) tag=tag level=level>
            <p>{state_text(visit, unit.state)}</p>
            <p class="muted small">{pool_text(visit, unit.pool)}" · "{changed}</p>
        </Card>
    }
}

/// The account's units, for its front page; nothing where there are none.
pub(crate) async fn section(visit: &Visit) -> Option<AnyView> {
    let all = family::units(&visit.services, &visit.context).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an account's units could not be read");
        Vec::new()
    });
    if all.is_empty() {
        return None;
    }
    let cards = cards(visit, &all, 3);
    Some(view! { <section class="section"><h2>{visit.t("family-title")}</h2>{cards}</section> }.into_any())
}
