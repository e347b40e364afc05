//! What happens to cases by itself, when its time has come. On several servers at once each is done once: the second finds
//! another version.

use super::{Act, CaseError, act};
use crate::Services;
use domain::ids::CaseId;
use domain::spark::{Event, Part};
use store::spark::desk::{self as sql, Due};
use uuid::Uuid;

/// Lapses cases whose award was not used in time, with the award. One of which a payment was let go is used and does not lapse
/// (as `ledger::lapse_due` says); one that the house itself holds up (before the agreement, in an appeal, on hold) does not
/// either.
///
/// # Errors
/// `Database` where nobody knows which are due. One that cannot be ended is told in the log, and holds up no other.
pub async fn lapse_due(services: &Services) -> Result<u32, CaseError> {
    let now = services.clock.now();
    let (mut done, mut after) = (0, Uuid::nil());
    loop {
        let page = sql::lapsing(&services.db, now, after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for due in page {
            done += u32::from(happens(services, due, Event::Lapse).await);
        }
    }
}

/// Moves cases of which the last tranche is paid to their follow-up.
///
/// # Errors
/// As [`lapse_due`].
pub async fn settle_paid(services: &Services) -> Result<u32, CaseError> {
    let (mut done, mut after) = (0, Uuid::nil());
    loop {
        let page = sql::paid_out(&services.db, after).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = last.id;
        for due in page {
            done += u32::from(happens(services, due, Event::PaidOut).await);
        }
    }
}

async fn happens(services: &Services, due: Due, event: Event) -> bool {
    let by_itself =
        Act { case: CaseId(due.id), version: due.version, part: Part::System, event, reason: None, award: None };
    match act(services, &services.system(), &by_itself).await {
        Ok(_) => true,
        // Another server, or a person, was first; or is at it.
        Err(CaseError::Stale(_) | CaseError::Refused(_) | CaseError::Unmet(_) | CaseError::Busy) => false,
        Err(error) => {
            tracing::error!(case = %due.id, event = event.name(), %error, "what is due of a case could not be done");
            false
        }
    }
}
