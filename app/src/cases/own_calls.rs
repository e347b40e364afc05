//! What a family does with its case: answers what the house asked, takes it back.

use super::own_page;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::ids::CaseId;
use domain::spark::PublicState;
use domain::spark::application::Section;
use services::spark::cases::{self, CaseError, Reply};
use uuid::Uuid;

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/account/spark/:id/answer", Access::SignedIn, &answer).on("/account/spark/:id"),
    Call::post("/account/spark/:id/withdraw", Access::SignedIn, &withdraw),
];

/// The field in which a section is answered.
pub(super) fn reply_name(section: Section) -> String {
    cases::reply_field(section)
}

async fn answer(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let Ok(clarification) = asked.field("clarification").parse::<Uuid>() else { return Problem::NotFound.into() };
    // What was not sent was not asked; the service refuses what was not asked and is sent all the same.
    let texts = Section::ALL.into_iter().filter_map(|section| {
        let name = reply_name(section);
        asked.names().any(|sent| sent == name).then(|| (section, asked.field(&name).to_owned()))
    });
    let reply = Reply { case, clarification, texts: texts.collect() };
    let result = cases::supply(&asked.services, &asked.context, &reply).await;
    let page = own_page(case);
    match result {
        Ok(()) => Answer::to(format!("{page}?done=answered")),
        Err(error) => refused(&asked, &page, error),
    }
}

async fn withdraw(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let Some(seen) = PublicState::from_name(asked.field("seen")) else { return Problem::Unusable.into() };
    let result = cases::withdraw(&asked.services, &asked.context, case, seen).await;
    let page = own_page(case);
    match result {
        Ok(()) => Answer::to(format!("{page}?done=withdrawn")),
        Err(error) => refused(&asked, &page, error),
    }
}

/// The page again with everything typed, and why it was not taken; to a family nobody is named.
fn refused(asked: &Asked, page: &str, error: CaseError) -> Answer {
    let form = asked.typed(&[]);
    let key = match error {
        CaseError::Fields(errors) => return Answer::again_at(page, form.with_errors(errors)),
        CaseError::Denied(_) | CaseError::NotFound => return Problem::NotFound.into(),
        CaseError::Stale(_) => "cases-own-stale",
        CaseError::NotOpen => "cases-own-not-open",
        CaseError::Refused(_) | CaseError::Unmet(_) => "cases-own-call-us",
        CaseError::Busy => "cases-refused-busy",
        error => return Problem::from(error).into(),
    };
    Answer::again_at(page, form.with_notice(Tone::Warning, asked.t(key).to_string())).status(StatusCode::CONFLICT)
}
