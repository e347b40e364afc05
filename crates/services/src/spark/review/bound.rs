//! What `cases::act` asks before a case leaves its review or is decided.

use super::ReviewError;
use super::pack::{as_it_is, digest};
use super::scores::verdict_in;
use super::ties::{self, ALL, HEALTH, consented};
use crate::spark::cases::CaseError;
use crate::{Context, Services};
use domain::ids::{CaseId, MeetingId};
use domain::ledger::Fen;
use domain::spark::review::conflict::stands;
use domain::spark::review::score::Verdict;
use domain::spark::review::vote::Outcome;
use domain::spark::{Event, State, Unmet, carries_out};
use sqlx::PgConnection;
use store::spark::cases::CaseRow;
use store::spark::review::meetings as sql;

impl From<ReviewError> for CaseError {
    fn from(error: ReviewError) -> Self {
        match error {
            ReviewError::Denied(denied) => Self::Denied(denied),
            ReviewError::NotFound => Self::NotFound,
            ReviewError::ConsentWithdrawn(_) => Self::ConsentWithdrawn,
            ReviewError::Case(error) => error,
            ReviewError::Crypto(error) => Self::Crypto(error),
            ReviewError::Busy => Self::Busy,
            ReviewError::Database(error) => Self::Database(error),
            _ => Self::Unreadable,
        }
    }
}

/// Whether a case, which is locked, may go this way: it leaves its review with a verdict, and is decided as a signed meeting did,
/// on what there is now. Answers the meeting whose decision it is.
///
/// # Errors
/// `Unmet`, `ConsentWithdrawn`, `NotFound` for whoever has a conflict with the case, and what cannot be read.
pub(in crate::spark) async fn guard(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    row: &CaseRow,
    event: Event,
    decision: Option<(&'static str, Option<i64>)>,
) -> Result<Option<MeetingId>, CaseError> {
    let of_an_appeal = row.state == State::Appeal.name();
    match event {
        Event::Reviewed => {
            consented(db, CaseId(row.id), HEALTH).await?;
            match verdict_in(services, db, row).await? {
                Verdict::Mean(_) | Verdict::Median { .. } => Ok(None),
                Verdict::Waiting { .. } | Verdict::NeedsThird => Err(Unmet::NotReviewed.into()),
            }
        }
        Event::Grant | Event::GrantPart | Event::Refuse | Event::Defer => {
            decided(db, context, row, event, decision).await
        }
        Event::RuleOut if of_an_appeal => decided(db, context, row, event, decision).await,
        _ => Ok(None),
    }
}

async fn decided(
    db: &mut PgConnection,
    context: &Context,
    row: &CaseRow,
    event: Event,
    decision: Option<(&'static str, Option<i64>)>,
) -> Result<Option<MeetingId>, CaseError> {
    let case = CaseId(row.id);
    // Who presides somewhere else carries nothing out of a case they have a conflict with, whatever was decided.
    if let Some(account) = context.actor.account() {
        let known = ties::reviewer(db, account).await?;
        let facts = ties::facts(db, row).await?;
        if known.is_some_and(|known| !stands(&known, &facts)) {
            return Err(CaseError::NotFound);
        }
    }
    consented(db, case, ALL).await?;
    let settled = sql::settled(&mut *db, row.id).await?.filter(|settled| settled.carried_version.is_none());
    let settled = settled.ok_or(Unmet::NotDecided)?;
    let word = settled.outcome.as_deref().ok_or(Unmet::NotDecided)?;
    let now = digest(&as_it_is(db, case).await?.canonical())?;
    if now.0.as_slice() != settled.digest {
        return Err(Unmet::NotDecided.into());
    }
    let outcome = outcome_of(word, settled.outcome_fen).ok_or(CaseError::Unreadable)?;
    let said = decision.and_then(|(_, sum)| sum).map(Fen::new);
    if carries_out(event, said, outcome) {
        Ok(Some(MeetingId(settled.meeting_id)))
    } else {
        Err(Unmet::DecidedOtherwise.into())
    }
}

/// What a stored decision says.
pub(super) fn outcome_of(word: &str, fen: Option<i64>) -> Option<Outcome> {
    Some(match word {
        "granted" => Outcome::Granted(Fen::new(fen?)),
        "partial" => Outcome::Partial(Fen::new(fen?)),
        "refused" => Outcome::Refused,
        "deferred" => Outcome::Deferred,
        _ => return None,
    })
}

/// Notes that a decision was carried out by this version of the case: it is not carried out again.
pub(in crate::spark) async fn carried_out(
    db: &mut PgConnection,
    meeting: MeetingId,
    case: CaseId,
    version: i32,
) -> Result<(), CaseError> {
    if sql::carried(db, meeting.0, case.0, version).await? { Ok(()) } else { Err(CaseError::Busy) }
}
