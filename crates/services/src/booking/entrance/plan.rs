//! Releases as staff plan and watch them, and as everybody may check them afterwards.

use super::picture::{self, Opening, Release};
use super::sql;
use crate::audit::{self, Entry};
use crate::booking::{BookingError, MUSEUM, museum};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{ReleaseRules, Room, opens_at};
use domain::field::{Fault, Faults};
use domain::ids::{ActivityId, ReleaseId};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp, civil};
use jiff_sqlx::ToSqlx as _;
use std::sync::Arc;
use store::booking::{acts, sessions};

/// Releases that are over, as staff look back on them.
const PAST: i64 = 10;
/// Seeds are promised this long before their openings.
const PROMISED: SignedDuration = SignedDuration::from_hours(26);
/// Tickets are kept this long after a release, should somebody ask.
const KEPT: SignedDuration = SignedDuration::from_hours(24);

/// What staff plan.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The day whose sessions open.
    pub day: civil::Date,
    /// When they do.
    pub opens_at: Timestamp,
    /// How.
    pub rules: ReleaseRules,
}

/// Plans when the museum's sessions of a day open, and how. What the policy had planned for the day is replaced. Needs
/// [`Capability::ManageSessions`].
///
/// # Errors
/// `Denied`; `Fields` for a day without sessions or an opening that is past or before the policy's; `StateHasChanged` when
/// people stand in the line already.
pub async fn plan(services: &Services, context: &Context, plan: Plan) -> Result<ReleaseId, BookingError> {
    context.require(Capability::ManageSessions)?;
    let museum = museum(services).await?;
    let first = museum.on(plan.day).map(|session| session.facts.starts_at).min();
    let mut faults = Faults::default();
    match first {
        None => faults.add("day", Fault::NotAChoice),
        Some(starts_at) if plan.opens_at >= starts_at => faults.add("opens_at", Fault::EndBeforeStart),
        Some(starts_at) if plan.opens_at < opens_at(&museum.policy, starts_at) => {
            let opens = opens_at(&museum.policy, starts_at);
            faults.add("opens_at", Fault::DateBetween { first: local_day(opens), last: plan.day });
        }
        Some(_) if plan.opens_at <= context.now => faults.add("opens_at", Fault::DatePast),
        Some(_) => {}
    }
    if !faults.is_empty() {
        return Err(BookingError::Fields(faults.into_errors()));
    }
    let opening = Opening { activity: museum.activity, day: plan.day, opens_at: plan.opens_at, rules: plan.rules };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        // Who changes the rules waits, or was quicker: then the opening was checked by rules that hold no more.
        acts::lock_activity(&mut tx, opening.activity.0).await?;
        let rules = sessions::activity_by_slug(&mut tx, MUSEUM).await?.map(|row| row.policy_version);
        if rules != Some(museum.policy_version) {
            return Err(BookingError::StateHasChanged);
        }
        if let Some(old) = sql::lock_of_day(&mut tx, opening.activity.0, opening.day.to_sqlx()).await? {
            if old.arrived > 0 && old.ends_at.to_jiff() > context.now {
                return Err(BookingError::StateHasChanged);
            }
            sql::remove(&mut tx, old.id).await?;
        }
        let added = picture::add(&services, &mut tx, &opening, true, context.now).await?;
        let id = added.ok_or(BookingError::StateHasChanged)?;
        let detail =
            serde_json::json!({ "day": opening.day, "opens_at": opening.opens_at, "room": opening.rules.room });
        note(&mut tx, &context, "release.planned", id, detail).await?;
        tx.commit().await?;
        services.entrance.forget();
        services.calendar.forget();
        Ok(id)
    })
    .await
}

/// Takes back a planned release before anybody stands in its line: the day opens as the policy says. Needs
/// [`Capability::ManageSessions`].
///
/// # Errors
/// `Denied`, `NotFound`; `StateHasChanged` when it has opened or people stand in its line.
pub async fn call_off(services: &Services, context: &Context, id: ReleaseId) -> Result<(), BookingError> {
    context.require(Capability::ManageSessions)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id.0).await?.filter(|row| row.planned).ok_or(BookingError::NotFound)?;
        if row.arrived > 0 || row.opens_at.to_jiff() <= context.now {
            return Err(BookingError::StateHasChanged);
        }
        sql::remove(&mut tx, row.id).await?;
        note(&mut tx, &context, "release.called-off", id, serde_json::json!({ "day": row.day.to_jiff() })).await?;
        tx.commit().await?;
        services.entrance.forget();
        services.calendar.forget();
        Ok(())
    })
    .await
}

async fn note(
    db: &mut sqlx::PgConnection,
    context: &Context,
    action: &'static str,
    id: ReleaseId,
    detail: serde_json::Value,
) -> sqlx::Result<()> {
    let entry = Entry { action, subject_kind: "release", subject: Some(id.0), detail };
    audit::record(db, context, &[entry]).await
}

/// The museum's releases: those to come and under way, then those that are over. Needs [`Capability::SeeBookings`].
///
/// # Errors
/// `Denied`, `Database`.
pub async fn releases(
    services: &Services,
    context: &Context,
) -> Result<(Vec<Arc<Release>>, Vec<Arc<Release>>), BookingError> {
    context.require(Capability::SeeBookings)?;
    let mut db = services.db.acquire().await?;
    let activity = sessions::activity_by_slug(&mut db, MUSEUM).await?.ok_or(BookingError::NotFound)?.id;
    drop(db);
    let current = picture::current(services).await?;
    let current = current.iter().filter(|release| release.activity == ActivityId(activity)).cloned().collect();
    let past = sql::past(&services.db, activity, context.now, PAST).await?;
    let past = past.into_iter().filter_map(|row| Release::of(services, row).map(Arc::new)).collect();
    Ok((current, past))
}

/// A release, for everybody: what was promised, and once it was drawn the seed to check it by.
///
/// # Errors
/// `NotFound`, `Database`.
pub async fn release(services: &Services, id: ReleaseId) -> Result<Arc<Release>, BookingError> {
    if let Some(known) = picture::current(services).await?.iter().find(|release| release.id == id) {
        return Ok(known.clone());
    }
    fresh(services, id).await
}

/// A release as it is in the database at this moment.
pub(super) async fn fresh(services: &Services, id: ReleaseId) -> Result<Arc<Release>, BookingError> {
    let row = sql::release(&services.db, id.0).await?.ok_or(BookingError::NotFound)?;
    Release::of(services, row).map(Arc::new).ok_or(BookingError::Damaged("a release"))
}

/// Promises the seeds of the openings of the next day, and forgets the tickets of releases long over. How many seeds were
/// promised. Any server may do it at any time.
///
/// # Errors
/// `Database`; `NotFound` before the museum was set up.
pub async fn promise_seeds(services: &Services) -> Result<usize, BookingError> {
    sql::forget_tickets(&services.db, services.clock.now() - KEPT).await?;
    picture::promise(services, PROMISED).await
}

/// The rules a plan begins with: the policy's, and a room from the first visitor on, since staff expect many.
pub fn usual_rules(rules: ReleaseRules) -> ReleaseRules {
    ReleaseRules { room: Room::Always, ..rules }
}
