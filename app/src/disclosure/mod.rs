//! Public disclosure of the aid programme: the latest figures, the reports of quarters and years with their files, notices of
//! cases, what was put right; and for staff the desk where a report is frozen by one person and published by another.
//!
//! Every number and nearly every word about it is the report's own (`domain::disclosure`). Each chart has its numbers as a table
//! right below. What people do stands in [`calls`], what is fetched in [`files`].

pub mod calls;
mod correct;
pub mod files;
mod notices;
mod public;
mod staff;
mod tables;

pub use correct::CorrectReport;
pub use notices::Notices;
pub use public::{Disclosure, ReportPage};
pub use staff::{DisclosureDesk, LookAhead};

use crate::i18n::{Text, grouped};
use crate::problem::Problem;
use crate::routes::paths;
use crate::ui::{Crumb, StatNumber};
use crate::visit::Visit;
use domain::disclosure::{ShownTables, Term};
use domain::time::{day_text, local_day};
use leptos::prelude::*;
use services::disclosure::{DisclosureError, Kept, published};

/// Where this room's pages stand.
pub(crate) mod at {
    /// The latest figures; below it each report.
    pub const DISCLOSURE: &str = "/spark/disclosure";
    /// Notices of cases.
    pub const NOTICES: &str = "/spark/notices";
    /// The staff's desk.
    pub const DESK: &str = "/staff/disclosure";
    /// What would be frozen.
    pub const LOOK: &str = "/staff/disclosure/look";
    /// Putting the last report right.
    pub const CORRECT: &str = "/staff/disclosure/correct";
}

impl From<DisclosureError> for Problem {
    fn from(error: DisclosureError) -> Self {
        match error {
            DisclosureError::Denied(_) => Self::Forbidden,
            DisclosureError::NotFound => Self::NotFound,
            DisclosureError::Busy => Self::Busy,
            DisclosureError::Database(error) => Self::database(error),
            error => {
                tracing::error!(%error, "a page of what is disclosed failed");
                Self::Broken
            }
        }
    }
}

/// The way to a public page of this room.
fn crumbs(visit: &Visit, more: bool) -> Vec<Crumb> {
    let mut crumbs = vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href(paths::SPARK), visit.t("spark-name")),
    ];
    if more {
        crumbs.push(Crumb::new(visit.href(at::DISCLOSURE), visit.t("disclosure-title")));
    }
    crumbs
}

/// The address of a report.
fn report_path(term: Term) -> String {
    format!("{}/{term}", at::DISCLOSURE)
}

/// The day a snapshot was published, or frozen where it waits.
fn day_of(visit: &Visit, kept: &Kept) -> String {
    day_text(local_day(kept.published_at.unwrap_or(kept.frozen_at)), visit.locale())
}

/// Families and money of a snapshot, with the day.
fn totals(visit: &Visit, kept: &Kept) -> impl IntoView + use<> {
    let total = ShownTables::of(&kept.snapshot.tables).total();
    let note: Text = visit.t_args("disclosure-until", &[("term", kept.snapshot.quarter.text(visit.locale()).into())]);
    view! {
        <StatNumber value=grouped(total.families) label=visit.t("disclosure-families") note=Some(note.clone())/>
        <StatNumber value=total.amount.text(visit.locale()) label=visit.t("disclosure-amount") note=Some(note)/>
    }
}

/// For the project's front page: what the last report says, with its day. `None` where none was published yet, or it cannot be
/// read now: then the page says what was made public before.
pub(crate) async fn counter(visit: &Visit) -> Option<AnyView> {
    let all = match published(&visit.services).await {
        Ok(all) => all,
        Err(error) => {
            tracing::warn!(%error, "the last report cannot be read");
            return None;
        }
    };
    let kept = all.latest()?;
    let day = visit.t_args("disclosure-counter-note", &[("day", day_of(visit, kept).into())]);
    Some(
        view! {
            <dl class="stats">{totals(visit, kept)}</dl>
            <p class="muted small">{day}" "<a href=visit.href(at::DISCLOSURE)>{visit.t("disclosure-link")}</a></p>
        }
        .into_any(),
    )
}
