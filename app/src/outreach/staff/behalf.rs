//! What the desk's form for an event does: all dates or one of them for somebody who telephones or stands at the counter, or a
//! place on the waiting list of a date that is full. The form itself is [`super::series`].

use super::series::page_of;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::museum::document::{self, OURS};
use crate::museum::{problem_of, refused_text};
use crate::outreach::{asks_more, read_answers};
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::booking::{Party, Refusal};
use domain::contact::{Contact, PersonName};
use domain::document::Shown;
use domain::field::{Fault, Faults};
use domain::ids::{ActivityId, SessionId};
use domain::outreach::Answers;
use domain::time::{clock_text, day_text, local_day};
use jiff::Timestamp;
use services::booking::{self, BookingError, Brought, OnBehalf, Person, Replied, SeriesOnBehalf, WaitOnBehalf};
use services::outreach::{Event, Replies, events};
use uuid::Uuid;

/// The field of which dates: [`ALL`], or the one.
pub(super) const DATE: &str = "date";
/// All of them.
pub(super) const ALL: &str = "all";
/// The button that puts the party on the waiting list of its date.
pub(super) const WAIT: &str = "wait";

/// The calls of the desk for an event.
pub const CALLS: &[Call] =
    &[Call::post("/staff/events/:id/series", Access::Capability(Capability::BookOnBehalf), &book)];

/// Which dates a choice means: `Some(None)` for all of them, `None` for one that is none of the event's or cannot be had so.
pub(super) fn chosen(event: &Event, choice: &str, now: Timestamp) -> Option<Option<SessionId>> {
    let series = event.timetable.policy.series;
    // A form of the version before chose nothing and meant all of them.
    if choice == ALL || choice.is_empty() {
        return series.allows_whole().then_some(None);
    }
    let date: SessionId = choice.parse().ok()?;
    let known = series.allows_dates() && event.timetable.upcoming(now).any(|session| session.id == date);
    known.then_some(Some(date))
}

/// What was typed into the form.
struct Typed {
    /// One date; none for all of them.
    date: Option<SessionId>,
    person: Person,
    party: Party,
    shown: Shown,
    answers: Answers,
    key: String,
}

async fn book(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ActivityId>("id") else { return Problem::NotFound.into() };
    let event = match events(&asked.services).await {
        Ok(events) => events.by_id(id).cloned(),
        Err(error) => return refused(&asked, id, error.into()),
    };
    let Some(event) = event else { return Problem::NotFound.into() };
    // The rule became another one while the form was filled in: it comes back for all dates.
    if !event.timetable.policy.series.allows_dates() && asked.field(DATE).parse::<SessionId>().is_ok() {
        return refused(&asked, id, Refusal::WholeSeriesOnly.into());
    }
    let typed = match typed(&asked, &event) {
        Ok(typed) => typed,
        Err(faults) => return refused(&asked, id, BookingError::Fields(faults.into_errors())),
    };
    if event.form.as_ref().is_some_and(|(_, form)| asks_more(&asked, form, &typed.answers)) {
        return refused(&asked, id, Refusal::AsksQuestions.into());
    }
    match done(&asked, &event, typed).await {
        Ok(place) => Answer::to(place),
        Err(error) => refused(&asked, id, error),
    }
}

/// Does what was asked, and answers where it is seen.
async fn done(asked: &Asked, event: &Event, typed: Typed) -> Result<String, BookingError> {
    let (services, context) = (&asked.services, &asked.context);
    let Typed { date, person, party, shown, answers, key } = typed;
    let replies = Replies::to(event, answers);
    let registrations = format!("/staff/events/{}/registrations", event.id);
    match date {
        None => {
            let wanted = SeriesOnBehalf { event: event.id, person, party, shown, replies, key };
            let booked = booking::book_series(services, context, wanted, None).await?;
            Ok(format!("{registrations}/{}?done=series", booked.booking))
        }
        Some(session) if !asked.field(WAIT).is_empty() => {
            let wanted = WaitOnBehalf { session, also: Vec::new(), person, party, replies };
            booking::wait_at_the_desk(services, context, wanted, key).await?;
            Ok(format!("/staff/museum/sessions/{session}?done=waits"))
        }
        Some(session) => {
            let brought = Brought { shown, replied: Replied::Read(replies) };
            let wanted = OnBehalf { session, person, party, key };
            let booked = booking::book_bringing(services, context, wanted, &brought).await?;
            Ok(format!("{registrations}/{}?done=date", booked.booking))
        }
    }
}

