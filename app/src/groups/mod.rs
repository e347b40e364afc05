//! Group visits to the museum: what they are, asking for one, following a request, the list of who comes. Staff screens are
//! in [`staff`].
//!
//! Pages read `services::groups`; what people do stands in [`calls`].

mod about;
mod apply;
pub mod calls;
mod mine;
mod roster;
pub mod staff;

pub use about::About;
pub use apply::{Apply, ApplyCode, ApplyWhen};
pub use mine::Mine;

use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::problem_of as booking_problem;
use crate::problem::Problem;
use crate::ui::Crumb;
use crate::visit::Visit;
use crate::words::refusal_text;
use domain::groups::{Ages, GroupPolicy, Kind, State};
use services::booking::BookingError;
use services::groups::{GroupError, RequestView};

pub(crate) use crate::museum::param;

/// The groups' front page.
pub const GROUPS: &str = "/museum/groups";

/// The house's page for an error a page itself cannot answer.
pub fn problem_of(error: GroupError) -> Problem {
    match error {
        GroupError::NotFound => Problem::NotFound,
        GroupError::Denied(_) => Problem::Forbidden,
        GroupError::Database(error) => booking_problem(&BookingError::Database(error)),
        GroupError::Limited { retry_after } | GroupError::NetworkLimited { retry_after } => {
            Problem::TooOften(u32::try_from(retry_after).unwrap_or(u32::MAX))
        }
        error => {
            tracing::error!(%error, "a page of the groups failed");
            Problem::Broken
        }
    }
}

impl From<GroupError> for Problem {
    fn from(error: GroupError) -> Self {
        problem_of(error)
    }
}

/// What an error says above a form, where it is nothing about a single field.
fn said(visit: &Visit, error: &GroupError, changed: &str) -> Option<Text> {
    Some(match error {
        GroupError::Refused(_) | GroupError::StateHasChanged => visit.t(changed),
        GroupError::Over { by, free } => visit.t_args("groups-over", &[("by", (*by).into()), ("free", (*free).into())]),
        GroupError::Booking(refusal) => refusal_text(visit, refusal),
        GroupError::RosterClosed => visit.t("groups-roster-closed"),
        GroupError::TooMany { max } => visit.t_args("groups-too-many", &[("max", (*max).into())]),
        GroupError::Rows(faults) => {
            let rows: std::collections::BTreeSet<u32> = faults.iter().map(|fault| fault.row).collect();
            visit.t_args("groups-rows-faulty", &[("n", rows.len().into())])
        }
        _ => return None,
    })
}

/// The house's page for a link of no request; a network that tries many is told to wait.
async fn led_nowhere(visit: &Visit) -> Problem {
    match services::groups::led_nowhere(&visit.services, &visit.context, &visit.network).await {
        GroupError::NotFound => Problem::LinkInvalid,
        other => problem_of(other),
    }
}

fn crumbs(visit: &Visit) -> Vec<Crumb> {
    vec![
        Crumb::new(visit.href("/"), visit.t("nav-home")),
        Crumb::new(visit.href("/museum"), visit.t("museum-name")),
        Crumb::new(visit.href(GROUPS), visit.t("groups-name")),
    ]
}

/// Where a request stands, in a few words.
pub(crate) fn state_words(visit: &Visit, state: State) -> (Tone, Text) {
    match state {
        State::Draft => (Tone::Plain, visit.t("groups-state-draft")),
        State::Submitted => (Tone::Info, visit.t("groups-state-submitted")),
        State::Asked => (Tone::Warning, visit.t("groups-state-asked")),
        State::Proposed => (Tone::Warning, visit.t("groups-state-proposed")),
        State::Accepted => (Tone::Info, visit.t("groups-state-accepted")),
        State::Approved => (Tone::Success, visit.t("groups-state-approved")),
        State::Rebook => (Tone::Warning, visit.t("groups-state-rebook")),
        State::Visited => (Tone::Plain, visit.t("groups-state-visited")),
        State::Refused => (Tone::Danger, visit.t("groups-state-refused")),
        State::Withdrawn => (Tone::Plain, visit.t("groups-state-withdrawn")),
    }
}

fn kind_words(visit: &Visit, kind: Kind) -> Text {
    visit.t(match kind {
        Kind::School => "groups-kind-school",
        Kind::Hospital => "groups-kind-hospital",
        Kind::Company => "groups-kind-company",
        Kind::Community => "groups-kind-community",
    })
}

fn ages_words(visit: &Visit, ages: Ages) -> Text {
    visit.t(match ages {
        Ages::Preschool => "groups-ages-preschool",
        Ages::Primary => "groups-ages-primary",
        Ages::Junior => "groups-ages-junior",
        Ages::Senior => "groups-ages-senior",
        Ages::Adults => "groups-ages-adults",
    })
}

/// 48 人，随行成人 5 人
pub(crate) fn people_words(visit: &Visit, members: u32, adults: u32) -> Text {
    match adults {
        0 => visit.t_args("groups-people", &[("n", members.into())]),
        adults => visit.t_args("groups-people-adults", &[("n", members.into()), ("adults", adults.into())]),
    }
}

/// What the policy says, in sentences: on the front page, beside the form and in nobody's memory.
fn rule_sentences(visit: &Visit, policy: &GroupPolicy) -> Vec<Text> {
    let number = |n: u16| u32::from(n).into();
    vec![
        visit.t_args("groups-rule-size", &[("least", number(policy.least)), ("most", number(policy.most))]),
        visit.t_args("groups-rule-ratio", &[("minors", number(policy.minors_per_adult))]),
        visit.t_args(
            "groups-rule-ahead",
            &[("before", number(policy.days_before)), ("ahead", number(policy.days_ahead))],
        ),
        visit.t_args("groups-rule-roster", &[("hours", number(policy.roster_hours_before))]),
        visit.t("groups-rule-free"),
    ]
}

/// Sessions a group would like, in its order.
fn wish_texts(visit: &Visit, request: &RequestView) -> Vec<String> {
    request.wishes.iter().map(|span| domain::time::span_text(span.starts_at, span.ends_at, visit.locale())).collect()
}
