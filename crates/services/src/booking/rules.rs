//! The museum's rules, as staff change them: every change is a version of its own, with who made it, when and why.
//!
//! What is decided from then on is decided by the new version; what was booked stays booked, and names the version that
//! admitted it.

use super::office::make_by;
use super::{BookingError, MUSEUM};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{Difference, Policy, opens_at};
use domain::field::Fault;
use domain::time::at;
use domain::typed;
use jiff::{Timestamp, civil};
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::booking::{acts, policies, releases, sessions};
use uuid::Uuid;

/// The longest reason.
pub const REASON: u32 = 200;
/// Versions of one page of the history.
const PAGE: usize = 30;

/// One version of the rules.
#[derive(Clone, Debug)]
pub struct RulesVersion {
    /// Its number.
    pub version: i32,
    /// The rules.
    pub policy: Policy,
    /// The rules before them; none of the first ones.
    pub before: Option<Policy>,
    /// Since when they held.
    pub since: Timestamp,
    /// The sign-in name of who made it; none where the house was set up with it.
    pub by: Option<String>,
    /// Why.
    pub reason: Option<String>,
}

fn policy_of(value: Value) -> Result<Policy, BookingError> {
    serde_json::from_value(value).map_err(|_| BookingError::Damaged("the museum's policy"))
}

impl RulesVersion {
    fn of(row: policies::PolicyRow) -> Result<Self, BookingError> {
        Ok(Self {
            version: row.version,
            policy: policy_of(row.policy)?,
            before: None,
            since: row.created_at.to_jiff(),
            by: row.login,
            reason: row.reason,
        })
    }
}

async fn read(db: &mut PgConnection) -> Result<(Uuid, i32, Policy), BookingError> {
    let row = sessions::activity_by_slug(db, MUSEUM).await?.ok_or(BookingError::NotFound)?;
    Ok((row.id, row.policy_version, policy_of(row.policy)?))
}

/// The rules in force at this moment, with their version: read, not remembered, since a form is made of them.
///
/// # Errors
/// `Denied`; `NotFound` before the museum was set up.
pub async fn rules(services: &Services, context: &Context) -> Result<(i32, Policy), BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let (_, version, policy) = read(&mut db).await?;
    Ok((version, policy))
}

/// Versions of the rules, the newest first, from `from` on (none: from the one in force); and the version that older ones
/// begin with, if there are any.
///
/// # Errors
/// `Denied`; `NotFound` before the museum was set up.
pub async fn rules_history(
    services: &Services,
    context: &Context,
    from: Option<i32>,
) -> Result<(Vec<RulesVersion>, Option<i32>), BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let (activity, version, _) = read(&mut db).await?;
    let rows = policies::versions(&mut db, activity, from.unwrap_or(version), PAGE as i64 + 1).await?;
    let mut versions = rows.into_iter().map(RulesVersion::of).collect::<Result<Vec<_>, _>>()?;
    // The one beyond the page is there for the last of the page to be compared with.
    let before: Vec<Policy> = versions.iter().skip(1).map(|version| version.policy.clone()).collect();
    for (version, before) in versions.iter_mut().zip(before) {
        version.before = Some(before);
    }
    let older = versions.get(PAGE).map(|version| version.version);
    versions.truncate(PAGE);
    Ok((versions, older))
}

/// The rules of one version; none where there was no such version.
///
/// # Errors
/// `Denied`; `NotFound` before the museum was set up.
pub async fn rules_of(services: &Services, context: &Context, version: i32) -> Result<Option<Policy>, BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let (activity, ..) = read(&mut db).await?;
    let row = policies::versions(&mut db, activity, version, 1).await?.pop();
    let row = row.filter(|row| row.version == version);
    row.map(RulesVersion::of).transpose().map(|found| found.map(|version| version.policy))
}

