//! A copy of what was sent, to keep: made anew from the snapshot each time it is asked for, and kept nowhere.

use super::{ApplyError, Receipt, applicant, receipt, snapshot};
use crate::limits;
use crate::messages::{CopySheet, drawn};
use crate::{Context, Services};
use domain::ids::ApplicationId;
use domain::spark::application::Snapshot;

/// What was sent as a PDF, for the account that may read it: its file name and its bytes. The words are the caller's: it is given
/// what was sent.
///
/// # Errors
/// `Denied`; `Limited` after too many papers; `NotFound` for anybody else's, and before it is sent; `NoPaper` where it cannot be drawn.
pub async fn copy(
    services: &Services,
    context: &Context,
    id: ApplicationId,
    words: impl FnOnce(&Receipt, &Snapshot) -> CopySheet + Send,
) -> Result<(String, Vec<u8>), ApplyError> {
    let account = applicant(context)?;
    limits::hit(services, &limits::DRAWN_PER_ACCOUNT, &account.to_string()).await?;
    let receipt = receipt(services, context, id).await?;
    let snapshot = snapshot(services, context, id).await?;
    let sheet = words(&receipt, &snapshot);
    let services = services.clone();
    let drawn = drawn(move || sheet.pdf(&services)).await.map_err(|error| {
        tracing::error!(%error, "the copy of an application could not be drawn");
        ApplyError::NoPaper
    })?;
    Ok((format!("spark-{}.pdf", receipt.reference), drawn))
}
