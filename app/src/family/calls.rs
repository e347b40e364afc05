//! What a family does: comes in, says that it read a notice, what it agrees to, and where the child is reached.

use super::{at, hidden, paper};
use crate::account::wait_text;
use crate::calls::{Answer, Asked, Call};
use crate::custody::proof::calls::file;
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::{Capability, Denied};
use domain::family::Consent;
use domain::field::{Fault, Faults};
use domain::ids::{FamilyId, FamilyNoticeId, UnitId};
use jiff::SignedDuration;
use services::family::{self, FamilyError};
use services::limits::Network;
use uuid::Uuid;

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post(at::JOIN, Access::Capability(Capability::JoinFamily), &join).keeping(&["number", "phone"]),
    Call::get("/account/units/:id/certificate.pdf", Access::SignedIn, &certificate),
    Call::get("/account/units/:id/passport.json", Access::SignedIn, &passport),
    Call::get("/account/units/:id/passport.pdf", Access::SignedIn, &passport_paper),
    Call::post(at::VERIFY, Access::Public, &verify),
    Call::post("/account/units/notices/:id/read", Access::SignedIn, &read).on(at::NOTICES),
    Call::post("/account/units/people/consent", Access::SignedIn, &consent).on(at::PEOPLE),
    Call::post("/account/units/people/child", Access::SignedIn, &child).on(at::PEOPLE),
];

/// Whatever does not fit, the answer is one.
async fn join(asked: Asked) -> Answer {
    let network = Network::of(asked.address.0);
    let typed = (asked.field("number"), asked.field("phone"));
    match family::join(&asked.services, &asked.context, &network, typed).await {
        Ok(_) => Answer::to(format!("{}?done=joined", at::UNITS)),
        Err(FamilyError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(FamilyError::NoInvitation) => {
            let text = asked.t("family-join-none").to_string();
            Answer::again(asked.typed(&[]).with_notice(Tone::Warning, text))
        }
        Err(FamilyError::Denied(denied @ (Denied::SignInNeeded | Denied::StepUpNeeded))) => denied.into(),
        Err(FamilyError::Limited(limited)) => too_often(&asked, at::JOIN, limited.retry_after),
        Err(error) => hidden(error).into(),
    }
}

/// The form again, with all that was typed and how long to wait.
fn too_often(asked: &Asked, page: &str, wait: SignedDuration) -> Answer {
    let form = asked.typed(&[]).with_notice(Tone::Warning, wait_text(asked, wait).to_string());
    Answer::again_at(page, form).retry_after(wait)
}

async fn read(asked: Asked) -> Answer {
    let Some(notice) = asked.param::<FamilyNoticeId>("id") else { return Problem::NotFound.into() };
    match family::acknowledge(&asked.services, &asked.context, notice).await {
        Ok(()) => Answer::to(format!("{}?done=read", at::NOTICES)),
        Err(error) => hidden(error).into(),
    }
}

async fn consent(asked: Asked) -> Answer {
    let Ok(of) = asked.field("family").parse::<FamilyId>() else { return Problem::NotFound.into() };
    let Some(purpose) = Consent::from_name(asked.field("purpose")) else { return Problem::NotFound.into() };
    let given = asked.field("given") == "yes";
    match family::consent(&asked.services, &asked.context, of, (purpose, given)).await {
        Ok(()) => Answer::to(format!("{}?done=said", at::PEOPLE)),
        Err(error) => hidden(error).into(),
    }
}

async fn child(asked: Asked) -> Answer {
    let Ok(of) = asked.field("family").parse::<FamilyId>() else { return Problem::NotFound.into() };
    let Ok(child) = asked.field("child").parse::<Uuid>() else { return Problem::NotFound.into() };
    match family::set_child_phone(&asked.services, &asked.context, (of, child), asked.field("phone")).await {
        Ok(()) => Answer::to(format!("{}?done=phone", at::PEOPLE)),
        Err(FamilyError::Fields(errors)) => Answer::again_at(at::PEOPLE, asked.typed(&[]).with_errors(errors)),
        Err(FamilyError::Over) => {
            let form = asked.typed(&[]).with_notice(Tone::Warning, asked.t("family-child-over").to_string());
            Answer::again_at(at::PEOPLE, form).status(StatusCode::CONFLICT)
        }
        Err(FamilyError::Limited(limited)) => too_often(&asked, at::PEOPLE, limited.retry_after),
        Err(error) => hidden(error).into(),
    }
}

async fn certificate(asked: Asked) -> Answer {
    let Some(unit) = asked.param::<UnitId>("id") else { return Problem::NotFound.into() };
    match family::certificate(&asked.services, &asked.context, unit).await {
        Ok((name, bytes)) => Answer::file("application/pdf", Some(name), bytes),
        Err(error) => hidden(error).into(),
    }
}

async fn passport(asked: Asked) -> Answer {
    let Some(unit) = asked.param::<UnitId>("id") else { return Problem::NotFound.into() };
    match family::passport(&asked.services, &asked.context, unit).await {
        Ok(reading) => file(&reading.passport),
        Err(error) => hidden(error).into(),
    }
}

/// The same on paper: what is read, and that it was noted, is one.
async fn passport_paper(asked: Asked) -> Answer {
    let Some(unit) = asked.param::<UnitId>("id") else { return Problem::NotFound.into() };
    match family::passport_to_draw(&asked.services, &asked.context, unit).await {
        Ok(reading) => paper(&asked, &reading).await,
        Err(error) => hidden(error).into(),
    }
}

/// The address of what number and code say: neither names anybody.
async fn verify(asked: Asked) -> Answer {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).take(40).collect::<String>();
    let (number, code) = (plain(asked.field("number")), plain(asked.field("code")));
    let mut faults = Faults::default();
    for (name, text) in [("number", &number), ("code", &code)] {
        if text.is_empty() {
            faults.add(name, Fault::Required);
        }
    }
    if !faults.is_empty() {
        return Answer::again_at(at::VERIFY, asked.typed(&[]).with_errors(faults.into_errors()));
    }
    Answer::to(format!("{}/{number}/{code}", at::VERIFY))
}
