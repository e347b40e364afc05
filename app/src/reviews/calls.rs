//! What a reviewer does: saves what was typed, and gives it.

use super::AT;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::ids::CaseId;
use domain::typed::Typed;
use services::spark::review::{ReviewError, save, submit};

/// This room's calls.
pub const CALLS: &[Call] = &[Call::post("/staff/reviews/:id", Access::Capability(Capability::ReviewCases), &judge)];

/// The page says itself at which version it is.
const OURS: &[&str] = &["version", "do"];

async fn judge(asked: Asked) -> Answer {
    let Some(case) = asked.param::<CaseId>("id") else { return Problem::NotFound.into() };
    let Ok(version) = asked.field("version").parse::<i32>() else { return Problem::Unusable.into() };
    let fields = asked.pairs.iter().filter(|(name, _)| name.starts_with("mark-") || name.starts_with("comment-"));
    let typed = Typed(fields.cloned().collect());
    let (services, context) = (&asked.services, &asked.context);
    let result = match asked.field("do") {
        "save" => save(services, context, case, (version, &typed)).await.map(drop),
        _ => submit(services, context, case, (version, &typed)).await,
    };
    match result {
        Ok(()) => Answer::to(AT),
        Err(error) => refused(&asked, case, error),
    }
}

fn refused(asked: &Asked, case: CaseId, error: ReviewError) -> Answer {
    let form = asked.typed(OURS);
    match error {
        ReviewError::Denied(denied) => denied.into(),
        ReviewError::Fields(errors) => Answer::again(form.with_errors(errors)),
        ReviewError::Stale => {
            let text = asked.t("review-stale").to_string();
            Answer::again(form.with_notice(Tone::Warning, text)).status(StatusCode::CONFLICT)
        }
        // The page says what there is to say.
        ReviewError::Given | ReviewError::ConsentWithdrawn(_) => Answer::to(format!("{AT}/{case}")),
        error => Problem::from(error).into(),
    }
}
