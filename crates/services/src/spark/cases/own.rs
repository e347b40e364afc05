//! A case as its family sees it: how far it is, what happens next, what the house asked, what was granted and paid. Of who looks
//! after it, judges it or why, nothing; nor of moves between desks of the house: no version leaves it.

use super::clarify::{self, Clarified};
use super::clawback::{self, OwnClawback};
use super::history::{self, Told};
use super::sent::{self, SentSection};
use super::{Act, CaseError, Happened, Reader, act, keys, may_read, place_of, state_of};
use crate::spark::apply;
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied};
use domain::booking::Reference;
use domain::ids::{AccountId, ApplicationId, CaseId};
use domain::ledger::Fen;
use domain::spark::{Event, Part, PublicState, State, ways};
use domain::time::local_day;
use jiff::{Timestamp, civil::Date};
use store::spark::cases as rows;
use store::spark::family as sql;

/// A case of the account's list.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnCase {
    /// Which.
    pub id: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// How far it is.
    pub state: PublicState,
    /// In which part the account takes part.
    pub part: Part,
    /// When it was sent.
    pub opened_at: Timestamp,
    /// It stands still since word came that the patient has died: the family reads words to it, and no state.
    pub mourning: bool,
}

/// A part of what was granted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OwnTranche {
    /// 1 for the first.
    pub nth: u32,
    /// How much.
    pub amount: Fen,
    /// It is paid.
    pub paid: bool,
    /// The day it arrived, by the bank.
    pub paid_on: Option<Date>,
}

/// A case, for its family.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OwnView {
    /// Which, and how far.
    pub case: OwnCase,
    /// What happened, as far as the family sees a difference.
    pub told: Vec<Told>,
    /// What the house asked, the last first.
    pub clarifications: Vec<Clarified>,
    /// What was sent of the sections that are open now, and of no others.
    pub open: Vec<SentSection>,
    /// What was granted, in parts; nothing before the family is told, and for who helps it, whom the family tells.
    pub money: Vec<OwnTranche>,
    /// What is asked back of it; nothing for who helps the family, which it is not asked of.
    pub clawback: Option<OwnClawback>,
    /// It waits for money, and since this day a fund that is for it takes no new applications: of those that closed, the last.
    pub fund_closed: Option<Date>,
    /// It can be taken back by whoever looks.
    pub may_withdraw: bool,
}

/// Whose account it is: families have cases, staff look elsewhere.
fn family(context: &Context) -> Result<AccountId, CaseError> {
    context.require(Capability::UseOwnAccount)?;
    match &context.actor {
        Actor::Visitor { account, .. } => Ok(*account),
        _ => Err(Denied::NotAllowed.into()),
    }
}

fn read(row: sql::FamilyRow) -> Result<OwnCase, CaseError> {
    let state = state_of(&row.state)?;
    Ok(OwnCase {
        id: CaseId(row.id),
        reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
        state: state.public(),
        part: Part::from_name(&row.part).ok_or(CaseError::Unreadable)?,
        opened_at: row.opened_at.to_jiff(),
        mourning: state == State::DeceasedHold,
    })
}

/// The cases of the account, the newest first; each once, whatever parts it takes.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn own_cases(services: &Services, context: &Context) -> Result<Vec<OwnCase>, CaseError> {
    let account = family(context)?;
    let mut all = Vec::new();
    for row in sql::cases(&services.db, account.0, None).await? {
        let case = read(row)?;
        if all.last().is_none_or(|last: &OwnCase| last.id != case.id) {
            all.push(case);
        }
    }
    Ok(all)
}

