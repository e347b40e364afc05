//! What schools and communities do: begin a form, keep it, send it, answer, accept, decline, withdraw, say what it was like.

use super::problem_of;
use crate::calls::{Answer, Asked, Call};
use crate::problem::Problem;
use crate::requests::calls::{self, refused};
use crate::requests::led_nowhere;
use crate::routes::Access;
use domain::field::{Fault, Faults};
use domain::ids::BusPhotoId;
use services::bus::{self, Bus, BusError, Marks};

/// The bus's calls.
pub const CALLS: &[Call] = &[
    Call::post("/bus/apply", Access::Public, &calls::begin::<Bus>),
    Call::post("/bus/apply/:draft", Access::Public, &form),
    Call::post("/bus/apply/:draft/code", Access::Public, &calls::code::<Bus>),
    Call::post("/bus/apply/:draft/resend", Access::Public, &calls::resend::<Bus>),
    Call::post("/bus/r/:link/answer", Access::Public, &calls::answer::<Bus>),
    Call::post("/bus/r/:link/accept", Access::Public, &calls::accept::<Bus>),
    Call::post("/bus/r/:link/decline", Access::Public, &calls::decline::<Bus>),
    Call::post("/bus/r/:link/withdraw", Access::Public, &calls::withdraw::<Bus>),
    Call::post("/bus/r/:link/days", Access::Public, &days),
    Call::get("/bus/r/:link/visit.ics", Access::Public, &visit_file),
    Call::post("/bus/f/:link", Access::Public, &feedback),
    Call::get("/bus/photos/:id", Access::Public, &photo),
    Call::get("/bus/schedule.ics", Access::Public, &calendar),
    Call::get("/account/bus/:id", Access::SignedIn, &calls::own::<Bus>),
];

async fn form(asked: Asked) -> Answer {
    let (mut draft, page) = match calls::draft::<Bus>(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let sent = domain::bus::typed(asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    if let Err(error) = calls::keep(&asked, &mut draft, sent, |_| true).await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    match bus::send(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(format!("{page}/code")),
        Err(error) => refused(&asked, page, error),
    }
}

/// Other days than those that were wished for.
async fn days(asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Bus>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let typed = domain::bus::typed(asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let version = calls::version(&asked);
    let result = bus::choose_days(&asked.services, &asked.context, &handle, version, &typed).await;
    calls::changed(&asked, page, "days", result).await
}

async fn feedback(asked: Asked) -> Answer {
    let Some(link) = asked.param::<String>("link") else { return Problem::LinkInvalid.into() };
    let page = format!("/bus/f/{link}");
    let mut faults = Faults::default();
    let mut mark = |name: &'static str| {
        let read = match asked.field(name) {
            "" => Err(Fault::Required),
            text => text.parse::<u8>().ok().filter(|n| (1..=5).contains(n)).ok_or(Fault::NotAChoice),
        };
        faults.take(name, read)
    };
    let (liked, understood, organised) = (mark("liked"), mark("understood"), mark("organised"));
    let again = match asked.field("again") {
        "yes" => Some(true),
        "no" => Some(false),
        _ => faults.take("again", Err(Fault::Required)),
    };
    let (Some(liked), Some(understood), Some(organised), Some(again)) = (liked, understood, organised, again) else {
        return refused(&asked, page, BusError::Fields(faults.into_errors()));
    };
    let marks = Marks { liked, understood, organised, again };
    match bus::feedback(&asked.services, &asked.context, &link, marks).await {
        Ok(()) => Answer::to(page),
        Err(BusError::NotFound) => led_nowhere::<Bus>(&asked).await.into(),
        Err(error) => refused(&asked, page, error),
    }
}

/// A photograph of a visit, written by the house itself: nothing of what was sent but its pixels.
async fn photo(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BusPhotoId>("id") else { return Problem::NotFound.into() };
    match bus::photo(&asked.services, &asked.context, id).await {
        Ok(bytes) => Answer::file("image/jpeg", None, bytes),
        Err(error) => problem_of(error).into(),
    }
}

const CALENDAR: &str = "text/calendar; charset=utf-8";

/// The visit of one's own request as a calendar entry.
async fn visit_file(asked: Asked) -> Answer {
    let (_, handle) = match calls::handle::<Bus>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match bus::calendar_file(&asked.services, &asked.context, &handle, asked.locale()).await {
        Ok(file) => Answer::file(CALENDAR, Some("visit.ics".into()), file),
        Err(BusError::NotFound) => led_nowhere::<Bus>(&asked).await.into(),
        Err(error) => problem_of(error).into(),
    }
}

/// The itinerary as a calendar to subscribe to.
async fn calendar(asked: Asked) -> Answer {
    match bus::feed(&asked.services, asked.locale()).await {
        Ok(file) => Answer::file(CALENDAR, None, file),
        Err(error) => problem_of(error).into(),
    }
}
