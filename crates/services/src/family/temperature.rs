//! How cold a unit lay, for its family.

use super::FamilyError;
use super::scope::Own;
use super::units::{OwnUnit, unit_in};
use crate::telemetry::{self, History, Span, TelemetryError};
use crate::{Context, Services};
use domain::ids::UnitId;

impl From<TelemetryError> for FamilyError {
    fn from(error: TelemetryError) -> Self {
        match error {
            TelemetryError::Denied(denied) => Self::Denied(denied),
            TelemetryError::NotFound => Self::NotFound,
            TelemetryError::Database(error) => Self::Database(error),
            error => {
                tracing::error!(%error, "what was measured of a unit's tanks could not be read");
                Self::Unreadable
            }
        }
    }
}

/// What was measured of the tanks a unit lay in, each while it lay there.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable`, `Database`.
pub async fn thermal(
    services: &Services,
    context: &Context,
    id: UnitId,
    span: Span,
) -> Result<(OwnUnit, History), FamilyError> {
    let mut own = Own::begin(services, context).await?;
    let unit = unit_in(&mut own, id).await?;
    // Read as the family, too: of another's unit the database knows no place it lay in.
    let history = telemetry::thermal(&mut own.tx, context.now, id, span).await?;
    Ok((unit, history))
}
