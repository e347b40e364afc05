//! What people do: object to a notice; staff answer.

use super::{AT, form_address};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::spark::objection::Outcome;
use jiff::SignedDuration;
use services::spark::objections::{self, Decision, NewObjection, ObjectionError};
use uuid::Uuid;

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/spark/notices/:code/objection", Access::Public, &object),
    Call::post("/staff/objections/:id", Access::Capability(Capability::HandleObjections), &decide),
];

async fn object(asked: Asked) -> Answer {
    let Some(code) = asked.param::<String>("code") else { return Problem::NotFound.into() };
    let Ok(form) = asked.field("form").parse::<Uuid>() else { return Problem::Unusable.into() };
    let new = NewObjection {
        code: code.clone(),
        form,
        facts: asked.field("facts").to_owned(),
        name: asked.field("name").to_owned(),
        mail: asked.field("mail").to_owned(),
        locale: asked.locale(),
    };
    let page = form_address(&code);
    match objections::object(&asked.services, &asked.context, &asked.network, &new).await {
        Ok(receipt) => Answer::to(format!("{page}?receipt={receipt}")),
        Err(ObjectionError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(ObjectionError::SentBefore) => {
            let notice = asked.t("objection-sent-before");
            Answer::another_act(&asked, page, (&[], "form"), &notice)
        }
        // The page says that it is over; nothing that was typed can be taken any more.
        Err(ObjectionError::Over { .. }) => Answer::to(page),
        Err(ObjectionError::Limited { retry_after }) => {
            let minutes = retry_after.div_ceil(60);
            let text = asked.t_args("objection-limited", &[("minutes", minutes.into())]);
            let form = asked.typed(&[]).with_notice(Tone::Warning, text.to_string());
            Answer::again(form).retry_after(SignedDuration::from_secs(i64::from(retry_after)))
        }
        Err(error) => Problem::from(error).into(),
    }
}

async fn decide(asked: Asked) -> Answer {
    let Some(id) = asked.param::<Uuid>("id") else { return Problem::NotFound.into() };
    let Some(outcome) = Outcome::from_name(asked.field("outcome")) else {
        let errors = vec![FieldError::new("outcome", Fault::Required)];
        return Answer::again(asked.typed(&[]).with_errors(errors));
    };
    let decision = Decision { id, outcome, answer: asked.field("answer").to_owned() };
    let key = match objections::decide(&asked.services, &asked.context, &decision).await {
        Ok(()) => return Answer::to(format!("{AT}/{id}?done=answered")),
        Err(ObjectionError::Fields(errors)) => return Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(ObjectionError::Denied(denied)) => return denied.into(),
        Err(ObjectionError::AnsweredBefore) => "objection-answered-before",
        Err(ObjectionError::HadAPart) => "objection-had-a-part",
        Err(ObjectionError::InAppeal) => "objection-in-appeal",
        Err(ObjectionError::Case(_)) => "objection-not-recalled",
        Err(ObjectionError::Busy) => "cases-refused-busy",
        Err(error) => return Problem::from(error).into(),
    };
    let form = asked.typed(&[]).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again(form).status(StatusCode::CONFLICT)
}
