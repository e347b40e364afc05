//! What people do about alarms: acknowledge, make quiet by the word of two, rehearse; and what the wall board asks.

use super::{ALARMS, AT, ROOMS, WALL, wall};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::ids::{AlarmId, MuteId, RoomId, TankId};
use services::telemetry::{self, TelemetryError};

/// The calls.
pub static CALLS: &[Call] = &[
    Call::polled(wall::NOW, Access::Capability(Capability::SeeWall), &now),
    Call::post("/staff/alarms/:id/acknowledge", Access::Capability(Capability::HandleAlarms), &acknowledge)
        .on("/staff/alarms/:id"),
    Call::post("/staff/tanks/:id/mute", Access::Capability(Capability::HandleAlarms), &mute).on("/staff/tanks/:id"),
    Call::post("/staff/tanks/:id/drill", Access::Capability(Capability::HandleAlarms), &drill).on("/staff/tanks/:id"),
    Call::post("/staff/tanks/rooms/:id/mute", Access::Capability(Capability::HandleAlarms), &mute_room)
        .on("/staff/tanks/rooms/:id"),
    Call::post("/staff/tanks/rooms/:id/drill", Access::Capability(Capability::HandleAlarms), &drill_room)
        .on("/staff/tanks/rooms/:id"),
    Call::post("/staff/mutes/:id/confirm", Access::Capability(Capability::HandleAlarms), &confirm).on("/staff/tanks"),
    Call::post("/staff/mutes/:id/end", Access::Capability(Capability::HandleAlarms), &end).on("/staff/tanks"),
];

async fn now(asked: Asked) -> Answer {
    match telemetry::wall(&asked.services, &asked.context).await {
        Ok(board) => Answer::polled(wall::version(&board)),
        Err(error) => Problem::from(error).into(),
    }
}

/// The page one came from; none of another room.
fn back(asked: &Asked) -> String {
    let given = asked.field("back");
    let known = given == WALL || given == AT || [AT, ALARMS].iter().any(|room| given.starts_with(&format!("{room}/")));
    if known { given.to_owned() } else { AT.to_owned() }
}

/// Back with what was done; the wall board shows it by itself.
fn done(back: &str, word: &str) -> Answer {
    if back == WALL { Answer::to(back) } else { Answer::to(format!("{back}?done={word}")) }
}

/// The page again, with what stood in the way.
fn stands(asked: &Asked, page: String, error: TelemetryError) -> Answer {
    let key = match error {
        TelemetryError::Fields(errors) => return Answer::again_at(page, asked.typed(&[]).with_errors(errors)),
        TelemetryError::Changed => "tanks-changed",
        TelemetryError::SamePerson => "tanks-same-person",
        TelemetryError::Already => "tanks-already",
        TelemetryError::Denied(denied) => return denied.into(),
        error => return Problem::from(error).into(),
    };
    let form = asked.typed(&[]).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again_at(page, form).status(StatusCode::CONFLICT)
}

async fn acknowledge(asked: Asked) -> Answer {
    let Some(id) = asked.param::<AlarmId>("id") else { return Problem::NotFound.into() };
    let back = back(&asked);
    match telemetry::acknowledge(&asked.services, &asked.context, id).await {
        Ok(()) => done(&back, "acknowledged"),
        Err(error) => stands(&asked, back, error),
    }
}

async fn mute(asked: Asked) -> Answer {
    match asked.param::<TankId>("id") {
        Some(tank) => mute_at(asked, format!("{AT}/{tank}")).await,
        None => Problem::NotFound.into(),
    }
}

async fn mute_room(asked: Asked) -> Answer {
    match asked.param::<RoomId>("id") {
        Some(room) => mute_at(asked, format!("{ROOMS}/{room}")).await,
        None => Problem::NotFound.into(),
    }
}

async fn mute_at(asked: Asked, page: String) -> Answer {
    let Ok(channel) = asked.field("channel").parse::<i32>() else {
        let errors = vec![FieldError::new("channel", Fault::Required)];
        return Answer::again_at(page, asked.typed(&[]).with_errors(errors));
    };
    let said = (asked.field("reason"), asked.field("minutes"));
    match telemetry::ask_mute(&asked.services, &asked.context, channel, said).await {
        Ok(_) => done(&page, "asked"),
        Err(error) => stands(&asked, page, error),
    }
}

async fn drill(asked: Asked) -> Answer {
    match asked.param::<TankId>("id") {
        Some(tank) => drill_at(asked, format!("{AT}/{tank}")).await,
        None => Problem::NotFound.into(),
    }
}

async fn drill_room(asked: Asked) -> Answer {
    match asked.param::<RoomId>("id") {
        Some(room) => drill_at(asked, format!("{ROOMS}/{room}")).await,
        None => Problem::NotFound.into(),
    }
}

async fn drill_at(asked: Asked, page: String) -> Answer {
    let Ok(channel) = asked.field("drill").parse::<i32>() else {
        let errors = vec![FieldError::new("drill", Fault::Required)];
        return Answer::again_at(page, asked.typed(&[]).with_errors(errors));
    };
    match telemetry::drill(&asked.services, &asked.context, channel).await {
        Ok(alarm) => Answer::to(format!("{ALARMS}/{alarm}?done=drill")),
        Err(error) => stands(&asked, page, error),
    }
}

async fn confirm(asked: Asked) -> Answer {
    let Some(id) = asked.param::<MuteId>("id") else { return Problem::NotFound.into() };
    let back = back(&asked);
    match telemetry::confirm_mute(&asked.services, &asked.context, id).await {
        Ok(()) => done(&back, "confirmed"),
        Err(error) => stands(&asked, back, error),
    }
}

async fn end(asked: Asked) -> Answer {
    let Some(id) = asked.param::<MuteId>("id") else { return Problem::NotFound.into() };
    let back = back(&asked);
    match telemetry::end_mute(&asked.services, &asked.context, id).await {
        Ok(()) => done(&back, "ended"),
        Err(error) => stands(&asked, back, error),
    }
}
