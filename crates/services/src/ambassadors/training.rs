//! The training: which date somebody comes to, and whether they were there.

use super::dates::{self, TrainingDate};
use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors, Handle};
use crate::messages::AmbassadorTemplate;
use crate::requests::{self, Notice, finished, locked, resolve, run, tell};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::{Event, State};
use domain::booking::plan_reminders;
use domain::ids::{AmbassadorId, TrainingId};
use serde_json::json;
use store::ambassadors::applications::Change;
use store::ambassadors::trainings;

/// A selected person comes to a training date, or to another one than they said before: decided under the round's lock.
/// They are reminded of it. Pressed twice it is said once.
///
/// # Errors
/// `NotFound` for a link that is none; `NoSuchTraining`, `TrainingFull`; `Refused`; `StateHasChanged`.
pub async fn confirm(
    services: &Services,
    context: &Context,
    handle: &Handle,
    version: Option<i32>,
    training: TrainingId,
) -> Result<(), AmbassadorError> {
    let id = resolve(services, context, handle).await?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { chosen(&services, &context, id, version, training).await }
    })
    .await
}

async fn chosen(
    services: &Services,
    context: &Context,
    id: AmbassadorId,
    version: Option<i32>,
    training: TrainingId,
) -> Result<(), AmbassadorError> {
    let mut tx = services.begin().await?;
    let application = locked::<Ambassadors>(services, context, &mut tx, id, None).await?;
    let there = application.training.as_ref().is_some_and(|date| date.id == training);
    if application.state == State::Confirmed && there {
        return Ok(()); // pressed twice: the first press did it
    }
    if version.is_some_and(|version| version != application.version) {
        return Err(AmbassadorError::StateHasChanged);
    }
    let row = trainings::of_locked_round(&mut tx, training.0, application.round.0).await?;
    let date = row.map(|row| TrainingDate::of(row, context.now)).filter(|date| date.training.starts_at > context.now);
    let date = date.ok_or(AmbassadorFault::NoSuchTraining)?;
    if !date.has_room() {
        return Err(AmbassadorFault::TrainingFull.into());
    }
    let change = Change { training: Some(training.0), ..Change::default() };
    let detail = json!({ "training": training });
    requests::step(services, context, &mut tx, &application, Event::Accept, change, detail).await?;
    let planned = plan_reminders(context.now, date.training.starts_at);
    let reminders = planned.into_iter().filter_map(|(reminder, at)| {
        Some(Notice::now(id, AmbassadorTemplate::of_reminder(reminder)?).about(training).at(at))
    });
    tell::<Ambassadors>(&mut tx, context.now, &reminders.collect::<Vec<_>>()).await?;
    finished(services, tx).await
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
            let begun = dates::begun(&mut tx, application.round, context.now).await?;
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
