//! What dispatchers do with requests, stops and days without driving.

use super::{blackouts, numbers};
use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, number, own_faults, reworded, time};
use crate::form::Tone;
use crate::numbers::calls::written;
use crate::problem::Problem;
use crate::requests::desk::{self, OURS, done, refused, subject};
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::ids::{BusBlackoutId, BusPhotoId, BusRequestId};
use domain::time::at;
use services::bus::{
    self, Bus, BusError, Fate, LARGEST_PHOTO, Named, NewBlackout, NewPicture, PhotoChange, Proposal, Unit,
};
use services::spreadsheet::Format;

const DISPATCH: Access = Access::Capability(Capability::DispatchBus);
const REVEAL: Access = Access::Capability(Capability::RevealBusContact);

/// The dispatchers' calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/bus/requests/:id/ask", DISPATCH, &desk::ask_call::<Bus>),
    Call::post("/staff/bus/requests/:id/refuse", DISPATCH, &desk::refuse_call::<Bus>),
    Call::post("/staff/bus/requests/:id/propose", DISPATCH, &propose),
    Call::post("/staff/bus/requests/:id/schedule", DISPATCH, &schedule),
    Call::post("/staff/bus/requests/:id/assign", DISPATCH, &assign),
    Call::post("/staff/bus/requests/:id/visited", DISPATCH, &visited),
    Call::post("/staff/bus/requests/:id/reveal", REVEAL, &desk::reveal_call::<Bus>)
        .on("/staff/bus/requests/:id")
        .keeping(desk::REASON),
    Call::upload("/staff/bus/requests/:id/photos", DISPATCH, LARGEST_PHOTO, &add_photo),
    Call::post("/staff/bus/photos/:id", DISPATCH, &change_photo),
    Call::post("/staff/bus/fleet", DISPATCH, &save_unit),
    Call::post("/staff/bus/fleet/retire", DISPATCH, &retire_unit),
    Call::post("/staff/bus/blackouts", DISPATCH, &add_blackout),
    Call::post("/staff/bus/blackouts/end", DISPATCH, &end_blackout),
    Call::post(numbers::FILE, DISPATCH, &numbers_file),
];

async fn schedule(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Bus>(&asked) else { return Problem::NotFound.into() };
    let result = bus::to_itinerary(&asked.services, &asked.context, id, version).await;
    done(&asked, &page, "scheduled", result)
}

