//! Free dates: when a request can be answered, with whom, before anybody has to look for it.

use super::blackout::blackout_views;
use super::fleet::{Crew, Vehicle, read_fleet};
use super::kind::{Bus, BusError};
use super::planner::{AROUND, Around, live};
use crate::requests::Kind;
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::{HalfDay, Trip};
use domain::ids::{BusCrewId, BusRequestId, BusVehicleId};
use domain::time::{at, start_of_day};
use jiff::{Span, Timestamp, civil};

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

/// Free dates for a request: first the days it asked for, then those soon after them. The longest kerb is not waited for:
/// what a coordinator may accept is no reason to leave a date out.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn slots(services: &Services, context: &Context, id: BusRequestId) -> Result<Vec<Slot>, BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    let request = Bus::load(services, &mut db, id, context.now).await?.ok_or(BusError::NotFound)?;
    let (vehicles, crews) = read_fleet(&mut db).await?;
    let (Some(first), Some(last)) = (request.days.iter().min(), request.days.iter().max()) else {
        return Ok(Vec::new());
    };
    let after = (1..=14).filter_map(|n| last.checked_add(Span::new().days(n)).ok());
    let days: Vec<civil::Date> = request.days.iter().copied().chain(after).collect();
    let end = days.iter().max().copied().unwrap_or(*last);
    let whole = Around {
        stops: live(&mut db, start_of_day(*first) - AROUND, start_of_day(end) + AROUND + AROUND, context.now).await?,
        blackouts: blackout_views(&mut db, *first).await?,
        needs_m: 0,
    };
    let mut free = Vec::new();
    for day in days {
        let wished = |it: &&Half| request.half_day == HalfDay::Any || request.half_day == it.half;
        for Half { from, until, .. } in HALVES.iter().filter(wished) {
            let trip = Trip { starts_at: at(day, *from), ends_at: at(day, *until), place: request.place };
            let pairs = vehicles.iter().flat_map(|vehicle| crews.iter().map(move |crew| (vehicle, crew)));
            let fits = |(vehicle, crew): &(&Vehicle, &Crew)| {
                let found = whole.against(&request, &trip, vehicle.id, crew.id, context.now);
                found.iter().all(|conflict| !conflict.is_final())
            };
            if let Some((vehicle, crew)) = pairs.into_iter().find(fits) {
                let wished = request.days.contains(&day);
                free.push(Slot {
                    starts_at: trip.starts_at,
                    ends_at: trip.ends_at,
                    vehicle: vehicle.id,
                    crew: crew.id,
                    wished,
                });
            }
        }
        if free.len() >= OFFERED {
            break;
        }
    }
    free.truncate(OFFERED);
    Ok(free)
}
