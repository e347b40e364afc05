//! Days without driving: a repair, holidays. First one sees which stops they would take away, then one acts: the schools
//! go back into the queue for another date, or are refused, and each is told once.

use super::kind::{Bus, BusError};
use super::view::StopView;
use crate::audit::{self, Entry};
use crate::messages::BusTemplate;
use crate::requests::{Notice, finished, locked, run, sealed, step, tell};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::bus::{Event, State};
use domain::field::Fault;
use domain::ids::{BusBlackoutId, BusStopId, BusVehicleId};
use domain::time::{local_day, start_of_day};
use domain::typed;
use jiff::civil;
use jiff_sqlx::ToSqlx;
use serde_json::json;
use sqlx::PgConnection;
use store::bus::{fleet as sql, stops};
use store::requests::rows::Words;

/// Days without driving.
#[derive(Clone, Debug)]
pub struct BlackoutView {
    /// Which.
    pub id: BusBlackoutId,
    /// The vehicle; none for all of them.
    pub vehicle: Option<BusVehicleId>,
    /// The first day.
    pub from: civil::Date,
    /// The last day.
    pub until: civil::Date,
    /// `repair`, `holiday`, `other`.
    pub kind: String,
    /// Why, in Chinese.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

pub(super) async fn blackout_views(db: &mut PgConnection, from: civil::Date) -> Result<Vec<BlackoutView>, BusError> {
    let rows = sql::blackouts(db, from).await?.into_iter().map(|row| BlackoutView {
        id: BusBlackoutId(row.id),
        vehicle: row.vehicle_id.map(BusVehicleId),
        from: row.from_day.to_jiff(),
        until: row.until_day.to_jiff(),
        kind: row.kind,
        reason_zh: row.reason_zh,
        reason_en: row.reason_en,
    });
    Ok(rows.collect())
}

/// Days without driving, from today on.
///
/// # Errors
/// `Denied`.
pub async fn blackouts(services: &Services, context: &Context) -> Result<Vec<BlackoutView>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    blackout_views(&mut db, local_day(context.now)).await
}

/// The longest reason, in characters: it stands on one line.
const REASON_MAX: u32 = 60;

/// What becomes of the stops that days without driving take away.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    /// Back into the queue: the coordinator proposes another date.
    Queue,
    /// Refused, with the reason.
    Refuse,
}

/// A stop as the coordinator was shown it: by now there may be another one in its place, or the same one may have been
/// accepted or given another vehicle.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Seen {
    /// The stop.
    pub stop: BusStopId,
    /// Its request's version.
    pub version: i32,
}

impl From<&StopView> for Seen {
    fn from(stop: &StopView) -> Self {
        Self { stop: stop.id, version: stop.version }
    }
}

/// Days without driving that are to be added.
#[derive(Clone, Debug)]
pub struct NewBlackout {
    /// Made with the form: sent twice, it is added once.
    pub id: BusBlackoutId,
    /// The vehicle; none for all of them.
    pub vehicle: Option<BusVehicleId>,
    /// The first day.
    pub from: civil::Date,
    /// The last day.
    pub until: civil::Date,
    /// `repair`, `holiday`, `other`.
    pub kind: String,
    /// Why, in Chinese; the schools read it.
    pub reason_zh: String,
    /// Why, in English.
    pub reason_en: String,
}

/// Whether such days can be written down: in order, not past, the reasons in words the schools can read.
fn checked(wanted: &NewBlackout, context: &Context) -> Result<(), BusError> {
    for (field, text) in [("reason_zh", &wanted.reason_zh), ("reason_en", &wanted.reason_en)] {
        typed::line(text, REASON_MAX).map_err(|fault| BusError::field(field, fault))?;
    }
    if wanted.until < wanted.from {
        return Err(BusError::field("until", Fault::EndBeforeStart));
    }
    if wanted.until < local_day(context.now) {
        return Err(BusError::field("until", Fault::DateShape));
    }
    Ok(())
}

/// The stops such days would take away, in order. Nothing is changed by asking.
///
/// # Errors
/// `Denied`, `Fields`.
pub async fn colliding(
    services: &Services,
    context: &Context,
    wanted: &NewBlackout,
) -> Result<Vec<StopView>, BusError> {
    context.require(Capability::DispatchBus)?;
    checked(wanted, context)?;
    let mut db = services.db.acquire().await?;
    taken(&mut db, context, wanted).await
}

