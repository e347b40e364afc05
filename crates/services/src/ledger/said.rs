//! What staff type of a case's money: why an award is given back, a tranche sent back, a payment taken back or decided so, an entry
//! reversed. It lies under the key of the case and is gone with it: the journal has sums, the trail who did it.

use super::{LedgerError, person};
use crate::crypto::{CaseKey, Place};
use crate::spark::cases::{self, CaseError};
use crate::{Context, Services};
use domain::ids::{AwardId, CaseId};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::ledger::awards;
use store::ledger::said as sql;
use uuid::Uuid;

// What stands where words stood before they were sealed.
pub(super) use store::spark::clawbacks::SEALED;

/// Of what it was said.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// An award, of which what was left was given back.
    Released,
    /// A tranche, which went back to whoever prepared it.
    SentBack,
    /// A payment, which was taken back or decided.
    Payment,
    /// An entry, which was reversed.
    Reversed,
}

impl About {
    const ALL: [Self; 4] = [Self::Released, Self::SentBack, Self::Payment, Self::Reversed];

    const fn name(self) -> &'static str {
        match self {
            Self::Released => "released",
            Self::SentBack => "sent_back",
            Self::Payment => "payment",
            Self::Reversed => "reversed",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|about| about.name() == name)
    }
}

/// What was said.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Said {
    pub about: About,
    /// The award, the tranche, the payment, the entry that is reversed.
    pub subject: Uuid,
    pub text: String,
    pub by: Uuid,
    pub at: Timestamp,
}

const fn place(row: Uuid) -> Place {
    Place { table: "ledger_said", column: "said_sealed", row }
}

/// The key of an award's case; `None` once it is destroyed.
async fn key(services: &Services, db: &mut PgConnection, case: Uuid) -> Result<Option<CaseKey>, LedgerError> {
    match cases::key(services, db, CaseId(case)).await {
        Ok(key) => Ok(Some(key)),
        // (No case: books by themselves, as tests keep them. The database has no award without one.)
        Err(CaseError::Forgotten | CaseError::NotFound) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// Writes down why, in the transaction of what it is about. Of a case whose key is destroyed nothing is kept.
///
/// # Errors
/// `Denied` for whoever is nobody; `NotFound` for no such award; `Crypto`, `Database`.
pub(super) async fn say(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    award: AwardId,
    (about, subject): (About, Uuid),
    text: &str,
) -> Result<(), LedgerError> {
    let by = person(context)?;
    let case = awards::one(&mut *db, award.0).await?.ok_or(LedgerError::NotFound)?.case_id;
    let Some(key) = key(services, &mut *db, case).await? else { return Ok(()) };
    let id: Uuid = context.new_id();
    let said = key.seal(place(id), text.as_bytes());
    let new = sql::NewSaid { id, award: award.0, about: about.name(), subject, said: &said, by: by.0 };
    Ok(sql::add(db, new, context.now).await?)
}

/// What was said of an award of a case, the first first; nothing once the case is forgotten.
///
/// # Errors
/// `Crypto`, `Unreadable`, `Database`.
pub(super) async fn of_award(services: &Services, award: AwardId, case: Uuid) -> Result<Vec<Said>, LedgerError> {
    let rows = sql::of_award(&services.db, award.0).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let mut db = services.db.acquire().await?;
    let Some(key) = key(services, &mut db, case).await? else { return Ok(Vec::new()) };
    drop(db);
    let open = |row: sql::SaidRow| -> Result<Said, LedgerError> {
        let plain = key.open(place(row.id), &row.said_sealed)?;
        Ok(Said {
            about: About::from_name(&row.about).ok_or(LedgerError::Unreadable)?,
            subject: row.subject_id,
            text: String::from_utf8(plain).map_err(|_| LedgerError::Unreadable)?,
            by: row.said_by,
            at: row.said_at.to_jiff(),
        })
    };
    rows.into_iter().map(open).collect()
}

/// Why an entry of an award was reversed; nothing once its case is forgotten.
///
/// # Errors
/// `NotFound` for no such award; `Crypto`, `Unreadable`, `Database`.
pub(super) async fn of_reversal(
    services: &Services,
    award: AwardId,
    entry: Uuid,
) -> Result<Option<String>, LedgerError> {
    let case = awards::one(&services.db, award.0).await?.ok_or(LedgerError::NotFound)?.case_id;
    let all = of_award(services, award, case).await?;
    let own = all.into_iter().rfind(|one| one.about == About::Reversed && one.subject == entry);
    Ok(own.map(|one| one.text))
}
