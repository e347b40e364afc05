//! What only the messages about an application as an ambassador say.

use super::deliver::when_text;
use super::requests::{AmbassadorTemplate, Letters, OwnFacts, short_time};
use crate::Services;
use crate::ambassadors::{Ambassadors, Application};
use domain::time::span_text;
use jiff::Timestamp;
use serde::Serialize;
use uuid::Uuid;

/// An application, in words.
#[derive(Clone, Debug, Serialize)]
pub(super) struct AmbassadorFacts {
    /// What the round is called.
    pub round: String,
    /// The place on the reserve.
    pub rank: Option<u32>,
    /// SDQXB-2026-000123
    pub number: Option<String>,
    /// When the training is they come to.
    pub training: Option<String>,
    /// Where.
    pub place: Option<String>,
}

impl Letters for Ambassadors {
    const SHORT_LINK: &'static str = "messages.short_link.ambassador";
    const PAGE: &'static str = "/ambassadors/r/";

    fn own_facts(_services: &Services, application: &Application) -> OwnFacts {
        let locale = application.locale;
        let training = application.training.as_ref();
        OwnFacts::Ambassador(AmbassadorFacts {
            round: application.round_title.of(locale).to_owned(),
            rank: application.rank,
            number: application.certificate.map(|it| it.number.to_string()),
            training: training.map(|date| span_text(date.starts_at, date.ends_at, locale)),
            place: training.map(|date| date.place.clone()),
        })
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
