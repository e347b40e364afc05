//! Files for the bank: everything that was let go and whose account is confirmed leaves in one, and is from then on a payment
//! on its way. The same lines make the same bytes, so that a file whose download broke off is made again and is known by its
//! hash; what is frozen stays behind.

use super::journal::{Facts, write};
use super::payees::{index, opened};
use super::{LedgerError, locks, note, person};
use crate::crypto::{CryptoError, digest_hex};
use crate::spreadsheet::{self, Cell, Format, Sheet};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, EnvelopeId, FundId, PaymentFileId, PaymentId};
use domain::ledger::{AccountNumber, Amount, Entry, Fen, Overdrawn};
use domain::time::local_day;
use serde_json::json;
use store::ledger::payments::{self as sql, FileRow, LineRow};
use uuid::Uuid;

/// A file for the bank.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentFile {
    /// Which.
    pub id: PaymentFileId,
    /// How many payments.
    pub lines: u32,
    /// All of them together.
    pub total: Fen,
    /// Of its bytes, in hexadecimal digits.
    pub sha256: String,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// Sends what waits. `id` is the form's own: pressed twice it is one file.
///
/// # Errors
/// `Denied`, `NothingToSend`, `Crypto` when an account is not what was entered.
pub async fn send_file(services: &Services, context: &Context, id: PaymentFileId) -> Result<PaymentFile, LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let by = person(context)?;
    if sql::file(&services.db, id.0).await?.is_some() {
        return file_again(services, context, id).await;
    }
    let mut tx = services.begin().await?;
    let awards: Vec<AwardId> = sql::waiting(&mut *tx).await?.into_iter().map(AwardId).collect();
    let held = locks::awards(&mut tx, &awards).await?;
    if sql::file(&mut *tx, id.0).await?.is_some() {
        // Somebody pressed at the same instant and had the locks first.
        drop(tx);
        return file_again(services, context, id).await;
    }
    let own: Vec<Uuid> = held.awards.iter().map(|award| award.id).collect();
    let lines = sql::ready(&mut *tx, &own).await?;
    if lines.is_empty() {
        return Err(LedgerError::NothingToSend);
    }
    let file = made(services, id, &lines).await?;
    let row = FileRow {
        id: id.0,
        lines: i32::try_from(file.lines).unwrap_or(i32::MAX),
        total: file.total.get(),
        sha256: file.sha256.clone(),
        made_by: by.0,
    };
    let payments: Vec<Uuid> = lines.iter().map(|line| line.id).collect();
    sql::send(&mut tx, &row, &payments, context.now).await?;
    for line in &lines {
        let award = held.awards.iter().find(|award| award.id == line.award_id).ok_or(LedgerError::Unreadable)?;
        let amount = Amount::new(line.amount).map_err(|_| LedgerError::Unreadable)?;
        let facts = Facts {
            award: Some(AwardId(award.id)),
            payment: Some(PaymentId(line.id)),
            ..Facts::new(FundId(award.fund_id), format!("payment_sent:{}", line.id), local_day(context.now))
        };
        write(&mut tx, context, &Entry::payment_sent(EnvelopeId(award.envelope_id), amount)?, &facts).await?;
    }
    let detail = json!({ "payments": file.lines, "fen": file.total, "sha256": file.sha256 });
    note(&mut tx, context, "ledger.file_sent", ("payment_file", id.0), detail).await?;
    tx.commit().await?;
    Ok(file)
}

/// A file that was sent, once more: the very same bytes.
///
/// # Errors
/// `Denied`, `NotFound`, `Unreadable` when it would not be the same.
pub async fn file_again(services: &Services, context: &Context, id: PaymentFileId) -> Result<PaymentFile, LedgerError> {
    context.require(Capability::ReleasePayments)?;
    let row = sql::file(&services.db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let file = made(services, id, &sql::lines_of(&services.db, id.0).await?).await?;
    if file.sha256 != row.sha256 {
        return Err(LedgerError::Unreadable);
    }
    let mut tx = services.begin().await?;
    note(&mut tx, context, "ledger.file_fetched", ("payment_file", id.0), json!({ "sha256": file.sha256 })).await?;
    tx.commit().await?;
    Ok(file)
}

async fn made(services: &Services, id: PaymentFileId, lines: &[LineRow]) -> Result<PaymentFile, LedgerError> {
    let headings = ["付款编号", "收款户名", "收款账号", "开户行", "金额", "用途"];
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        rows.push(row(services, line)?);
    }
    let sheet = Sheet { headings: headings.map(str::to_owned).to_vec(), rows };
    let bytes = spreadsheet::write(sheet, Format::Csv).await?;
    let total = Fen::sum(lines.iter().map(|line| Fen::new(line.amount))).map_err(Overdrawn::from)?;
    let lines = u32::try_from(lines.len()).unwrap_or(u32::MAX);
    Ok(PaymentFile { id, lines, total, sha256: digest_hex(&bytes), bytes })
}

/// One payment. The account is compared with the hash that two people vouched for: a sealed value that was exchanged behind
/// their backs pays nobody.
fn row(services: &Services, line: &LineRow) -> Result<Vec<Cell>, LedgerError> {
    let open = |column, sealed: &[u8]| opened(services, column, line.payee_id, sealed);
    let number = open("account_sealed", &line.account_sealed)?;
    let number = AccountNumber::parse(&number).map_err(|_| CryptoError::NotAuthentic)?;
    if index(services, &number) != line.account_index {
        return Err(CryptoError::NotAuthentic.into());
    }
    Ok([
        line.id.to_string(),
        open("name_sealed", &line.name_sealed)?,
        number.in_full().to_owned(),
        open("bank_sealed", &line.bank_sealed)?,
        Fen::new(line.amount).to_string(),
        // What a bank's clerk may read: no name of an illness.
        "救助金".to_owned(),
    ]
    .map(Cell::Text)
    .to_vec())
}
