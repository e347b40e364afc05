//! The planner: what stands when, what speaks against a stop before it is saved, and the proposal itself, decided under
//! the locks of its vehicle and its crew.

use super::blackout::{BlackoutView, blackout_views};
use super::fleet::{Crew, Vehicle, read_fleet};
use super::kind::{Bus, BusError, Conflicts, RequestView};
use super::triage::lapse_due;
use super::view::{StopView, stop_place};
use crate::account;
use crate::audit::{self, Entry};
use crate::messages::BusTemplate;
use crate::requests::{Kind, Notice, finished, locked, run, step, tell, words};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::bus::{Blackout, Conflict, Event, Plan, Planned, Site, Trip, busy, conflicts};
use domain::ids::{BusBlackoutId, BusCrewId, BusRequestId, BusStopId, BusVehicleId};
use domain::time::{local_day, start_of_day};
use jiff::{SignedDuration, Timestamp, civil};
use serde_json::json;
use sqlx::PgConnection;
use store::bus::{fleet as fleet_sql, requests, stops as sql};
use store::requests::rows::Words;
use uuid::Uuid;

/// How long a proposal waits for the school, if there is so much time.
const ANSWER_WITHIN: SignedDuration = SignedDuration::from_hours(24 * 5);
/// An answer later than this before the visit is of no use.
const ANSWER_BEFORE: SignedDuration = SignedDuration::from_hours(24 * 2);
/// How far around a stop others are looked at: nobody drives longer between two of them.
pub(super) const AROUND: SignedDuration = SignedDuration::from_hours(36);

/// Some days of the itinerary.
#[derive(Clone, Debug)]
pub struct Itinerary {
    /// The vehicles, the planner's rows.
    pub vehicles: Vec<Vehicle>,
    /// The crews.
    pub crews: Vec<Crew>,
    /// The stops that are kept in those days, in order.
    pub stops: Vec<StopView>,
    /// Days without driving that reach into them.
    pub blackouts: Vec<BlackoutView>,
}

/// The itinerary from `first` to `last`, both included.
///
/// # Errors
/// `Denied`.
pub async fn itinerary(
    services: &Services,
    context: &Context,
    first: civil::Date,
    last: civil::Date,
) -> Result<Itinerary, BusError> {
    context.require(Capability::DispatchBus)?;
    lapse_due(services).await?;
    let mut db = services.db.acquire().await?;
    let (vehicles, crews) = read_fleet(&mut db).await?;
    let until = start_of_day(last.tomorrow().unwrap_or(last));
    let stops = live(&mut db, start_of_day(first), until, context.now).await?;
    let blackouts = blackout_views(&mut db, first).await?;
    let blackouts = blackouts.into_iter().filter(|it| it.from <= last).collect();
    Ok(Itinerary { vehicles, crews, stops, blackouts })
}

/// Stops that are in somebody's way: a proposal that ran out is not.
pub(super) async fn live(
    db: &mut PgConnection,
    from: Timestamp,
    until: Timestamp,
    now: Timestamp,
) -> Result<Vec<StopView>, BusError> {
    let rows = sql::between(db, from, until).await?;
    let all: Result<Vec<StopView>, BusError> = rows.into_iter().map(StopView::of).collect();
    Ok(all?.into_iter().filter(|stop| !stop.has_lapsed(now)).collect())
}

/// A date, a vehicle and a crew for a request.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The request.
    pub request: BusRequestId,
    /// Its version as the coordinator saw it.
    pub version: i32,
    /// The vehicle.
    pub vehicle: BusVehicleId,
    /// The crew.
    pub crew: BusCrewId,
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// The coordinator's words to the school; may be empty.
    pub message: String,
    /// The coordinator knows of what is not final and proposes it all the same.
    pub anyway: bool,
}

/// A conflict with what a person needs to understand it.
#[derive(Clone, Debug)]
pub struct Told {
    /// What stands in the way.
    pub conflict: Conflict<Uuid>,
    /// The other stop.
    pub stop: Option<StopView>,
    /// Who planned the other stop.
    pub by: Option<String>,
    /// The days without driving.
    pub blackout: Option<BlackoutView>,
}

