//! What stewards do. Every act carries an id minted with its page: pressing twice, or sending again after a lost answer,
//! repeats the answer and counts once.

use crate::calls::{Answer, Asked, Call};
use crate::desk::number;
use crate::form::{FormState, Tone};
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::Fault;
use domain::ids::BookingId;
use services::booking::{self, BookingError, Ticket};
use uuid::Uuid;

const ADMIT: Access = Access::Capability(Capability::Admit);

/// The door's calls.
pub const CALLS: &[Call] = &[
    Call::post("/door", ADMIT, &look),
    Call::post("/door/admit", ADMIT, &admit),
    Call::post("/door/walk-in", ADMIT, &walk_in),
    Call::post("/door/left", ADMIT, &left),
];

fn refused(asked: &Asked, error: BookingError) -> Answer {
    match error {
        BookingError::Fields(errors) => Answer::again_at("/door", asked.typed(&[]).with_errors(errors)),
        BookingError::Denied(denied) => denied.into(),
        BookingError::StateHasChanged => {
            let form = FormState::default().with_notice(Tone::Warning, asked.t("door-has-changed").to_string());
            Answer::again_at("/door", form).status(StatusCode::CONFLICT)
        }
        other => Problem::from(other).into(),
    }
}

/// Looks a ticket or a name up; the page does the looking, so that nothing of it stands in an address.
async fn look(asked: Asked) -> Answer {
    let field = if asked.pairs.iter().any(|(name, _)| name == "name") { "name" } else { "ticket" };
    if asked.field("booking").is_empty() && asked.field(field).trim().is_empty() {
        return refused(&asked, BookingError::field(field, Fault::Required));
    }
    let looked = ["ticket", "name", "booking"].map(|name| (name, asked.field(name).trim()));
    let form = FormState::typed(looked.into_iter().filter(|(_, value)| !value.is_empty()), &[]);
    Answer::again_at("/door", form).status(StatusCode::OK)
}

async fn admit(asked: Asked) -> Answer {
    let (Ok(nonce), Ok(id)) = (Uuid::parse_str(asked.field("nonce")), asked.field("booking").parse::<BookingId>())
    else {
        return Answer::to("/door");
    };
    let present = match number(asked.field("present"), 1, 500) {
        Ok(present) => present,
        Err(fault) => return refused(&asked, BookingError::field("present", fault)),
    };
    match booking::admit(&asked.services, &asked.context, nonce, Ticket::Booking(id), present, None).await {
        Ok(answer) => {
            let refused = answer.is_err();
            let answer = serde_json::to_string(&answer).unwrap_or_default();
            let form = FormState::typed([("booking", id.to_string()), ("answer", answer)], &[]);
            Answer::again_at("/door", form).status(if refused {
                StatusCode::UNPROCESSABLE_ENTITY
            } else {
                StatusCode::OK
            })
        }
        Err(error) => refused(&asked, error),
    }
}

/// The id of a count and the people it counts.
fn counted(asked: &Asked) -> Result<(Uuid, u32), Answer> {
    let id = Uuid::parse_str(asked.field("id")).map_err(|_| Answer::to("/door"))?;
    let people = number(asked.field("people"), 1, 500).map_err(|_| Answer::to("/door"))?;
    Ok((id, people))
}

async fn walk_in(asked: Asked) -> Answer {
    let (id, people) = match counted(&asked) {
        Ok(counted) => counted,
        Err(answer) => return answer,
    };
    match booking::walk_in(&asked.services, &asked.context, id, people).await {
        Ok(()) => Answer::to(format!("/door?walked={people}")),
        Err(error) => refused(&asked, error),
    }
}

async fn left(asked: Asked) -> Answer {
    let (id, people) = match counted(&asked) {
        Ok(counted) => counted,
        Err(answer) => return answer,
    };
    match booking::leave(&asked.services, &asked.context, id, people).await {
        Ok(()) => Answer::to(format!("/door?left={people}")),
        Err(error) => refused(&asked, error),
    }
}
