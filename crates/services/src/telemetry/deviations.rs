//! What an excursion means for the units that lay there: each has a deviation, and its family is told. An excursion that goes on after
//! that was closed, or is found critical then, opens another: it is nobody's otherwise.

use super::TelemetryError;
use super::keep::RAW_DAYS;
use crate::Services;
use crate::context::new_uuid;
use crate::custody::{By, CustodyError, Incoming, Refused, UnitName, record_caused_in, record_in};
use crate::db::to_the_end;
use crate::family::{FamilyError, tell_in};
use domain::custody::{DeviationKind, Payload};
use domain::family::Notice;
use domain::ids::{FamilyId, UnitId};
use domain::time::local_day;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use store::family::said;
use store::telemetry::excursions::{self as sql, DueRow, Settled};
use uuid::Uuid;

/// Units of one transaction.
const BATCH: i64 = 200;
/// Units that are joined to their excursions by one: a hall that grows warm has all of the bank's in one, and what is tried whole and
/// takes too long would be tried in vain for ever.
const JOINED: i64 = 10_000;
/// Excursions that ended or were found within this time (of a gateway that was silent for days they are found late) are joined to units in
/// every round.
const LATELY: SignedDuration = SignedDuration::from_hours(48);

impl From<CustodyError> for TelemetryError {
    fn from(error: CustodyError) -> Self {
        match error {
            CustodyError::Denied(denied) => denied.into(),
            CustodyError::NotFound => Self::NotFound,
            CustodyError::Database(error) => error.into(),
            error @ (CustodyError::Refused(_) | CustodyError::Unreadable) => {
                tracing::error!(%error, "a unit of an excursion could not be written of");
                Self::Unreadable("a unit")
            }
        }
    }
}

/// Opens a deviation of every unit that lay in a tank while it was too warm, also of those moved since, and tells their families.
/// Any number of servers may do so at once: each unit has one of an excursion at a time. Answers how many units.
///
/// # Errors
/// `Busy`, `Unreadable`, `Database`.
pub async fn open_deviations(services: &Services) -> Result<u64, TelemetryError> {
    join(services, LATELY).await?;
    let mut all = 0;
    loop {
        let given = services.clone();
        let done = to_the_end(async move { batch(&given).await }).await?;
        all += done;
        if done < BATCH.unsigned_abs() {
            return Ok(all);
        }
    }
}

/// Joins older excursions, too: to units of which the laboratory said late where they lay.
///
/// # Errors
/// `Busy`, `Database`.
pub(super) async fn join_all(services: &Services) -> Result<(), TelemetryError> {
    join(services, SignedDuration::from_hours(24 * RAW_DAYS)).await
}

async fn join(services: &Services, within: SignedDuration) -> Result<(), TelemetryError> {
    let since = services.clock.now().saturating_sub(within).unwrap_or(Timestamp::MIN);
    loop {
        let given = services.clone();
        let joined = to_the_end(async move {
            // Lately is a small part of all there ever were, which only a plan for this instant knows.
            let mut tx = given.begin_search().await?;
            let joined = sql::join_units(&mut *tx, since, JOINED).await?;
            if joined == 0 {
                sql::again(&mut *tx, since).await?;
            }
            tx.commit().await?;
            Ok::<_, TelemetryError>(joined)
        });
        if joined.await? == 0 {
            return Ok(());
        }
    }
}

async fn batch(services: &Services) -> Result<u64, TelemetryError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let due = sql::due(&mut *tx, BATCH).await?;
    let all = due.len() as u64;
    let mut of: BTreeMap<(Uuid, i16), Vec<DueRow>> = BTreeMap::new();
    for row in due {
        of.entry((row.excursion_id, row.round)).or_default().push(row);
    }
    let by = By::of(&context, "telemetry");
    let (mut settled, mut opened_of) = (Settled::default(), Vec::new());
    for ((excursion, round), rows) in of {
        let deviations: Vec<Uuid> = rows.iter().map(|_| new_uuid(context.now)).collect();
        let incoming: Vec<Incoming> = rows.iter().zip(&deviations).map(|(row, id)| opened(row, *id)).collect();
        // One cause has one deviation of a unit; those of later rounds name the tank and the time like the first.
        let outcomes = if round == 1 {
            record_caused_in(&mut tx, services, &by, excursion, &incoming, context.now).await?
        } else {
            record_in(&mut tx, services, &by, &incoming, context.now).await?
        };
        for ((row, deviation), outcome) in rows.iter().zip(deviations).zip(outcomes) {
            settled.excursions.push(excursion);
            settled.units.push(row.unit_id);
            settled.rounds.push(round);
            settled.deviations.push(outcome.is_ok().then_some(deviation));
            settled.refused.push(outcome.as_ref().err().map(|refused: &Refused| refused.code().to_owned()));
            if outcome.is_ok() {
                opened_of.push((row.unit_id, deviation, local_day(row.begins_at.to_jiff())));
            }
        }
    }
    // Whose they are is asked now that the units are locked: one may have been given to another family until then.
    let units: Vec<Uuid> = opened_of.iter().map(|(unit, ..)| *unit).collect();
    let families: BTreeMap<Uuid, Uuid> = said::families_of(&mut *tx, &units).await?.into_iter().collect();
    for (unit, deviation, day) in opened_of {
        if let Some(family) = families.get(&unit) {
            let about = (FamilyId(*family), Some(UnitId(unit)));
            tell_in(&mut tx, &context, about, (Notice::Excursion, deviation, Some(day))).await.map_err(untold)?;
        }
    }
    if all > 0 {
        sql::settle(&mut *tx, &settled).await?;
    }
    tx.commit().await?;
    Ok(all)
}

fn untold(error: FamilyError) -> TelemetryError {
    match error {
        FamilyError::Database(error) => error.into(),
        error => {
            tracing::error!(%error, "a family could not be told of an excursion");
            TelemetryError::Unreadable("a family")
        }
    }
}

/// What happened to a unit: facts that need no language.
fn opened(row: &DueRow, deviation: Uuid) -> Incoming {
    let (begins, ends) = (row.begins_at.to_jiff(), row.ends_at.to_jiff());
    let said = format!("{}: {:.1} °C, {begins:.0}/{ends:.0}", row.tank, row.peak);
    Incoming {
        unit: UnitName::Id(UnitId(row.unit_id)),
        payload: Payload::DeviationOpened { deviation, of: DeviationKind::Excursion, said, operator: None },
        occurred_at: begins,
        source_seq: None,
    }
}
