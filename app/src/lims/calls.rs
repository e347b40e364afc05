//! What staff do with dead letters.

use super::AT;
use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::lims::LetterState;
use services::lims::{LimsError, give_up, replay, vouch};
use uuid::Uuid;

const ACCESS: Access = Access::Capability(Capability::HandleUnits);

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/custody/dead-letters/:id/replay", ACCESS, &again),
    Call::post("/staff/custody/dead-letters/:id/give-up", ACCESS, &end),
    Call::post("/staff/custody/dead-letters/:id/vouch", ACCESS, &vouched),
];

async fn again(asked: Asked) -> Answer {
    let Some(id) = asked.param::<Uuid>("id") else { return Problem::NotFound.into() };
    match replay(&asked.services, &asked.context, id).await {
        Ok(letter) => {
            let done = if letter.state == LetterState::Applied { "applied" } else { "again" };
            Answer::to(format!("{AT}/{id}?done={done}"))
        }
        Err(error) => refused(&asked, id, error),
    }
}

async fn end(asked: Asked) -> Answer {
    let Some(id) = asked.param::<Uuid>("id") else { return Problem::NotFound.into() };
    match give_up(&asked.services, &asked.context, id, asked.field("reason")).await {
        Ok(()) => Answer::to(format!("{AT}?done=given_up")),
        Err(LimsError::Fields(errors)) => Answer::again_at(format!("{AT}/{id}"), asked.typed(&[]).with_errors(errors)),
        Err(error) => refused(&asked, id, error),
    }
}

async fn vouched(asked: Asked) -> Answer {
    let Some(id) = asked.param::<Uuid>("id") else { return Problem::NotFound.into() };
    match vouch(&asked.services, &asked.context, id).await {
        Ok(letter) => {
            let done = match (letter.state, letter.is_of_time()) {
                (LetterState::Applied, _) => "applied",
                (_, true) => "vouched",
                (_, false) => "again",
            };
            Answer::to(format!("{AT}/{id}?done={done}"))
        }
        Err(error) => refused(&asked, id, error),
    }
}

fn refused(asked: &Asked, id: Uuid, error: LimsError) -> Answer {
    let key = match error {
        LimsError::Denied(denied) => return denied.into(),
        LimsError::Ended => "lims-refused-ended",
        LimsError::NeverApplied => "lims-refused-key",
        LimsError::Busy => "lims-refused-busy",
        error => return Problem::from(error).into(),
    };
    let form = FormState::default().with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again_at(format!("{AT}/{id}"), form).status(StatusCode::CONFLICT)
}
