//! What is done with schedules, and the file behind a mail's link.

use super::at;
use super::form::terms;
use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::i18n::grouped;
use crate::numbers::sheets;
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::ids::{ExportRunId, ExportScheduleId};
use services::exports::{self, Body, ExportError};
use services::numbers::{MOST, NumbersError};

const SEE: Access = Access::Capability(Capability::SeeNumbers);
/// Whoever makes a schedule could make one of bookings: the second factor is asked for before anything is typed.
const MAKE: Access = Access::Capability(Capability::ExportBookings);

/// This room's calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/numbers/schedules/new", MAKE, &create),
    Call::post("/staff/numbers/schedules/:id/edit", MAKE, &change),
    Call::post("/staff/numbers/schedules/:id/send", MAKE, &send),
    Call::post("/staff/numbers/schedules/:id/again", MAKE, &again),
    Call::post("/staff/numbers/schedules/:id/pause", SEE, &pause),
    Call::post("/staff/numbers/schedules/:id/resume", MAKE, &resume),
    Call::post("/staff/numbers/schedules/:id/end", SEE, &end),
    Call::post("/staff/numbers/files/:run/fetch", SEE, &fetch),
];

fn page(id: ExportScheduleId) -> String {
    format!("{}/{id}", at::ALL)
}

fn done(asked: &Asked, id: ExportScheduleId, result: Result<(), ExportError>, word: &str) -> Answer {
    match result {
        Ok(()) => Answer::to(format!("{}?done={word}", page(id))),
        Err(ExportError::Denied(denied)) => denied.into(),
        // The page says what it is now, and offers what still is possible.
        Err(ExportError::StateHasChanged | ExportError::Over) => Answer::again_at(
            page(id),
            FormState::default().with_notice(Tone::Warning, asked.t("staff-state-has-changed")),
        ),
        Err(error) => Problem::from(error).into(),
    }
}

async fn create(asked: Asked) -> Answer {
    let Ok(id) = asked.field("key").parse::<ExportScheduleId>() else { return Problem::Unusable.into() };
    let terms = match terms(&asked) {
        Ok(terms) => terms,
        Err(errors) => return Answer::again(asked.typed(&[]).with_errors(errors)),
    };
    match exports::add(&asked.services, &asked.context, id, &terms).await {
        Err(ExportError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        result => done(&asked, id, result, "made"),
    }
}

async fn change(asked: Asked) -> Answer {
    let Some(id) = asked.param::<ExportScheduleId>("id") else { return Problem::NotFound.into() };
    let terms = match terms(&asked) {
        Ok(terms) => terms,
        Err(errors) => return Answer::again(asked.typed(&[]).with_errors(errors)),
    };
    let version = asked.field("version").parse().unwrap_or_default();
    match exports::change(&asked.services, &asked.context, (id, version), &terms).await {
        Err(ExportError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        // What was typed stays, in a form of the version that is there now.
        Err(ExportError::StateHasChanged) => {
            Answer::again(asked.typed(&["version"]).with_notice(Tone::Warning, asked.t("staff-state-has-changed")))
        }
        result => done(&asked, id, result, "changed"),
    }
}

async fn send(asked: Asked) -> Answer {
    let key = asked.field("key").parse::<ExportRunId>();
    let (Some(id), Ok(key)) = (asked.param("id"), key) else { return Problem::NotFound.into() };
    done(&asked, id, exports::send_now(&asked.services, &asked.context, id, key).await, "sent")
}

async fn again(asked: Asked) -> Answer {
    let run = asked.field("run").parse::<ExportRunId>();
    let (Some(id), Ok(run)) = (asked.param("id"), run) else { return Problem::NotFound.into() };
    done(&asked, id, exports::send_again(&asked.services, &asked.context, id, run).await, "sent")
}

async fn pause(asked: Asked) -> Answer {
    let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
    done(&asked, id, exports::pause(&asked.services, &asked.context, id).await, "paused")
}

async fn resume(asked: Asked) -> Answer {
    let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
    done(&asked, id, exports::resume(&asked.services, &asked.context, id).await, "resumed")
}

async fn end(asked: Asked) -> Answer {
    let Some(id) = asked.param("id") else { return Problem::NotFound.into() };
    done(&asked, id, exports::end(&asked.services, &asked.context, id).await, "ended")
}

async fn fetch(asked: Asked) -> Answer {
    let Some(run) = asked.param::<ExportRunId>("run") else { return Problem::NotFound.into() };
    let here = format!("{}/{run}", at::FILES);
    match exports::fetch(&asked.services, &asked.context, run).await {
        Ok(fetched) => {
            let file = &fetched.file;
            match &fetched.body {
                Body::Numbers(numbers) => {
                    sheets::numbers(&asked.visit, file.subject, file.period, numbers, file.format).await
                }
                Body::Bookings(listed) => {
                    sheets::bookings(&asked.visit, file.subject, file.period, listed, file.format).await
                }
            }
        }
        // The page says that it is over.
        Err(ExportError::Over) => Answer::to(here),
        Err(ExportError::Denied(denied)) => denied.into(),
        Err(ExportError::Numbers(NumbersError::Denied(denied))) => denied.into(),
        Err(ExportError::Numbers(NumbersError::TooMany { found })) => {
            let args = [("found", grouped(found).into()), ("most", grouped(MOST).into())];
            let text = asked.t_args("numbers-bookings-too-many", &args).to_string();
            Answer::again_at(here, FormState::default().with_notice(Tone::Warning, text))
        }
        Err(error) => Problem::from(error).into(),
    }
}
