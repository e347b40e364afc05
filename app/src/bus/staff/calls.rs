//! What dispatchers do with requests, stops and days without driving.

use super::blackouts;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, number, time};
use crate::form::Tone;
use crate::problem::Problem;
use crate::requests::desk::{self, OURS, done, refused, subject};
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, Faults};
use domain::ids::BusBlackoutId;
use domain::time::at;
use services::bus::{self, Bus, BusError, Fate, NewBlackout, Proposal};

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
    Call::post("/staff/bus/requests/:id/reveal", REVEAL, &desk::reveal_call::<Bus>),
    Call::post("/staff/bus/blackouts", DISPATCH, &add_blackout),
    Call::post("/staff/bus/blackouts/end", DISPATCH, &end_blackout),
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