/// What is there around a stop that is about to be planned.
#[derive(Clone)]
pub(super) struct Around {
    pub stops: Vec<StopView>,
    pub blackouts: Vec<BlackoutView>,
    pub needs_m: u16,
}

impl Around {
    async fn read(db: &mut PgConnection, at: &Trip, needs_m: u16, now: Timestamp) -> Result<Self, BusError> {
        let stops = live(&mut *db, at.starts_at - AROUND, at.ends_at + AROUND, now).await?;
        let blackouts = blackout_views(db, local_day(at.starts_at)).await?;
        Ok(Self { stops, blackouts, needs_m })
    }

    /// Everything that speaks against `trip` with this vehicle and crew for `request`.
    pub(super) fn against(
        &self,
        request: &RequestView,
        trip: &Trip,
        vehicle: BusVehicleId,
        crew: BusCrewId,
        now: Timestamp,
    ) -> Vec<Conflict<Uuid>> {
        // The request's own stop gives way to the new one.
        let others = || self.stops.iter().filter(|stop| stop.request != request.id);
        let planned = |stop: &StopView| Planned { id: stop.id.0, trip: stop.trip() };
        let of_vehicle: Vec<_> = others().filter(|stop| stop.vehicle == vehicle).map(planned).collect();
        let of_crew: Vec<_> = others().filter(|stop| stop.crew == crew).map(planned).collect();
        let concerning = |it: &&BlackoutView| it.vehicle.is_none_or(|of| of == vehicle);
        let blackouts: Vec<_> = self.blackouts.iter().filter(concerning).collect();
        let blackouts: Vec<_> =
            blackouts.iter().map(|it| Blackout { id: it.id.0, from: it.from, until: it.until }).collect();
        let site = Site {
            parking_m: request.parking_m,
            needs_m: self.needs_m,
            power: request.power,
            wished_day: request.days.contains(&local_day(trip.starts_at)),
        };
        conflicts(trip, &Plan { vehicle: &of_vehicle, crew: &of_crew, blackouts: &blackouts, site, now })
    }

    /// The same with names.
    async fn told(
        &self,
        services: &Services,
        db: &mut PgConnection,
        found: Vec<Conflict<Uuid>>,
    ) -> Result<Vec<Told>, BusError> {
        let mut all = Vec::with_capacity(found.len());
        for conflict in found {
            let (stop, blackout) = match conflict {
                Conflict::VehicleBusy { with } | Conflict::CrewBusy { with } | Conflict::TooFar { with, .. } => {
                    (Some(with), None)
                }
                Conflict::Blackout { id } => (None, Some(id)),
                _ => (None, None),
            };
            let by = match stop {
                Some(stop) => planned_by(services, db, BusStopId(stop)).await?,
                None => None,
            };
            let stop = stop.and_then(|id| self.stops.iter().find(|it| it.id.0 == id)).cloned();
            let blackout = blackout.and_then(|id| self.blackouts.iter().find(|it| it.id == BusBlackoutId(id))).cloned();
            all.push(Told { conflict, stop, by, blackout });
        }
        Ok(all)
    }
}

/// The name of whoever planned a stop: colleagues talk to each other.
async fn planned_by(services: &Services, db: &mut PgConnection, stop: BusStopId) -> Result<Option<String>, BusError> {
    let Some((account, sealed)) = sql::planned_by(db, stop.0).await? else { return Ok(None) };
    let plain = services.vault.open_sealed(account::place("name_sealed", account), &sealed)?;
    Ok(String::from_utf8(plain).ok())
}

/// What speaks against a proposal, before it is made. Nothing is kept by asking.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn check(services: &Services, context: &Context, asked: &Proposal) -> Result<Vec<Told>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    let request = Bus::load(services, &mut db, asked.request, context.now).await?.ok_or(BusError::NotFound)?;
    let (vehicles, crews) = read_fleet(&mut db).await?;
    let vehicle = vehicles.iter().find(|it| it.id == asked.vehicle).ok_or(BusError::NotFound)?;
    crews.iter().find(|it| it.id == asked.crew).ok_or(BusError::NotFound)?;
    let trip = Trip { starts_at: asked.starts_at, ends_at: asked.ends_at, place: request.place };
    let around = Around::read(&mut db, &trip, vehicle.needs_m, context.now).await?;
    let found = around.against(&request, &trip, asked.vehicle, asked.crew, context.now);
    around.told(services, &mut db, found).await
}

