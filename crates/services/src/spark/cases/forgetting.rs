//! Forgetting cases when their time is over ([`crate::privacy::Term::Case`]); one that is kept ([`super::hold`]) is passed over.

use crate::Services;
use crate::audit::{self, Entry};
use crate::privacy::in_batches;
use domain::time::local_day;
use jiff::Timestamp;
use serde_json::json;
use store::spark::{cases as rows, kept as sql};

/// Cases of one transaction.
const BATCH: i64 = 50;

/// Since when a case has to be over to be forgotten.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Over {
    /// Where something was paid.
    pub helped: Timestamp,
    /// Where nothing was.
    pub other: Timestamp,
}

/// How many cases [`forget_due`] would forget.
pub(crate) async fn count_due(services: &Services, over: Over) -> sqlx::Result<u64> {
    let today = local_day(services.clock.now());
    Ok(sql::forgettable(&services.db, (over.helped, over.other), today, i64::MAX).await?.len() as u64)
}

/// Destroys the keys of cases whose time is over, with what was sent, as [`super::forget`] does; with a proof in the trail. What
/// was kept until a day that is past is let go first.
pub(crate) async fn forget_due(services: &Services, over: Over) -> sqlx::Result<u64> {
    let_go(services).await?;
    in_batches(services, BATCH, move |services| async move { batch(&services, over).await }).await
}

/// Ends the keeping of cases whose last day is past, for the house itself.
async fn let_go(services: &Services) -> sqlx::Result<()> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let ended = sql::end_holds(&mut *tx, local_day(context.now), context.now).await?;
    let entry = |id: &uuid::Uuid| Entry {
        action: "spark.case_hold_ended",
        subject_kind: "spark_case",
        subject: Some(*id),
        detail: json!({}),
    };
    let entries: Vec<Entry> = ended.iter().map(entry).collect();
    audit::record(&mut tx, &context, &entries).await?;
    tx.commit().await
}

async fn batch(services: &Services, over: Over) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let over = (over.helped, over.other);
    let due = sql::forgettable(&mut *tx, over, local_day(context.now), BATCH).await?;
    let (mut done, mut entries) = (0, Vec::new());
    for id in due.iter().map(|row| &row.id) {
        // In the order of the list, which is the same on every server. What is locked is looked at again: it may have been
        // appealed, kept or forgotten meanwhile.
        let Some(row) = rows::lock(&mut *tx, *id).await? else { continue };
        let over = matches!(row.state.as_str(), "refused" | "ineligible" | "closed" | "withdrawn" | "lapsed");
        if !over || sql::is_held(&mut *tx, *id).await? || !rows::destroy_key(&mut tx, *id, context.now).await? {
            continue;
        }
        done += 1;
        let detail = json!({ "state": row.state });
        entries.push(Entry { action: "spark.case_forgotten", subject_kind: "spark_case", subject: Some(*id), detail });
    }
    audit::record(&mut tx, &context, &entries).await?;
    tx.commit().await?;
    Ok(done)
}
