//! What staff do with sessions and bookings.

use super::bookings::wanted;
use super::places::places;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, time};
use crate::form::{FormState, Tone};
use crate::museum::document::{self, OURS, stay};
use crate::problem::Problem;
use crate::routes::Access;
use crate::words::refusal_text;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::booking::{Party, Places};
use domain::contact::{Contact, PersonName};
use domain::document::Shown;
use domain::field::{Fault, Faults};
use domain::ids::{BookingId, SessionId, TemplateId};
use domain::time::{at, local_day};
use domain::typed::line;
use jiff::civil;
use services::booking::{self, BookingError, ExceptionView, Handle, OnBehalf, Person, TemplateView};
use uuid::Uuid;

const SEE: Access = Access::Capability(Capability::SeeBookings);
const BOOK: Access = Access::Capability(Capability::BookOnBehalf);
const REVEAL: Access = Access::Capability(Capability::RevealContact);
const MANAGE: Access = Access::Capability(Capability::ManageSessions);

/// The calls of the museum's staff.
pub const CALLS: &[Call] = &[
    Call::post("/staff/museum/sessions", MANAGE, &add_session),
    Call::post("/staff/museum/sessions/:id", MANAGE, &change_session),
    Call::post("/staff/museum/templates", MANAGE, &add_template),
    Call::post("/staff/museum/templates/end", MANAGE, &end_template),
    Call::post("/staff/museum/templates/exception", MANAGE, &add_exception),
    Call::post("/staff/museum/bookings", SEE, &search),
    Call::post("/staff/museum/bookings/:id", REVEAL, &reveal).keeping(&["reason"]),
    Call::post("/staff/museum/bookings/:id/document", REVEAL, &reveal_documents)
        .on("/staff/museum/bookings/:id")
        .keeping(&[document::REASON]),
    Call::post("/staff/museum/bookings/:id/cancel", BOOK, &cancel),
    Call::post("/staff/museum/bookings/:id/party", BOOK, &party),
    Call::post("/staff/museum/bookings/:id/move", BOOK, &move_to),
    Call::get("/staff/museum/bookings/:id/pass.pdf", SEE, &pdf),
    Call::post("/staff/museum/book", BOOK, &book),
];

/// What a form that comes back does not bring along: what was opened, and numbers of documents.
fn unseen(asked: &Asked) -> Vec<&str> {
    [OURS, &document::secrets(asked)].concat()
}

/// Shows the page at `page` again with what was typed and why it was refused. `changed` is said when somebody else was
/// faster; the page shows what it is now.
pub(super) fn refused(asked: &Asked, page: &str, error: BookingError, changed: &str) -> Answer {
    let form = asked.typed(&unseen(asked));
    match error {
        BookingError::Fields(errors) => Answer::again_at(page, form.with_errors(errors)),
        BookingError::Refused(refusal) => {
            Answer::again_at(page, form.with_notice(Tone::Warning, refusal_text(asked, &refusal).to_string()))
        }
        BookingError::StateHasChanged => {
            let form = form.with_notice(Tone::Warning, asked.t(changed).to_string());
            Answer::again_at(page, form).status(StatusCode::CONFLICT)
        }
        BookingError::Denied(denied) => denied.into(),
        other => Problem::from(other).into(),
    }
}

pub(super) fn faulty(asked: &Asked, page: &str, faults: Faults) -> Answer {
    Answer::again_at(page, asked.typed(&unseen(asked)).with_errors(faults.into_errors()))
}

async fn add_session(asked: Asked) -> Answer {
    let page = "/staff/museum/sessions";
    let mut faults = Faults::default();
    let on = faults.take("day", day(asked.field("day")));
    let starts = faults.take("starts", time(asked.field("starts")));
    let ends = faults.take("ends", time(asked.field("ends")));
    let places = places(&asked, 1, &mut faults);
    if on.is_some_and(|on| on < local_day(asked.context.now)) {
        faults.add("day", Fault::DateShape);
    }
    let (true, Some(on), Some(starts), Some(ends), Some(places)) = (faults.is_empty(), on, starts, ends, places) else {
        return faulty(&asked, page, faults);
    };
    let (from, until, anyway) = (at(on, starts), at(on, ends), asked.ticked("closed_anyway"));
    match booking::add_session(&asked.services, &asked.context, from, until, places, anyway).await {
        Ok(id) => Answer::to(format!("/staff/museum/sessions/{id}?done=added")),
        Err(error) => refused(&asked, page, error, "staff-state-has-changed"),
    }
}

