//! Free dates: when a request can be answered, with whom, before anybody has to look for it.

use super::blackout::blackout_views;
use super::fleet::{Crew, Vehicle, read_fleet};
use super::kind::{Bus, BusError, RequestView};
use super::planner::{AROUND, Around, live};
use super::view::StopView;
use crate::requests::Kind;
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::{HalfDay, Trip};
use domain::ids::{BusCrewId, BusRequestId, BusVehicleId};
use domain::time::{at, local_day, start_of_day};
use jiff::{Span, Timestamp, civil};
use sqlx::PgConnection;

/// A free date with a vehicle and a crew.
#[derive(Clone, Debug)]
pub struct Slot {
    /// The first visitors.
    pub starts_at: Timestamp,
    /// The last ones.
    pub ends_at: Timestamp,
    /// Vehicle.
    pub vehicle: BusVehicleId,
    /// Crew.
    pub crew: BusCrewId,
    /// One of the days the school asked for.
    pub wished: bool,
}

/// A half day a bus goes out: visitors come from … to.
struct Half {
    half: HalfDay,
    from: civil::Time,
    until: civil::Time,
}

const HALVES: [Half; 2] = [
    Half { half: HalfDay::Morning, from: civil::time(9, 0, 0, 0), until: civil::time(11, 30, 0, 0) },
    Half { half: HalfDay::Afternoon, from: civil::time(14, 0, 0, 0), until: civil::time(16, 30, 0, 0) },
];
/// Free dates offered at most.
const OFFERED: usize = 8;
/// How many days after the last wish are looked at.
const AFTER: i64 = 14;

/// The fleet, and what stands around some days: what every question for a free date is asked of, whoever asks it.
#[derive(Clone)]
pub(super) struct Reach {
    pub(super) vehicles: Vec<Vehicle>,
    crews: Vec<Crew>,
    around: Around,
}

impl Reach {
    /// What there is from `first` until the days after `last` that are looked at.
    pub(super) async fn read(
        db: &mut PgConnection,
        (first, last): (civil::Date, civil::Date),
        now: Timestamp,
    ) -> Result<Self, BusError> {
        let (vehicles, crews) = read_fleet(&mut *db).await?;
        let end = last.checked_add(Span::new().days(AFTER)).unwrap_or(last);
        let stops = live(&mut *db, start_of_day(first) - AROUND, start_of_day(end) + AROUND + AROUND, now).await?;
        let blackouts = blackout_views(db, first).await?;
        Ok(Self { vehicles, crews, around: Around { stops, blackouts, needs_m: 0 } })
    }

    /// The same with some of its stops only.
    pub(super) fn with(&self, stands: impl Fn(&StopView) -> bool) -> Self {
        let mut some = self.clone();
        some.around.stops.retain(stands);
        some
    }

    /// There is something to go out with at all.
    pub(super) fn has_a_fleet(&self) -> bool {
        !self.vehicles.is_empty() && !self.crews.is_empty()
    }

    /// Why a vehicle does not drive on a day, in Chinese and English.
    pub(super) fn rests(&self, vehicle: &Vehicle, day: civil::Date) -> Option<(&str, &str)> {
        let concerns = |of: Option<BusVehicleId>| of.is_none_or(|of| of == vehicle.id);
        let found = self.around.blackouts.iter().find(|it| concerns(it.vehicle) && (it.from..=it.until).contains(&day));
        found.map(|it| (it.reason_zh.as_str(), it.reason_en.as_str()))
    }

    /// The free dates of a request on one day, with the first vehicle and crew that fit. The longest kerb is not waited for:
    /// what a coordinator may accept is no reason to leave a date out.
    pub(super) fn on(&self, request: &RequestView, day: civil::Date, now: Timestamp) -> Vec<Slot> {
        let wished = |it: &&Half| request.half_day == HalfDay::Any || request.half_day == it.half;
        let slot = |Half { from, until, .. }: &Half| {
            let trip = Trip { starts_at: at(day, *from), ends_at: at(day, *until), place: request.place };
            let mut pairs = self.vehicles.iter().flat_map(|vehicle| self.crews.iter().map(move |crew| (vehicle, crew)));
            let fits = |(vehicle, crew): &(&Vehicle, &Crew)| {
                let found = self.around.against(request, &trip, vehicle.id, crew.id, now);
                found.iter().all(|conflict| !conflict.is_final())
            };
            let (vehicle, crew) = pairs.find(fits)?;
            Some(Slot {
                starts_at: trip.starts_at,
                ends_at: trip.ends_at,
                vehicle: vehicle.id,
                crew: crew.id,
                wished: request.days.contains(&day),
            })
        };
        HALVES.iter().filter(wished).filter_map(slot).collect()
    }

    /// Free dates of a request, at most `most`: first the days it asked for, then those soon after them, or after today where
    /// they are past.
    pub(super) fn free(&self, request: &RequestView, now: Timestamp, most: usize) -> Vec<Slot> {
        let Some(last) = request.days.iter().max() else { return Vec::new() };
        let last = (*last).max(local_day(now));
        let after = (1..=AFTER).filter_map(|n| last.checked_add(Span::new().days(n)).ok());
        let days = request.days.iter().copied().chain(after);
        days.flat_map(|day| self.on(request, day, now)).take(most).collect()
    }
}

/// The first and the last of the days these requests wish for, today among them: what is planned is planned from today on.
pub(super) fn span(requests: &[RequestView], now: Timestamp) -> (civil::Date, civil::Date) {
    let today = local_day(now);
    let days = || requests.iter().flat_map(|request| request.days.iter().copied());
    (days().min().unwrap_or(today).min(today), days().max().unwrap_or(today).max(today))
}

/// Free dates for a request: first the days it asked for, then those soon after them.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn slots(services: &Services, context: &Context, id: BusRequestId) -> Result<Vec<Slot>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    let request = Bus::load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)?;
    let reach = Reach::read(&mut db, span(std::slice::from_ref(&request), context.now), context.now).await?;
    Ok(reach.free(&request, context.now, OFFERED))
}
