//! The fleet: the vehicles and the crews.

use super::kind::BusError;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{BusCrewId, BusVehicleId};
use sqlx::PgConnection;
use store::bus::fleet as sql;

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
