//! Ties of cases that were opened before ties were noted: made of what the family handed over, under the case's key. Without them
//! no conflict with such a case could be found.

use super::{ReviewError, ties};
use crate::Services;
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::spark::cases::{self, CaseError, NewParty};
use domain::document::Document;
use domain::ids::{AccountId, CaseId};
use domain::spark::Part;
use serde_json::Value;
use store::spark::cases as rows;
use store::spark::review::profiles as sql;
use uuid::Uuid;

/// Notes the ties of live cases that have none, so many cases at a time, each in a transaction of its own. Repeated, and on several
/// servers at once, it notes each once. Answers of how many cases some are known now.
///
/// # Errors
/// `Database` where nobody knows which have none. One that cannot be read is told in the log, and holds up no other.
pub async fn note_missing(services: &Services, batch: i64) -> Result<u32, ReviewError> {
    let (mut done, mut after) = (0, Uuid::nil());
    loop {
        let page = sql::untied(&services.db, after, batch).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = *last;
        for id in page {
            let own = services.clone();
            match to_the_end(async move { noted(&own, CaseId(id)).await }).await {
                Ok(true) => done += 1,
                Ok(false) | Err(CaseError::Busy | CaseError::Forgotten | CaseError::NotFound) => {}
                Err(error) => tracing::error!(case = %id, %error, "the ties of a case could not be noted"),
            }
        }
    }
}

/// Nothing is added where the case's key is gone meanwhile: its ties went with it.
async fn noted(services: &Services, case: CaseId) -> Result<bool, CaseError> {
    let mut tx = services.begin().await?;
    rows::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    if sql::is_tied(&mut *tx, case.0).await? {
        return Ok(false);
    }
    let key = cases::key(services, &mut tx, case).await?;
    for row in rows::parties(&mut *tx, case.0).await? {
        let place = Place { table: "spark_case_party", column: "particulars_sealed", row: row.id };
        let particulars = key.open(place, &row.particulars_sealed)?;
        let part = Part::from_name(&row.part).ok_or(CaseError::Unreadable)?;
        let identity = identity(part, &particulars);
        let party = NewParty { part, account: row.account_id.map(AccountId), particulars, identity };
        ties::note(services, &mut tx, case, &party).await?;
    }
    let any = sql::is_tied(&mut *tx, case.0).await?;
    tx.commit().await?;
    Ok(any)
}

/// Their own document, as it is compared: the field of their part, and its kind beside it.
fn identity(part: Part, particulars: &[u8]) -> Option<String> {
    let field = match part {
        Part::Applicant => "patient_document",
        Part::Guardian => "guardian_document",
        _ => return None,
    };
    let known: Value = serde_json::from_slice(particulars).ok()?;
    let (kind, number) = (known.get(format!("{field}_kind"))?.as_str()?, known.get(field)?.as_str()?);
    Some(Document::from_comparable(&format!("{kind}:{number}"))?.counted().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ones_own_document_is_that_of_ones_part_and_compared_as_when_a_case_is_opened() {
        let both = br#"{"patient_document_kind":"taiwan","patient_document":"0000000001",
            "guardian_document_kind":"resident","guardian_document":"11010519491231002X"}"#;
        assert_eq!(identity(Part::Applicant, both).as_deref(), Some("00000000"));
        assert_eq!(identity(Part::Guardian, both).as_deref(), Some("11010519491231002X"));
        assert_eq!(identity(Part::SocialWorker, both), None);
        for nothing in ["{}", "[]", "no JSON", r#"{"patient_document":"11010519491231002X"}"#] {
            assert_eq!(identity(Part::Applicant, nothing.as_bytes()), None, "{nothing}");
        }
    }
}