/// Makes these the museum's rules, at once and on every server. Answers whether anything is different from before: rules
/// that hold already (the button was pressed twice) become no version. `version` is the one the form was made of: of two
/// who change at once the second is told.
///
/// # Errors
/// `Denied`; `Fields` for rules out of their bounds, a missing reason, and a planned opening that would come too early;
/// `StateHasChanged`.
pub async fn change_rules(
    services: &Services,
    context: &Context,
    version: i32,
    fresh: Policy,
    reason: &str,
) -> Result<bool, BookingError> {
    context.require(Capability::ManageSessions)?;
    let mut faults = fresh.check().err().unwrap_or_default();
    let reason = match typed::line(reason, REASON) {
        Ok(reason) => reason,
        Err(fault) => {
            faults.push(domain::field::FieldError::new("reason", fault));
            String::new()
        }
    };
    if !faults.is_empty() {
        return Err(BookingError::Fields(faults));
    }
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let changed = changed(&mut tx, &context, version, fresh, &reason).await?;
        tx.commit().await?;
        if changed {
            services.calendar.forget();
            services.entrance.forget();
        }
        Ok(changed)
    })
    .await
}

async fn changed(
    db: &mut PgConnection,
    context: &Context,
    version: i32,
    fresh: Policy,
    reason: &str,
) -> Result<bool, BookingError> {
    let (activity, ..) = read(db).await?;
    // Who closes a day or makes sessions waits, and others who change the rules do.
    acts::lock_activity(db, activity).await?;
    let (_, now, before) = read(db).await?;
    // How dates of a series are registered for is none of the museum's rules, and stays as it is.
    let fresh = Policy { series: before.series, ..fresh };
    if fresh == before {
        return Ok(false);
    }
    let value = serde_json::to_value(&fresh).map_err(|_| BookingError::Damaged("the museum's policy"))?;
    let by = context.actor.account().map(|account| account.0);
    let to = policies::NewPolicy { policy: &value, by, reason };
    if now != version || !policies::change(db, activity, version, to, context.now).await? {
        return Err(BookingError::StateHasChanged);
    }
    let opening = |policy: &Policy| (policy.days_ahead, policy.opens_hour, policy.release);
    let mut promises = 0;
    if opening(&before) != opening(&fresh) {
        // What was promised of openings nobody stands in line for yet is promised anew, as they will be now.
        promises = releases::take_back_promises(db, activity, context.now).await?;
        opens_nothing_earlier(db, activity, &before, &fresh, context.now).await?;
        // Whoever looks further ahead finds sessions there.
        make_by(db, context, activity, &fresh).await?;
    }
    let rules = changes(&before, &fresh);
    let detail = json!({ "version": version + 1, "reason": reason, "rules": rules, "promises_anew": promises });
    let entry = Entry { action: "museum.rules_changed", subject_kind: "activity", subject: Some(activity), detail };
    audit::record(db, context, &[entry]).await?;
    Ok(true)
}

/// What the trail says of rules that were changed: each with what it was and what it is.
pub(crate) fn changes(before: &Policy, fresh: &Policy) -> Value {
    let change = |it: Difference| (it.rule.name.to_owned(), json!([it.from.text(), it.to.text()]));
    Value::Object(before.differences(fresh).into_iter().map(change).collect())
}

/// Of the openings that are left, staff planned each or people stand in its line: none may come before what the rules allow,
/// since all who were let in would be refused.
async fn opens_nothing_earlier(
    db: &mut PgConnection,
    activity: Uuid,
    before: &Policy,
    fresh: &Policy,
    now: Timestamp,
) -> Result<(), BookingError> {
    let mut left =
        releases::current(&mut *db, now).await?.into_iter().filter(|release| release.activity_id == activity);
    let earlier = left.find(|release| {
        release.opens_at.to_jiff() < opens_at(fresh, at(release.day.to_jiff(), civil::Time::midnight()))
    });
    let Some(earlier) = earlier else { return Ok(()) };
    let rule = if fresh.days_ahead < before.days_ahead { "days_ahead" } else { "opens_hour" };
    Err(BookingError::field(rule, Fault::OpensEarlier { day: earlier.day.to_jiff() }))
}
