//! What somebody books: the museum, or an event of the outreach. The pages of booking (`museum::book`, `museum::mine` and
//! their calls) are one way for both; what differs is asked here: names, addresses, place, rules, questions.

use crate::i18n::Text;
use crate::routes::paths;
use crate::visit::Visit;
use domain::booking::Policy;
use domain::ids::{ActivityId, DraftId};
use domain::outreach::Form;
use jiff::civil::Date;
use services::booking::{BookingError, Museum, Timetable, museum};
use services::outreach::{Event, events};
use std::sync::Arc;

/// What is booked.
pub(crate) enum Activity {
    /// The museum.
    Museum(Arc<Museum>),
    /// An event, published or not: a booking outlives its page.
    Event(Arc<Event>),
}

impl Activity {
    /// The activity of a draft or a booking.
    pub async fn of(visit: &Visit, id: ActivityId) -> Result<Self, BookingError> {
        match museum(&visit.services).await {
            Ok(museum) if museum.activity == id => return Ok(Self::Museum(museum)),
            // A house may hold events and have no museum yet.
            Ok(_) | Err(BookingError::NotFound) => {}
            Err(error) => return Err(error),
        }
        let events = events(&visit.services).await?;
        events.by_id(id).cloned().map(Self::Event).ok_or(BookingError::NotFound)
    }

    /// Its sessions.
    pub fn timetable(&self) -> &Timetable {
        match self {
            Self::Museum(museum) => museum,
            Self::Event(event) => &event.timetable,
        }
    }

    /// Its rules.
    pub fn policy(&self) -> &Policy {
        &self.timetable().policy
    }

    /// What it asks beyond name and contact.
    pub fn questions(&self) -> Option<&Form> {
        match self {
            Self::Museum(_) => None,
            Self::Event(event) => event.form.as_ref().map(|(_, form)| form),
        }
    }

    /// What it is called.
    pub fn name(&self, visit: &Visit) -> Text {
        match self {
            Self::Museum(_) => visit.t("museum-name"),
            Self::Event(event) => event.title.of(visit.locale()).to_owned().into(),
        }
    }

    /// Where it takes place.
    pub fn place(&self, visit: &Visit) -> Text {
        match self {
            Self::Museum(_) => visit.t("museum-place-text"),
            Self::Event(event) => {
                format!("{} · {}", event.city.text(visit.locale()), event.place.of(visit.locale())).into()
            }
        }
    }

    /// The sentence for the museum, or the one for an event.
    pub fn says(&self, visit: &Visit, museum: &str, event: &str) -> Text {
        visit.t(if matches!(self, Self::Museum(_)) { museum } else { event })
    }

    /// Its front page, without the language.
    pub fn home(&self) -> String {
        match self {
            Self::Museum(_) => paths::MUSEUM.to_owned(),
            Self::Event(event) => format!("{}/{}", paths::EVENTS, event.slug),
        }
    }

    /// Where its sessions are chosen, without the language.
    pub fn sessions(&self, people: u32, day: Option<Date>) -> String {
        match self {
            Self::Museum(_) => {
                let day = day.map(|day| format!("&day={day}")).unwrap_or_default();
                format!("/museum/sessions?people={people}{day}")
            }
            Self::Event(_) => format!("{}?people={people}#dates", self.home()),
        }
    }

    /// The page of a draft, without the language.
    pub fn draft(&self, id: DraftId) -> String {
        match self {
            Self::Museum(_) => format!("/museum/book/{id}"),
            Self::Event(_) => format!("{}/book/{id}", paths::EVENTS),
        }
    }

    /// The page of a draft of the waiting list, without the language.
    pub fn waiting(&self, id: DraftId) -> String {
        match self {
            Self::Museum(_) => format!("/museum/wait/{id}"),
            Self::Event(_) => format!("{}/wait/{id}", paths::EVENTS),
        }
    }
}

/// The page of a draft nothing else is known of, below the address somebody is at.
pub(crate) fn draft_at(path: &str, id: DraftId) -> String {
    if path.starts_with(paths::EVENTS) { format!("{}/book/{id}", paths::EVENTS) } else { format!("/museum/book/{id}") }
}

/// The same for a draft of the waiting list.
pub(crate) fn waiting_at(path: &str, id: DraftId) -> String {
    if path.starts_with(paths::EVENTS) { format!("{}/wait/{id}", paths::EVENTS) } else { format!("/museum/wait/{id}") }
}
