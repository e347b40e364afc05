//! How many numbers somebody asks for, and how many of them are there: beyond what a day's work needs one is slowed, and an alert
//! stands in the trail.

use crate::audit::{self, Entry};
use crate::custody::desk::DeskError;
use crate::limits::{self, Limit, LimitError};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use serde_json::json;

/// Counts numbers that whoever acts asks for. Beyond what a day's work needs they are refused, good ones too, and an alert
/// stands in the trail once for each window.
///
/// # Errors
/// `Limited`; `Denied` for who is nobody; `Database`.
pub async fn looked_up(services: &Services, context: &Context, times: u32) -> Result<(), DeskError> {
    let subject = subject(context)?;
    let missed = limits::has_room(services, &limits::UNIT_MISSED, &subject).await;
    alarmed(services, context, &limits::UNIT_MISSED, missed).await?;
    let counted = limits::hit_times(services, &limits::UNIT_LOOKED_UP, &subject, times.max(1)).await;
    alarmed(services, context, &limits::UNIT_LOOKED_UP, counted.map(drop)).await
}

/// Counts numbers of which there was no unit.
///
/// # Errors
/// As [`looked_up`].
pub async fn missed(services: &Services, context: &Context, times: u32) -> Result<(), DeskError> {
    let subject = subject(context)?;
    let counted = limits::hit_times(services, &limits::UNIT_MISSED, &subject, times.max(1)).await;
    alarmed(services, context, &limits::UNIT_MISSED, counted.map(drop)).await
}

/// Whether a machine may go on telling of units: not once it told of too many that are not there.
///
/// # Errors
/// `Limited`; `Denied` for who is nobody; `Database`.
pub(crate) async fn may_tell(services: &Services, context: &Context) -> Result<(), DeskError> {
    let room = limits::has_room(services, &limits::UNIT_TOLD_OF_NOTHING, &subject(context)?).await;
    alarmed(services, context, &limits::UNIT_TOLD_OF_NOTHING, room).await
}

/// Counts units that a machine told of and that are not there. What it told is kept by its own room all the same; an alert stands in
/// the trail where there were too many.
///
/// # Errors
/// `Denied` for who is nobody; `Database`.
pub(crate) async fn told_of_nothing(services: &Services, context: &Context, times: u32) -> Result<(), DeskError> {
    if times == 0 {
        return Ok(());
    }
    let limit = &limits::UNIT_TOLD_OF_NOTHING;
    let counted = limits::hit_times(services, limit, &subject(context)?, times).await;
    match alarmed(services, context, limit, counted.map(drop)).await {
        Err(DeskError::Limited { .. }) => Ok(()),
        other => other,
    }
}

/// Whose bucket it is.
fn subject(context: &Context) -> Result<String, Denied> {
    match &context.actor {
        Actor::Staff { account, .. } => Ok(account.to_string()),
        Actor::Client { client, .. } => Ok(client.to_string()),
        _ => Err(Denied::NotAllowed),
    }
}

async fn alarmed(
    services: &Services,
    context: &Context,
    limit: &Limit,
    counted: Result<(), LimitError>,
) -> Result<(), DeskError> {
    let Err(LimitError::Limited(limited)) = counted else { return counted.map_err(DeskError::from) };
    // Once for each window: an alert for each of ten thousand tries would hide the others.
    if limits::first_alarm(services, &subject(context)?).await? {
        metrics::counter!("custody_lookups_alarmed").increment(1);
        let detail = json!({ "alert": "enumeration", "limit": limit.name });
        let subject_kind = if matches!(context.actor, Actor::Client { .. }) { "api_client" } else { "account" };
        let subject = match &context.actor {
            Actor::Client { client, .. } => Some(client.0),
            actor => actor.account().map(|account| account.0),
        };
        let mut tx = services.begin().await?;
        audit::record(
            &mut tx,
            context,
            &[Entry { action: "custody.looked_up_too_often", subject_kind, subject, detail }],
        )
        .await?;
        tx.commit().await?;
    }
    Err(DeskError::Limited { retry_after: limited.retry_seconds() })
}
