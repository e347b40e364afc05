//! The dispatchers' screens: the board, a request, the planner, days without driving, the numbers.
//!
//! A coordinator's particulars are masked everywhere; the whole is shown once, on the request's page, to those who say why.

mod blackouts;
mod board;
pub mod calls;
mod fleet;
mod numbers;
mod photos;
mod planner;
mod request;

pub use blackouts::Blackouts;
pub use board::Board;
pub use fleet::FleetPage;
pub use numbers::Numbers;
pub use planner::Planner;
pub use request::Request;

use crate::desk::moment;
use crate::form::Tone;
use crate::i18n::Text;
use crate::ui::Tag;
use crate::visit::Visit;
use domain::bus::{City, Conflict};
use domain::ids::{BusCrewId, BusVehicleId};
use domain::time::{day_text, span_text};
use jiff::{SignedDuration, Timestamp};
use leptos::prelude::*;
use services::bus::{Crew, StopView, Told, Vehicle};

/// The fleet with its titles in the language of the page.
struct Fleet {
    vehicles: Vec<(BusVehicleId, String)>,
    crews: Vec<(BusCrewId, String)>,
}

impl Fleet {
    fn of(visit: &Visit, (vehicles, crews): (Vec<Vehicle>, Vec<Crew>)) -> Self {
        let title = |zh: &str, en: &str| visit.pick(zh, en).into_owned();
        Self {
            vehicles: vehicles.iter().map(|it| (it.id, title(&it.title_zh, &it.title_en))).collect(),
            crews: crews.iter().map(|it| (it.id, title(&it.title_zh, &it.title_en))).collect(),
        }
    }

    /// A vehicle that is not in use any more still drove.
    fn vehicle(&self, id: BusVehicleId) -> String {
        self.vehicles.iter().find(|(known, _)| *known == id).map_or_else(|| "—".to_owned(), |(_, title)| title.clone())
    }

    fn crew(&self, id: BusCrewId) -> String {
        self.crews.iter().find(|(known, _)| *known == id).map_or_else(|| "—".to_owned(), |(_, title)| title.clone())
    }
}

/// A city's name; every city where none is chosen.
fn city_text(visit: &Visit, city: Option<City>) -> Text {
    city.map_or_else(|| visit.t("bus-staff-all-cities"), |city| Text::from(city.text(visit.locale())))
}

/// 4 小时 10 分
fn hours(visit: &Visit, length: SignedDuration) -> Text {
    let minutes = length.as_mins().max(0);
    let whole = |n: i64| u32::try_from(n).unwrap_or_default().into();
    visit.t_args("bus-staff-hours", &[("hours", whole(minutes / 60)), ("minutes", whole(minutes % 60))])
}

/// 演示市星河小学，2026年9月10日（周四）09:00–11:30
fn stop_words(visit: &Visit, stop: &StopView) -> String {
    let when = span_text(stop.starts_at, stop.ends_at, visit.locale());
    format!("{}{}{when}", stop.organisation, visit.t("list-separator"))
}

/// What stands in the way, and who was first.
pub(super) fn conflict_words(visit: &Visit, told: &Told) -> String {
    let other = told.stop.as_ref().map(|stop| stop_words(visit, stop)).unwrap_or_default();
    let other = || other.clone().into();
    let text = match &told.conflict {
        Conflict::VehicleBusy { .. } => visit.t_args("bus-conflict-vehicle", &[("other", other())]),
        Conflict::CrewBusy { .. } => visit.t_args("bus-conflict-crew", &[("other", other())]),
        Conflict::TooFar { needs, has, .. } => {
            let (needs, has) = (hours(visit, *needs).to_string(), hours(visit, *has).to_string());
            visit.t_args("bus-conflict-far", &[("other", other()), ("needs", needs.into()), ("has", has.into())])
        }
        Conflict::DutyTooLong { hours: length } => {
            let most = hours(visit, domain::bus::DUTY).to_string();
            visit.t_args(
                "bus-conflict-duty",
                &[("hours", hours(visit, *length).to_string().into()), ("most", most.into())],
            )
        }
        Conflict::Blackout { .. } => {
            let why = told.blackout.as_ref().map(|it| visit.pick(&it.reason_zh, &it.reason_en).into_owned());
            visit.t_args("bus-conflict-blackout", &[("reason", why.unwrap_or_default().into())])
        }
        Conflict::TooSoon => visit.t("bus-conflict-soon"),
        Conflict::OutsideHours => visit.t("bus-conflict-hours"),
        Conflict::Parking { needs, has } => {
            let n = |n: u16| u32::from(n).into();
            visit.t_args("bus-conflict-parking", &[("needs", n(*needs)), ("has", n(*has))])
        }
        Conflict::NoPower => visit.t("bus-conflict-power"),
        Conflict::OtherDay => visit.t("bus-conflict-day"),
    };
    match &told.by {
        Some(name) => format!("{text}{}", visit.t_args("bus-conflict-by", &[("name", name.clone().into())])),
        None => text.to_string(),
    }
}

/// Conflicts as a list, what is final first.
fn conflict_list(visit: &Visit, told: &[Told]) -> impl IntoView + use<> {
    let items = told.iter().map(|one| {
        let (tone, word) = if one.conflict.is_final() {
            (Tone::Danger, visit.t("bus-conflict-final"))
        } else {
            (Tone::Warning, visit.t("bus-conflict-note"))
        };
        view! { <li class="bus-conflict"><Tag tone=tone>{word}</Tag><span>{conflict_words(visit, one)}</span></li> }
    });
    let items = items.collect_view();
    view! { <ul class="bus-conflicts">{items}</ul> }
}

/// 2026年9月10日（周四）09:00, of an instant that may be far away.
fn when(visit: &Visit, at: Timestamp) -> String {
    moment(visit, at)
}

fn day_words(visit: &Visit, day: jiff::civil::Date) -> String {
    day_text(day, visit.locale())
}
