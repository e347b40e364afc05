//! The staff's own rooms: the front page of the workbench, jobs, the audit trail; and what every staff page shares.
//!
//! What belongs to a capability (museum sessions, the door) stands in that capability's room.

mod audit;
pub mod calls;
mod erasure;
mod front;
mod jobs;
mod messages;
mod reveal;
mod reword;
pub mod trail;

pub use audit::AuditTrail;
pub(crate) use domain::time::day;
pub use erasure::Erasure;
pub use front::Front;
pub use jobs::Jobs;
pub(crate) use messages::messages_table;
pub(crate) use reveal::{reveal, revealed};
pub(crate) use reword::{own_faults, reword_form, reworded};

use crate::calls::Asked;
use crate::form::Tone;
use crate::i18n::Text;
use crate::museum::problem_of;
use crate::problem::{Problem, problem_page};
use crate::routes::paths;
use crate::ui::{Banner, Crumb, Glyph, LinkButton, Variant};
use crate::visit::Visit;
use domain::account::{Capability, Denied};
use domain::contact::half_width;
use domain::field::{Fault, Faults};
use domain::outreach::Bilingual;
use domain::time::{clock_text, day_text, local_day};
use jiff::{Timestamp, civil};
use leptos::prelude::*;
use services::audit::AuditError;
use services::booking::BookingError;
use services::jobs::JobsError;

impl From<BookingError> for Problem {
    fn from(error: BookingError) -> Self {
        problem_of(&error)
    }
}

impl From<JobsError> for Problem {
    fn from(error: JobsError) -> Self {
        match error {
            JobsError::Denied(_) => Self::Forbidden,
            JobsError::NotFound => Self::NotFound,
            JobsError::Database(error) => Self::database(error),
        }
    }
}

impl From<AuditError> for Problem {
    fn from(error: AuditError) -> Self {
        match error {
            AuditError::Denied(_) => Self::Forbidden,
            AuditError::Cursor => Self::NotFound,
            AuditError::Database(error) => Self::database(error),
            AuditError::Broken { .. } => {
                tracing::error!(%error, "the audit trail's page failed");
                Self::Broken
            }
        }
    }
}

/// A page that reads before it is shown; what cannot be read becomes the house's page for that problem.
pub(crate) fn read_first(
    page: impl Future<Output = Result<AnyView, Problem>> + Send + 'static,
) -> impl IntoView + 'static {
    Suspend::new(async move { page.await.unwrap_or_else(|problem| problem_page(problem).into_any()) })
}

/// Whether to show the way to something: permitted, if need be after showing the second factor again.
pub(crate) fn may(visit: &Visit, capability: Capability) -> bool {
    matches!(visit.context.require(capability), Ok(()) | Err(Denied::StepUpNeeded))
}

/// The way to a staff page: the workbench, then `more`.
pub(crate) fn crumbs(visit: &Visit, more: &[(&str, &str)]) -> Vec<Crumb> {
    let first = Crumb::new(visit.href(paths::STAFF), visit.t("nav-staff"));
    std::iter::once(first).chain(more.iter().map(|(path, key)| Crumb::new(visit.href(path), visit.t(key)))).collect()
}

/// The ways between the rooms of the workbench, below the heading of each of its pages: to every kind of work, and among the
/// rooms of the present one.
pub(crate) fn rooms(visit: &Visit) -> impl IntoView + use<> {
    let groups = front::open_to(visit);
    let place = match visit.path.as_str() {
        // What is done to a day is done from its board.
        path if path.starts_with("/staff/museum/days/") => "/staff/museum/today",
        // An instalment belongs to its award.
        path if path.starts_with("/staff/funds/tranches/") => "/staff/funds/awards",
        path => path,
    };
    let holds = |path: &str| place.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    // Rooms may stand below each other: one is in the innermost.
    let paths = groups.iter().flat_map(|(_, areas)| areas).map(|area| area.path);
    let innermost = paths.filter(|path| holds(path)).max_by_key(|path| path.len());
    let mut present = None;
    let kinds = groups.into_iter().filter_map(|(group, areas)| {
        let first = areas.first()?.path;
        let here = areas.iter().any(|area| innermost == Some(area.path));
        if here {
            present = Some(areas);
        }
        Some(
            view! { <li><a href=visit.href(first) aria-current=here.then_some("true")>{visit.t(group.title)}</a></li> },
        )
    });
    let kinds = kinds.collect_view();
    let links = present.into_iter().flatten().map(|area| {
        let here = visit.path == area.path;
        let below = innermost == Some(area.path);
        let current = if here { Some("page") } else { below.then_some("true") };
        view! { <li><a href=visit.href(area.path) aria-current=current>{visit.t(area.title)}</a></li> }
    });
    let links = links.collect_view();
    view! {
        <nav class="staff-rooms no-print" aria-label=visit.t("staff-rooms")>
            <ul class="staff-kinds">{kinds}</ul>
            <ul>{links}</ul>
        </nav>
    }
}