async fn change_session(asked: Asked) -> Answer {
    let Some(id) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let page = format!("/staff/museum/sessions/{id}");
    let mut faults = Faults::default();
    let Some(places) = places(&asked, 0, &mut faults) else { return faulty(&asked, &page, faults) };
    let version = asked.field("version").parse().unwrap_or_default();
    let over = asked.ticked("over_anyway");
    match booking::change_places(&asked.services, &asked.context, id, version, places, over).await {
        Ok(_) => Answer::to(format!("{page}?done=changed")),
        Err(BookingError::StateHasChanged) => match booking::session_now(&asked.services, &asked.context, id).await {
            Ok(now) => {
                let state = asked.t(if now.facts.closed { "staff-session-closed" } else { "staff-session-open" });
                let capacity = super::places::told(&asked, &now.facts);
                let args = [("capacity", capacity.into()), ("state", state.to_string().into())];
                let form = asked
                    .typed(OURS)
                    .with_notice(Tone::Warning, asked.t_args("staff-session-has-changed", &args).to_string());
                Answer::again_at(page, form).status(StatusCode::CONFLICT)
            }
            Err(error) => refused(&asked, &page, error, "staff-state-has-changed"),
        },
        Err(error) => refused(&asked, &page, error, "staff-state-has-changed"),
    }
}

/// One hour on some days of the week, as it was typed.
struct TypedTemplate {
    weekdays: Vec<i8>,
    starts: civil::Time,
    ends: civil::Time,
    places: Places,
    from: civil::Date,
    until: Option<civil::Date>,
}

impl TypedTemplate {
    fn parse(asked: &Asked) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let weekdays: Vec<i8> =
            asked.fields("weekday").filter_map(|text| text.parse().ok()).filter(|day| (1..=7).contains(day)).collect();
        if weekdays.is_empty() {
            faults.add("weekday", Fault::Required);
        }
        let starts = faults.take("starts", time(asked.field("starts")));
        let ends = faults.take("ends", time(asked.field("ends")));
        let places = places(asked, 1, &mut faults);
        let from = faults.take("valid_from", day(asked.field("valid_from")));
        let until = match asked.field("valid_until").trim() {
            "" => None,
            text => faults.take("valid_until", day(text)),
        };
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            faults.add("valid_until", Fault::EndBeforeStart);
        }
        match (faults.is_empty(), starts, ends, places, from) {
            (true, Some(starts), Some(ends), Some(places), Some(from)) => {
                Ok(Self { weekdays, starts, ends, places, from, until })
            }
            _ => Err(faults),
        }
    }

    /// The same hour of the same weekday while another is still valid would make every session twice over, and does not:
    /// said at once instead of being found out later.
    fn stands_in(&self, known: &[TemplateView], weekday: i8) -> bool {
        let meets = |t: &TemplateView| {
            t.valid_until.is_none_or(|last| last >= self.from) && self.until.is_none_or(|last| last >= t.valid_from)
        };
        known.iter().any(|t| t.weekday == weekday && t.starts == self.starts && meets(t))
    }

    fn on(&self, weekday: i8, id: TemplateId) -> TemplateView {
        TemplateView {
            id,
            weekday,
            starts: self.starts,
            ends: self.ends,
            places: self.places,
            valid_from: self.from,
            valid_until: self.until,
        }
    }
}

/// Adds what is not there yet, day by day; answers how many were added and how many stood already.
async fn add_to_week(asked: &Asked, typed: &TypedTemplate) -> Result<(u32, u32), BookingError> {
    let known = booking::templates(&asked.services, &asked.context).await?;
    let (mut added, mut existed) = (0, 0);
    for weekday in &typed.weekdays {
        if typed.stands_in(&known, *weekday) {
            existed += 1;
            continue;
        }
        let fresh = typed.on(*weekday, asked.context.new_id());
        match booking::add_template(&asked.services, &asked.context, fresh).await {
            Ok(()) => added += 1,
            Err(BookingError::Fields(errors)) if errors.iter().any(|e| e.fault == Fault::AlreadyExists) => existed += 1,
            Err(error) => return Err(error),
        }
    }
    if added == 0 { Err(BookingError::field("starts", Fault::AlreadyExists)) } else { Ok((added, existed)) }
}