/// Everything that was typed, or everything that is wrong with it at once.
fn typed(asked: &Asked, event: &Event) -> Result<Typed, Faults> {
    let policy = &event.timetable.policy;
    let mut faults = Faults::default();
    let choice = asked.field(DATE);
    let nothing = if choice.is_empty() { Fault::Required } else { Fault::NotAChoice };
    let date = faults.take(DATE, chosen(event, choice, asked.context.now).ok_or(nothing));
    let name = faults.take("name", PersonName::parse(asked.field("name")));
    let contact = match asked.field("contact").trim() {
        "" => None,
        text => faults.take("contact", Contact::parse(text)),
    };
    let party = Party::parse(asked.field("people"), asked.field("children"), &mut faults);
    if policy.children_need_adult && party.is_some_and(|party| party.children > 0 && party.adults() == 0) {
        faults.add("children", Fault::ChildrenNeedAdult);
    }
    let shown = document::read_at_the_counter(asked, party.map_or(u32::MAX, |party| party.people.get()));
    let shown = shown.unwrap_or_else(|wrong| {
        wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
        Shown::default()
    });
    let answers = event.form.as_ref().map_or_else(|| Ok(Answers::default()), |(_, form)| read_answers(asked, form));
    let answers = answers.unwrap_or_else(|wrong| {
        wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
        Answers::default()
    });
    let (true, Some(date), Some(name), Some(party)) = (faults.is_empty(), date, name, party) else {
        return Err(faults);
    };
    // A form without its key (a page kept for weeks) is a form of its own.
    let key = Uuid::parse_str(asked.field("key")).unwrap_or_else(|_| asked.context.new_id()).to_string();
    Ok(Typed { date, person: Person { name, contact }, party, shown, answers, key })
}

/// The form again with what was typed and why it was refused.
fn refused(asked: &Asked, event: ActivityId, error: BookingError) -> Answer {
    let page = page_of(event);
    let unseen = [OURS, &document::secrets(asked)].concat();
    let notice = match &error {
        BookingError::Fields(errors) => {
            return Answer::again_at(page, asked.typed(&unseen).with_errors(errors.clone()));
        }
        BookingError::KeyReused => {
            // The form was sent before with other contents and is booked: a second booking needs a second press.
            return Answer::another_act(asked, page, (&unseen, "key"), &asked.t("staff-series-key-reused"));
        }
        // The questions that were not in view stand in the form now.
        BookingError::Refused(Refusal::AsksQuestions) => asked.t("staff-series-asks-more"),
        // The form that comes back has a second button.
        BookingError::Refused(Refusal::Full { free }) => {
            asked.t_args("staff-series-one-full", &[("free", (*free).into())])
        }
        BookingError::DateRefused { refusal: Refusal::DateFull { starts_at, free }, .. } => {
            let at = format!("{} {}", day_text(local_day(*starts_at), asked.locale()), clock_text(*starts_at));
            asked.t_args("staff-series-date-full", &[("at", at.into()), ("free", (*free).into())])
        }
        error if error.refusal().is_some() => refused_text(asked, error),
        BookingError::Denied(denied) => return (*denied).into(),
        error => return problem_of(error).into(),
    };
    let mut notice = notice.to_string();
    // No number of a document comes back to a page.
    if document::secrets(asked).iter().any(|field| !asked.field(field).is_empty()) {
        notice = format!("{notice} {}", asked.t("staff-series-documents-again"));
    }
    Answer::again_at(page, asked.typed(&unseen).with_notice(Tone::Warning, notice))
}
