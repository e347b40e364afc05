//! What visitors of the museum and of events do: keep places, say who comes, prove the contact, change, cancel, take the pass along.

use super::book::{REFUSED, Why};
use super::particulars::particulars;
use super::party::{party, party_size};
use super::{VISITOR_COOKIE, document, led_nowhere, places, problem_of, refused_text, room, visitor_cookie};
use crate::activity::{Activity, draft_at};
use crate::calls::{Answer, Asked, Call, Cookie};
use crate::form::{FormState, Tone};
use crate::problem::{Problem, minutes};
use crate::routes::{Access, paths};
use crate::words::fault_text;
use domain::booking::Refusal;
use domain::field::Fault;
use domain::ids::{DraftId, SessionId};
use jiff::SignedDuration;
use services::booking::{self, BookingError, BookingState, DraftView, Handle};
use services::limits::LimitError;
use services::{messages, outreach};

/// The museum's calls.
pub const CALLS: &[Call] = &[
    Call::post("/museum/sessions/:id", Access::Public, &hold),
    Call::post("/museum/book/:draft", Access::Public, &particulars),
    Call::post("/museum/book/:draft/code", Access::Public, &code),
    Call::post("/museum/book/:draft/resend", Access::Public, &resend),
    Call::post("/museum/book/:draft/other", Access::Public, &other),
    Call::post("/events/:slug/sessions/:id", Access::Public, &hold_event),
    Call::post("/events/:slug/series", Access::Public, &hold_series),
    Call::post("/events/book/:draft", Access::Public, &particulars),
    Call::post("/events/book/:draft/code", Access::Public, &code),
    Call::post("/events/book/:draft/resend", Access::Public, &resend),
    Call::post("/events/book/:draft/other", Access::Public, &other),
    Call::post("/b/:link/cancel", Access::Public, &cancel),
    Call::post("/b/:link/cancel-series", Access::Public, &cancel_series),
    Call::post("/b/:link/missing", Access::Public, &missing_date),
    Call::post("/b/:link/party", Access::Public, &party),
    Call::post("/b/:link/move", Access::Public, &move_to),
    Call::polled(places::PATH, Access::Public, &free),
    Call::get("/s/:code", Access::Public, &short),
    Call::get("/b/:link/visit.ics", Access::Public, &calendar),
    Call::get("/b/:link/pass.pdf", Access::Public, &pdf),
];

/// Shows the page at `page` again with what was typed and why it was refused.
pub(super) fn refused(asked: &Asked, page: String, error: BookingError) -> Answer {
    let form = asked.typed(&[vec!["code"], document::secrets(asked)].concat());
    match error {
        BookingError::Fields(errors) => Answer::again_at(page, form.with_errors(errors)),
        BookingError::Refused(_) | BookingError::DateRefused { .. } => {
            let mut form = form;
            // Never what the form itself claims.
            form.values.remove(REFUSED);
            let why = error.refusal().and_then(|refusal| Why::name(&refusal));
            form.values.extend(why.map(|why| (REFUSED.to_owned(), why.to_owned())));
            Answer::again_at(page, form.with_notice(Tone::Warning, refused_text(asked, &error).to_string()))
        }
        BookingError::StateHasChanged => {
            Answer::again_at(page, form.with_notice(Tone::Warning, asked.t("mine-state-has-changed").to_string()))
        }
        BookingError::Limited { retry_after } => wait(asked, page, form, "limited", retry_after),
        BookingError::WaitingRoom(waits) => {
            let text = asked.t("room-try-again").to_string();
            let wait = SignedDuration::from_secs(i64::from(waits.again_in));
            Answer::again_at(page, form.with_notice(Tone::Info, text)).retry_after(wait)
        }
        BookingError::NetworkLimited { retry_after } => wait(asked, page, form, "limited-network", retry_after),
        other => problem_of(&other).into(),
    }
}

