//! Who of the house looked at a family's record, at what of it, when and why.

use super::list::name;
use super::{FamilyTabs, crumbs, hidden, page_of};
use crate::desk::{moment, read_first};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::ui::{EmptyState, Illustration, Page, Tag};
use crate::visit::{Visit, visit};
use crate::words::role_text;
use domain::account::Role;
use leptos::prelude::*;
use services::family::{self, CHILD_INVITATION, CONTRACT_WORK, MEMBERSHIP_ENDED, OwnLook, OwnUnit};

/// The page.
#[component]
pub fn OwnLooks() -> impl IntoView {
    read_first(page(visit()))
}

async fn page(visit: Visit) -> Result<AnyView, Problem> {
    let visit = &visit;
    let all = family::looks(&visit.services, &visit.context).await.map_err(hidden)?;
    let units = family::units(&visit.services, &visit.context).await.map_err(hidden)?;
    let list = if all.is_empty() {
        view! { <EmptyState of=Illustration::Tank title=visit.t("family-looks-none")><p>{visit.t("family-looks-none-text")}</p></EmptyState> }
            .into_any()
    } else {
        let items = all.iter().map(|look| one(visit, look, &units)).collect_view();
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

/// At what of a family's record somebody looked: the words for it.
fn at_what(what: &str, of_a_unit: bool) -> &'static str {
    match (what, of_a_unit) {
        ("unit", _) => "family-looked-unit",
        ("passport", _) => "family-looked-passport",
        ("letter", _) => "family-looked-letter",
        // From a unit its contracts are asked for; support opens the whole.
        ("family", true) => "family-looked-numbers",
        ("family", false) => "family-looked-family",
        ("contract", _) => "family-looked-phones",
        (CONTRACT_WORK, _) => "family-looked-contract",
        (CHILD_INVITATION, _) => "family-looked-child",
        (MEMBERSHIP_ENDED, _) => "family-looked-ended",
        _ => "family-looked-other",
    }
}

fn one(visit: &Visit, look: &OwnLook, units: &[OwnUnit]) -> impl IntoView + use<> {
    let who = match Role::from_name(&look.role) {
        Some(role) => role_text(visit, role),
        None => visit.t("family-looks-staff"),
    };
    // What the house says itself is said in the reader's language; what somebody typed stands as it was typed.
    let why: Text =
        if look.what == CONTRACT_WORK { visit.t("family-looks-contract-work") } else { look.reason.clone().into() };
    let urgent = look.break_glass.then(|| view! { <Tag tone=Tone::Warning>{visit.t("family-looks-urgent")}</Tag> });
    let what = visit.t(at_what(&look.what, look.unit.is_some()));
    let unit = look.unit.and_then(|id| units.iter().find(|unit| unit.id == id));
    let unit = unit.map(|unit| view! { " · "<a href=visit.href(&page_of(unit.id))>{name(visit, unit)}</a> });
    view! {
        <li class="case-step">
            <p class="case-step-head"><strong>{who}</strong>{urgent}</p>
            <p class="muted small">{moment(visit, look.at)}</p>
            <p>{what}{unit}</p>
            <blockquote class="said">{why}</blockquote>
        </li>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::found;
    use domain::Locale;
    use std::collections::BTreeSet;

    #[test]
    fn each_thing_that_staff_look_at_has_words_of_its_own() {
        let all = [
            ("unit", true),
            ("passport", true),
            ("letter", true),
            ("family", true),
            ("family", false),
            ("contract", false),
            (CONTRACT_WORK, false),
            (CHILD_INVITATION, false),
            (MEMBERSHIP_ENDED, false),
            ("of_a_later_version", true),
        ];
        for locale in Locale::ALL {
            let words =
                all.map(|(what, of_a_unit)| found(locale, at_what(what, of_a_unit)).expect("words").to_string());
            assert_eq!(BTreeSet::from(words).len(), all.len(), "{locale:?}");
        }
    }
}
