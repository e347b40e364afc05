//! That a child died. From then on it is not invited and does not take over, and its family is reminded of no birthday, payment or
//! term; its pages have words to it. Nobody is told: whoever noted it speaks with the family. The unit stays the family's. Noted wrongly
//! it is taken back, and everything is as before.

use super::one::look;
use super::{entry, fault, inviter, opened};
use crate::audit;
use crate::db::to_the_end;
use crate::family::{FamilyError, place};
use crate::ledger::views::Names;
use crate::{Context, Services};
use domain::field::{Fault, Faults};
use domain::ids::{AccountId, ContractId};
use domain::time::{day, local_day};
use domain::typed;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sqlx::PgConnection;
use store::family::{join, office as sql, own};

/// The longest name of a paper, in characters.
const PAPER: u32 = 100;

/// That a child died, as it was noted; its family reads none of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Death {
    /// When it was noted.
    pub noted_at: Timestamp,
    /// The name of who did; empty where it is kept no more.
    pub by: String,
    /// The day it died, where that is known.
    pub died_on: Option<Date>,
    /// By what paper it was noted.
    pub paper: String,
}

/// What is kept sealed of it.
#[derive(Serialize, Deserialize)]
struct Said {
    died_on: Option<Date>,
    paper: String,
}

/// What is noted of a contract's child.
pub(super) fn read(services: &Services, row: &sql::ContractRow, names: &Names) -> Result<Option<Death>, FamilyError> {
    let noted = (row.child_id, row.death_noted_at, row.death_noted_by, &row.death_sealed);
    let (Some(child), Some(at), Some(by), Some(sealed)) = noted else { return Ok(None) };
    let said = opened(services, ("family_child", "death_sealed", child), sealed)?;
    let Said { died_on, paper } = serde_json::from_str(&said).map_err(|_| FamilyError::Unreadable)?;
    Ok(Some(Death { noted_at: at.to_jiff(), by: names.person(by).name, died_on, paper }))
}

/// Notes that the child of a contract died: on which day, where that is known, and by what paper. Pressed twice it is noted once.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `Fields` (`died_on`, `paper`); `NotFound`, also where the contract is for no child;
/// `Crypto`, `Unreadable`, `Database`.
pub async fn note_death(
    services: &Services,
    context: &Context,
    contract: ContractId,
    (died_on, paper): (&str, &str),
) -> Result<(), FamilyError> {
    let by = inviter(context)?;
    let mut faults = Faults::default();
    let died_on = match died_on.trim() {
        "" => None,
        text => faults.take("died_on", day(text)),
    };
    let paper = faults.take("paper", typed::line(paper, PAPER));
    let Some(paper) = paper.filter(|_| faults.is_empty()) else {
        return Err(FamilyError::Fields(faults.into_errors()));
    };
    let said = Said { died_on, paper };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { noted(&services, &context, contract, (by, &said)).await }).await
}

async fn noted(
    services: &Services,
    context: &Context,
    contract: ContractId,
    (by, said): (AccountId, &Said),
) -> Result<(), FamilyError> {
    let mut tx = services.begin().await?;
    let child = locked(&mut tx, context, services, (contract, by)).await?;
    if let Some(day) = said.died_on {
        let born = opened(services, ("family_child", "born_sealed", child.id), &child.born_sealed)?;
        let first: Date = born.parse().map_err(|_| FamilyError::Unreadable)?;
        let last = local_day(context.now);
        if day < first || day > last {
            return Err(fault("died_on", Fault::DateBetween { first, last }));
        }
    }
    let plain = serde_json::to_vec(said).map_err(|_| FamilyError::Unreadable)?;
    let sealed = services.vault.seal(place("family_child", "death_sealed", child.id), &plain);
    if !sql::note_death(&mut *tx, child.id, (by.0, &sealed), context.now).await? {
        return Ok(());
    }
    let detail = json!({ "child": child.id });
    audit::record(&mut tx, context, &[entry("family.child_death_noted", contract, detail)]).await?;
    Ok(tx.commit().await?)
}

/// Takes back that the child of a contract died: it was noted wrongly. Pressed twice it is once.
///
/// # Errors
/// `Denied`, also where the second factor grew stale; `NotFound`, also where the contract is for no child; `Database`.
pub async fn undo_death(services: &Services, context: &Context, contract: ContractId) -> Result<(), FamilyError> {
    let by = inviter(context)?;
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let child = locked(&mut tx, &context, &services, (contract, by)).await?;
        if !sql::undo_death(&mut *tx, child.id).await? {
            return Ok(());
        }
        let detail = json!({ "child": child.id });
        audit::record(&mut tx, &context, &[entry("family.child_death_undone", contract, detail)]).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// The child of a contract, locked: whoever invites it by its day waits, and so does it that takes over. In the family's own log it is a
/// look at its contract, like any other work of the office.
async fn locked(
    db: &mut PgConnection,
    context: &Context,
    services: &Services,
    (contract, by): (ContractId, AccountId),
) -> Result<own::ChildRow, FamilyError> {
    let row = sql::contract(&mut *db, contract.0).await?.ok_or(FamilyError::NotFound)?;
    join::lock_children(&mut *db, row.family_id).await?;
    let children = own::children(&mut *db, row.family_id).await?;
    let child = children.into_iter().find(|child| row.child_id == Some(child.id)).ok_or(FamilyError::NotFound)?;
    look(services, db, context, (row.family_id, by)).await?;
    Ok(child)
}