/// Shows the page again with how long to wait.
fn wait(asked: &Asked, page: String, form: FormState, key: &str, seconds: u64) -> Answer {
    let seconds = u32::try_from(seconds.min(86_400)).unwrap_or(86_400);
    let text = asked.t_args(key, &[("minutes", minutes(seconds).into())]).to_string();
    let wait = SignedDuration::from_secs(i64::from(seconds));
    Answer::again_at(page, form.with_notice(Tone::Warning, text)).retry_after(wait)
}

pub(super) fn one(asked: &Asked, field: &'static str, page: String, fault: Fault) -> Answer {
    refused(asked, page, BookingError::field(field, fault))
}

/// The free places of the calendar's address, for the page that shows them.
async fn free(asked: Asked) -> Answer {
    match booking::museum(&asked.services).await {
        Ok(museum) => {
            let museum = places::own(&asked, museum).await;
            Answer::polled(places::figures(&asked, &museum))
        }
        Err(error) => problem_of(&error).into(),
    }
}

/// The token of the browser that asks, and its cookie: renewed with every draft, so that it lives as long as the newest.
pub(super) fn visitor(asked: &Asked) -> (String, Cookie) {
    let known = asked.cookie(VISITOR_COOKIE).filter(|token| token.len() == 32).map(str::to_owned);
    let token = known.unwrap_or_else(|| format!("{:032x}", u128::from_be_bytes(services::crypto::random())));
    let cookie = visitor_cookie(&token);
    (token, cookie)
}

async fn hold(asked: Asked) -> Answer {
    keep_places(asked, "/museum/sessions".to_owned()).await
}

/// The same for a date of an event, which has to be published: the service asks that again under the session's lock.
async fn hold_event(asked: Asked) -> Answer {
    match event_page(&asked).await {
        Ok(page) => keep_places(asked, page).await,
        Err(answer) => answer,
    }
}

/// The same for all dates of an event at once.
async fn hold_series(asked: Asked) -> Answer {
    let slug: String = asked.param("slug").unwrap_or_default();
    let events = match outreach::events(&asked.services).await {
        Ok(events) => events,
        Err(error) => return problem_of(&error.into()).into(),
    };
    let Some(event) = events.by_slug(&slug) else { return Problem::NotFound.into() };
    let page = format!("{}/{slug}", paths::EVENTS);
    let people = match party_size(&asked) {
        Ok(people) => people,
        Err(fault) => return one(&asked, "people", page, fault),
    };
    let (visitor, cookie) = visitor(&asked);
    match booking::begin_series(&asked.services, &asked.context, event.id, people, &visitor, &asked.network).await {
        Ok(draft) => Answer::to(draft_at(&asked.path, draft)).cookie(cookie),
        Err(BookingError::WaitingRoom(waits)) => Answer::to(room::room(&waits)).cookie(cookie),
        Err(error) => refused(&asked, page, error),
    }
}

/// The page of the published event of the address, which has the date of the address.
pub(super) async fn event_page(asked: &Asked) -> Result<String, Answer> {
    let slug: String = asked.param("slug").unwrap_or_default();
    let session: SessionId = asked.param("id").ok_or(Problem::NotFound)?;
    let events = outreach::events(&asked.services).await.map_err(|error| problem_of(&error.into()))?;
    match events.by_slug(&slug) {
        Some(event) if event.timetable.session(session).is_some() => Ok(format!("{}/{slug}", paths::EVENTS)),
        _ => Err(Problem::NotFound.into()),
    }
}

/// Keeps the places of a session; `calendar` is the page it was chosen on.
async fn keep_places(asked: Asked, calendar: String) -> Answer {
    let Some(session) = asked.param::<SessionId>("id") else { return Problem::NotFound.into() };
    let people = match party_size(&asked) {
        Ok(people) => people,
        Err(fault) => return one(&asked, "people", calendar, fault),
    };
    let (visitor, cookie) = visitor(&asked);
    match booking::begin(&asked.services, &asked.context, session, people, &visitor, &asked.network).await {
        Ok(draft) => Answer::to(draft_at(&asked.path, draft)).cookie(cookie),
        Err(BookingError::WaitingRoom(waits)) => Answer::to(room::room(&waits)).cookie(cookie),
        Err(error) => refused(&asked, calendar, error),
    }
}

