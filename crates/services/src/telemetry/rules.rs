//! What is alarmed about, and changing it by the word of two: one proposes new values of the version in force, another confirms
//! them, and they are the next version, by which the watch looks from its next turn on. No version ever changes.

use super::board::names;
use super::{TelemetryError, rules_in};
use crate::audit::{self, Entry};
use crate::context::new_uuid;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::field::{Fault, FieldError};
use domain::ids::RulesDraftId;
use domain::telemetry::{Rules, change};
use domain::typed::{self, Typed};
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::telemetry::rules::{self as sql, DraftRow, VersionRow};
use uuid::Uuid;

/// The most characters of a reason.
pub const RULES_REASON: u32 = 500;
/// The fewest.
const SHORTEST: u32 = 4;

/// A version of what is alarmed about.
#[derive(Clone, PartialEq, Debug)]
pub struct RulesVersion {
    /// Its number.
    pub version: i32,
    /// What is alarmed about, and whom it is told.
    pub rules: Rules,
    /// Since when it holds.
    pub since: Timestamp,
    /// Who proposed it; none: the house itself.
    pub by: Option<String>,
    /// Who confirmed it.
    pub second: Option<String>,
    /// Why.
    pub reason: String,
}

/// New values that wait for a second person.
#[derive(Clone, PartialEq, Debug)]
pub struct RulesDraft {
    /// Its own.
    pub id: RulesDraftId,
    /// The version it changes.
    pub base: i32,
    /// What would be alarmed about.
    pub rules: Rules,
    /// Who proposed it.
    pub by: String,
    /// That is whoever looks.
    pub own: bool,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
}

/// What is alarmed about: all versions, and what is to be the next.
#[derive(Clone, PartialEq, Debug)]
pub struct RulesPage {
    /// The version in force.
    pub present: RulesVersion,
    /// Those before it, the newest first.
    pub past: Vec<RulesVersion>,
    /// What waits.
    pub draft: Option<RulesDraft>,
}

fn read(rules: &Value) -> Result<Rules, TelemetryError> {
    serde_json::from_value(rules.clone()).map_err(|_| TelemetryError::Unreadable("rules"))
}

/// What is alarmed about, in every version.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn rules(services: &Services, context: &Context) -> Result<RulesPage, TelemetryError> {
    context.require(Capability::SeeTanks)?;
    let mut db = services.db.acquire().await?;
    let versions = sql::versions(&mut *db).await?;
    let draft = sql::waiting(&mut *db).await?;
    drop(db);
    let mentioned = versions.iter().flat_map(|row| row.made_by.into_iter().chain(row.confirmed_by));
    let names = names(services, mentioned.chain(draft.iter().map(|row| row.proposed_by)).collect()).await?;
    let name = |by: Uuid| names.get(&by).cloned().unwrap_or_default();
    let version = |row: VersionRow| -> Result<RulesVersion, TelemetryError> {
        Ok(RulesVersion {
            version: row.version,
            rules: read(&row.rules)?,
            since: row.valid_from.to_jiff(),
            by: row.made_by.map(name),
            second: row.confirmed_by.map(name),
            reason: row.reason,
        })
    };
    let versions = versions.into_iter().map(version).collect::<Result<Vec<_>, _>>()?;
    let draft = draft.map(|row| -> Result<RulesDraft, TelemetryError> {
        Ok(RulesDraft {
            id: RulesDraftId(row.id),
            base: row.base,
            rules: read(&row.rules)?,
            by: name(row.proposed_by),
            own: context.actor.account().is_some_and(|account| account.0 == row.proposed_by),
            at: row.proposed_at.to_jiff(),
            reason: row.reason,
        })
    });
    let draft = draft.transpose()?;
    // What a migration left for a later day is not in force yet.
    let mut holds = versions.into_iter().filter(|version| version.since <= context.now);
    let present = holds.next().ok_or(TelemetryError::Unreadable("no rules"))?;
    Ok(RulesPage { present, past: holds.collect(), draft })
}

async fn note(
    db: &mut PgConnection,
    context: &Context,
    action: &'static str,
    draft: Uuid,
    detail: Value,
) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: "telemetry_rules", subject: Some(draft), detail };
    audit::record(db, context, &[entry]).await
}

