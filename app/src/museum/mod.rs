//! The science museum (造血干细胞科普馆): what it is, when there is room, booking a visit, one's own booking.
//!
//! Pages read `services::booking`; what people do stands in [`calls`]. Staff screens are in [`staff`].

mod about;
mod book;
pub mod calls;
pub(crate) mod document;
mod mine;
pub mod offer;
mod particulars;
mod party;
mod places;
pub mod rebook;
pub mod room;
mod series;
mod sessions;
pub mod staff;
pub mod waiting;

pub use about::About;
pub(crate) use about::rule_sentences;
pub use book::{Book, Code};
pub(crate) use document::documents_text;
pub use mine::{Mine, Move, Pass};
pub use offer::Waiting;
pub(crate) use places::{Party, kept, seen};
pub use rebook::Rebook;
pub use room::{Draw, Room};
pub use sessions::Sessions;
pub(crate) use sessions::{come, wait_form};
pub use waiting::{Wait, WaitCode};

use crate::calls::Cookie;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::visit::Visit;
use crate::words::refusal_text;
use domain::account::Denied;
use domain::booking::Refusal;
use domain::time::{clock_text, day_text, local_day};
use jiff::SignedDuration;
use services::booking::BookingError;

/// The cookie that binds what was typed to the browser that typed it.
pub const VISITOR_COOKIE: &str = "__Host-visitor";

/// That cookie with the browser's token. It is one for drafts of every kind, and a browser keeps what it was told last: it
/// always lives as long as the draft that lives longest, or a short one would cut the others off.
pub fn visitor_cookie(token: &str) -> Cookie {
    Cookie::new(VISITOR_COOKIE, token, Some(SignedDuration::from_hours(24 * services::requests::DRAFT_DAYS)))
}

/// The parameter of the page's path, parsed.
pub(crate) fn param<T: std::str::FromStr>(name: &str) -> Option<T> {
    crate::visit::param(name)?.parse().ok()
}

/// The day of the page's path; `None` also for one out of reach, which has no page.
pub(crate) fn day_param() -> Option<jiff::civil::Date> {
    param::<String>("day").and_then(|text| domain::time::day(&text).ok())
}

/// The house's page for a link of no booking; a network that tries many is told to wait.
async fn led_nowhere(visit: &Visit) -> Problem {
    match services::booking::led_nowhere(&visit.services, &visit.context, &visit.network).await {
        BookingError::NotFound => Problem::LinkInvalid,
        other => problem_of(&other),
    }
}

/// Why the rules refuse what was asked; of a date of a series with which date it is.
pub(crate) fn refused_text(visit: &Visit, error: &BookingError) -> Text {
    match error {
        // A full date is named by its own sentence.
        BookingError::DateRefused { refusal: refusal @ Refusal::DateFull { .. }, .. } => refusal_text(visit, refusal),
        BookingError::DateRefused { starts_at, refusal, .. } => {
            let at = format!("{} {}", day_text(local_day(*starts_at), visit.locale()), clock_text(*starts_at));
            let why = refusal_text(visit, refusal).to_string();
            visit.t_args("refusal-of-date", &[("at", at.into()), ("why", why.into())])
        }
        error => error.refusal().map_or_else(|| Text::from(""), |refusal| refusal_text(visit, &refusal)),
    }
}

/// The house's page for an error a page itself cannot answer.
pub fn problem_of(error: &BookingError) -> Problem {
    match error {
        BookingError::NotFound => Problem::NotFound,
        BookingError::Denied(Denied::SignInNeeded | Denied::NotAllowed | Denied::StepUpNeeded) => Problem::Forbidden,
        BookingError::Database(error) => Problem::database(error),
        BookingError::WaitingRoom(waits) => Problem::TooOften(waits.again_in),
        BookingError::Limited { retry_after } => Problem::TooOftenOwn(u32::try_from(*retry_after).unwrap_or(u32::MAX)),
        BookingError::NetworkLimited { retry_after } => {
            Problem::TooOften(u32::try_from(*retry_after).unwrap_or(u32::MAX))
        }
        error => {
            tracing::error!(%error, "a page failed");
            Problem::Broken
        }
    }
}
