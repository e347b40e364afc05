//! Who of the house looked at a family's record, when and why.

use super::{FamilyTabs, crumbs, hidden};
use crate::desk::{moment, read_first};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{EmptyState, Illustration, Page, Tag};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use domain::account::Role;
use leptos::prelude::*;
use services::family::{self, CONTRACT_WORK, OwnLook};

/// The page.
#[component]
pub fn OwnLooks() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::looks(&visit.services, &visit.context).await.map_err(hidden)?;
    let list = if all.is_empty() {
        view! { <EmptyState of=Illustration::Tank title=visit.t("family-looks-none")><p>{visit.t("family-looks-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        let items = all.iter().map(|look| one(visit, look)).collect_view();
        view! { <section class="section"><ol class="case-line">{items}</ol></section> }.into_any()
    };
    Ok(view! {
        <Page title=visit.t("family-tab-access") lead=visit.t("family-looks-lead") crumbs=crumbs(visit, &[])>
            <FamilyTabs/>
            {list}
        </Page>
    }
    .into_any())
}

fn one(visit: &Visit, look: &OwnLook) -> impl IntoView + use<> {
    let who = match Role::from_name(&look.role) {
        Some(role) => role_text(visit, role),
        None => visit.t("family-looks-staff"),
    };
    // What the house says itself is said in the reader's language; what somebody typed stands as it was typed.
    let why: Text =
        if look.what == CONTRACT_WORK { visit.t("family-looks-contract-work") } else { look.reason.clone().into() };
    let urgent = look.break_glass.then(|| view! { <Tag tone=Tone::Warning>{visit.t("family-looks-urgent")}</Tag> });
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{who}</strong>{urgent}</p>
            <p class="muted small">{moment(visit, look.at)}</p>
            <blockquote class="said">{why}</blockquote>
        </li>
    }
}
