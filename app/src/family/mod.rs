//! What a family sees of the unit that the bank keeps for it: how far it is, each step, its notices, contract and people, who of
//! the house looked; and the page on which people come in by an invitation.
//!
//! Everything here works without scripts. What is another family's might as well not exist ([`hidden`]).

pub mod calls;
mod contract;
mod join;
mod list;
mod looks;
mod notices;
mod passport;
mod people;
mod readings;
mod receipt;
mod results;
pub mod staff;
mod steps;
mod temperature;
mod unit;
mod verify;
mod words;

pub use contract::OwnContracts;
pub use join::Join;
pub use list::OwnUnits;
pub(crate) use list::section;
pub use looks::OwnLooks;
pub use notices::OwnNotices;
pub(crate) use passport::paper;
pub use people::OwnPeople;
pub use receipt::OwnReceipt;
pub use results::OwnTests;
pub use steps::OwnSteps;
pub use temperature::OwnTemperature;
pub use unit::OwnUnit;
pub use verify::{UnitCertificateVerdict, VerifyUnitCertificate};

use crate::problem::Problem;
use crate::routes::paths;
use crate::ui::{Crumb, Tab, Tabs};
use crate::visit::{Visit, visit};
use domain::ids::UnitId;
use leptos::prelude::*;
use services::family::FamilyError;

/// Where this room's pages stand.
pub(crate) mod at {
    /// A family's units; below it each of them.
    pub const UNITS: &str = "/account/units";
    /// What it is told.
    pub const NOTICES: &str = "/account/units/notices";
    /// Its contract.
    pub const CONTRACT: &str = "/account/units/contract";
    /// Who belongs to it, and what each agrees to.
    pub const PEOPLE: &str = "/account/units/people";
    /// Who of the house looked.
    pub const LOOKS: &str = "/account/units/access";
    /// Coming in by an invitation.
    pub const JOIN: &str = "/family/join";
    /// Where anybody holds a certificate against ours.
    pub const VERIFY: &str = "/custody/certificates/verify";
}

/// Why nothing is shown: what is not theirs might as well not exist, whoever asks.
fn hidden(error: FamilyError) -> Problem {
    match error {
        FamilyError::Denied(_) | FamilyError::NotFound | FamilyError::OnlyLooks => Problem::NotFound,
        error => problem(error, "of the family"),
    }
}

/// What cannot be shown to staff; the log says on which page.
pub(crate) fn problem(error: FamilyError, page: &'static str) -> Problem {
    match error {
        FamilyError::Denied(_) => Problem::Forbidden,
        FamilyError::NotFound => Problem::NotFound,
        FamilyError::Limited(limited) => limited.into(),
        FamilyError::Database(error) => Problem::database(error),
        error => {
            tracing::error!(%error, page, "a page of the room family failed");
            Problem::Broken
        }
    }
}

/// The address of a unit.
fn page_of(unit: UnitId) -> String {
    format!("{}/{unit}", at::UNITS)
}

/// The way to a page of this room.
fn crumbs(visit: &Visit, more: &[(String, String)]) -> Vec<Crumb> {
    let mut crumbs = vec![Crumb::new(visit.href(paths::ACCOUNT), visit.t("account-tabs-label"))];
    if visit.path != at::UNITS {
        crumbs.push(Crumb::new(visit.href(at::UNITS), visit.t("family-title")));
    }
    crumbs.extend(more.iter().map(|(path, label)| Crumb::new(visit.href(path), label.clone())));
    crumbs
}

/// Words to a family whose child died, in the place of whatever would ask something of it.
fn mourning(visit: &Visit) -> impl IntoView + use<> {
    view! {
        <div class="stack">
            <p>{visit.t("case-mourning-words")}</p>
            <p>{visit.t("family-mourning-still")}</p>
            <p>{visit.t("case-mourning-call")}</p>
        </div>
    }
}

/// The pages of a family, beside each other.
#[component]
pub fn FamilyTabs(
    /// Notices that wait to be read.
    #[prop(optional)]
    waiting: u64,
) -> impl IntoView {
    let visit = &visit();
    let tab = |path: &str, key: &str, count: Option<u64>| Tab {
        href: visit.href(path).into(),
        label: visit.t(key),
        count,
        current: visit.path == path,
    };
    let tabs = vec![
        tab(at::UNITS, "family-tab-units", None),
        tab(at::NOTICES, "family-tab-notices", (waiting > 0).then_some(waiting)),
        tab(at::CONTRACT, "family-tab-contract", None),
        tab(at::PEOPLE, "family-tab-people", None),
        tab(at::LOOKS, "family-tab-access", None),
    ];
    view! { <Tabs label=visit.t("family-title") tabs=tabs/> }
}
