//! What stewards do. Every act carries an id minted with its page: pressing twice, or sending again after a lost answer,
//! repeats the answer and counts once.

use crate::calls::{Answer, Asked, Call};
use crate::desk::number;
use crate::form::{FormState, Tone};
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::{Capability, DeviceRole};
use domain::field::Fault;
use domain::ids::{ActivityId, BookingId, ConflictId, DeviceId};
use secrecy::ExposeSecret as _;
use services::booking::{self, BookingError, Ticket};
use services::door::{self, DoorError};
use uuid::Uuid;

const ADMIT: Access = Access::Capability(Capability::Admit);
const DEVICES: Access = Access::Capability(Capability::ManageDevices);

/// The door's calls.
pub const CALLS: &[Call] = &[
    Call::post("/door", ADMIT, &look),
    Call::post("/door/admit", ADMIT, &admit),
    Call::post("/door/walk-in", ADMIT, &walk_in),
    Call::post("/door/left", ADMIT, &left),
    Call::post("/staff/door/devices/new", DEVICES, &add_device),
    Call::post("/staff/door/devices/:id/revoke", DEVICES, &revoke),
    Call::post("/staff/door/conflicts/:id", Access::Capability(Capability::SuperviseDoor), &resolve),
];

/// Under which name the page of a new device finds the code that was just made.
pub const DEVICE_CODE: &str = "device-code";

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
    if field == "name"
        && let Err(fault) = booking::searched_name(asked.field(field))
    {
        return refused(&asked, BookingError::field(field, fault));
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
    let counted = match asked.field("activity").parse::<ActivityId>() {
        Ok(event) => booking::walk_in_to(&asked.services, &asked.context, id, event, people).await,
        Err(_) => booking::walk_in(&asked.services, &asked.context, id, people).await,
    };
    match counted {
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

/// Adds a device and shows its code, this once: in the answer itself, since an address or a cookie would keep it.
async fn add_device(asked: Asked) -> Answer {
    let Some(role) = DeviceRole::from_name(asked.field("role")) else {
        return staff_refused(&asked, super::staff::NEW, DoorError::field("role", Fault::Required));
    };
    match door::add(&asked.services, &asked.context, asked.field("name"), role).await {
        Ok(device) => {
            let mut form = FormState::default();
            form.values.insert(DEVICE_CODE.to_owned(), device.code.expose_secret().to_owned());
            Answer::again_at(super::staff::NEW, form).status(StatusCode::OK)
        }
        Err(error) => staff_refused(&asked, super::staff::NEW, error),
    }
}

async fn revoke(asked: Asked) -> Answer {
    let Some(device) = asked.param::<DeviceId>("id") else { return Problem::NotFound.into() };
    match door::revoke(&asked.services, &asked.context, device).await {
        Ok(()) => Answer::to(format!("{}?done=revoked", super::staff::PATH)),
        Err(error) => staff_refused(&asked, super::staff::PATH, error),
    }
}

async fn resolve(asked: Asked) -> Answer {
    let Some(conflict) = asked.param::<ConflictId>("id") else { return Problem::NotFound.into() };
    let page = format!("{}/conflicts/{conflict}", super::staff::PATH);
    let people = match number(asked.field("people"), 0, 500) {
        Ok(people) => people,
        Err(fault) => return staff_refused(&asked, &page, DoorError::field("people", fault)),
    };
    // A form that does not say what its reader saw decides nothing.
    let seen = asked.field("seen").parse().unwrap_or(u32::MAX);
    match door::resolve(&asked.services, &asked.context, conflict, seen, people, asked.field("reason")).await {
        Ok(()) => Answer::to(format!("{}?done=resolved", super::staff::PATH)),
        Err(error) => staff_refused(&asked, &page, error),
    }
}

/// The form again with its faults; what somebody else has decided meanwhile is shown as it is now.
fn staff_refused(asked: &Asked, page: &str, error: DoorError) -> Answer {
    match error {
        DoorError::Fields(errors) => Answer::again_at(page, asked.typed(&[]).with_errors(errors)),
        DoorError::Denied(denied) => denied.into(),
        DoorError::StateHasChanged => {
            let form = FormState::default().with_notice(Tone::Warning, asked.t("gate-has-changed").to_string());
            Answer::again_at(page, form).status(StatusCode::CONFLICT)
        }
        other => Problem::from(other).into(),
    }
}
