//! Awards with their tranches, papers, account and payments; and what waits of all of them.

use super::{Names, Person};
use crate::keyset::{self, After};
use crate::ledger::said::{self, SEALED};
use crate::ledger::{About, LedgerError};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ids::{AwardId, FundId, PayeeId, PaymentId, TrancheId};
use domain::ledger::{AwardState, Evidence, Fen, PayeeKind, PaymentState, TrancheState};
use jiff::Timestamp;
use store::ledger::awards::award_of;
use store::ledger::payees;
use store::ledger::views::{self, AwardView, PaymentView, TrancheView};
use uuid::Uuid;

/// Awards on a page.
const PAGE: usize = 40;

/// An award in a list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwardLine {
    /// Which.
    pub id: AwardId,
    /// For which case.
    pub case: Uuid,
    /// Out of which fund.
    pub fund: FundId,
    /// The fund's short name.
    pub code: String,
    /// The envelope's name, 简体中文.
    pub envelope_zh: String,
    /// The envelope's name, English.
    pub envelope_en: String,
    /// All of it.
    pub amount: Fen,
    /// Promised and not paid.
    pub committed: Fen,
    /// Paid, on its way or there.
    pub paid: Fen,
    /// How far it is.
    pub state: AwardState,
    /// When it was decided.
    pub approved_at: Timestamp,
    /// When what is not used is free again.
    pub lapses_at: Timestamp,
}

impl AwardLine {
    fn read(row: AwardView) -> Result<Self, LedgerError> {
        Ok(Self {
            id: AwardId(row.id),
            case: row.case_id,
            fund: FundId(row.fund_id),
            code: row.code,
            envelope_zh: row.envelope_zh,
            envelope_en: row.envelope_en,
            amount: Fen::new(row.amount),
            committed: Fen::new(row.committed),
            paid: Fen::new(row.paid),
            state: AwardState::from_name(&row.state).ok_or(LedgerError::Unreadable)?,
            approved_at: row.approved_at.to_jiff(),
            lapses_at: row.lapses_at.to_jiff(),
        })
    }
}

/// A tranche with its papers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TrancheLine {
    /// Which.
    pub id: TrancheId,
    /// Of which award.
    pub award: AwardId,
    /// The short name of its fund.
    pub code: String,
    /// Counted from one.
    pub nth: u32,
    /// How much.
    pub amount: Fen,
    /// How far it is.
    pub state: TrancheState,
    /// What has to be there before it is paid.
    pub needs: Vec<Evidence>,
    /// What was seen.
    pub seen: Vec<Evidence>,
    /// Who prepared it.
    pub prepared_by: Option<Person>,
    /// The award's account is vouched for by two people; none: it has no account.
    pub confirmed: Option<bool>,
}

impl TrancheLine {
    fn read(row: &TrancheView, names: &Names) -> Result<Self, LedgerError> {
        let kinds = |words: &[String]| {
            let kinds = words.iter().map(|word| Evidence::from_name(word).ok_or(LedgerError::Unreadable));
            kinds.collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            id: TrancheId(row.id),
            award: AwardId(row.award_id),
            code: row.code.clone(),
            nth: u32::try_from(row.nth).unwrap_or_default(),
            amount: Fen::new(row.amount),
            state: TrancheState::from_name(&row.state).ok_or(LedgerError::Unreadable)?,
            needs: kinds(&row.needs)?,
            seen: kinds(&row.seen)?,
            prepared_by: row.prepared_by.map(|by| names.person(by)),
            confirmed: row.confirmed,
        })
    }

    /// The papers that are not there yet.
    pub fn missing(&self) -> Vec<Evidence> {
        self.needs.iter().filter(|kind| !self.seen.contains(kind)).copied().collect()
    }
}

/// A payment that was let go.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PaymentLine {
    /// Which.
    pub id: PaymentId,
    /// Of which award.
    pub award: AwardId,
    /// The short name of its fund.
    pub code: String,
    /// Of which tranche.
    pub tranche: TrancheId,
    /// Which of the award's that is, counted from one.
    pub nth: u32,
    /// How much.
    pub amount: Fen,
    /// How far it is.
    pub state: PaymentState,
    /// Who prepared it.
    pub prepared_by: Person,
    /// Who let it go.
    pub released_by: Person,
    /// When.
    pub released_at: Timestamp,
    /// Why a person decided it so; on the page of its award only, and nothing once its case is forgotten.
    pub reason: Option<String>,
    /// The last four digits of its account.
    pub last4: String,
}

impl PaymentLine {
    fn read(row: PaymentView, names: &Names) -> Result<Self, LedgerError> {
        Ok(Self {
            id: PaymentId(row.id),
            award: AwardId(row.award_id),
            code: row.code,
            tranche: TrancheId(row.tranche_id),
            nth: u32::try_from(row.nth).unwrap_or_default(),
            amount: Fen::new(row.amount),
            state: PaymentState::from_name(&row.state).ok_or(LedgerError::Unreadable)?,
            prepared_by: names.person(row.prepared_by),
            released_by: names.person(row.released_by),
            released_at: row.released_at.to_jiff(),
            reason: row.reason.filter(|reason| reason != SEALED),
            last4: row.last4,
        })
    }
}