async fn propose(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Bus>(&asked) else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let on = faults.take("day", day(asked.field("day")));
    let from = faults.take("from", time(asked.field("from")));
    let until = faults.take("until", time(asked.field("until")));
    let vehicle = faults.take("vehicle", asked.field("vehicle").parse().map_err(|_| Fault::NotAChoice));
    let crew = faults.take("crew", asked.field("crew").parse().map_err(|_| Fault::NotAChoice));
    let (Some(on), Some(from), Some(until), Some(vehicle), Some(crew)) = (on, from, until, vehicle, crew) else {
        return Answer::again_at(page, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let wanted = Proposal {
        request: id,
        version,
        vehicle,
        crew,
        starts_at: at(on, from),
        ends_at: at(on, until),
        message: asked.field("message").to_owned(),
        anyway: asked.ticked("anyway"),
    };
    // The page looks at the same date again, with everything that speaks against it by now.
    let clock = |time: jiff::civil::Time| format!("{:02}:{:02}", time.hour(), time.minute());
    let again = format!("{page}?day={on}&from={}&until={}&vehicle={vehicle}&crew={crew}", clock(from), clock(until));
    match bus::propose(&asked.services, &asked.context, wanted).await {
        Ok(()) => Answer::to(format!("{page}?done=proposed")),
        Err(error) => refused(&asked, &again, error),
    }
}

async fn assign(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Bus>(&asked) else { return Problem::NotFound.into() };
    let (Ok(vehicle), Ok(crew)) = (asked.field("vehicle").parse(), asked.field("crew").parse()) else {
        return refused(&asked, &page, BusError::field("vehicle", Fault::NotAChoice));
    };
    let anyway = asked.ticked("anyway");
    let result = bus::assign(&asked.services, &asked.context, id, version, vehicle, crew, anyway).await;
    done(&asked, &page, "assigned", result)
}

async fn visited(asked: Asked) -> Answer {
    let Some((id, page, version)) = subject::<Bus>(&asked) else { return Problem::NotFound.into() };
    let people = match number(asked.field("people_came"), 0, 5_000) {
        Ok(people) => people,
        Err(fault) => return refused(&asked, &page, BusError::field("people_came", fault)),
    };
    let result = bus::visited(&asked.services, &asked.context, id, version, people).await;
    done(&asked, &page, "visited", result)
}

async fn add_photo(mut asked: Asked) -> Answer {
    let Some((id, page, _)) = subject::<Bus>(&asked) else { return Problem::NotFound.into() };
    let bytes = match asked.file.take() {
        Some(file) if file.too_large => {
            let max = u32::try_from(LARGEST_PHOTO / (1024 * 1024)).unwrap_or(u32::MAX);
            return refused(&asked, &page, BusError::field("photo", Fault::FileTooHeavy { max }));
        }
        file => file.map(|file| file.bytes),
    };
    let photo = NewPicture {
        alt_zh: asked.field("alt_zh").to_owned(),
        alt_en: asked.field("alt_en").to_owned(),
        consent: asked.ticked("consent"),
        bytes,
    };
    let result = bus::add_photo(&asked.services, &asked.context, id, photo).await;
    done(&asked, &page, "photo", result.map(|_| ()))
}

async fn change_photo(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BusPhotoId>("id") else { return Problem::NotFound.into() };
    let change = match asked.field("change") {
        "show" => PhotoChange::Show,
        "hide" => PhotoChange::Hide,
        "forward" => PhotoChange::Forward,
        "words" => PhotoChange::Words(reworded(&asked, &id)),
        "remove" => PhotoChange::Remove,
        _ => return Problem::NotFound.into(),
    };
    let words = matches!(change, PhotoChange::Words(_));
    match bus::change_photo(&asked.services, &asked.context, id, change).await {
        Ok(request) => Answer::to(format!("/staff/bus/requests/{request}?done=photos")),
        Err(error) if words => {
            let Ok(request) = asked.field("request").parse::<BusRequestId>() else { return Problem::Unusable.into() };
            let error = match error {
                BusError::Fields(faults) => BusError::Fields(own_faults(faults, &id)),
                // A colleague removed it meanwhile: whoever words it is told that nothing was said.
                BusError::NotFound => BusError::StateHasChanged,
                other => other,
            };
            refused(&asked, &format!("/staff/bus/requests/{request}"), error)
        }
        // Removed by a press before this one.
        Err(BusError::NotFound) => Answer::to("/staff/bus"),
        Err(error) => Problem::from(error).into(),
    }
}

const FLEET: &str = "/staff/bus/fleet";

/// The vehicle or the crew a form is about.
fn unit(asked: &Asked) -> Option<Unit> {
    match asked.field("kind") {
        "vehicle" => asked.field("id").parse().ok().map(Unit::Vehicle),
        "crew" => asked.field("id").parse().ok().map(Unit::Crew),
        _ => None,
    }
}

async fn save_unit(asked: Asked) -> Answer {
    let Some(it) = unit(&asked) else { return Problem::NotFound.into() };
    // What is no number is told by the page's own words for it.
    let metres = match (it, asked.field("needs_m")) {
        (Unit::Crew(_), _) | (Unit::Vehicle(_), "") => Ok(None),
        (Unit::Vehicle(_), text) => number(text, 1, 100).map(Some),
    };
    let kind = asked.field("kind");
    let page = match asked.field("known") {
        "1" => format!("{FLEET}?unit={kind}&id={}", asked.field("id")),
        _ => format!("{FLEET}?unit={kind}"),
    };
    let needs_m = match metres {
        Ok(metres) => metres,
        Err(fault) => return refused(&asked, &page, BusError::field("needs_m", fault)),
    };
    let named =
        Named { title_zh: asked.field("title_zh").to_owned(), title_en: asked.field("title_en").to_owned(), needs_m };
    match bus::save_unit(&asked.services, &asked.context, it, &named).await {
        Ok(()) => Answer::to(format!("{FLEET}?done=saved")),
        Err(error) => refused(&asked, &page, error),
    }
}

async fn retire_unit(asked: Asked) -> Answer {
    let Some(it) = unit(&asked) else { return Problem::NotFound.into() };
    match bus::retire_unit(&asked.services, &asked.context, it).await {
        // Retired by a press before this one.
        Ok(()) | Err(BusError::NotFound) => Answer::to(format!("{FLEET}?done=retired")),
        Err(error) => refused(&asked, FLEET, error),
    }
}

const BLACKOUTS: &str = "/staff/bus/blackouts";

/// A reason as the schools read it: one line of at most 60 characters.
fn reason(text: &str) -> Result<String, Fault> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.chars().count() {
        0 => Err(Fault::Required),
        1..=60 if line.chars().any(char::is_control) => Err(Fault::TextCharacters),
        1..=60 => Ok(line),
        _ => Err(Fault::TooLong { max: 60 }),
    }
}

async fn add_blackout(asked: Asked) -> Answer {
    let mut faults = Faults::default();
    let id = asked.field("id").parse::<BusBlackoutId>().unwrap_or_else(|_| asked.context.new_id());
    let vehicle = match asked.field("vehicle") {
        "" => None,
        text => faults.take("vehicle", text.parse().map_err(|_| Fault::NotAChoice)),
    };
    let from = faults.take("first", day(asked.field("first")));
    let until = faults.take("until", day(asked.field("until")));
    let kind = match asked.field("kind") {
        kind @ ("repair" | "holiday" | "other") => Some(kind.to_owned()),
        _ => faults.take("kind", Err(Fault::NotAChoice)),
    };
    let reason_zh = faults.take("reason_zh", reason(asked.field("reason_zh")));
    let reason_en = faults.take("reason_en", reason(asked.field("reason_en")));
    let (true, Some(from), Some(until), Some(kind), Some(reason_zh), Some(reason_en)) =
        (faults.is_empty(), from, until, kind, reason_zh, reason_en)
    else {
        return Answer::again_at(BLACKOUTS, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let fate = if asked.field("fate") == "refuse" { Fate::Refuse } else { Fate::Queue };
    // What cannot be read was not seen: the days are looked at again.
    let seen = blackouts::seen(asked.field("seen")).unwrap_or_default();
    let wanted = NewBlackout { id, vehicle, from, until, kind, reason_zh, reason_en };
    match bus::add_blackout(&asked.services, &asked.context, wanted, fate, seen).await {
        Ok(_) => Answer::to(format!("{BLACKOUTS}?done=added")),
        Err(BusError::StateHasChanged) => {
            let form = asked.typed(OURS).with_notice(Tone::Warning, asked.t("bus-blackout-changed").to_string());
            Answer::again_at(BLACKOUTS, form).status(StatusCode::CONFLICT)
        }
        Err(error) => refused(&asked, BLACKOUTS, error),
    }
}

async fn end_blackout(asked: Asked) -> Answer {
    let Ok(id) = asked.field("id").parse::<BusBlackoutId>() else { return Problem::NotFound.into() };
    match bus::end_blackout(&asked.services, &asked.context, id).await {
        Ok(()) => Answer::to(format!("{BLACKOUTS}?done=ended")),
        Err(error) => refused(&asked, BLACKOUTS, error),
    }
}

/// The numbers of a year as a file.
async fn numbers_file(asked: Asked) -> Answer {
    let (Some(year), Some(format)) = (numbers::year(asked.field("year")), Format::from_name(asked.field("format")))
    else {
        return Problem::Unusable.into();
    };
    match bus::export_statistics(&asked.services, &asked.context, year, format).await {
        Ok(year_of) => written(format!("bus-numbers-{year}"), numbers::sheet(&asked.visit, &year_of), format).await,
        Err(error) => Problem::from(error).into(),
    }
}
