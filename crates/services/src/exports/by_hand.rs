//! What staff send by hand: the files of a schedule now, and once more the mail that did not reach somebody.

use super::office::locked;
use super::run::{Sending, rests, send};
use super::{ExportError, note, what_of, what_of_run};
use crate::db::Tx;
use crate::messages::queue_exports;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AccountId, ExportRunId, ExportScheduleId};
use serde_json::json;
use store::exports::{self as sql, ScheduleRow};

/// A schedule in hand, under its lock: the caller could have its files, and somebody vouches for it. Where nobody may any more
/// it rests from now on, as at its time.
async fn in_hand(
    services: &Services,
    context: &Context,
    id: ExportScheduleId,
) -> Result<(Tx, ScheduleRow), ExportError> {
    context.require(Capability::SeeNumbers)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, id).await?;
    context.require(what_of(&row)?.capability())?;
    if rests(&mut tx, context, &row).await? {
        tx.commit().await?;
        return Err(ExportError::StateHasChanged);
    }
    Ok((tx, row))
}

/// Sends it now, beside its times, of the days that are the last whole ones today. `run` is the form's own: two presses send
/// once.
///
/// # Errors
/// `Denied` (also when the second factor is stale), `NotFound`, `StateHasChanged` once it has ended, or when it rests.
pub async fn send_now(
    services: &Services,
    context: &Context,
    id: ExportScheduleId,
    run: ExportRunId,
) -> Result<(), ExportError> {
    let (mut tx, row) = in_hand(services, context, id).await?;
    send(&mut tx, context, &row, Sending { id: run, due_at: context.now, by_hand: true }).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(())
}

/// Sends the mail of a sending once more to those whom it did not reach. Pressed twice it is sent once.
///
/// # Errors
/// As [`send_now`]; `NotFound` also for a sending of another schedule, `Over` when its link is too old.
pub async fn send_again(
    services: &Services,
    context: &Context,
    id: ExportScheduleId,
    run: ExportRunId,
) -> Result<(), ExportError> {
    let (mut tx, _) = in_hand(services, context, id).await?;
    let sending = sql::run(&mut *tx, run.0).await?.filter(|sending| sending.schedule_id == id.0);
    let sending = sending.ok_or(ExportError::NotFound)?;
    // The schedule may be of something else by now.
    context.require(what_of_run(&sending).ok_or(ExportError::Unreadable)?.capability())?;
    if context.now >= sending.open_until.to_jiff() {
        return Err(ExportError::Over);
    }
    let missed: Vec<AccountId> = sql::wait_again(&mut *tx, run.0).await?.into_iter().map(AccountId).collect();
    if !missed.is_empty() {
        queue_exports(&mut tx, context.now, run, &missed).await?;
        note(&mut tx, context, "export.sent_again", id.0, json!({ "run": run, "recipients": missed })).await?;
    }
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(())
}
