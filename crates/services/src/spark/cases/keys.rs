//! The keys of cases.

use super::{CaseError, place_of};
use crate::audit::{self, Entry};
use crate::crypto::CaseKey;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::CaseId;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases as sql;

/// The key of a case. Asks no policy: whoever opens something with it has asked ([`super::may_read`]).
///
/// # Errors
/// `NotFound`, `Forgotten`, `Crypto`, `Database`.
pub async fn key(services: &Services, db: &mut PgConnection, case: CaseId) -> Result<CaseKey, CaseError> {
    let sealed = sql::key(db, case.0).await?.ok_or(CaseError::NotFound)?.ok_or(CaseError::Forgotten)?;
    Ok(services.vault.open_case_key(case.0, &sealed)?)
}

/// Destroys the key of a case that is over: what was sealed under it is gone, wherever a copy lies; so are the way from
/// accounts to it and what finds its patient. What happened, and the money, stays and names nobody. Repeated it does nothing.
///
/// # Errors
/// `Denied`, `NotFound`, `NotOver`, `Kept`, `Database`.
pub async fn forget(services: &Services, context: &Context, case: CaseId) -> Result<(), CaseError> {
    context.require(Capability::OverseeCases)?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    if place_of(&row)?.state().is_live() {
        return Err(CaseError::NotOver);
    }
    if sql::destroy_key(&mut tx, case.0, context.now).await? {
        let detail = json!({ "state": row.state });
        let entry = Entry { action: "spark.case_forgotten", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    Ok(tx.commit().await?)
}
