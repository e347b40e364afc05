//! What whoever watches over conflicts does: keeps a profile, declares a conflict.

use super::at;
use super::read::{TIES, specialities, ties};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::booking::Reference;
use domain::document::DocumentKind;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::AccountId;
use domain::spark::review::absence::Absence;
use domain::time::local_day;
use domain::typed::Typed;
use services::spark::cases::named;
use services::spark::review::{Kept, Profile, ReviewError, declare, keep_person};

const OVERSEE: Access = Access::Capability(Capability::OverseeCases);

/// This room's calls.
pub const CALLS: &[Call] =
    &[Call::post(at::PROFILE, OVERSEE, &keep), Call::post(at::CONFLICT, OVERSEE, &declare_conflict)];

/// The page says itself at which version it is.
const OURS: &[&str] = &["version", "absence_version"];

async fn keep(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("account") else { return Problem::NotFound.into() };
    let version = |name: &str| asked.field(name).parse::<i32>();
    let (Ok(version), Ok(absence_version)) = (version("version"), version("absence_version")) else {
        return Problem::Unusable.into();
    };
    let typed = Typed::kept(&TIES, asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let kind = DocumentKind::from_name(asked.field("person_kind")).unwrap_or(DocumentKind::Resident);
    let mut faults = Faults::default();
    let known = faults.take("specialities", specialities(asked.fields("specialities")));
    let mut errors = faults.into_errors();
    let absence = Absence::read(asked.field("away_from"), asked.field("away_until"));
    let absence = absence.map_err(|found| errors.extend(found)).ok();
    let ties = ties(&typed, kind, local_day(asked.context.now)).map_err(|found| errors.extend(found)).ok();
    let (Some(specialities), Some(absence), Some(ties)) = (known, absence, ties) else {
        return Answer::again(asked.typed(OURS).with_errors(errors));
    };
    let profile = Profile { account, specialities, away: asked.ticked("away"), version };
    let kept = Kept { profile, hospital: asked.field("hospital"), ties: ties.as_ref(), absence, absence_version };
    match keep_person(&asked.services, &asked.context, &kept).await {
        Ok(()) => Answer::to(format!("{}?done=kept", at::PROFILES)),
        Err(ReviewError::Fields(errors)) => Answer::again(asked.typed(OURS).with_errors(errors)),
        Err(ReviewError::Stale) => {
            let text = asked.t("profiles-stale").to_string();
            Answer::again(asked.typed(OURS).with_notice(Tone::Warning, text)).status(StatusCode::CONFLICT)
        }
        Err(error) => refused(error),
    }
}

async fn declare_conflict(asked: Asked) -> Answer {
    let Some(account) = asked.param::<AccountId>("account") else { return Problem::NotFound.into() };
    let again =
        |field: &str, fault: Fault| Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new(field, fault)]));
    let reference = match Reference::parse(asked.field("reference")) {
        Ok(reference) => reference,
        Err(fault) => return again("reference", fault),
    };
    let case = match named(&asked.services, &asked.context, &reference).await {
        Ok(Some(case)) => case,
        Ok(None) => {
            let errors = vec![FieldError::new("reference", Fault::ReferenceShape)];
            let text = asked.t("profiles-conflict-unknown").to_string();
            return Answer::again(asked.typed(&[]).with_errors(errors).with_notice(Tone::Warning, text));
        }
        Err(error) => return refused(ReviewError::from(error)),
    };
    match declare(&asked.services, &asked.context, case.id, account, asked.field("reason")).await {
        Ok(()) => Answer::to(format!("{}?done=declared", at::PROFILES)),
        Err(ReviewError::Fields(errors)) => Answer::again(asked.typed(&[]).with_errors(errors)),
        Err(error) => refused(error),
    }
}

fn refused(error: ReviewError) -> Answer {
    match error {
        ReviewError::Denied(denied) => denied.into(),
        error => Problem::from(error).into(),
    }
}
