//! What may be done with what was sent, asked by whoever is about to do it; and taking a consent back, which holds at once.

use super::draft::access;
use super::{ApplyError, applicant, run};
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::ids::ApplicationId;
use domain::spark::application::consent::{Given, Use};
use domain::spark::application::{Consents, Purpose};
use serde_json::json;
use sqlx::PgConnection;
use store::ToSqlx as _;
use store::spark::apply as sql;
use store::spark::consents as words;

/// Every word about an application. Asks no policy.
pub(in crate::spark) async fn loaded(db: &mut PgConnection, id: ApplicationId) -> Result<Consents, ApplyError> {
    let rows = words::of_application(db, id.0).await?;
    let given = rows.into_iter().map(|row| {
        let purpose = Purpose::from_name(&row.purpose).ok_or(ApplyError::Damaged("a consent"))?;
        let notice = u16::try_from(row.notice).map_err(|_| ApplyError::Damaged("a consent"))?;
        Ok(Given { purpose, agreed: row.agreed, notice, at: row.given_at.to_jiff() })
    });
    Ok(Consents::new(given.collect::<Result<Vec<_>, ApplyError>>()?))
}

/// Whether this may be done with an application now. Asked in the transaction of what is done; without a word the answer is no.
///
/// # Errors
/// `Database`, `Damaged`.
pub async fn may(db: &mut PgConnection, id: ApplicationId, wanted: Use) -> Result<bool, ApplyError> {
    Ok(loaded(db, id).await?.may(wanted))
}

/// The consents of an application that was sent, for its account.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's.
pub async fn consents(services: &Services, context: &Context, id: ApplicationId) -> Result<Consents, ApplyError> {
    let account = applicant(context)?;
    let mut db = services.db.acquire().await?;
    let row = sql::application(&mut *db, id.0).await?.ok_or(ApplyError::NotFound)?;
    access(&mut db, &row, account).await?;
    loaded(&mut db, id).await
}

/// Takes a consent back. From then on [`may`] says no; what was done before stays done. A second press adds nothing.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's.
pub async fn withdraw_consent(
    services: &Services,
    context: &Context,
    id: ApplicationId,
    purpose: Purpose,
) -> Result<(), ApplyError> {
    let account = applicant(context)?;
    run(services, context, move |services, context| async move {
        let mut tx = services.begin().await?;
        let row = sql::lock(&mut tx, id.0).await?.ok_or(ApplyError::NotFound)?;
        access(&mut tx, &row, account).await?;
        // What the family agreed to, the family takes back: not who filled it in for them.
        if row.submitted_by.is_some_and(|by| by != account.0) {
            return Err(ApplyError::NotFound);
        }
        let Some(word) = loaded(&mut tx, id).await?.withdrawn(purpose, context.now) else { return Ok(()) };
        let row = words::ConsentRow {
            purpose: purpose.name().to_owned(),
            agreed: word.agreed,
            notice: i32::from(word.notice),
            given_at: word.at.to_sqlx(),
        };
        words::add(&mut tx, (context.new_id(), id.0, account.0), &row).await?;
        let (action, detail) = ("spark.consent_withdrawn", json!({ "purpose": purpose.name() }));
        let entry = Entry { action, subject_kind: "spark_application", subject: Some(id.0), detail };
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}
