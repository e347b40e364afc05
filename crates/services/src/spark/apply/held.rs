//! What is held of a person: a copy of it, an end to what was not sent, and the clock that ends it by itself.

use super::pages;
use super::{ApplyError, consent, submit};
use crate::Services;
use crate::audit::{self, Entry};
use crate::privacy::in_batches;
use crate::spark::papers::{self, PaperError};
use domain::ids::ApplicationId;
use domain::spark::application::{Answers, Consents};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use store::account::people::AccountRow;
use store::spark::apply as sql;

/// Applications of one transaction.
const BATCH: i64 = 100;

/// The applications an account filled in, whole: what is typed as it is typed, what was sent as it was frozen.
pub(crate) async fn exported(
    services: &Services,
    db: &mut PgConnection,
    account: &AccountRow,
) -> Result<Vec<Value>, ApplyError> {
    let mut all = Vec::new();
    // What a social worker fills in for the family of this telephone is the family's once it was sent.
    let rows = sql::of_account(db, account.id, account.phone_index.as_deref()).await?;
    for row in rows.into_iter().filter(|row| row.owner_id == account.id || row.submitted_at.is_some()) {
        let id = ApplicationId(row.id);
        let loaded = pages::load(services, db, &row).await?;
        let typed: Map<String, Value> =
            loaded.draft.pages().map(|(page, saved)| (page.to_owned(), json!(saved.typed))).collect();
        let sent = submit::opened(services, db, id).await?;
        let papers = papers::exported(services, db, id).await.map_err(of_papers)?;
        all.push(json!({
            "id": row.id,
            "reference": row.reference,
            "created_at": row.created_at.to_jiff(),
            "updated_at": row.updated_at.to_jiff(),
            "sent_at": row.submitted_at.map(|at| at.to_jiff()),
            "typed": typed,
            "sent": sent.map(|snapshot| answers(&snapshot.answers)),
            "papers": papers,
            "consents": words(&consent::loaded(db, id).await?),
        }));
    }
    Ok(all)
}

fn of_papers(error: PaperError) -> ApplyError {
    match error {
        PaperError::Database(error) => error.into(),
        _ => ApplyError::Damaged("a paper"),
    }
}

fn answers(answers: &Answers) -> Value {
    answers.iter().map(|(field, answer)| (field.to_owned(), json!(answer))).collect::<Map<_, _>>().into()
}

fn words(consents: &Consents) -> Value {
    consents
        .iter()
        .map(|given| {
            json!({ "purpose": given.purpose.name(), "agreed": given.agreed, "notice": given.notice, "at": given.at })
        })
        .collect()
}

/// Deletes what an account began and did not send. What was sent is the case's: it stays until its own time is over.
pub(crate) async fn forget(db: &mut PgConnection, account: &AccountRow) -> sqlx::Result<u64> {
    sql::discard_of(db, account.id).await
}

/// How many applications [`erase_stale`] would delete.
pub(crate) async fn count_stale(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    Ok(sql::count_stale(&services.db, before).await?.unsigned_abs())
}

/// Deletes applications that were not sent and not saved since an instant, with a proof in the trail: how many.
pub(crate) async fn erase_stale(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    in_batches(services, BATCH, move |services| async move { batch(&services, before).await }).await
}

async fn batch(services: &Services, before: Timestamp) -> sqlx::Result<u64> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let done = sql::discard_stale(&mut tx, before, BATCH).await?;
    if done > 0 {
        let (action, detail) = ("privacy.spark_applications_erased", json!({ "applications": done }));
        let entry = Entry { action, subject_kind: "spark_application", subject: None, detail };
        audit::record(&mut tx, &context, &[entry]).await?;
    }
    tx.commit().await?;
    Ok(done)
}