async fn taken(db: &mut PgConnection, context: &Context, wanted: &NewBlackout) -> Result<Vec<StopView>, BusError> {
    let until = start_of_day(wanted.until.tomorrow().unwrap_or(wanted.until));
    let rows = stops::between(db, start_of_day(wanted.from).max(context.now), until).await?;
    let all: Result<Vec<StopView>, BusError> = rows.into_iter().map(StopView::of).collect();
    let concerns = |stop: &StopView| wanted.vehicle.is_none_or(|vehicle| vehicle == stop.vehicle);
    Ok(all?
        .into_iter()
        .filter(|stop| concerns(stop) && stop.state != State::Visited && !stop.has_lapsed(context.now))
        .collect())
}

/// Adds days without driving and deals with the stops they take away, all in one transaction. `seen` are the
/// collisions the coordinator was shown, in any order: if they are others by now, nothing happens and they are shown again.
/// Answers how many schools were told.
///
/// # Errors
/// `Denied`, `Fields`, `StateHasChanged`.
pub async fn add_blackout(
    services: &Services,
    context: &Context,
    wanted: NewBlackout,
    fate: Fate,
    mut seen: Vec<Seen>,
) -> Result<usize, BusError> {
    context.require(Capability::DispatchBus)?;
    checked(&wanted, context)?;
    seen.sort_unstable();
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        let (wanted, seen) = (wanted.clone(), seen.clone());
        async move { added(&services, &context, &wanted, fate, &seen).await }
    })
    .await
}

async fn added(
    services: &Services,
    context: &Context,
    wanted: &NewBlackout,
    fate: Fate,
    seen: &[Seen],
) -> Result<usize, BusError> {
    let mut tx = services.begin().await?;
    // Whoever plans a stop meanwhile has a vehicle locked and waits here, or is waited for.
    let vehicles = sql::lock_vehicles(&mut tx).await?;
    if wanted.vehicle.is_some_and(|vehicle| !vehicles.contains(&vehicle.0)) {
        return Err(BusError::field("vehicle", Fault::NotAChoice));
    }
    let by = match &context.actor {
        Actor::Staff { account, .. } => Some(account.0),
        _ => None,
    };
    if !sql::add_blackout(&mut tx, &row(wanted), by, context.now).await? {
        return Ok(0);
    }
    let stops = taken(&mut tx, context, wanted).await?;
    let mut found: Vec<Seen> = stops.iter().map(Seen::from).collect();
    found.sort_unstable();
    if found != seen {
        return Err(BusError::StateHasChanged);
    }
    for stop in &stops {
        take_away(services, context, &mut tx, stop, wanted, fate).await?;
    }
    let entry = Entry {
        action: "bus.blackout_added",
        subject_kind: "bus_blackout",
        subject: Some(wanted.id.0),
        detail: json!({
            "from": wanted.from.to_string(), "until": wanted.until.to_string(), "kind": wanted.kind,
            "vehicle": wanted.vehicle, "schools": stops.len(), "refused": fate == Fate::Refuse,
        }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    finished(services, tx).await?;
    Ok(stops.len())
}

fn row(wanted: &NewBlackout) -> sql::BlackoutRow {
    sql::BlackoutRow {
        id: wanted.id.0,
        vehicle_id: wanted.vehicle.map(|id| id.0),
        from_day: wanted.from.to_sqlx(),
        until_day: wanted.until.to_sqlx(),
        kind: wanted.kind.clone(),
        reason_zh: wanted.reason_zh.clone(),
        reason_en: wanted.reason_en.clone(),
    }
}

async fn take_away(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    stop: &StopView,
    wanted: &NewBlackout,
    fate: Fate,
) -> Result<(), BusError> {
    // Accepted or withdrawn while we waited for its lock: it is not what the coordinator saw.
    let request = locked::<Bus>(services, context, db, stop.request, Some(stop.version)).await?;
    let reason = match request.locale {
        domain::Locale::ZhCn => &wanted.reason_zh,
        domain::Locale::En => &wanted.reason_en,
    };
    let reason = sealed::<Bus>(services, "reason_sealed", request.id, reason);
    let change = Words { reason_sealed: Some(reason), ..Words::default() };
    let (event, template) = match fate {
        Fate::Queue => (Event::Release, BusTemplate::Released),
        Fate::Refuse => (Event::Refuse, BusTemplate::Refused),
    };
    step(services, context, db, &request, event, change, json!({ "blackout": wanted.id })).await?;
    Ok(tell::<Bus>(db, context.now, &[Notice::now(request.id, template)]).await?)
}

/// Ends days without driving: the repair was quicker. Nobody's date comes back by itself.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn end_blackout(services: &Services, context: &Context, id: BusBlackoutId) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    let mut tx = services.begin().await?;
    if !sql::end_blackout(&mut tx, id.0, context.now).await? {
        return Err(BusError::NotFound);
    }
    let entry =
        Entry { action: "bus.blackout_ended", subject_kind: "bus_blackout", subject: Some(id.0), detail: json!({}) };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(())
}
