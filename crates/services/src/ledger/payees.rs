//! The accounts that awards are paid to: sealed, found again by a keyed hash, vouched for by two people. Another account of an
//! award follows the one before and freezes its payments until a second person has confirmed it: that is the moment at which
//! somebody else's account would slip in.

use super::{LedgerError, locks, note, person};
use crate::crypto::{CryptoError, Place};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, PayeeId};
use domain::ledger::{AccountNumber, PayeeKind};
use serde_json::json;
use sqlx::PgConnection;
use store::ledger::payees::{self as sql, PayeeRow};
use uuid::Uuid;

/// An account to be entered.
#[derive(Clone, Debug)]
pub struct NewPayee {
    /// The form's own.
    pub id: PayeeId,
    /// Of which award.
    pub award: AwardId,
    /// Whose account it is.
    pub kind: PayeeKind,
    /// The holder's name, as the bank has it.
    pub name: String,
    /// The bank and its branch.
    pub bank: String,
    /// The number.
    pub number: AccountNumber,
}

/// Where an account's values are sealed.
pub(super) const fn place(column: &'static str, id: Uuid) -> Place {
    Place { table: "ledger_payee", column, row: id }
}

/// The keyed hash of an account's number.
pub(super) fn index(services: &Services, number: &AccountNumber) -> Vec<u8> {
    services.vault.blind_index("bank account", number.in_full())
}

/// A sealed value of an account.
pub(super) fn opened(
    services: &Services,
    column: &'static str,
    id: Uuid,
    sealed: &[u8],
) -> Result<String, CryptoError> {
    let plain = services.vault.open_sealed(place(column, id), sealed)?;
    String::from_utf8(plain).map_err(|_| CryptoError::NotAuthentic)
}

/// Enters the account an award is paid to from now on. Nothing of the award is paid until another person confirms it.
///
/// # Errors
/// `Denied`, `NotFound`, `Otherwise` where another account was entered under this id.
pub async fn enter_payee(services: &Services, context: &Context, new: &NewPayee) -> Result<(), LedgerError> {
    context.require(Capability::PreparePayments)?;
    let by = person(context)?;
    let seal = |column, text: &str| services.vault.seal(place(column, new.id.0), text.as_bytes());
    let row = PayeeRow {
        id: new.id.0,
        award_id: new.award.0,
        kind: new.kind.name().to_owned(),
        name_sealed: seal("name_sealed", &new.name),
        bank_sealed: seal("bank_sealed", &new.bank),
        account_sealed: seal("account_sealed", new.number.in_full()),
        account_index: index(services, &new.number),
        account_last4: new.number.last_four().to_owned(),
        entered_by: by.0,
        confirmed_by: None,
    };
    let mut tx = services.begin().await?;
    locks::award(&mut tx, new.award).await?;
    if sql::add(&mut *tx, &row, context.now).await? {
        let detail = json!({ "payee": new.id, "kind": new.kind.name() });
        note(&mut tx, context, "ledger.payee_entered", ("award", new.award.0), detail).await?;
    } else if !is_this(services, &mut tx, &row, new).await? {
        return Err(LedgerError::Otherwise);
    }
    Ok(tx.commit().await?)
}

/// Whether the account under this id is the award's and the very same one: the form was sent twice.
async fn is_this(
    services: &Services,
    db: &mut PgConnection,
    row: &PayeeRow,
    new: &NewPayee,
) -> Result<bool, LedgerError> {
    let Some(there) = sql::latest(&mut *db, row.award_id).await?.filter(|there| there.id == row.id) else {
        return Ok(false);
    };
    Ok(there.kind == row.kind
        && there.account_index == row.account_index
        && opened(services, "name_sealed", there.id, &there.name_sealed)? == new.name
        && opened(services, "bank_sealed", there.id, &there.bank_sealed)? == new.bank)
}

/// An account in full: to be compared with the paper before somebody vouches for it.
#[derive(Clone, Debug)]
pub struct Shown {
    /// The holder's name, as the bank has it.
    pub name: String,
    /// The bank and its branch.
    pub bank: String,
    /// The number.
    pub number: AccountNumber,
}

/// Shows an account in full to whoever may release payments, who has it in the bank's file anyway. Each look stands in the
/// trail. `payee` is the one that was shown masked.
///
/// # Errors
/// `Denied`, `NotFound`, `Otherwise` when another account has followed, `Crypto` when it is not what was entered.
pub async fn show_payee(
    services: &Services,
    context: &Context,
    award: AwardId,
    payee: PayeeId,
) -> Result<Shown, LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let mut tx = services.begin().await?;
    let row = sql::latest(&mut *tx, award.0).await?.ok_or(LedgerError::NotFound)?;
    if row.id != payee.0 {
        return Err(LedgerError::Otherwise);
    }
    let open = |column, sealed: &[u8]| opened(services, column, row.id, sealed);
    let number = open("account_sealed", &row.account_sealed)?;
    let number = AccountNumber::parse(&number).map_err(|_| CryptoError::NotAuthentic)?;
    if index(services, &number) != row.account_index {
        return Err(CryptoError::NotAuthentic.into());
    }
    let shown =
        Shown { name: open("name_sealed", &row.name_sealed)?, bank: open("bank_sealed", &row.bank_sealed)?, number };
    note(&mut tx, context, "ledger.payee_shown", ("award", award.0), json!({ "payee": payee })).await?;
    tx.commit().await?;
    Ok(shown)
}

/// Confirms the account an award is paid to: a second person has compared it with the paper. `payee` is the one that was shown
/// to that person.
///
/// # Errors
/// `Denied`, `NotFound`, `SamePerson`, `Otherwise` when another account has followed.
pub async fn confirm_payee(
    services: &Services,
    context: &Context,
    award: AwardId,
    payee: PayeeId,
) -> Result<(), LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let by = person(context)?;
    let mut tx = services.begin().await?;
    locks::award(&mut tx, award).await?;
    let row = sql::latest(&mut *tx, award.0).await?.ok_or(LedgerError::NotFound)?;
    if row.id != payee.0 {
        return Err(LedgerError::Otherwise);
    }
    if row.entered_by == by.0 {
        return Err(LedgerError::SamePerson);
    }
    if row.confirmed_by.is_none() {
        sql::confirm(&mut *tx, payee.0, by.0, context.now).await?;
        let detail = json!({ "payee": payee });
        note(&mut tx, context, "ledger.payee_confirmed", ("award", award.0), detail).await?;
    }
    Ok(tx.commit().await?)
}
