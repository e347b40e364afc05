//! What people do about alarms: acknowledge one, make a channel quiet by the word of two, rehearse.

use super::watch::state_of;
use super::{TelemetryError, ladder, rules_in};
use crate::audit::{self, Entry};
use crate::context::new_uuid;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, AlarmId, MuteId};
use domain::telemetry::{AlarmEvent, AlarmState, Severity};
use domain::typed;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::telemetry::alarms::{self as sql, NewAlarm, Step};
use store::telemetry::{channels, mutes};
use uuid::Uuid;

/// The shortest and the longest mute, in minutes.
pub const MUTE_MINUTES: (u32, u32) = (5, 240);
/// The most characters of a reason.
pub const REASON: u32 = 300;
/// The fewest.
const SHORTEST: u32 = 4;
/// The rule that a drill is written down under.
const DRILL: &str = "drill";

fn handles(context: &Context) -> Result<AccountId, TelemetryError> {
    context.require(Capability::HandleAlarms)?;
    Ok(context.actor.account().ok_or(Denied::SignInNeeded)?)
}

async fn note(
    db: &mut PgConnection,
    context: &Context,
    (action, subject_kind): (&'static str, &'static str),
    subject: Uuid,
    detail: Value,
) -> sqlx::Result<()> {
    audit::record(db, context, &[Entry { action, subject_kind, subject: Some(subject), detail }]).await
}

