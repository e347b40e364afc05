//! The training: which date somebody comes to, and whether they were there.

use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors, Handle};
use super::round;
use crate::requests::{self, Kind as _, finished, locked, one, resolve, run};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::{Event, State};
use domain::ids::{AmbassadorId, TrainingId};
use serde_json::json;
use store::ambassadors::applications::Change;

/// A selected person comes to a training date, or to another one than they said before. Pressed twice it is said once.
///
/// # Errors
/// `NotFound` for a link that is none; `NoSuchTraining`; `Refused`; `StateHasChanged`.
pub async fn confirm(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    training: TrainingId,
) -> Result<(), AmbassadorError> {
    let id = resolve(services, context, handle).await?;
    let mut db = services.db.acquire().await?;
    let application = Ambassadors::load(services, &mut db, id, context.now).await?.ok_or(AmbassadorError::NotFound)?;
    let dates = round::trainings(&mut db, application.round).await?;
    drop(db);
    let chosen = dates.iter().map(|(date, _)| date).find(|date| date.id == training);
    if chosen.is_none_or(|date| date.starts_at <= context.now) {
        return Err(AmbassadorFault::NoSuchTraining.into());
    }
    let there = application.training.as_ref().is_some_and(|date| date.id == training);
    if application.state == State::Confirmed && there {
        return Ok(());
    }
    let change = Change { training: Some(training.0), ..Change::default() };
    one::<Ambassadors>(services, context, id, version, (Event::Accept, change), None).await
}

/// Staff write down whether somebody was at the training: at the date they said, or at the last one that has begun. A mark
/// that was wrong is put right until the certificate is issued.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `TrainingAhead` before the date has begun; `Refused`.
pub async fn attendance(
    services: &Services,
    context: &Context,
    id: AmbassadorId,
    version: i32,
    came: bool,
) -> Result<(), AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let mut tx = services.begin().await?;
            let application = locked::<Ambassadors>(&services, &context, &mut tx, id, None).await?;
            if application.state == if came { State::Trained } else { State::Absent } {
                return Ok(()); // pressed twice
            }
            if application.version != version {
                return Err(AmbassadorError::StateHasChanged);
            }
            let begun = round::begun(&mut tx, application.round, context.now).await?;
            let date = match &application.training {
                Some(said) => begun.iter().find(|date| date.id == said.id).ok_or(AmbassadorFault::TrainingAhead)?,
                None => begun.first().ok_or(AmbassadorFault::TrainingAhead)?,
            };
            let event = if came { Event::Attend } else { Event::Miss };
            let change = Change { training: Some(date.id.0), ..Change::default() };
            let detail = json!({ "training": date.id });
            requests::step(&services, &context, &mut tx, &application, event, change, detail).await?;
            finished(&services, tx).await
        }
    })
    .await
}
