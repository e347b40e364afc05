//! What a family does after a decision: signs the agreement, fetches a copy of it, appeals; and the copy for staff.

use super::{agreement, appeal};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use crate::unsent;
use axum::http::StatusCode;
use domain::account::{Capability, Denied};
use domain::ids::CaseId;
use services::spark::cases::{self, CaseError, Letter, Signature};

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/account/spark/:id/agreement", Access::Capability(Capability::SignAgreement), &sign)
        .keeping(&["name", "assent"]),
    Call::get("/account/spark/:id/agreement/copy.pdf", Access::SignedIn, &copy),
    Call::get("/staff/cases/:id/agreement.pdf", Access::Capability(Capability::SeeCases), &copy),
    Call::post("/account/spark/:id/appeal", Access::SignedIn, &appeal_step).keeping(unsent::EVERYTHING),
];

async fn sign(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let signature = Signature {
        case,
        hash: asked.field("hash").to_owned(),
        name: asked.field("name").to_owned(),
        agrees: asked.ticked("agrees"),
        assent: asked.field("assent").to_owned(),
        assents: asked.ticked("assents"),
    };
    let page = agreement::address(case);
    let key = match cases::sign(&asked.services, &asked.context, &signature).await {
        Ok(()) => return Answer::to(format!("{page}?done=signed")),
        Err(CaseError::Fields(errors)) => return Answer::again(asked.typed(&["hash"]).with_errors(errors)),
        Err(CaseError::Denied(Denied::StepUpNeeded)) => return Denied::StepUpNeeded.into(),
        Err(CaseError::Denied(_) | CaseError::NotFound) => return Problem::NotFound.into(),
        Err(CaseError::Stale(_)) => "decided-sign-stale",
        Err(CaseError::NotAssigned) => "decided-sign-other",
        Err(CaseError::NotOpen | CaseError::Refused(_) | CaseError::Unmet(_)) => "decided-sign-not-open",
        Err(CaseError::Busy) => "cases-refused-busy",
        Err(error) => return Problem::from(error).into(),
    };
    let form = asked.typed(&["hash"]).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again(form).status(StatusCode::CONFLICT)
}

async fn copy(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let locale = asked.locale();
    let words = move |signed: &cases::Signed| agreement::sheet(locale, signed);
    match cases::signed_copy(&asked.services, &asked.context, case, words).await {
        Ok((name, bytes)) => Answer::file("application/pdf", Some(name), bytes),
        Err(CaseError::Denied(denied)) => denied.into(),
        Err(error) => Problem::from(error).into(),
    }
}

/// The form, what was written once more, and the press that sends it.
async fn appeal_step(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let letter = Letter { reasons: asked.field("reasons").to_owned(), wish: asked.field("wish").to_owned() };
    // The version the form was made of: the appeal is against what was decided then.
    let seen = (case, asked.field("version").parse().unwrap_or_default());
    let page = appeal::address(case);
    let mut forgotten = vec!["step"];
    let key = match asked.field("step") {
        "back" => return Answer::again(asked.typed(&["step"])).status(StatusCode::OK),
        "send" => match cases::appeal(&asked.services, &asked.context, seen, &letter).await {
            Ok(()) => return Answer::to(format!("{page}?done=appealed")),
            Err(CaseError::Fields(errors)) => return Answer::again(asked.typed(&["step"]).with_errors(errors)),
            Err(CaseError::Denied(_) | CaseError::NotFound) => return Problem::NotFound.into(),
            // The page shows what is decided now, and its form is made of that.
            Err(CaseError::Stale(_)) => {
                forgotten.push("version");
                "cases-own-stale"
            }
            // The page says why.
            Err(CaseError::Unmet(_) | CaseError::Refused(_)) => "decided-appeal-not-open",
            Err(CaseError::LiveCase) => "decided-appeal-live",
            Err(CaseError::Busy) => "cases-refused-busy",
            Err(error) => return Problem::from(error).into(),
        },
        _ => {
            return match letter.check() {
                Ok(()) => Answer::again(asked.typed(&[])).status(StatusCode::OK),
                Err(CaseError::Fields(errors)) => Answer::again(asked.typed(&["step"]).with_errors(errors)),
                Err(error) => Problem::from(error).into(),
            };
        }
    };
    let form = asked.typed(&forgotten).with_notice(Tone::Warning, asked.t(key).to_string());
    Answer::again(form).status(StatusCode::CONFLICT)
}

#[cfg(test)]
mod tests {
    use super::super::own_page;
    use super::*;

    #[test]
    fn every_form_stands_on_the_familys_own_page() {
        let id = CaseId(uuid::Uuid::nil());
        for page in [agreement::address(id), appeal::address(id)] {
            assert!(page.starts_with(&own_page(id)), "{page}");
            assert!(crate::routes::is_open(&page), "{page}");
        }
    }
}
