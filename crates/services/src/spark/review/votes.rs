//! What a member of the committee sees of a meeting, and votes. A case one is recused from is not on it.

use super::meeting::{roll_of, state_of};
use super::pack::{as_it_is, digest_of, frozen, is_before};
use super::scores::verdict_in;
use super::ties::{self, ALL, consent};
use super::{Doing, ReviewError};
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::spark::cases::CaseError;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::booking::Reference;
use domain::field::{Fault, FieldError};
use domain::ids::{AccountId, CaseId, MeetingId};
use domain::ledger::{Amount, DiseaseGroup, Fen};
use domain::spark::review::meeting::State;
use domain::spark::review::pack::Digest;
use domain::spark::review::score::Verdict;
use domain::spark::review::view::Shown;
use domain::spark::review::vote::Vote;
use jiff::civil::Date;
use serde_json::json;
use store::spark::cases as case_sql;
use store::spark::review::meetings as sql;
use store::spark::review::votes::{self as vote_sql, VoteRow};
use uuid::Uuid;

/// A case on the agenda, as a member sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnAgenda {
    /// Which.
    pub case: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Which group.
    pub group: DiseaseGroup,
    /// The patient's age in whole years.
    pub age: u8,
    /// How much is asked for.
    pub asked: Amount,
    /// What the reviewers say together; nothing of an appeal against a case that nobody reviewed.
    pub verdict: Option<Verdict>,
    /// The hash of it: what a vote is cast on.
    pub digest: Digest,
    /// How one voted.
    pub own: Option<Vote>,
}

/// A meeting as a member sees it: nothing that is counted over all its items.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Agenda {
    /// Which.
    pub meeting: MeetingId,
    /// How far it is.
    pub state: State,
    /// When it is held.
    pub day: Date,
    /// What one votes on.
    pub items: Shown<OnAgenda>,
}

/// What a stored vote says.
pub(super) fn vote_of(row: &VoteRow) -> Result<Vote, ReviewError> {
    Ok(match (row.vote.as_str(), row.part_fen) {
        ("grant", None) => Vote::Grant,
        ("partial", Some(part)) => Vote::Partial(Fen::new(part)),
        ("refuse", None) => Vote::Refuse,
        ("defer", None) => Vote::Defer,
        ("abstain", None) => Vote::Abstain,
        _ => return Err(ReviewError::Unreadable),
    })
}

const fn words(vote: Vote) -> (&'static str, Option<i64>) {
    match vote {
        Vote::Grant => ("grant", None),
        Vote::Partial(part) => ("partial", Some(part.get())),
        Vote::Refuse => ("refuse", None),
        Vote::Defer => ("defer", None),
        Vote::Abstain => ("abstain", None),
    }
}

fn member(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::VoteOnCases)?;
    context.actor.account().ok_or(Denied::NotAllowed)
}

