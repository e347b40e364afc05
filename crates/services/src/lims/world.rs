//! The codes a simulated stream is made of, as this house has them.

use super::LimsError;
use super::simulate::{Step, Tank, World};
use crate::Services;
use domain::account::{Capability, Role};
use domain::custody::{CatalogueKind, Item};
use domain::time::local_day;
use store::lims::world as sql;

/// Hospitals and certificates where the register names none yet: then none is asked for.
const COLLECTORS: [(&str, &str); 3] =
    [("JN-QILU", "CC-2025-0001"), ("JN-SL", "CC-2025-0002"), ("QD-FY", "CC-2025-0003")];

/// The world of a facility: its people, collectors, lists and tanks, and the first number that is free this year.
///
/// # Errors
/// `NotFound` where the house lacks people (four), a tank of either use, or lists; `Unreadable`, `Database`. Without anybody of quality who
/// has a code a stream is made all the same: the house keeps none of its units for good.
pub async fn world(services: &Services, facility: &str) -> Result<World, LimsError> {
    let now = services.clock.now();
    let today = local_day(now);
    let year = u8::try_from(today.year().rem_euclid(100)).map_err(|_| LimsError::Unreadable)?;
    let mut db = services.db.acquire().await?;
    let operators = sql::operators(&mut *db, now).await?;
    let roles = Role::ALL.into_iter().filter(|role| role.may(Capability::ReleaseUnits));
    let roles: Vec<String> = roles.map(|role| role.name().to_owned()).collect();
    let quality = sql::with_roles(&mut *db, &roles, now).await?;
    let known = sql::collectors(&mut *db, now).await?;
    let mut collectors: Vec<(String, String)> = known.into_iter().map(|row| (row.hospital, row.number)).collect();
    if collectors.is_empty() {
        collectors.extend(COLLECTORS.map(|(hospital, number)| (hospital.to_owned(), number.to_owned())));
    }
    let shelf = services.custody.read(&mut db, &services.clock).await?;
    let items = |kind| shelf.at(kind, now).map(|list| list.items.as_slice()).unwrap_or_default();
    let (steps, tests) = (items(CatalogueKind::Preparation), items(CatalogueKind::Test));
    let last = sql::last_number(&mut *db, &format!("{facility}{year:02}")).await?;
    let quarantine = tank(sql::tank(&mut *db, "quarantine").await?)?;
    let long_term = tank(sql::tank(&mut *db, "long_term").await?)?;
    if operators.len() < 4 || steps.is_empty() || tests.is_empty() {
        return Err(LimsError::NotFound);
    }
    let sequence = last.and_then(|din| din.get(7..13)?.parse::<u32>().ok()).map_or(1, |last| last + 1);
    let step = |item: &Item| Step { code: item.code.clone(), section: item.section.clone(), by_two: item.needs_two() };
    Ok(World {
        facility: facility.to_owned(),
        year,
        sequence,
        operators,
        quality,
        collectors,
        steps: steps.iter().map(step).collect(),
        tests: tests.iter().map(|item| item.code.clone()).collect(),
        quarantine,
        long_term,
    })
}

fn tank(row: Option<sql::TankRow>) -> Result<Tank, LimsError> {
    let row = row.ok_or(LimsError::NotFound)?;
    let number = |of: i16| of.unsigned_abs();
    Ok(Tank {
        code: row.code,
        towers: number(row.towers),
        frames: number(row.frames),
        slots: number(row.slots),
        from: u32::try_from(row.used).unwrap_or(u32::MAX),
    })
}
