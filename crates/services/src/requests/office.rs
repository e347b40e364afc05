//! The house's side of any request: looking at one, asking, refusing, seeing a contact in full.

use super::{Kind, RequestError, RequestId, Template, View, one, sealed, words};
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::requests::{Machine, Step};
use domain::typed;
use serde_json::json;
use store::messages::MessageRow;
use store::requests::rows::Words;

/// One request, particulars masked when printed.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn request<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
) -> Result<View<I::Kind>, RequestError<I::Kind>> {
    context.require(I::Kind::HANDLE)?;
    let mut db = services.db.acquire().await?;
    I::Kind::load(services, &mut db, id, context.now).await?.ok_or(RequestError::NotFound)
}

/// The messages about a request, in order.
///
/// # Errors
/// `Denied`.
pub async fn messages<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
) -> Result<Vec<MessageRow>, RequestError<I::Kind>> {
    context.require(I::Kind::HANDLE)?;
    let mut db = services.db.acquire().await?;
    let subjects = I::Kind::subjects(&mut db, id).await?;
    Ok(store::messages::about(&mut *db, &subjects).await?)
}

/// Asks whoever asked for something.
///
/// # Errors
/// `Denied`, `Fields`, `Refused`, `StateHasChanged`.
pub async fn ask<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
    version: i32,
    text: &str,
) -> Result<(), RequestError<I::Kind>> {
    let text = words("question", text)?;
    let question_sealed = Some(sealed::<I::Kind>(services, "question_sealed", id, &text));
    let said = Words { question_sealed, ..Words::default() };
    told(services, context, id, version, Step::Ask, said).await
}

/// Refuses a request, with a reason whoever asked reads. What was kept for it is free at once.
///
/// # Errors
/// As [`ask`].
pub async fn refuse<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
    version: i32,
    reason: &str,
) -> Result<(), RequestError<I::Kind>> {
    let reason = words("reason", reason)?;
    let reason_sealed = Some(sealed::<I::Kind>(services, "reason_sealed", id, &reason));
    let said = Words { reason_sealed, ..Words::default() };
    told(services, context, id, version, Step::Refuse, said).await
}

async fn told<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
    version: i32,
    step: Step,
    said: Words,
) -> Result<(), RequestError<I::Kind>> {
    context.require(I::Kind::HANDLE)?;
    let event = <I::Kind as Kind>::State::event(step);
    let (change, template) = (said.into(), <I::Kind as Kind>::Template::of_step(step));
    one::<I::Kind>(services, context, id, Some(version), (event, change), template).await
}

/// A request whose contact may be shown in full, for staff with a reason; who looked and why stands in the trail.
///
/// # Errors
/// `Denied` (also when the second factor is stale); `Fields` without a reason.
pub async fn reveal<I: RequestId>(
    services: &Services,
    context: &Context,
    id: I,
    reason: &str,
) -> Result<View<I::Kind>, RequestError<I::Kind>> {
    context.require(I::Kind::REVEAL)?;
    let reason = typed::line(reason, 200).map_err(|fault| RequestError::field("reveal_reason", fault))?;
    let mut tx = services.begin().await?;
    let request = I::Kind::load(services, &mut tx, id, context.now).await?.ok_or(RequestError::NotFound)?;
    let entry = Entry {
        action: I::Kind::REVEALED,
        subject_kind: I::Kind::TABLE,
        subject: Some(id.into()),
        detail: json!({ "reason": reason }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(request)
}
