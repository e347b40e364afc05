//! Forgetting units when their time is over ([`crate::privacy::Term::Unit`]): the key is destroyed, so that nobody reads again what their
//! events say, and what else was said of them goes with it. What happened, when and in which order stands, and verifies.

use crate::Services;
use crate::audit::{self, Entry};
use crate::privacy::in_batches;
use domain::custody::{Kind, State, next};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use store::custody::forgetting::{self as sql, Over};
use store::custody::units;
use uuid::Uuid;

/// Units of one transaction.
const BATCH: i64 = 50;
/// A clock of some source that was decades behind destroys nothing at once: so long we have known that a unit is over.
const KNOWN: SignedDuration = SignedDuration::from_hours(24 * 365);

/// The events with which a unit ends, by the table of states.
fn endings() -> Vec<String> {
    let ends = |kind: &&Kind| {
        let mut before = State::ALL.iter().filter(|state| !state.is_over());
        before.any(|state| next(*state, **kind).is_some_and(State::is_over))
    };
    Kind::ALL.iter().filter(ends).map(|kind| kind.name().to_owned()).collect()
}

/// Units that ended before an instant.
fn over(services: &Services, ended: Timestamp) -> Over {
    let states = State::ALL.iter().filter(|state| state.is_over());
    Over {
        states: states.map(|state| state.name().to_owned()).collect(),
        kinds: endings(),
        ended,
        known: services.clock.now().saturating_sub(KNOWN).unwrap_or(Timestamp::MIN),
    }
}

/// How many units [`forget_due`] would forget.
pub(crate) async fn count_due(services: &Services, ended: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::forgettable(&services.db, &over(services, ended), i64::MAX).await?.len() as u64)
}

/// Destroys the keys of units that ended before an instant, once a signed root covers all that they sealed, with their dead letters and
/// the text of their proposals; with a proof in the trail for each. A unit with an open deviation waits until that is closed. Once for
/// each unit, however many servers there are.
pub(crate) async fn forget_due(services: &Services, ended: Timestamp) -> sqlx::Result<u64> {
    in_batches(services, BATCH, move |services| async move { batch(&services, ended).await }).await
}

async fn batch(services: &Services, ended: Timestamp) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let due = sql::forgettable(&mut *tx, &over(services, ended), BATCH).await?;
    let ids: Vec<Uuid> = due.iter().map(|row| row.id).collect();
    let (mut done, mut entries) = (0, Vec::new());
    // In the order of their ids, as everybody locks units. What is locked is looked at again: it may have been forgotten, or something
    // was said of it, meanwhile.
    for row in units::lock(&mut *tx, &ids, &[]).await? {
        if row.key_sealed.is_none() || row.open_deviations > 0 {
            continue;
        }
        if units::destroy_keys(&mut *tx, &[row.id], context.now).await? == 0 {
            continue; // no root covers it yet: the next time
        }
        done += 1;
        let letters = sql::delete_letters(&mut *tx, row.id, &row.din).await?;
        let proposals = sql::expire_proposals(&mut *tx, row.id, context.now).await?;
        let detail = json!({ "state": row.state, "letters": letters, "proposals": proposals });
        entries.push(Entry {
            action: "custody.unit_forgotten",
            subject_kind: "custody_unit",
            subject: Some(row.id),
            detail,
        });
    }
    audit::record(&mut tx, &context, &entries).await?;
    tx.commit().await?;
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_unit_ends_with_one_of_five_events() {
        assert_eq!(endings(), ["infused", "discarded", "given_to_research", "transferred_out", "family_released"]);
    }
}