/// The account an award is paid to, as far as everybody of finance sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PayeeLine {
    /// Which.
    pub id: PayeeId,
    /// Whose.
    pub kind: PayeeKind,
    /// Its last four digits.
    pub last4: String,
    /// Who entered it.
    pub entered_by: Person,
    /// Who else vouches for it.
    pub confirmed_by: Option<Person>,
}

/// Why something was done to an award, one of its tranches, a payment or an entry.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaidLine {
    /// Of what.
    pub about: About,
    /// Why.
    pub text: String,
    /// Who said so.
    pub by: Person,
    /// When.
    pub at: Timestamp,
}

/// An award with everything around it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AwardPage {
    /// The award.
    pub award: AwardLine,
    /// Its tranches, in order.
    pub tranches: Vec<TrancheLine>,
    /// The account it is paid to now.
    pub payee: Option<PayeeLine>,
    /// Its payments, the oldest first.
    pub payments: Vec<PaymentLine>,
    /// Why things were done, the first first; nothing once its case is forgotten.
    pub said: Vec<SaidLine>,
}

/// A page of awards, the latest first, and behind which the next one begins.
///
/// # Errors
/// `Denied`.
pub async fn awards(
    services: &Services,
    context: &Context,
    state: Option<AwardState>,
    after: Option<After>,
) -> Result<(Vec<AwardLine>, Option<After>), LedgerError> {
    context.require(Capability::ReadLedger)?;
    let after = after.map(After::key);
    let mut rows = views::awards(&services.db, state.map(AwardState::name), after, PAGE as i64 + 1).await?;
    let next = keyset::cut(&mut rows, PAGE, |row| (row.approved_at.to_jiff(), row.id));
    Ok((rows.into_iter().map(AwardLine::read).collect::<Result<_, _>>()?, next))
}

/// An award.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn award(services: &Services, context: &Context, id: AwardId) -> Result<AwardPage, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let award = views::award(&services.db, id.0).await?.ok_or(LedgerError::NotFound)?;
    let payee = payees::latest(&services.db, id.0).await?;
    let said = said::of_award(services, id, award.case_id).await?;
    let besides: Vec<Uuid> = payee.iter().flat_map(hands).chain(said.iter().map(|one| one.by)).collect();
    let (tranches, mut payments, names) = read(services, Some(id), besides).await?;
    for payment in &mut payments {
        let own = said.iter().rfind(|one| one.about == About::Payment && one.subject == payment.id.0);
        payment.reason = own.map(|one| one.text.clone()).or(payment.reason.take());
    }
    let payee = payee.map(|row| {
        Ok::<_, LedgerError>(PayeeLine {
            id: PayeeId(row.id),
            kind: PayeeKind::from_name(&row.kind).ok_or(LedgerError::Unreadable)?,
            last4: row.account_last4,
            entered_by: names.person(row.entered_by),
            confirmed_by: row.confirmed_by.map(|by| names.person(by)),
        })
    });
    let said =
        said.into_iter().map(|one| SaidLine { about: one.about, text: one.text, by: names.person(one.by), at: one.at });
    let said = said.collect();
    Ok(AwardPage { award: AwardLine::read(award)?, tranches, payee: payee.transpose()?, payments, said })
}

/// The award that a tranche is a part of.
///
/// # Errors
/// `Denied`, `NotFound`.
pub async fn award_of_tranche(services: &Services, context: &Context, id: TrancheId) -> Result<AwardPage, LedgerError> {
    context.require(Capability::ReadLedger)?;
    let of = award_of(&services.db, id.0).await?.ok_or(LedgerError::NotFound)?;
    award(services, context, AwardId(of)).await
}

fn hands(payee: &payees::PayeeRow) -> impl Iterator<Item = Uuid> + use<> {
    std::iter::once(payee.entered_by).chain(payee.confirmed_by)
}

/// What waits: tranches to be prepared or let go, payments that wait for a file, for the bank, or for a decision.
///
/// # Errors
/// `Denied`.
pub async fn payments_board(
    services: &Services,
    context: &Context,
) -> Result<(Vec<TrancheLine>, Vec<PaymentLine>), LedgerError> {
    context.require(Capability::ReadLedger)?;
    let (tranches, payments, _) = read(services, None, []).await?;
    Ok((tranches, payments))
}

async fn read(
    services: &Services,
    award: Option<AwardId>,
    besides: impl IntoIterator<Item = Uuid>,
) -> Result<(Vec<TrancheLine>, Vec<PaymentLine>, Names), LedgerError> {
    let award = award.map(|award| award.0);
    let tranches = views::tranches(&services.db, award).await?;
    let payments = views::payments(&services.db, award).await?;
    let hands = tranches.iter().filter_map(|row| row.prepared_by);
    let hands = hands.chain(payments.iter().flat_map(|row| [row.prepared_by, row.released_by])).chain(besides);
    let names = Names::of(services, hands).await?;
    let tranches = tranches.iter().map(|row| TrancheLine::read(row, &names)).collect::<Result<_, _>>()?;
    let payments = payments.into_iter().map(|row| PaymentLine::read(row, &names)).collect::<Result<_, _>>()?;
    Ok((tranches, payments, names))
}
