//! The science bus: what it is, asking for it, following a request, where it goes. Staff screens are in [`staff`].
//!
//! Pages read `services::bus`; what people do stands in [`calls`].

mod about;
mod apply;
pub mod calls;
mod mine;
mod schedule;
pub mod staff;
mod stop;

pub use about::About;
pub use apply::{Apply, ApplyCode};
pub use mine::{Feedback, Mine};
pub use schedule::Schedule;
pub use stop::Stop;

use crate::form::Tone;
use crate::i18n::Text;
use crate::requests::{Room, Words};
use crate::routes::paths;
use crate::ui::Crumb;
use crate::visit::Visit;
use domain::bus::{Audience, HalfDay, State};
use domain::time::{day_text, span_text};
use leptos::prelude::*;
use services::bus::{Bus, BusError, Conflicts, Handle, Lost, RequestView, Wish, Wishes};
use services::{Context, Services};

pub(crate) use crate::requests::problem_of;

/// The bus's room.
const WORDS: Words = Words {
    name: "bus-name",
    steps: ["bus-step-form", "bus-step-code", "bus-step-date", "bus-step-visit"],
    code_step: 1,
    sent: ("bus-sent-title", "bus-sent-text"),
    too_many: "bus-too-many",
    of_account: "bus-account-title",
    news: &[
        ("sent", "bus-news-sent"),
        ("answered", "bus-news-answered"),
        ("accepted", "bus-news-accepted"),
        ("declined", "bus-news-declined"),
        ("withdrawn", "bus-news-withdrawn"),
        ("days", "bus-news-days"),
    ],
    ask_title: "bus-staff-ask-title",
    question_hint: "bus-staff-question-hint",
    refuse: ("bus-staff-refuse-title", "bus-staff-refuse-text", "bus-staff-reason-hint"),
    reveal_hint: "bus-staff-reveal-hint",
};

impl Room for Bus {
    const AT: &'static str = paths::BUS;
    const DESK: &'static str = "/staff/bus/requests";
    const OWN: &'static str = "/account/bus";
    const WORDS: Words = WORDS;

    fn crumbs(visit: &Visit) -> Vec<Crumb> {
        vec![Crumb::new(visit.href("/"), visit.t("nav-home")), Crumb::new(visit.href(paths::BUS), visit.t("bus-name"))]
    }

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

    /// Who was first is named.
    fn sentence(visit: &Visit, Conflicts(told): &Conflicts) -> Option<Text> {
        let words: Vec<String> = told.iter().map(|one| staff::conflict_words(visit, one)).collect();
        let first = visit.t("bus-staff-not-kept");
        Some(format!("{first}{}", words.join(&visit.t("bus-staff-sentence-separator"))).into())
    }

    fn lines(visit: &Visit, request: &RequestView) -> Vec<String> {
        let when = request.stop.as_ref().map(|stop| span_text(stop.starts_at, stop.ends_at, visit.locale()));
        let people = visit.t_args("account-people", &[("n", request.people.into())]).to_string();
        when.into_iter().chain([request.city.text(visit.locale()).to_owned(), people]).collect()
    }

    async fn withdraw(
        services: &Services,
        context: &Context,
        handle: &Handle,
        version: Option<i32>,
    ) -> Result<(), BusError> {
        services::bus::withdraw(services, context, handle, version).await
    }
}

/// What a school's marks from one to five are called.
const MARKS: [&str; 5] = ["bus-mark-1", "bus-mark-2", "bus-mark-3", "bus-mark-4", "bus-mark-5"];

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
    let days: Vec<String> = request.days.iter().map(|day| day_text(*day, visit.locale())).collect();
    let between = visit.t("bus-days-separator");
    format!("{}{}{}", days.join(&between), visit.t("list-separator"), half_day_words(visit, request.half_day))
}

/// The days that were wished for, and of each that cannot be any more why.
fn wished(visit: &Visit, request: &RequestView, become_of: Option<&Wishes>) -> AnyView {
    let lost = become_of.map(|wishes| lost_days(visit, wishes));
    view! { {wishes(visit, request)}{lost} }.into_any()
}

/// The days that cannot be any more, each with its reason; nothing where all of them can.
fn lost_days(visit: &Visit, wishes: &Wishes) -> AnyView {
    let lost: Vec<Text> = wishes.days.iter().filter_map(|wish| lost_words(visit, wish)).collect();
    if lost.is_empty() {
        return ().into_any();
    }
    let items = lost.into_iter().map(|text| view! { <li>{text}</li> }).collect_view();
    view! { <ul class="days-lost small">{items}</ul> }.into_any()
}

/// 2026年9月10日（周四）：车辆和讲解组已安排到别处
fn lost_words(visit: &Visit, wish: &Wish) -> Option<Text> {
    let day = day_text(wish.day, visit.locale());
    Some(match wish.lost.as_ref()? {
        Lost::Promised => visit.t_args("bus-lost-promised", &[("day", day.into())]),
        Lost::NoDriving { reason_zh, reason_en } => {
            let reason = visit.pick(reason_zh, reason_en).into_owned();
            visit.t_args("bus-lost-no-driving", &[("day", day.into()), ("reason", reason.into())])
        }
        Lost::Past => visit.t_args("bus-lost-past", &[("day", day.into())]),
    })
}

/// 停车位 18 米 · 有电源 · 无室内场地
fn site_facts(visit: &Visit, request: &RequestView) -> String {
    let parking = visit.t_args("bus-site-parking", &[("n", u32::from(request.parking_m).into())]);
    let power = visit.t(if request.power { "bus-site-power" } else { "bus-site-no-power" });
    let indoor = visit.t(if request.indoor { "bus-site-indoor" } else { "bus-site-no-indoor" });
    [parking, power, indoor].join(" · ")
}
