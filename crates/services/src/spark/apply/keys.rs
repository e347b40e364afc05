//! The key of an application, from its first paper on. It seals whatever comes with it; once it is sent, it is the case's.

use super::ApplyError;
use crate::Services;
use crate::crypto::CaseKey;
use crate::spark::cases::{self, CaseError};
use domain::ids::{ApplicationId, CaseId};
use sqlx::PgConnection;
use store::spark::apply as sql;

/// The key of an application, before and after it is sent; made when it is asked for first. Asks no policy: whoever opens
/// something with it has asked.
///
/// # Errors
/// `NotFound` where there is no such application, or its case was forgotten; `Damaged`, `Database`.
pub async fn key(services: &Services, db: &mut PgConnection, id: ApplicationId) -> Result<CaseKey, ApplyError> {
    let kept = match sql::key(&mut *db, id.0).await? {
        Some(None) => {
            let fresh = services.vault.wrap_case_key(id.0, &services.vault.new_case_key());
            sql::give_key(&mut *db, id.0, &fresh).await?
        }
        kept => kept.flatten(),
    };
    if let Some(kept) = kept {
        return Ok(services.vault.open_case_key(id.0, &kept)?);
    }
    match cases::key(services, db, CaseId(id.0)).await {
        Ok(key) => Ok(key),
        Err(CaseError::NotFound | CaseError::Forgotten) => Err(ApplyError::NotFound),
        Err(CaseError::Database(error)) => Err(error.into()),
        Err(error) => {
            tracing::error!(%error, "the key of a case does not open");
            Err(ApplyError::Damaged("a key"))
        }
    }
}