/// What decides who comes first.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Guard {
    /// The rows of vehicle and crew.
    #[default]
    Locks,
    /// Nothing: for tests that show what happens then.
    NegativeControl,
}

/// Keeps a vehicle and a crew for a request and asks the school. Two coordinators at the same moment: one keeps them, the
/// other is told by whom.
///
/// # Errors
/// `Denied`; `Conflicts`, final ones always, others unless `anyway`; `Refused`; `StateHasChanged`; `NotFound`.
pub async fn propose(services: &Services, context: &Context, asked: Proposal) -> Result<(), BusError> {
    propose_guarded(services, context, asked, Guard::Locks).await
}

/// [`propose`] with another guard.
///
/// # Errors
/// As [`propose`].
pub async fn propose_guarded(
    services: &Services,
    context: &Context,
    asked: Proposal,
    guard: Guard,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    optional_words("message", &asked.message)?;
    let mut again = true;
    loop {
        lapse_due(services).await?;
        let done = run(|| {
            let (services, context, asked) = (services.clone(), context.clone(), asked.clone());
            async move { decide(&services, &context, asked, guard).await }
        });
        match done.await {
            Err(BusError::Database(error)) if is_taken(&error) => match in_the_way(services, context, &asked).await? {
                // Whoever was first has gone again: the place is free, and once more is enough to have it.
                found if found.is_empty() && again => again = false,
                found => return Err(conflicts_or_changed(found)),
            },
            other => return other,
        }
    }
}

/// What the net below the locks caught on. Whoever was first stands in the table by now.
async fn in_the_way(services: &Services, context: &Context, asked: &Proposal) -> Result<Vec<Told>, BusError> {
    let found = check(services, context, asked).await?;
    Ok(found.into_iter().filter(|told| told.conflict.is_final()).collect())
}

/// A conflict that names nobody is none to show: look again.
fn conflicts_or_changed(found: Vec<Told>) -> BusError {
    if found.is_empty() { BusError::StateHasChanged } else { BusError::Own(Conflicts(found)) }
}

fn is_taken(error: &sqlx::Error) -> bool {
    matches!(store::constraint_of(error), Some(sql::VEHICLE_IN_ONE_PLACE | sql::CREW_IN_ONE_PLACE))
}

/// [`words`], or nothing.
fn optional_words(field: &str, text: &str) -> Result<Option<String>, BusError> {
    if text.trim().is_empty() { Ok(None) } else { words(field, text).map(Some) }
}

async fn decide(services: &Services, context: &Context, asked: Proposal, guard: Guard) -> Result<(), BusError> {
    let mut tx = services.begin().await?;
    let needs_m = match guard {
        Guard::Locks => fleet_sql::lock(&mut tx, asked.vehicle.0, asked.crew.0).await?.ok_or(BusError::NotFound)?,
        Guard::NegativeControl => 0,
    };
    let request = locked(services, context, &mut tx, asked.request, Some(asked.version)).await?;
    let trip = Trip { starts_at: asked.starts_at, ends_at: asked.ends_at, place: request.place };
    let around = Around::read(&mut tx, &trip, u16::try_from(needs_m).unwrap_or(u16::MAX), context.now).await?;
    let found = around.against(&request, &trip, asked.vehicle, asked.crew, context.now);
    if found.iter().any(|conflict| conflict.is_final() || !asked.anyway) {
        return Err(BusError::Own(Conflicts(around.told(services, &mut tx, found).await?)));
    }
    let detail = json!({ "starts_at": asked.starts_at.to_string(), "vehicle": asked.vehicle, "crew": asked.crew });
    let replaces = request.stop.as_ref().map(|stop| stop.id.0);
    if replaces.is_some() {
        sql::advance(&mut tx, request.id.0, "released", context.now).await?;
    }
    step(services, context, &mut tx, &request, Event::Propose, Words::default(), detail).await?;
    let own = busy(&trip);
    let latest = asked.starts_at - ANSWER_BEFORE;
    let id: BusStopId = context.new_id();
    let message = optional_words("message", &asked.message)?;
    let fresh = sql::NewStop {
        id: id.0,
        request_id: request.id.0,
        vehicle_id: asked.vehicle.0,
        crew_id: asked.crew.0,
        starts_at: asked.starts_at,
        ends_at: asked.ends_at,
        busy_from: own.from,
        busy_until: own.until,
        // Who is asked the day before answers until the evening; who is asked in time has five days.
        answer_by: (context.now + ANSWER_WITHIN).min(latest).max(context.now + SignedDuration::from_hours(6)),
        message_sealed: message.map(|text| services.vault.seal(stop_place(id), text.as_bytes())),
        replaces,
        sequence: sql::next_sequence(&mut tx, request.id.0).await?,
        created_by: match &context.actor {
            Actor::Staff { account, .. } => Some(account.0),
            _ => None,
        },
    };
    sql::propose(&mut tx, &fresh, context.now).await?;
    tell::<Bus>(&mut tx, context.now, &[Notice::now(request.id, BusTemplate::Proposed)]).await?;
    finished(services, tx).await
}