/// Whoever does it has seen an alarm and looks after it: nobody else is told. The same twice is one.
///
/// # Errors
/// `Denied`, `NotFound`; `Changed` where it is over or was never loud; `Busy`, `Database`.
pub async fn acknowledge(services: &Services, context: &Context, id: AlarmId) -> Result<(), TelemetryError> {
    let by = handles(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let alarm = sql::lock(&mut *tx, id.0).await?.ok_or(TelemetryError::NotFound)?;
        let from = state_of(&alarm)?;
        if from == AlarmState::Acknowledged {
            return Ok(());
        }
        let to = from.next(AlarmEvent::Acknowledge).ok_or(TelemetryError::Changed)?;
        let step = Step {
            alarm: id.0,
            seq: alarm.seq + 1,
            event: AlarmEvent::Acknowledge.name(),
            from: from.name(),
            to: to.name(),
            by: Some(by.0),
            value: None,
        };
        sql::happened(&mut *tx, &[step], context.now).await?;
        sql::go(&mut *tx, &[step], context.now).await?;
        let detail = json!({ "channel": alarm.code, "rule": alarm.rule, "drill": alarm.drill });
        note(&mut tx, &context, ("telemetry.alarm_acknowledged", "telemetry_alarm"), id.0, detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Asks for a channel to be quiet; it is once another confirms it. Answers the mute.
///
/// # Errors
/// `Denied`; `NotFound` for no channel in use; `Fields` (`reason`, `minutes`); `Already` where it has one; `Busy`, `Database`.
pub async fn ask_mute(
    services: &Services,
    context: &Context,
    channel: i32,
    (reason, minutes): (&str, &str),
) -> Result<MuteId, TelemetryError> {
    let by = handles(context)?;
    let mut faults = Vec::new();
    let words = typed::words(reason, REASON).and_then(|text| {
        let long = text.chars().filter(|c| !c.is_whitespace()).count() >= SHORTEST as usize;
        if long { Ok(text) } else { Err(Fault::TooShort { min: SHORTEST }) }
    });
    let reason = words.map_err(|fault| faults.push(FieldError::new("reason", fault))).ok();
    let (min, max) = MUTE_MINUTES;
    let minutes = minutes.trim().parse::<u32>().ok().filter(|minutes| (min..=max).contains(minutes));
    let minutes = minutes.and_then(|minutes| i16::try_from(minutes).ok());
    if minutes.is_none() {
        faults.push(FieldError::new("minutes", Fault::OutOfRange { min, max }));
    }
    let (Some(reason), Some(minutes)) = (reason, minutes) else { return Err(TelemetryError::Fields(faults)) };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let known = channels::list(&mut *tx).await?;
        let code = known.iter().find(|row| row.id == channel).map(|row| row.code.clone());
        let code = code.ok_or(TelemetryError::NotFound)?;
        let id = new_uuid(context.now);
        mutes::ask(&mut *tx, (id, channel), (&reason, minutes), by.0, context.now).await?;
        let detail = json!({ "channel": code, "minutes": minutes });
        note(&mut tx, &context, ("telemetry.mute_asked", "telemetry_mute"), id, detail).await?;
        tx.commit().await?;
        Ok(MuteId(id))
    })
    .await
}

/// The second person confirms a mute: the channel is quiet from now on, for as long as was asked.
///
/// # Errors
/// `Denied`, `NotFound`; `SamePerson` for whoever asked; `Changed` where it is confirmed; `Busy`, `Database`.
pub async fn confirm_mute(services: &Services, context: &Context, id: MuteId) -> Result<(), TelemetryError> {
    let by = handles(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let mute = mutes::lock(&mut *tx, id.0).await?.ok_or(TelemetryError::NotFound)?;
        if mute.confirmed_by == Some(by.0) {
            return Ok(());
        }
        if mute.confirmed_by.is_some() {
            return Err(TelemetryError::Changed);
        }
        if mute.asked_by == by.0 {
            return Err(TelemetryError::SamePerson);
        }
        mutes::confirm(&mut *tx, id.0, by.0, context.now).await?;
        let detail = json!({ "channel": mute.code, "minutes": mute.minutes, "asked_by": mute.asked_by });
        note(&mut tx, &context, ("telemetry.mute_confirmed", "telemetry_mute"), id.0, detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Takes a mute back before its time: what goes on is loud again at the next look. One that is over stays over.
///
/// # Errors
/// `Denied`, `Busy`, `Database`.
pub async fn end_mute(services: &Services, context: &Context, id: MuteId) -> Result<(), TelemetryError> {
    let by = handles(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let Some(mute) = mutes::lock(&mut *tx, id.0).await? else { return Ok(()) };
        mutes::end(&mut *tx, id.0, Some(by.0), context.now).await?;
        let detail = json!({ "channel": mute.code });
        note(&mut tx, &context, ("telemetry.mute_ended", "telemetry_mute"), id.0, detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Rehearses: an alarm of a channel that says it is a drill, with the whole ladder, so that it is known how long it takes until
/// somebody comes. It is over when somebody acknowledged it.
///
/// # Errors
/// `Denied`; `NotFound` for no channel in use; `Already` where one is under way; `Busy`, `Database`.
pub async fn drill(services: &Services, context: &Context, channel: i32) -> Result<AlarmId, TelemetryError> {
    let by = handles(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let known = channels::list(&mut *tx).await?;
        let row = known.iter().find(|row| row.id == channel).ok_or(TelemetryError::NotFound)?;
        let (version, rules) = rules_in(&mut tx, context.now).await?;
        let id = new_uuid(context.now);
        let state = AlarmState::Ok.next(AlarmEvent::Drill).ok_or(TelemetryError::Changed)?;
        let new = NewAlarm {
            id,
            channel,
            rule: DRILL,
            version,
            severity: Severity::Critical.name(),
            drill: true,
            state: state.name(),
            value: row.value,
        };
        if sql::begin(&mut *tx, &[new], context.now).await?.is_empty() {
            return Err(TelemetryError::Already);
        }
        let step = Step {
            alarm: id,
            seq: 1,
            event: AlarmEvent::Drill.name(),
            from: AlarmState::Ok.name(),
            to: state.name(),
            by: Some(by.0),
            value: row.value,
        };
        sql::happened(&mut *tx, &[step], context.now).await?;
        ladder::put_up(&mut tx, &rules, &[id], context.now).await?;
        let detail = json!({ "channel": row.code });
        note(&mut tx, &context, ("telemetry.drill_begun", "telemetry_alarm"), id, detail).await?;
        tx.commit().await?;
        Ok(AlarmId(id))
    })
    .await
}