async fn add_template(asked: Asked) -> Answer {
    let page = "/staff/museum/templates";
    let typed = match TypedTemplate::parse(&asked) {
        Ok(typed) => typed,
        Err(faults) => return faulty(&asked, page, faults),
    };
    match add_to_week(&asked, &typed).await {
        Ok((added, existed)) => Answer::to(format!("{page}?done=added&n={added}&existed={existed}")),
        Err(error) => refused(&asked, page, error, "staff-state-has-changed"),
    }
}

async fn end_template(asked: Asked) -> Answer {
    let page = "/staff/museum/templates";
    let Ok(id) = asked.field("id").parse::<TemplateId>() else { return Problem::NotFound.into() };
    let last = match day(asked.field("last_day")) {
        Ok(last) => last,
        Err(fault) => return refused(&asked, page, BookingError::field("last_day", fault), "staff-state-has-changed"),
    };
    match booking::end_template(&asked.services, &asked.context, id, last).await {
        Ok(()) => Answer::to(format!("{page}?done=ended")),
        Err(error) => refused(&asked, page, error, "staff-state-has-changed"),
    }
}

async fn add_exception(asked: Asked) -> Answer {
    let page = "/staff/museum/templates";
    let mut faults = Faults::default();
    let on: Option<civil::Date> = faults.take("day", day(asked.field("day")));
    // Reasons that visitors read: a line each.
    let zh = faults.take("reason_zh", line(asked.field("reason_zh"), 100));
    let en = faults.take("reason_en", line(asked.field("reason_en"), 100));
    let (Some(on), Some(reason_zh), Some(reason_en)) = (on, zh, en) else { return faulty(&asked, page, faults) };
    match booking::add_exception(&asked.services, &asked.context, ExceptionView { day: on, reason_zh, reason_en }).await
    {
        Ok(()) => Answer::to(format!("{page}?done=exception")),
        Err(error) => refused(&asked, page, error, "staff-state-has-changed"),
    }
}

/// Reads nothing but the form: the page looks. What is nobody's particulars goes on to an address one can keep; one
/// booking found by its reference is opened at once.
async fn search(asked: Asked) -> Answer {
    let page = "/staff/museum/bookings";
    let form = asked.typed(OURS);
    let wanted = wanted(|name| Some(asked.field(name)));
    let personal = !wanted.text.is_empty() && Contact::parse(&wanted.text).is_ok();
    if wanted.text.is_empty() && wanted.after.is_none() {
        let mut query = form_urlencoded::Serializer::new(String::new());
        let pairs = [("day", asked.field("day")), ("state", asked.field("state"))];
        query.extend_pairs(pairs.into_iter().filter(|(_, value)| !value.is_empty()));
        return Answer::to(format!("{page}?{}", query.finish()));
    }
    match booking::search(&asked.services, &asked.context, &wanted).await {
        Ok(found) => match found.as_slice() {
            [one] if !personal && wanted.after.is_none() => Answer::to(format!("{page}/{}", one.id)),
            _ => Answer::again_at(page, form).status(StatusCode::OK),
        },
        Err(error) => refused(&asked, page, error, "staff-state-has-changed"),
    }
}

async fn reveal(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BookingId>("id") else { return Problem::NotFound.into() };
    let page = format!("/staff/museum/bookings/{id}");
    match booking::reveal(&asked.services, &asked.context, id, asked.field("reason")).await {
        Ok(booking) => {
            let contact = booking.person.contact.as_ref().map(Contact::expose).unwrap_or_default();
            let shown = [("revealed_name", booking.person.name.as_str()), ("revealed_contact", contact)];
            Answer::again_at(page, FormState::typed(shown, &[])).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, &page, error, "staff-booking-has-changed"),
    }
}

async fn reveal_documents(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BookingId>("id") else { return Problem::NotFound.into() };
    document::reveal(&asked, id, format!("/staff/museum/bookings/{id}")).await
}

/// The booking of a form, its page, and the version the form was made of.
fn of_form(asked: &Asked) -> Option<(Handle, String, Option<i32>)> {
    let id = asked.param::<BookingId>("id")?;
    Some((Handle::Id(id), format!("/staff/museum/bookings/{id}"), asked.field("version").parse().ok()))
}

fn done(asked: &Asked, page: &str, result: Result<booking::BookingView, BookingError>, word: &str) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, error, "staff-booking-has-changed"),
    }
}