/// Gives a kept stop another vehicle or crew at its own time: the school notices nothing.
///
/// # Errors
/// As [`propose`].
pub async fn assign(
    services: &Services,
    context: &Context,
    id: BusRequestId,
    version: i32,
    vehicle: BusVehicleId,
    crew: BusCrewId,
    anyway: bool,
) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    // A proposal that ran out and is stored all the same is in nobody's way.
    lapse_due(services).await?;
    let other = Other { request: id, version, vehicle, crew, anyway };
    let done = run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { reassign(&services, &context, other).await }
    });
    match done.await {
        Err(BusError::Database(error)) if is_taken(&error) => {
            let mut db = services.db.acquire().await?;
            let request = Bus::load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)?;
            drop(db);
            let Some(stop) = request.own.stop else { return Err(BusError::StateHasChanged) };
            let (starts_at, ends_at) = (stop.starts_at, stop.ends_at);
            let asked =
                Proposal { request: id, version, vehicle, crew, starts_at, ends_at, message: String::new(), anyway };
            Err(conflicts_or_changed(in_the_way(services, context, &asked).await?))
        }
        other => other,
    }
}

/// Another vehicle or crew for a stop that is kept.
#[derive(Clone, Copy)]
struct Other {
    request: BusRequestId,
    version: i32,
    vehicle: BusVehicleId,
    crew: BusCrewId,
    anyway: bool,
}

async fn reassign(services: &Services, context: &Context, other: Other) -> Result<(), BusError> {
    let Other { request: id, version, vehicle, crew, anyway } = other;
    let mut tx = services.begin().await?;
    let needs_m = fleet_sql::lock(&mut tx, vehicle.0, crew.0).await?.ok_or(BusError::NotFound)?;
    let request = locked(services, context, &mut tx, id, Some(version)).await?;
    let stop = request.stop.clone().ok_or(BusError::StateHasChanged)?;
    let around = Around::read(&mut tx, &stop.trip(), u16::try_from(needs_m).unwrap_or(u16::MAX), context.now).await?;
    let found = around.against(&request, &stop.trip(), vehicle, crew, context.now);
    if found.iter().any(|conflict| conflict.is_final() || !anyway && *conflict != Conflict::OtherDay) {
        return Err(BusError::Own(Conflicts(around.told(services, &mut tx, found).await?)));
    }
    sql::assign(&mut tx, stop.id.0, vehicle.0, crew.0, context.now).await?;
    // A colleague who saw the vehicle of before looks again.
    requests::touch(&mut tx, id.0, context.now).await?;
    let entry = Entry {
        action: "bus.assigned",
        subject_kind: "bus_request",
        subject: Some(id.0),
        detail: json!({ "vehicle": { "from": stop.vehicle, "to": vehicle }, "crew": { "from": stop.crew, "to": crew } }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(())
}
