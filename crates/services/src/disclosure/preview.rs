//! A correction as it would be: the whole report with what changes, made as [`super::correct`] makes it and kept nowhere.

use super::{DisclosureError, Kept, Whole, person, public};
use crate::crypto::digest_hex;
use crate::{Context, Services};
use domain::account::Capability;
use domain::disclosure::{NotCorrected, Snapshot};
use domain::field::FieldError;
use domain::ids::DisclosureId;

/// What [`super::correct`] would freeze of the last report.
///
/// # Errors
/// `Denied`, `NotFound`, `State` where it is not the last report that stands, `Fields`, `Misread`, `NotCorrected`, `Database`.
pub async fn would_correct(
    services: &Services,
    context: &Context,
    id: DisclosureId,
    (figures, reason): (&str, &str),
) -> Result<Whole, DisclosureError> {
    context.require(Capability::PrepareDisclosure)?;
    let by = person(context)?;
    let read = Snapshot::read_figures(figures)?;
    let published = public::published(services).await?;
    let wrong = published.all().iter().find(|kept| kept.id == id).ok_or(DisclosureError::NotFound)?;
    if published.latest().is_none_or(|last| last.id != id) {
        return Err(DisclosureError::State);
    }
    let snapshot = wrong.snapshot.corrected(wrong.digest, context.now, read, reason).map_err(|why| match why {
        NotCorrected::Reason(fault) => DisclosureError::Fields(vec![FieldError::new("reason", fault)]),
        other => other.into(),
    })?;
    let lines = String::from_utf8(snapshot.canonical()).map_err(|_| DisclosureError::Unreadable)?;
    let kept = Kept {
        id: context.new_id(),
        digest: digest_hex(lines.as_bytes()).parse()?,
        snapshot,
        lines,
        journal: wrong.journal,
        frozen_by: by,
        frozen_at: context.now,
        published_at: None,
    };
    Ok(published.whole(kept))
}
