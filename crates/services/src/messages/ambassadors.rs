//! What the messages about an application as an ambassador say.

use super::deliver::when_text;
use super::requests::{Letters, page_link, short_time};
use super::templates::Facts;
use crate::Services;
use crate::ambassadors::{Ambassadors, Application};
use crate::requests::templates;
use domain::ambassador::State;
use domain::booking::Reminder;
use domain::time::span_text;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

templates! {
    /// Which message about an application.
    AmbassadorTemplate of State {
        /// We have it.
        Received "ambassador_received" while State::Draft | State::Submitted | State::Asked | State::Reserve | State::Selected | State::Confirmed | State::Trained | State::Absent,
        /// We need to know something.
        Asked "ambassador_asked" while State::Asked,
        /// A place, by the selection or since somebody withdrew.
        Selected "ambassador_selected" while State::Selected | State::Confirmed,
        /// The place of the next who withdraws.
        Reserve "ambassador_reserve" while State::Reserve,
        /// Not this time.
        Refused "ambassador_refused" while State::Refused,
        /// The certificate can be fetched.
        Certified "ambassador_certified" while State::Certified,
        /// Taken back, as asked.
        Withdrawn "ambassador_withdrawn" while State::Withdrawn,
        /// The training date they chose was moved or taken away: they choose again.
        Released "ambassador_released" while State::Selected,
        /// The training is in three days.
        Days3 "ambassador_days3" while State::Confirmed,
        /// The training is tomorrow.
        Day1 "ambassador_day1" while State::Confirmed,
    }

    fn text(self) -> &'static str {
        match self.reminder() {
            Some(_) => "ambassador_reminder",
            None => self.name(),
        }
    }

    fn keeps_quiet_hours(self) -> bool {
        self.reminder().is_some()
    }

    fn is_newer(self) -> bool {
        matches!(self, Self::Released | Self::Days3 | Self::Day1)
    }
}

impl AmbassadorTemplate {
    /// The message a reminder is, where a training has such a one.
    pub(crate) const fn of_reminder(reminder: Reminder) -> Option<Self> {
        match reminder {
            Reminder::Days3 => Some(Self::Days3),
            Reminder::Day1 => Some(Self::Day1),
            Reminder::Hours2 => None,
        }
    }

    const fn reminder(self) -> Option<Reminder> {
        match self {
            Self::Days3 => Some(Reminder::Days3),
            Self::Day1 => Some(Reminder::Day1),
            _ => None,
        }
    }
}

/// An application, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AmbassadorFacts {
    /// Who applied. In bodies of mail only.
    pub name: String,
    /// The school.
    pub organisation: String,
    /// What the round is called.
    pub round: String,
    /// K7M4-Q2XR
    pub reference: String,
    /// What was asked.
    pub question: Option<String>,
    /// Why not this time.
    pub reason: Option<String>,
    /// The place on the reserve.
    pub rank: Option<u32>,
    /// SDQXB-2026-000123
    pub number: Option<String>,
    /// When the training is they come to.
    pub training: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// See, answer, choose a date, fetch the certificate, withdraw.
    pub manage: String,
    /// The site.
    pub site: String,
    /// Where people get help.
    pub help: Option<String>,
}

impl Letters for Ambassadors {
    const SHORT_LINK: &'static str = "messages.short_link.ambassador";
    const PAGE: &'static str = "/ambassadors/r/";

    fn facts(services: &Services, application: &Application) -> Facts {
        let locale = application.locale;
        let training = application.training.as_ref();
        Facts::Ambassador(Box::new(AmbassadorFacts {
            name: application.name.as_str().to_owned(),
            organisation: application.organisation.clone(),
            round: application.round_title.of(locale).to_owned(),
            reference: application.reference.clone(),
            question: application.question.clone(),
            reason: application.reason.clone(),
            rank: application.rank,
            number: application.certificate.map(|it| it.number.to_string()),
            training: training.map(|date| span_text(date.starts_at, date.ends_at, locale)),
            place: training.map(|date| date.place.clone()),
            manage: page_link(services, application),
            site: services.settings.public_url.clone(),
            help: services.post.help(),
        }))
    }

    fn values(application: &Application, template: AmbassadorTemplate) -> Vec<(&'static str, String)> {
        match (template.reminder(), &application.training) {
            (Some(_), Some(date)) => vec![("when", short_time(when_text, date.starts_at, application.locale))],
            _ => Vec::new(),
        }
    }

    /// A reminder is of the date that stands, and of use until the next one's turn.
    fn is_about(application: &Application, template: AmbassadorTemplate, training: Uuid, now: Timestamp) -> bool {
        let date = application.training.as_ref().filter(|date| date.id.0 == training);
        date.is_some_and(|date| template.reminder().is_none_or(|it| now < it.worth_until(date.starts_at)))
    }
}