/// A meeting whose pack is frozen, as a member of it sees it. Cases of which a consent was withdrawn are not shown either.
///
/// # Errors
/// `Denied`, `NotFound` for everybody who is not on its roll, `Unreadable`, `Database`.
pub async fn agenda(services: &Services, context: &Context, meeting: MeetingId) -> Result<Agenda, ReviewError> {
    let account = member(context)?;
    let mut db = services.db.acquire().await?;
    let row = sql::one(&mut *db, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    let state = state_of(&row)?;
    let roll = roll_of(&row)?;
    if !roll.members().contains(&account) || !state.is_frozen() {
        return Err(ReviewError::NotFound);
    }
    let reviewer = ties::reviewer(&mut db, account).await?.ok_or(ReviewError::NotFound)?;
    let votes = vote_sql::of_meeting(&mut *db, meeting.0).await?;
    let frozen = frozen(&mut db, meeting).await?;
    let ids: Vec<Uuid> = frozen.iter().map(|(_, item)| item.case.0).collect();
    let cases = case_sql::many(&mut *db, &ids).await?;
    let around = ties::facts_of(&mut db, &cases).await?;
    let involved = super::minutes::involved_of(&mut db, &cases).await?;
    let mut all = Vec::new();
    for (item_row, item) in frozen {
        let known = cases.iter().zip(&around).find(|(case, _)| case.id == item.case.0);
        let (case, facts) = known.ok_or(ReviewError::Unreadable)?;
        match consent(&mut db, item.case, ALL).await {
            Ok(()) => {}
            Err(ReviewError::ConsentWithdrawn(_)) => continue,
            Err(error) => return Err(error),
        }
        if involved.get(&case.id).is_some_and(|involved| involved.recused(&roll).contains(&account)) {
            continue;
        }
        let own = votes.iter().find(|vote| vote.case_id == item.case.0 && vote.member_id == account.0);
        let verdict = match verdict_in(services, &mut db, case).await {
            Ok(verdict) => Some(verdict),
            Err(ReviewError::Case(CaseError::Forgotten)) => None,
            Err(error) => return Err(error),
        };
        let shown = OnAgenda {
            case: item.case,
            reference: Reference::parse(&case.reference).map_err(|_| ReviewError::Unreadable)?.to_string(),
            group: DiseaseGroup::from_name(&case.disease_group).ok_or(ReviewError::Unreadable)?,
            age: u8::try_from(case.age).map_err(|_| ReviewError::Unreadable)?,
            asked: Amount::new(item.requested.get()).map_err(|_| ReviewError::Unreadable)?,
            verdict: verdict.filter(|verdict| matches!(verdict, Verdict::Mean(_) | Verdict::Median { .. })),
            digest: digest_of(item_row.digest.as_deref().unwrap_or_default())?,
            own: own.map(vote_of).transpose()?,
        };
        all.push((shown, facts));
    }
    let items = Shown::to(&reviewer, all.iter().map(|(shown, facts)| (shown.clone(), *facts)), Doing::Vote);
    Ok(Agenda { meeting, state, day: row.day.to_jiff(), items })
}

/// Votes on an item, in the place of the vote one cast before; `seen` is the hash of the item that was shown. It counts as it
/// stands when the minutes are closed.
///
/// # Errors
/// `Denied`; `NotFound` where one is not on the roll, is recused, or the case is not on the agenda; `NotSitting`; `NotPresent`;
/// `ConsentWithdrawn`; `NotBefore`; `Changed` with what is different since it was frozen; `Fields` for an amount that is no part
/// of what is asked for; `Stale` where another item was shown; `Busy`, `Database`.
pub async fn cast(
    services: &Services,
    context: &Context,
    (meeting, case): (MeetingId, CaseId),
    (vote, seen): (Vote, Digest),
) -> Result<(), ReviewError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { voted(&services, &context, (meeting, case), (vote, seen)).await }).await
}

async fn voted(
    services: &Services,
    context: &Context,
    (meeting, case): (MeetingId, CaseId),
    (vote, seen): (Vote, Digest),
) -> Result<(), ReviewError> {
    let account = member(context)?;
    let mut tx = services.begin().await?;
    // The minutes wait for votes that are under way, and no vote comes after them.
    let row = sql::hold(&mut *tx, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    let roll = roll_of(&row)?;
    let whole = case_sql::one(&mut *tx, case.0).await?.ok_or(ReviewError::NotFound)?;
    if !roll.members().contains(&account) || !ties::may_do(&mut tx, &whole, account, Doing::Vote).await? {
        return Err(ReviewError::NotFound);
    }
    let all = frozen(&mut tx, meeting).await?;
    let (item_row, item) = all.into_iter().find(|(_, item)| item.case == case).ok_or(ReviewError::NotFound)?;
    if super::minutes::involved(&mut tx, &whole).await?.recused(&roll).contains(&account) {
        return Err(ReviewError::NotFound);
    }
    let state = state_of(&row)?;
    if !state.takes_votes() {
        return Err(ReviewError::NotSitting(state));
    }
    if !vote_sql::present(&mut *tx, meeting.0).await?.contains(&(case.0, account.0)) {
        return Err(ReviewError::NotPresent);
    }
    if !is_before(&whole) {
        return Err(ReviewError::NotBefore(case));
    }
    consent(&mut tx, case, ALL).await?;
    let frozen = digest_of(item_row.digest.as_deref().unwrap_or_default())?;
    let changes = item.changes(&as_it_is(&mut tx, case).await?);
    if !changes.is_empty() {
        return Err(ReviewError::Changed(vec![(case, changes)]));
    }
    if seen != frozen {
        return Err(ReviewError::Stale);
    }
    if let Vote::Partial(part) = vote
        && (part <= Fen::ZERO || part >= item.requested)
    {
        return Err(ReviewError::Fields(vec![FieldError::new("part", Fault::NotAChoice)]));
    }
    let (word, part_fen) = words(vote);
    let cast =
        VoteRow { case_id: case.0, member_id: account.0, vote: word.to_owned(), part_fen, seen: frozen.0.to_vec() };
    vote_sql::cast(&mut *tx, meeting.0, &cast, context.now).await?;
    // How somebody voted stands in the proceedings, and not in a trail that others read.
    let entry = Entry {
        action: "spark.vote_cast",
        subject_kind: "spark_meeting",
        subject: Some(meeting.0),
        detail: json!({ "case": case }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    Ok(tx.commit().await?)
}