async fn cancel(asked: Asked) -> Answer {
    let Some((handle, page, version)) = of_form(&asked) else { return Problem::NotFound.into() };
    done(&asked, &page, booking::cancel(&asked.services, &asked.context, handle, version).await, "cancelled")
}

async fn party(asked: Asked) -> Answer {
    let Some((handle, page, version)) = of_form(&asked) else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let Some(party) = Party::parse(asked.field("people"), asked.field("children"), &mut faults) else {
        return faulty(&asked, &page, faults);
    };
    let (services, context, stay) = (&asked.services, &asked.context, stay(&asked));
    // Where everybody still comes nobody's document is forgotten: more people may come whose documents are not there.
    let result = if stay.is_empty() {
        booking::change_party(services, context, handle, version, party).await
    } else {
        booking::change_party_of(services, context, handle, version, (party, stay)).await
    };
    done(&asked, &page, result, "changed")
}

async fn move_to(asked: Asked) -> Answer {
    let Some((handle, page, version)) = of_form(&asked) else { return Problem::NotFound.into() };
    let Ok(target) = asked.field("session").parse::<SessionId>() else {
        return refused(&asked, &page, BookingError::field("session", Fault::NotAChoice), "staff-booking-has-changed");
    };
    done(&asked, &page, booking::move_to(&asked.services, &asked.context, handle, version, target).await, "moved")
}

/// The pass as a file, in the language of whoever will show it.
async fn pdf(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BookingId>("id") else { return Problem::NotFound.into() };
    let booking = match booking::view(&asked.services, &asked.context, &Handle::Id(id)).await {
        Ok(booking) => booking,
        Err(error) => return Problem::from(error).into(),
    };
    match services::messages::pass_pdf(&asked.services, id, booking.locale).await {
        Ok(Some(file)) => Answer::file("application/pdf", Some(format!("pass-{}.pdf", booking.reference)), file),
        Ok(None) => Problem::NotFound.into(),
        Err(error) => {
            tracing::error!(%error, "a pass could not be made");
            Problem::Broken.into()
        }
    }
}

async fn book(asked: Asked) -> Answer {
    let page = "/staff/museum/book";
    if !asked.field("look").is_empty() {
        return Answer::again_at(page, asked.typed(&unseen(&asked))).status(StatusCode::OK);
    }
    let mut faults = Faults::default();
    let session = match asked.field("session") {
        "" => faults.take("session", Err(Fault::Required)),
        text => faults.take("session", text.parse::<SessionId>().map_err(|_| Fault::NotAChoice)),
    };
    let name = faults.take("name", PersonName::parse(asked.field("name")));
    let contact = match asked.field("contact").trim() {
        "" => None,
        text => faults.take("contact", Contact::parse(text)),
    };
    let party = Party::parse(asked.field("people"), asked.field("children"), &mut faults);
    let shown = document::read_at_the_counter(&asked, party.map_or(u32::MAX, |party| party.people.get()));
    let shown = shown.unwrap_or_else(|wrong| {
        wrong.into_iter().for_each(|error| faults.add(&error.field, error.fault));
        Shown::default()
    });
    let adult = booking::museum(&asked.services).await.is_ok_and(|museum| museum.policy.children_need_adult);
    if adult && party.is_some_and(|party| party.children > 0 && party.adults() == 0) {
        faults.add("children", Fault::ChildrenNeedAdult);
    }
    let (true, Some(session), Some(name), Some(party)) = (faults.is_empty(), session, name, party) else {
        return faulty(&asked, page, faults);
    };
    // A form without its key (a page kept for weeks) is a form of its own.
    let key = Uuid::parse_str(asked.field("key")).unwrap_or_else(|_| asked.context.new_id());
    let wanted = OnBehalf { session, person: Person { name, contact }, party, key: key.to_string() };
    match booking::book_showing(&asked.services, &asked.context, wanted, &shown).await {
        Ok(booked) => Answer::to(format!("/staff/museum/bookings/{}?done=booked", booked.booking)),
        Err(BookingError::KeyReused) => {
            // The form was sent before with other contents and is booked: a second booking needs a second press.
            let notice = asked.t("staff-book-key-reused");
            Answer::another_act(&asked, page, (&document::secrets(&asked), "key"), &notice)
        }
        Err(error) => refused(&asked, page, error, "staff-state-has-changed"),
    }
}