/// Proposes new values of the version in force, as they were typed into the inputs of its settings and its ladder; they hold once
/// another confirms them. `base` is the version whoever proposes has seen.
///
/// # Errors
/// `Denied`; `Fields` by input, and `reason`; `Changed` where another version is in force; `Unchanged` where nothing differs;
/// `Already` where something waits; `Busy`, `Database`.
pub async fn propose_rules(
    services: &Services,
    context: &Context,
    base: i32,
    said: &Typed,
) -> Result<RulesDraftId, TelemetryError> {
    context.require(Capability::ProposeAlarmRules)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let (version, present) = rules_in(&mut *services.db.acquire().await?, context.now).await?;
    if version != base {
        return Err(TelemetryError::Changed);
    }
    let reason = typed::words(said.field("reason"), RULES_REASON).and_then(|text| {
        let long = text.chars().filter(|c| !c.is_whitespace()).count() >= SHORTEST as usize;
        if long { Ok(text) } else { Err(Fault::TooShort { min: SHORTEST }) }
    });
    let new = present.changed(|field| said.field(field));
    let (new, reason) = match (new, reason) {
        (Ok(new), Ok(reason)) => (new, reason),
        (new, reason) => {
            let mut errors = new.err().unwrap_or_default();
            errors.extend(reason.err().map(|fault| FieldError::new("reason", fault)));
            return Err(TelemetryError::Fields(errors));
        }
    };
    let differ = change::changes(&present, &new).len();
    if differ == 0 {
        return Err(TelemetryError::Unchanged);
    }
    let new = serde_json::to_value(&new).map_err(|_| TelemetryError::Unreadable("rules"))?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let id = new_uuid(context.now);
        sql::propose(&mut *tx, (id, base), (&new, &reason), by.0, context.now).await?;
        let detail = json!({ "version": base, "changes": differ });
        note(&mut tx, &context, "telemetry.rules_proposed", id, detail).await?;
        tx.commit().await?;
        Ok(RulesDraftId(id))
    })
    .await
}

/// A draft that waits, locked until the transaction is over.
async fn waits(db: &mut PgConnection, id: RulesDraftId) -> Result<DraftRow, TelemetryError> {
    sql::lock(&mut *db, id.0).await?.ok_or(TelemetryError::NotFound)
}

/// The second person confirms new values: they are the next version, and hold from now on. Whoever confirms twice has confirmed
/// once. Answers the version.
///
/// # Errors
/// `Denied`, `NotFound`; `SamePerson` for whoever proposed them; `Changed` where another decided, or another version is in force;
/// `Busy`, `Database`.
pub async fn confirm_rules(services: &Services, context: &Context, id: RulesDraftId) -> Result<i32, TelemetryError> {
    context.require(Capability::ConfirmAlarmRules)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let draft = waits(&mut tx, id).await?;
        match (draft.decided_by, draft.became) {
            (Some(decided_by), Some(version)) if decided_by == by.0 => return Ok(version),
            (Some(_), _) => return Err(TelemetryError::Changed),
            (None, _) => {}
        }
        if draft.proposed_by == by.0 {
            return Err(TelemetryError::SamePerson);
        }
        let (present, before) = rules_in(&mut tx, context.now).await?;
        if present != draft.base {
            return Err(TelemetryError::Changed);
        }
        // Behind all that are kept: one that a migration left for a later day has its number already.
        let version = sql::highest(&mut *tx).await? + 1;
        sql::publish(&mut *tx, version, &draft, by.0, context.now).await?;
        sql::settle(&mut *tx, id.0, Some(version), by.0, context.now).await?;
        let differ = change::changes(&before, &read(&draft.rules)?).len();
        let detail = json!({ "version": version, "changes": differ, "proposed_by": draft.proposed_by });
        note(&mut tx, &context, "telemetry.rules_confirmed", id.0, detail).await?;
        tx.commit().await?;
        Ok(version)
    })
    .await
}

/// Takes a draft back: by whoever proposed it, or by a colleague who would not confirm it. One that was taken back stays so.
///
/// # Errors
/// `Denied`, `NotFound`; `Changed` where it was confirmed; `Busy`, `Database`.
pub async fn drop_rules(services: &Services, context: &Context, id: RulesDraftId) -> Result<(), TelemetryError> {
    context.require(Capability::ProposeAlarmRules)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let draft = waits(&mut tx, id).await?;
        match (draft.decided_by, draft.became) {
            (Some(_), None) => return Ok(()),
            (Some(_), Some(_)) => return Err(TelemetryError::Changed),
            (None, _) => {}
        }
        sql::settle(&mut *tx, id.0, None, by.0, context.now).await?;
        note(&mut tx, &context, "telemetry.rules_dropped", id.0, json!({ "version": draft.base })).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
