//! A family's own cases: the list, and the section of the account's front page that leads there.

use super::words::public_tag;
use super::{hidden, own_page};
use crate::account::AccountTabs;
use crate::desk::{moment, read_first};
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::paths;
use crate::spark::words::next;
use crate::ui::{Card, EmptyState, Illustration, LinkButton, Page};
use crate::visit::{Visit, visit};
use leptos::prelude::*;
use services::spark::cases::{self, OwnCase};

/// The page.
#[component]
pub fn OwnCases() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = cases::own_cases(&visit.services, &visit.context).await.map_err(hidden)?;
    let list = if all.is_empty() {
        let href = visit.href(paths::SPARK);
        view! {
            <EmptyState of=Illustration::Flame title=visit.t("cases-own-none")>
                <p>{visit.t("cases-own-none-text")}</p>
                <p class="actions"><LinkButton href=href>{visit.t("spark-name")}</LinkButton></p>
            </EmptyState>
        }
        .into_any()
    } else {
        cards(visit, &all).into_any()
    };
    Ok(view! {
        <Page title=visit.t("cases-own-title") lead=visit.t("cases-own-lead")>
            <AccountTabs/>
            {list}
        </Page>
    }
    .into_any())
}

fn cards(visit: &Visit, all: &[OwnCase]) -> impl IntoView + use<> {
    let cards = all.iter().map(|case| card(visit, case)).collect_view();
    view! { <div class="cards account-cards">{cards}</div> }
}

fn card(visit: &Visit, case: &OwnCase) -> impl IntoView + use<> {
    let href = visit.href(&own_page(case.id));
    let sent = visit.t_args("cases-own-sent", &[("at", moment(visit, case.opened_at).into())]);
    let title = visit.t_args("cases-own-one", &[("reference", case.reference.clone().into())]);
    let tag = (!case.mourning).then(|| public_tag(visit, case.state));
    let next = if case.mourning { visit.t("case-mourning-words") } else { next(visit, case.state) };
    view! {
        <Card title=title href=Text::from(href) tag=tag>
            <p>{next}</p>
            <p class="muted small">{sent}</p>
        </Card>
    }
}

/// The account's cases, for its front page; nothing where there are none. A list of bookings is shown all the same where they
/// cannot be read.
pub(crate) async fn section(visit: &Visit) -> Option<AnyView> {
    let all = cases::own_cases(&visit.services, &visit.context).await.unwrap_or_else(|error| {
        tracing::error!(%error, "an account's cases could not be read");
        Vec::new()
    });
    if all.is_empty() {
        return None;
    }
    let cards = cards(visit, &all);
    Some(view! { <section class="section"><h2>{visit.t("cases-own-title")}</h2>{cards}</section> }.into_any())
}
