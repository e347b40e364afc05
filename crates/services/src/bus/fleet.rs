//! The fleet: the vehicles and the crews, and who changes them. What once drove stays known; what is retired is offered to
//! nobody any more, and is only retired once nothing is planned with it.

use super::kind::{BusError, Conflicts};
use super::planner::{Told, live};
use crate::audit::{self, Entry};
use crate::requests::run;
use crate::{Context, Services};
use domain::account::Capability;
use domain::bus::Conflict;
use domain::field::{Fault, Faults};
use domain::ids::{BusCrewId, BusVehicleId};
use domain::typed;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use store::bus::fleet as sql;
use uuid::Uuid;

/// A vehicle.
#[derive(Clone, Debug)]
pub struct Vehicle {
    /// Which.
    pub id: BusVehicleId,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Metres it needs to park and turn out.
    pub needs_m: u16,
}

/// A crew.
#[derive(Clone, Debug)]
pub struct Crew {
    /// Which.
    pub id: BusCrewId,
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
}

/// The vehicles and crews in use.
///
/// # Errors
/// `Denied`.
pub async fn fleet(services: &Services, context: &Context) -> Result<(Vec<Vehicle>, Vec<Crew>), BusError> {
    context.require(Capability::DispatchBus)?;
    let mut db = services.db.acquire().await?;
    read_fleet(&mut db).await
}

pub(super) async fn read_fleet(db: &mut PgConnection) -> Result<(Vec<Vehicle>, Vec<Crew>), BusError> {
    let vehicles = sql::vehicles(&mut *db).await?.into_iter().map(|row| Vehicle {
        id: BusVehicleId(row.id),
        title_zh: row.title_zh,
        title_en: row.title_en,
        needs_m: u16::try_from(row.needs_m).unwrap_or(u16::MAX),
    });
    let crews = sql::crews(db).await?.into_iter().map(|row| Crew {
        id: BusCrewId(row.id),
        title_zh: row.title_zh,
        title_en: row.title_en,
    });
    Ok((vehicles.collect(), crews.collect()))
}

/// One of the fleet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Unit {
    /// A vehicle.
    Vehicle(BusVehicleId),
    /// A crew.
    Crew(BusCrewId),
}

/// What is said of a vehicle or a crew.
#[derive(Clone, Debug, Default)]
pub struct Named {
    /// Chinese title.
    pub title_zh: String,
    /// English title.
    pub title_en: String,
    /// Metres a vehicle needs; nothing of a crew.
    pub needs_m: Option<u32>,
}

/// The longest title.
const TITLE: u32 = 30;

fn read(named: &Named, unit: Unit) -> Result<(String, String, i32), BusError> {
    let mut faults = Faults::default();
    let zh = faults.take("title_zh", typed::line(&named.title_zh, TITLE));
    let en = faults.take("title_en", typed::line(&named.title_en, TITLE));
    let metres = match (unit, named.needs_m) {
        (Unit::Crew(_), _) => Some(1),
        (Unit::Vehicle(_), Some(metres @ 1..=100)) => Some(metres.cast_signed()),
        (Unit::Vehicle(_), Some(_)) => faults.take("needs_m", Err(Fault::OutOfRange { min: 1, max: 100 })),
        (Unit::Vehicle(_), None) => faults.take("needs_m", Err(Fault::Required)),
    };
    match (zh, en, metres) {
        (Some(zh), Some(en), Some(metres)) => Ok((zh, en, metres)),
        _ => Err(BusError::Fields(faults.into_errors())),
    }
}

impl Unit {
    const fn kind(self) -> &'static str {
        match self {
            Self::Vehicle(_) => "bus_vehicle",
            Self::Crew(_) => "bus_crew",
        }
    }

    const fn id(self) -> Uuid {
        match self {
            Self::Vehicle(id) => id.0,
            Self::Crew(id) => id.0,
        }
    }
}

/// Two of one title are told by the database.
fn taken(error: sqlx::Error) -> BusError {
    match store::constraint_of(&error) {
        Some(sql::VEHICLE_ONCE | sql::CREW_ONCE) => BusError::field("title_zh", Fault::AlreadyExists),
        _ => error.into(),
    }
}

/// Adds a vehicle or a crew, or gives one that is there other words. The identifier comes with the form: sent twice, it is
/// one.
///
/// # Errors
/// `Denied`, `Fields`.
pub async fn save_unit(services: &Services, context: &Context, unit: Unit, named: &Named) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    let (title_zh, title_en, needs_m) = read(named, unit)?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        let (title_zh, title_en) = (title_zh.clone(), title_en.clone());
        async move {
            let mut tx = services.begin().await?;
            let saved = match unit {
                Unit::Vehicle(id) => {
                    let row = sql::VehicleRow { id: id.0, title_zh, title_en, needs_m };
                    sql::save_vehicle(&mut tx, &row, context.now).await
                }
                Unit::Crew(id) => {
                    sql::save_crew(&mut tx, &sql::CrewRow { id: id.0, title_zh, title_en }, context.now).await
                }
            };
            let detail = json!({ "new": saved.map_err(taken)?, "metres": needs_m });
            let (subject_kind, subject) = (unit.kind(), Some(unit.id()));
            let entry = Entry { action: "bus.unit_saved", subject_kind, subject, detail };
            audit::record(&mut tx, &context, &[entry]).await?;
            tx.commit().await?;
            Ok(())
        }
    })
    .await
}

/// Retires a vehicle or a crew: nobody plans with it any more. Refused while something is planned with it, and by what.
///
/// # Errors
/// `Denied`; `Own` with the stops that stand in the way; `NotFound`.
pub async fn retire_unit(services: &Services, context: &Context, unit: Unit) -> Result<(), BusError> {
    context.require(Capability::DispatchBus)?;
    super::lapse_due(services).await?;
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move {
            let mut tx = services.begin().await?;
            // Whoever plans with it meanwhile holds its row and waits here, or is waited for.
            if !sql::retire(&mut tx, matches!(unit, Unit::Vehicle(_)), unit.id()).await? {
                return Err(BusError::NotFound);
            }
            // One under way began before now, on a day of at most as many hours.
            let since = context.now.saturating_sub(SignedDuration::from_hours(24)).unwrap_or(context.now);
            let stops = live(&mut tx, since, Timestamp::MAX, context.now).await?;
            let concerned = stops.into_iter().filter(|stop| stop.ends_at > context.now).filter(|stop| match unit {
                Unit::Vehicle(id) => stop.vehicle == id,
                Unit::Crew(id) => stop.crew == id,
            });
            let told = concerned.map(|stop| {
                let with = stop.id.0;
                let conflict = match unit {
                    Unit::Vehicle(_) => Conflict::VehicleBusy { with },
                    Unit::Crew(_) => Conflict::CrewBusy { with },
                };
                Told { conflict, stop: Some(stop), by: None, blackout: None }
            });
            let told: Vec<Told> = told.collect();
            if !told.is_empty() {
                return Err(BusError::Own(Conflicts(told)));
            }
            let (subject_kind, subject) = (unit.kind(), Some(unit.id()));
            let entry = Entry { action: "bus.unit_retired", subject_kind, subject, detail: json!({}) };
            audit::record(&mut tx, &context, &[entry]).await?;
            tx.commit().await?;
            Ok(())
        }
    })
    .await
}
