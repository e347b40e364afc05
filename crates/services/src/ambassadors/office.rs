//! The house's desk: who applied in a round, and one application, whose reading stands in the trail.

use super::kind::{AmbassadorError, Ambassadors, Application};
use super::view::open;
use crate::audit::{self, Entry};
use crate::requests::Kind as _;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::State;
use domain::booking::Reference;
use domain::ids::{AmbassadorId, AmbassadorRoundId};
use serde_json::json;
use store::ambassadors::applications as sql;

/// What staff look for.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Only in this state.
    pub state: Option<State>,
    /// Part of a school's name, or a reference.
    pub text: String,
}

/// The applications of a round: the reserve in its order, then as they were sent. Particulars print masked.
///
/// # Errors
/// `Denied`.
pub async fn applications(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
    wanted: &Wanted,
) -> Result<Vec<Application>, AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let text = wanted.text.trim();
    let reference = Reference::parse(text).ok().map(|reference| reference.as_str().to_owned());
    let text = reference.as_deref().or_else(|| (!text.is_empty()).then_some(text));
    let mut db = services.db.acquire().await?;
    let rows = sql::of_round(&mut db, round.0, wanted.state.map(State::name), text).await?;
    // One damaged application must not hide the others. The log names it.
    let readable = rows.iter().filter_map(|row| match open(services, row) {
        Ok(application) => Some(application),
        Err(error) => {
            tracing::error!(application = %row.id, %error, "an application could not be opened");
            None
        }
    });
    Ok(readable.collect())
}

/// One application, whole but for the masked particulars. Who read it stands in the trail: what is written there is a young
/// person's own.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn read(services: &Services, context: &Context, id: AmbassadorId) -> Result<Application, AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let mut tx = services.begin().await?;
    let application = Ambassadors::load(services, &mut tx, id, context.now).await?.ok_or(AmbassadorError::NotFound)?;
    let entry = Entry {
        action: "ambassador.read",
        subject_kind: "ambassador_application",
        subject: Some(id.0),
        detail: json!({ "state": application.state }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(application)
}
