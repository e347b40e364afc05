//! The science bus: what it is, asking for it, following a request, where it goes. Staff screens are in [`staff`].
//!
//! Pages read `services::bus`; what people do stands in [`calls`].

mod about;
mod apply;
pub mod calls;
mod mine;
mod schedule;
pub mod staff;

pub use about::About;
pub use apply::{Apply, ApplyCode};
pub use mine::{Feedback, Mine};
pub use schedule::Schedule;

use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::problem_of as booking_problem;
use crate::problem::Problem;
use crate::visit::Visit;
use domain::bus::{Audience, HalfDay, State};
use leptos_router::hooks::use_params_map;
use services::booking::BookingError;
use services::bus::{BusError, RequestView};

/// The parameter of the page's path, parsed.
fn param<T: std::str::FromStr>(name: &str) -> Option<T> {
    use leptos::prelude::GetUntracked;
    use_params_map().get_untracked().get(name)?.parse().ok()
}

/// The house's page for an error a page itself cannot answer.
pub fn problem_of(error: BusError) -> Problem {
    match error {
        BusError::NotFound => Problem::NotFound,
        BusError::Denied(_) => Problem::Forbidden,
        BusError::Database(error) => booking_problem(&BookingError::Database(error)),
        BusError::Limited { retry_after } | BusError::NetworkLimited { retry_after } => {
            Problem::TooOften(u32::try_from(retry_after).unwrap_or(u32::MAX))
        }
        error => {
            tracing::error!(%error, "a page of the bus failed");
            Problem::Broken
        }
    }
}

impl From<BusError> for Problem {
    fn from(error: BusError) -> Self {
        problem_of(error)
    }
}

/// The house's page for a link of no request; a network that tries many is told to wait.
async fn led_nowhere(visit: &Visit) -> Problem {
    match services::bus::led_nowhere(&visit.services, &visit.context, &visit.network).await {
        BusError::NotFound => Problem::LinkInvalid,
        other => problem_of(other),
    }
}

/// Where a request stands, in a few words.
fn state_words(visit: &Visit, state: State) -> (Tone, Text) {
    match state {
        State::Draft => (Tone::Plain, visit.t("bus-state-draft")),
        State::Submitted => (Tone::Info, visit.t("bus-state-submitted")),
        State::Asked => (Tone::Warning, visit.t("bus-state-asked")),
        State::Proposed => (Tone::Warning, visit.t("bus-state-proposed")),
        State::Accepted => (Tone::Success, visit.t("bus-state-accepted")),
        State::Scheduled => (Tone::Success, visit.t("bus-state-scheduled")),
        State::Visited => (Tone::Plain, visit.t("bus-state-visited")),
        State::Refused => (Tone::Danger, visit.t("bus-state-refused")),
        State::Withdrawn => (Tone::Plain, visit.t("bus-state-withdrawn")),
    }
}

fn audience_words(visit: &Visit, audience: Audience) -> Text {
    visit.t(match audience {
        Audience::Primary => "bus-audience-primary",
        Audience::Junior => "bus-audience-junior",
        Audience::Senior => "bus-audience-senior",
        Audience::University => "bus-audience-university",
        Audience::Community => "bus-audience-community",
        Audience::Workplace => "bus-audience-workplace",
    })
}

fn half_day_words(visit: &Visit, half: HalfDay) -> Text {
    visit.t(match half {
        HalfDay::Any => "bus-half-any",
        HalfDay::Morning => "bus-half-morning",
        HalfDay::Afternoon => "bus-half-afternoon",
    })
}

/// 2026年9月10日（周四）、2026年9月11日（周五），上午
fn wishes(visit: &Visit, request: &RequestView) -> String {
    let days: Vec<String> = request.days.iter().map(|day| domain::time::day_text(*day, visit.locale())).collect();
    let between = visit.t("bus-days-separator");
    format!("{}{}{}", days.join(&between), visit.t("list-separator"), half_day_words(visit, request.half_day))
}

/// 停车位 18 米 · 有电源 · 无室内场地
fn site_facts(visit: &Visit, request: &RequestView) -> String {
    let parking = visit.t_args("bus-site-parking", &[("n", u32::from(request.parking_m).into())]);
    let power = visit.t(if request.power { "bus-site-power" } else { "bus-site-no-power" });
    let indoor = visit.t(if request.indoor { "bus-site-indoor" } else { "bus-site-no-indoor" });
    [parking, power, indoor].join(" · ")
}