/// The draft of the address, what it is of, and its page; `page_at` is the page of a draft nothing is known of any more.
pub(super) async fn draft(
    asked: &Asked,
    page_at: fn(&str, DraftId) -> String,
) -> Result<(DraftView, Activity, String), Answer> {
    let id = asked.param::<DraftId>("draft").ok_or(Problem::NotFound)?;
    let visitor = asked.cookie(VISITOR_COOKIE).unwrap_or_default();
    let draft = match booking::read(&asked.services, &asked.context, id, visitor).await {
        Ok(draft) => draft,
        // The page itself explains what became of it.
        Err(BookingError::NotFound) => return Err(Answer::to(page_at(&asked.path, id))),
        Err(error) => return Err(problem_of(&error).into()),
    };
    let activity = Activity::of(asked, draft.session.activity).await.map_err(|error| problem_of(&error))?;
    let page = activity.draft(id);
    Ok((draft, activity, page))
}

async fn code(asked: Asked) -> Answer {
    let (draft, _, base) = match draft(&asked, draft_at).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{base}/code");
    match booking::prove(&asked.services, &asked.context, draft, asked.field("code"), &asked.network).await {
        Ok(draft) => confirm(&asked, draft, &base).await,
        Err(error) => refused(&asked, page, error),
    }
}

async fn confirm(asked: &Asked, draft: DraftView, base: &str) -> Answer {
    match booking::confirm(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(booking) => {
            let link = booking::manage_link(&asked.services, booking, draft.session.facts.ends_at);
            Answer::to(format!("/b/{link}?done=booked"))
        }
        // Questions that were published while the form was filled in are answered first, and so are documents that are asked
        // for since.
        Err(BookingError::Refused(Refusal::AsksQuestions)) => Answer::to(base),
        Err(BookingError::Fields(faults)) => Answer::again_at(base, FormState::default().with_errors(faults)),
        // Whose document it is stands on the form.
        Err(error) => match error.refusal() {
            Some(Refusal::DocumentLimit | Refusal::DocumentLimitOf { .. }) => refused(asked, base.to_owned(), error),
            _ => refused(asked, format!("{base}/code"), error),
        },
    }
}

async fn resend(asked: Asked) -> Answer {
    let (draft, _, base) = match draft(&asked, draft_at).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{base}/code");
    match booking::resend(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(page),
        Err(error) => refused(&asked, page, error),
    }
}

async fn other(asked: Asked) -> Answer {
    let (before, _, base) = match draft(&asked, draft_at).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let page = format!("{base}/code");
    let Ok(session) = asked.field("session").parse::<SessionId>() else { return Problem::NotFound.into() };
    let visitor = asked.cookie(VISITOR_COOKIE).unwrap_or_default();
    let people = before.people;
    match booking::take_other(&asked.services, &asked.context, &before, session, people, visitor, &asked.network).await
    {
        Ok(()) if before.proven => match draft(&asked, draft_at).await {
            Ok((now, ..)) => confirm(&asked, now, &base).await,
            Err(answer) => answer,
        },
        Ok(()) => Answer::to(base),
        Err(error) => refused(&asked, page, error),
    }
}

pub(super) fn handle(asked: &Asked) -> Result<(String, Handle), Answer> {
    let link: String = asked.param("link").ok_or(Problem::LinkInvalid)?;
    Ok((format!("/b/{link}"), Handle::Link(link)))
}

/// The short link of a text message: on to the page it stands for.
async fn short(asked: Asked) -> Answer {
    let code: String = asked.param("code").unwrap_or_default();
    match messages::follow(&asked.services, &asked.context, &code, &asked.network).await {
        Ok(Some(path)) => Answer::to(path),
        Ok(None) => Problem::LinkInvalid.into(),
        Err(LimitError::Limited(limited)) => Problem::from(limited).into(),
        Err(LimitError::Database(error)) => {
            tracing::error!(%error, "a short link could not be followed");
            Problem::Busy.into()
        }
    }
}