/// On to what lies before and after, in words of its own: a day, a fortnight.
pub(crate) fn turn(
    visit: &Visit,
    before: Option<(String, &str)>,
    after: Option<(String, &str)>,
) -> impl IntoView + use<> {
    let before = before.map(|(href, key)| {
        view! { <LinkButton href=href variant=Variant::Quiet glyph=Glyph::ArrowLeft>{visit.t(key)}</LinkButton> }
    });
    let after = after.map(|(href, key)| {
        view! { <LinkButton href=href variant=Variant::Quiet glyph=Glyph::ArrowRight>{visit.t(key)}</LinkButton> }
    });
    view! { <nav class="staff-turn" aria-label=visit.t("pagination-label")>{before}{after}</nav> }
}

/// What was just done, said once on the page one is sent to: `?done=<word>` of a list of known words.
pub(crate) fn news(visit: &Visit, known: &[(&str, &'static str)]) -> Option<impl IntoView + use<>> {
    let done = visit.query.get("done")?;
    let (_, key) = known.iter().find(|(word, _)| *word == done)?;
    let text = visit.t(key);
    Some(view! { <Banner tone=Tone::Success alert=true>{text}</Banner> })
}

/// 2026年7月28日（周二）09:00
pub(crate) fn moment(visit: &Visit, at: Timestamp) -> String {
    let gap = if visit.locale() == domain::Locale::ZhCn { "" } else { ", " };
    format!("{}{gap}{}", day_text(local_day(at), visit.locale()), clock_text(at))
}

/// A text of a form in both languages, each of at most `most` characters, as `read` reads one: a line or several. What is
/// wrong stands beside its language.
pub(crate) fn bilingual(
    asked: &Asked,
    faults: &mut Faults,
    name: &str,
    most: u32,
    read: fn(&str, u32) -> Result<String, Fault>,
) -> Option<Bilingual> {
    let [zh, en] = ["zh", "en"].map(|language| {
        let field = format!("{name}_{language}");
        faults.take(&field, read(asked.field(&field), most))
    });
    Some(Bilingual::new(zh?, en?))
}

/// A whole number of `min..=max`, as people type it.
pub(crate) fn number(text: &str, min: u32, max: u32) -> Result<u32, Fault> {
    domain::typed::number(text, min, max)
}

/// A time like 9:30 or 09:30, also with a full-width colon.
pub(crate) fn time(text: &str) -> Result<civil::Time, Fault> {
    let plain = half_width(text);
    let plain = plain.trim();
    if plain.is_empty() {
        return Err(Fault::Required);
    }
    let read = || {
        let (hour, minute) = plain.split_once(':')?;
        let minute = minute.split(':').next()?;
        let digits = |part: &str| part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
        (digits(hour) && minute.len() == 2 && digits(minute)).then_some(())?;
        civil::Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok()
    };
    read().ok_or(Fault::TimeShape)
}

/// How long something has waited, in whole days.
pub(crate) fn age(visit: &Visit, since: Timestamp) -> Text {
    let days = visit.context.now.duration_since(since).as_hours() / 24;
    match u32::try_from(days).unwrap_or_default() {
        0 => visit.t("bus-staff-today"),
        days => count(visit, "bus-staff-days-ago", days),
    }
}

/// A few words with a number: `count(visit, "staff-people", 3)`.
pub(crate) fn count(visit: &Visit, key: &str, n: u32) -> Text {
    visit.t_args(key, &[("n", n.into())])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_and_numbers_are_read_as_people_type_them() {
        assert_eq!(time("9:30"), Ok(civil::time(9, 30, 0, 0)));
        assert_eq!(time(" ０９：３０ "), Ok(civil::time(9, 30, 0, 0)));
        assert_eq!(time("09:30:00"), Ok(civil::time(9, 30, 0, 0)));
        for wrong in ["930", "24:00", "9:60", "9:3", "-1:30", "9.30", "nine"] {
            assert_eq!(time(wrong), Err(Fault::TimeShape), "{wrong}");
        }
        assert_eq!(time(" "), Err(Fault::Required));
        assert_eq!(number(" ３０ ", 0, 5_000), Ok(30));
        assert_eq!(number("5001", 0, 5_000), Err(Fault::OutOfRange { min: 0, max: 5_000 }));
        assert_eq!(number("-1", 0, 5_000), Err(Fault::NotANumber));
        assert_eq!(day("2026-07-28"), Ok(civil::date(2026, 7, 28)));
        assert_eq!(day("28.7.2026"), Err(Fault::DateShape));
    }
}