/// One of them.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's; `Crypto`, `Unreadable`, `Database`.
pub async fn own_case(services: &Services, context: &Context, case: CaseId) -> Result<OwnView, CaseError> {
    let account = family(context)?;
    let row = sql::cases(&services.db, account.0, Some(case.0)).await?.into_iter().next();
    let own = read(row.ok_or(CaseError::NotFound)?)?;
    if own.mourning {
        // Nothing is asked of a house of mourning, nothing runs out, and nothing is to be read but words to it.
        let (told, clarifications, open, money, clawback, fund_closed) = Default::default();
        return Ok(OwnView {
            case: own,
            told,
            clarifications,
            open,
            money,
            clawback,
            fund_closed,
            may_withdraw: false,
        });
    }
    let mut db = services.db.acquire().await?;
    let key = match keys::key(services, &mut db, case).await {
        Ok(key) => Some(key),
        Err(CaseError::Forgotten) => None,
        Err(error) => return Err(error),
    };
    let mut clarifications = clarify::of_case(&mut db, case, key.as_ref(), local_day(context.now)).await?;
    clarifications.reverse();
    let unlocked = clarify::unlocked(&mut db, context, case).await?;
    let open = match unlocked.is_empty() {
        true => Vec::new(),
        false => match apply::sent(services, &mut db, ApplicationId(case.0)).await? {
            Some(snapshot) => {
                let mut all = sent::read(&snapshot, Vec::new(), true)?.sections;
                all.retain(|of| unlocked.contains(&of.section));
                all
            }
            None => Vec::new(),
        },
    };
    let concerned = own.part != Part::SocialWorker;
    let money = if concerned && is_told_of_money(own.state) { money(&mut db, case).await? } else { Vec::new() };
    let clawback = if concerned { clawback::own(services, &mut db, case).await? } else { None };
    let fund_closed = sql::fund_closed(&mut *db, case.0).await?.map(|at| local_day(at.to_jiff()));
    drop(db);
    let told = history::own_history(services, context, case).await?;
    let may_withdraw = may_withdraw(own.state, own.part);
    Ok(OwnView { case: own, told, clarifications, open, money, clawback, fund_closed, may_withdraw })
}

/// The family was told what is granted, and nobody decides about it again.
const fn is_told_of_money(state: PublicState) -> bool {
    matches!(
        state,
        PublicState::Granted
            | PublicState::Notice
            | PublicState::Agreement
            | PublicState::Paying
            | PublicState::FollowUp
            | PublicState::Ended
    )
}

async fn money(db: &mut sqlx::PgConnection, case: CaseId) -> Result<Vec<OwnTranche>, CaseError> {
    let read = |row: sql::TrancheRow| OwnTranche {
        nth: u32::try_from(row.nth).unwrap_or_default(),
        amount: Fen::new(row.amount),
        paid: row.paid,
        paid_on: row.paid_on.map(|day| day.to_jiff()),
    };
    Ok(sql::tranches(db, case.0).await?.into_iter().map(read).collect())
}

/// Whether whoever takes this part can take a case back that is so far, as the family sees it.
fn may_withdraw(state: PublicState, part: Part) -> bool {
    let from = |state: State| {
        ways().iter().any(|way| way.from == state && way.event == Event::Withdraw && way.by.contains(&part))
    };
    State::ALL.into_iter().filter(|known| known.public() == state).any(from)
}

/// Tries of a press that met a move between desks of the house.
const TRIES: u32 = 4;

/// Takes a case back, by its family, which saw it this far. Pressed twice it is once.
///
/// # Errors
/// `Denied`; `NotFound` for anybody else's; `Stale` where it is not that far any more; `Refused` where it cannot be taken back;
/// `Unmet` once something was paid; `Busy`, `Database`.
pub async fn withdraw(
    services: &Services,
    context: &Context,
    case: CaseId,
    seen: PublicState,
) -> Result<(), CaseError> {
    family(context)?;
    for _ in 0..TRIES {
        let mut db = services.db.acquire().await?;
        let Reader::Family(part) = may_read(&mut db, context, case).await? else { return Err(CaseError::NotFound) };
        let row = rows::one(&mut *db, case.0).await?.ok_or(CaseError::NotFound)?;
        drop(db);
        let state = place_of(&row)?.state();
        if state == State::Withdrawn {
            return Ok(()); // the second press
        }
        if state.public() != seen {
            return Err(CaseError::Stale(Vec::<Happened>::new()));
        }
        let taken = Act { case, version: row.version, part, event: Event::Withdraw, reason: None, award: None };
        match act(services, context, &taken).await {
            // It went from one desk of the house to another: to the family it is where it was.
            Err(CaseError::Stale(_)) => {}
            done => return done.map(|_| ()),
        }
    }
    Err(CaseError::Busy)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_family_takes_back_what_is_not_being_paid() {
        use PublicState as P;
        let may: Vec<P> = P::ALL.into_iter().filter(|state| may_withdraw(*state, Part::Guardian)).collect();
        let all = [
            P::Draft,
            P::Received,
            P::Checking,
            P::YourTurn,
            P::Reviewing,
            P::Granted,
            P::Waiting,
            P::Notice,
            P::Agreement,
        ];
        assert_eq!(may, all);
        assert!(P::ALL.into_iter().all(|state| !may_withdraw(state, Part::SocialWorker)), "the family does");
    }
}