pub(super) fn version(asked: &Asked) -> Option<i32> {
    asked.field("version").parse().ok()
}

pub(super) async fn changed(
    asked: &Asked,
    page: String,
    done: &str,
    result: Result<booking::BookingView, BookingError>,
) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={done}")),
        Err(BookingError::NotFound) => led_nowhere(asked).await.into(),
        Err(error) => refused(asked, page, error),
    }
}

async fn cancel(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    // Pressed twice: the second press finds it cancelled, which is what was wanted.
    if let Ok(booking) = booking::view(&asked.services, &asked.context, &handle).await
        && booking.state == BookingState::Cancelled
    {
        return Answer::to(format!("{page}?done=cancelled"));
    }
    let result = booking::cancel(&asked.services, &asked.context, handle, version(&asked)).await;
    changed(&asked, page, "cancelled", result).await
}

/// All dates of a series. Pressed twice: the second press finds them cancelled.
async fn cancel_series(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match booking::cancel_series(&asked.services, &asked.context, handle).await {
        Ok(_) | Err(BookingError::Refused(Refusal::AlreadyCancelled)) => {
            Answer::to(format!("{page}?done=series-cancelled"))
        }
        Err(BookingError::NotFound) => led_nowhere(&asked).await.into(),
        Err(error) => refused(&asked, page, error),
    }
}

/// The date that a series lacks.
async fn missing_date(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Ok(date) = asked.field("session").parse() else { return Problem::NotFound.into() };
    match booking::book_missing(&asked.services, &asked.context, handle, date).await {
        Ok(_) => Answer::to(format!("{page}?done=date-booked")),
        Err(BookingError::NotFound) => led_nowhere(&asked).await.into(),
        Err(error) => refused(&asked, page, error),
    }
}

async fn move_to(asked: Asked) -> Answer {
    let (page, handle) = match handle(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Ok(session) = asked.field("session").parse::<SessionId>() else {
        let text = fault_text(&asked, &Fault::NotAChoice).to_string();
        return Answer::again_at(format!("{page}/move"), asked.typed(&[]).with_notice(Tone::Warning, text));
    };
    match booking::move_to(&asked.services, &asked.context, handle, version(&asked), session).await {
        Err(error @ BookingError::Refused(_)) => refused(&asked, format!("{page}/move"), error),
        result => changed(&asked, page, "moved", result).await,
    }
}

async fn seen(asked: &Asked) -> Result<booking::BookingView, Answer> {
    let (_, handle) = handle(asked)?;
    match booking::view(&asked.services, &asked.context, &handle).await {
        Ok(booking) => Ok(booking),
        Err(BookingError::NotFound) => Err(led_nowhere(asked).await.into()),
        Err(error) => Err(problem_of(&error).into()),
    }
}

async fn calendar(asked: Asked) -> Answer {
    let booking = match seen(&asked).await {
        Ok(booking) => booking,
        Err(answer) => return answer,
    };
    match messages::calendar_file(&asked.services, booking.id, asked.locale()).await {
        Ok(Some(file)) => Answer::file("text/calendar; charset=utf-8", Some("visit.ics".into()), file),
        Ok(None) => Problem::LinkInvalid.into(),
        Err(error) => {
            tracing::error!(%error, "a calendar file could not be made");
            Problem::Broken.into()
        }
    }
}

async fn pdf(asked: Asked) -> Answer {
    let booking = match seen(&asked).await {
        Ok(booking) => booking,
        Err(answer) => return answer,
    };
    match messages::pass_pdf(&asked.services, booking.id, asked.locale()).await {
        Ok(Some(file)) => Answer::file("application/pdf", Some(format!("pass-{}.pdf", booking.reference)), file),
        Ok(None) => Problem::LinkInvalid.into(),
        Err(error) => {
            tracing::error!(%error, "a pass could not be made");
            Problem::Broken.into()
        }
    }
}
