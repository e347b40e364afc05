//! Who acts for the patient of a case, as named in its application: who signs the agreement, and whom letters address.

use super::CaseError;
use crate::crypto::{CaseKey, Place};
use domain::ids::CaseId;
use domain::spark::Part;
use serde_json::Value;
use sqlx::PgConnection;
use store::spark::cases as rows;

/// The names of those who matter; `None` for one that was not given.
pub(in crate::spark) struct Acting {
    /// Whose illness it is.
    pub patient: Option<String>,
    /// The guardian where there is one, otherwise who represents the patient, or the patient.
    pub name: Option<String>,
    /// In which part.
    pub part: Part,
}

/// Who acts for the patient of a case.
///
/// # Errors
/// `Crypto`, `Database`.
pub(in crate::spark) async fn acting(db: &mut PgConnection, key: &CaseKey, case: CaseId) -> Result<Acting, CaseError> {
    let parties = rows::parties(db, case.0).await?;
    let of = |part: Part| -> Result<Option<Value>, CaseError> {
        let Some(party) = parties.iter().find(|party| party.part == part.name()) else { return Ok(None) };
        let place = Place { table: "spark_case_party", column: "particulars_sealed", row: party.id };
        let plain = key.open(place, &party.particulars_sealed)?;
        Ok(Some(serde_json::from_slice(&plain).unwrap_or_default()))
    };
    let name = |known: &Value, field: &str| -> Option<String> {
        known.get(field).and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned)
    };
    let own = of(Part::Applicant)?.unwrap_or_default();
    let patient = name(&own, "patient_name");
    if let Some(guardian) = of(Part::Guardian)? {
        return Ok(Acting { patient, name: name(&guardian, "guardian_name"), part: Part::Guardian });
    }
    let representative = name(&own, "representative_name").or_else(|| patient.clone());
    Ok(Acting { patient, name: representative, part: Part::Applicant })
}
