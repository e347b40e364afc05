//! What a family reads in: a transaction that finds only what the reader's families have.

use super::FamilyError;
use crate::db::Tx;
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied};
use domain::family::Kin;
use domain::ids::{AccountId, FamilyId};
use jiff::Timestamp;
use store::family::own as sql;

/// A membership of whoever reads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Of which family.
    pub family: FamilyId,
    /// What they are in it.
    pub kin: Kin,
    /// The mother.
    pub mother: bool,
    /// Since when.
    pub since: Timestamp,
}

/// Whoever reads, with the transaction to read in. It is not for writing: the database refuses that to a family.
pub struct Own {
    /// Who.
    pub account: AccountId,
    /// Narrowed to their families.
    pub tx: Tx,
}

/// Families have accounts of visitors; staff look elsewhere, and leave a trace.
pub(super) fn visitor(context: &Context, capability: Capability) -> Result<AccountId, FamilyError> {
    context.require(capability)?;
    match &context.actor {
        Actor::Visitor { account, .. } => Ok(*account),
        _ => Err(Denied::NotAllowed.into()),
    }
}

impl Own {
    /// Begins to read for whoever asks.
    ///
    /// # Errors
    /// `Denied`, `Database`.
    pub async fn begin(services: &Services, context: &Context) -> Result<Self, FamilyError> {
        let account = visitor(context, Capability::SeeOwnUnits)?;
        Self::of(services, account).await
    }

    /// Begins to read what an account may find, whatever anybody permitted it.
    ///
    /// # Errors
    /// `Database`.
    pub async fn of(services: &Services, account: AccountId) -> Result<Self, FamilyError> {
        let mut tx = services.begin().await?;
        sql::narrow(&mut tx, account.0).await?;
        Ok(Self { account, tx })
    }

    /// The same, and every question finds what there was at one instant: for what would be torn between two.
    ///
    /// # Errors
    /// `Denied`, `Database`.
    pub async fn begin_still(services: &Services, context: &Context) -> Result<Self, FamilyError> {
        let account = visitor(context, Capability::SeeOwnUnits)?;
        let mut tx = services.begin().await?;
        store::numbers::freeze(&mut tx).await?;
        sql::narrow(&mut tx, account.0).await?;
        Ok(Self { account, tx })
    }

    /// The families they belong to, the oldest first.
    ///
    /// # Errors
    /// `Unreadable`, `Database`.
    pub async fn memberships(&mut self) -> Result<Vec<Member>, FamilyError> {
        sql::memberships(&mut *self.tx, self.account.0).await?.into_iter().map(member).collect()
    }

    /// What they are in a family.
    ///
    /// # Errors
    /// `NotFound` where they do not belong to it; `Unreadable`, `Database`.
    pub async fn member_of(&mut self, family: FamilyId) -> Result<Member, FamilyError> {
        let all = self.memberships().await?;
        all.into_iter().find(|member| member.family == family).ok_or(FamilyError::NotFound)
    }
}

pub(super) fn member(row: sql::MemberRow) -> Result<Member, FamilyError> {
    Ok(Member {
        family: FamilyId(row.family_id),
        kin: Kin::from_name(&row.kin).ok_or(FamilyError::Unreadable)?,
        mother: row.mother,
        since: row.since.to_jiff(),
    })
}
