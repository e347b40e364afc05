//! Campus science ambassadors: the rounds, applying, following an application, verifying a certificate. Staff screens are in
//! [`staff`].
//!
//! Pages read `services::ambassadors`; what people do stands in [`calls`].

mod about;
mod apply;
pub mod calls;
mod mine;
pub mod staff;
mod verify;

pub use about::About;
pub use apply::{Apply, ApplyCode};
pub use mine::Mine;
pub use verify::{Verdict, Verify};

use crate::form::Tone;
use crate::i18n::Text;
use crate::requests::{Room, Words};
use crate::routes::paths;
use crate::ui::Crumb;
use crate::visit::Visit;
use domain::ambassador::{Capacity, State};
use domain::time::span_text;
use services::ambassadors::{
    AmbassadorError, AmbassadorFault, Ambassadors, Handle, Round, Stage, Training, TrainingDate,
};
use services::requests::View;
use services::{Context, Services};

pub(crate) use crate::requests::problem_of;

/// The ambassadors' front page.
const AMBASSADORS: &str = paths::AMBASSADORS;

/// The ambassadors' words.
const WORDS: Words = Words {
    name: "ambassador-name",
    steps: ["ambassador-step-form", "ambassador-step-code", "ambassador-step-selection", "ambassador-step-training"],
    code_step: 1,
    sent: ("ambassador-sent-title", "ambassador-sent-text"),
    too_many: "ambassador-applied-already",
    of_account: "ambassador-account-title",
    news: &[
        ("sent", "ambassador-news-sent"),
        ("answered", "bus-news-answered"),
        ("confirmed", "ambassador-news-confirmed"),
        ("declined", "ambassador-news-declined"),
        ("withdrawn", "ambassador-news-withdrawn"),
    ],
    ask_title: "ambassador-staff-ask-title",
    question_hint: "ambassador-staff-question-hint",
    refuse: ("ambassador-staff-refuse", "ambassador-staff-refuse", "ambassador-staff-reason-hint"),
    reveal_hint: "ambassador-staff-reveal-hint",
};

impl Room for Ambassadors {
    const AT: &'static str = AMBASSADORS;
    const DESK: &'static str = "/staff/ambassadors/applications";
    const OWN: &'static str = "/account/ambassadors";
    const WORDS: Words = WORDS;

    fn crumbs(visit: &Visit) -> Vec<Crumb> {
        vec![
            Crumb::new(visit.href("/"), visit.t("nav-home")),
            Crumb::new(visit.href(AMBASSADORS), visit.t("ambassador-name")),
        ]
    }

    fn state_words(visit: &Visit, state: State) -> (Tone, Text) {
        match state {
            State::Draft => (Tone::Plain, visit.t("ambassador-state-draft")),
            State::Submitted => (Tone::Info, visit.t("ambassador-state-submitted")),
            State::Asked => (Tone::Warning, visit.t("ambassador-state-asked")),
            State::Reserve => (Tone::Info, visit.t("ambassador-state-reserve")),
            State::Selected => (Tone::Success, visit.t("ambassador-state-selected")),
            State::Confirmed => (Tone::Success, visit.t("ambassador-state-confirmed")),
            State::Trained => (Tone::Success, visit.t("ambassador-state-trained")),
            State::Absent => (Tone::Warning, visit.t("ambassador-state-absent")),
            State::Certified => (Tone::Success, visit.t("ambassador-state-certified")),
            State::Refused => (Tone::Plain, visit.t("ambassador-state-refused")),
            State::Withdrawn => (Tone::Plain, visit.t("ambassador-state-withdrawn")),
        }
    }

    fn sentence(visit: &Visit, fault: &AmbassadorFault) -> Option<Text> {
        Some(match fault {
            AmbassadorFault::NotOpen => visit.t("ambassador-fault-not-open"),
            AmbassadorFault::AppliedAlready => visit.t("ambassador-applied-already"),
            AmbassadorFault::StillOpen => visit.t("ambassador-fault-still-open"),
            AmbassadorFault::SelectionPublic => visit.t("ambassador-fault-public"),
            AmbassadorFault::Undecided { count } => {
                visit.t_args("ambassador-fault-undecided", &[("n", (*count).into())])
            }
            AmbassadorFault::MoreThanPlaces { selected, places } => {
                visit.t_args("ambassador-fault-more", &[("selected", (*selected).into()), ("places", (*places).into())])
            }
            AmbassadorFault::TrainingAhead => visit.t("ambassador-fault-training-ahead"),
            AmbassadorFault::NoSuchTraining => visit.t("ambassador-fault-no-training"),
            AmbassadorFault::TrainingFull => visit.t("ambassador-fault-training-full"),
            AmbassadorFault::TrainingHeld => visit.t("ambassador-fault-training-held"),
            AmbassadorFault::NoCertificate => visit.t("ambassador-fault-no-certificate"),
            AmbassadorFault::NoPaper => visit.t("ambassador-fault-no-paper"),
        })
    }

    fn lines(visit: &Visit, application: &View<Self>) -> Vec<String> {
        let training = application.training.as_ref().map(|date| training_words(visit, date));
        [application.round_title.of(visit.locale()).to_owned()].into_iter().chain(training).collect()
    }

    fn also_revealed(application: &View<Self>) -> Option<(&'static str, String)> {
        Some(("revealed_guardian", application.guardian.as_ref()?.as_str().to_owned()))
    }

    async fn withdraw(
        services: &Services,
        context: &Context,
        handle: &Handle,
        version: Option<i32>,
    ) -> Result<(), AmbassadorError> {
        services::ambassadors::withdraw(services, context, handle, version).await
    }
}

fn capacity_words(visit: &Visit, capacity: Capacity) -> Text {
    visit.t(match capacity {
        Capacity::Student => "ambassador-capacity-student",
        Capacity::Teacher => "ambassador-capacity-teacher",
        Capacity::Staff => "ambassador-capacity-staff",
    })
}

fn stage_words(visit: &Visit, round: &Round) -> (Tone, Text) {
    match round.stage(visit.context.now) {
        Stage::Coming => (Tone::Info, visit.t("ambassador-stage-coming")),
        Stage::Open => (Tone::Success, visit.t("ambassador-stage-open")),
        Stage::Choosing => (Tone::Warning, visit.t("ambassador-stage-choosing")),
        Stage::Selected => (Tone::Plain, visit.t("ambassador-stage-selected")),
    }
}

/// The city of a round, or all.
fn city_words(visit: &Visit, round: &Round) -> Text {
    round.city.map_or_else(|| visit.t("ambassador-all-cities"), |city| Text::from(city.text(visit.locale()).to_owned()))
}

/// 2026年12月5日（周六）09:00–12:00 · 造血干细胞科普馆
fn training_words(visit: &Visit, training: &Training) -> String {
    [span_text(training.starts_at, training.ends_at, visit.locale()), training.place.clone()].join(" · ")
}

/// The same, with how many places are left where the date has places of its own.
fn date_words(visit: &Visit, date: &TrainingDate) -> String {
    let words = training_words(visit, &date.training);
    match date.places {
        Some(places) => {
            let left = places.saturating_sub(date.people);
            [words, visit.t_args("ambassador-training-left", &[("n", left.into())]).to_string()].join(" · ")
        }
        None => words,
    }
}
