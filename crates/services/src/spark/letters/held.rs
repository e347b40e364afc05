//! The letters that are held of a person, for a copy of it.

use super::draw::words;
use super::read::listed;
use crate::Services;
use crate::spark::cases::{self, CaseError};
use domain::ids::CaseId;
use domain::spark::letter::Block;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::spark::letters as sql;
use uuid::Uuid;

/// The letters of the cases an account takes part in for the family, word for word.
///
/// # Errors
/// `Crypto`, `Unreadable`, `Database`.
pub(crate) async fn exported(
    services: &Services,
    db: &mut PgConnection,
    account: Uuid,
) -> Result<Vec<Value>, super::LetterError> {
    let mut all = Vec::new();
    for row in sql::of_account(&mut *db, account).await? {
        let letter = match cases::key(services, &mut *db, CaseId(row.case_id)).await {
            Ok(key) => words(&row, &key)?,
            Err(CaseError::Forgotten) => continue,
            Err(error) => return Err(error.into()),
        };
        let listed = listed(&row)?;
        let says = letter.blocks.iter().map(|block| match block {
            Block::Heading(text) | Block::Text(text) | Block::Item(text) => text.as_str(),
        });
        let says: Vec<&str> = std::iter::once(letter.salutation.as_str())
            .chain(says)
            .chain(letter.foot.iter().map(String::as_str))
            .collect();
        all.push(json!({
            "number": listed.number,
            "kind": listed.kind.name(),
            "issued_on": listed.issued_on,
            "sha256": listed.digest.map(|digest| digest.to_string()),
            "title": letter.title,
            "text": says,
        }));
    }
    Ok(all)
}
