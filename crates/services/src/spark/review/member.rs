//! A meeting as those who sit at it see it from outside its agenda: which are theirs, and the record of what was decided. Neither
//! tells of an item that somebody is recused from: no count over all items, no hash of all of them, no signature of whoever
//! presided over such an item.

use super::meeting::hidden;
use super::minutes::read;
use super::pack::digest;
use super::pages::{Earlier, MeetingList, ROWS, begin, page};
use super::room::{MeetingOf, Named, named, names_of, standing};
use super::ties::Someone;
use super::{ReviewError, meeting as convened};
use crate::ledger::views::Person;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::ids::{AccountId, MeetingId};
use domain::spark::review::meeting::State;
use domain::spark::review::minutes::Entry;
use domain::spark::review::pack::Digest;
use jiff::Timestamp;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use store::spark::cases as case_sql;
use store::spark::review::meetings as sql;
use store::spark::review::rooms;
use uuid::Uuid;

/// What became of one item, as the record says it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Recorded {
    /// Which case.
    pub named: Named,
    /// What the minutes say of it.
    pub entry: Entry,
    /// It was carried out.
    pub carried: bool,
}

/// The record of a meeting, as somebody reads and signs it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Record {
    /// Of which meeting.
    pub meeting: MeetingId,
    /// How far it is: decided, or signed.
    pub state: State,
    /// When it was held.
    pub day: Date,
    /// Item by item, without those whoever reads is recused from.
    pub items: Vec<Recorded>,
    /// Who led it.
    pub chair: AccountId,
    /// Who stood in.
    pub deputy: AccountId,
    /// Everybody named in it.
    pub people: BTreeMap<AccountId, Person>,
    /// Who closed it.
    pub closed_by: AccountId,
    /// When.
    pub closed_at: Timestamp,
    /// Who has signed what is shown, and when; nobody but whoever reads where items are not shown.
    pub signed: Vec<(AccountId, Timestamp)>,
    /// Who still has to, by the same rule.
    pub missing: Vec<AccountId>,
    /// Whoever reads still has to sign.
    pub to_sign: bool,
    /// The hash of the minutes as they were closed, which stands in the trail, and of the pack that lay before the meeting: for
    /// whoever holds it.
    pub whole: Option<(Digest, Digest)>,
    /// The hash of the items that are shown.
    pub digest: Digest,
}

/// Who sits at a meeting, or holds them.
fn either(context: &Context) -> Result<AccountId, Denied> {
    context.require(Capability::SeeCommittee)?;
    context.actor.account().ok_or(Denied::NotAllowed)
}

/// The meetings on whose roll whoever asks is, the latest first: nothing of what lies before them.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn own_meetings(
    services: &Services,
    context: &Context,
    after: Option<Earlier>,
) -> Result<MeetingList<MeetingOf>, ReviewError> {
    context.require(Capability::VoteOnCases)?;
    let account = context.actor.account().ok_or(Denied::NotAllowed)?;
    page(&rooms::of_member(&services.db, account.0, begin(after), ROWS).await?, standing)
}

/// One of them.
///
/// # Errors
/// `Denied`, `NotFound` for everybody who is not on its roll, `Unreadable`, `Database`.
pub async fn own_meeting(services: &Services, context: &Context, id: MeetingId) -> Result<MeetingOf, ReviewError> {
    context.require(Capability::VoteOnCases)?;
    let account = context.actor.account().ok_or(Denied::NotAllowed)?;
    let row = sql::one(&services.db, id.0).await?.filter(|row| row.members.contains(&account.0));
    standing(&row.ok_or(ReviewError::NotFound)?)
}

/// The record of a meeting whose minutes are closed, for whoever holds meetings and for whoever sits at this one: without the
/// items they have a conflict with, as things are known now. Where there are such items it has neither a hash over all nor
/// anybody else's signature: who presided over something could be told from them.
///
/// # Errors
/// `Denied`; `NotFound` before the minutes are closed, and for whoever neither holds meetings nor sits at this one; `Unreadable`,
/// `Database`.
pub async fn record(services: &Services, context: &Context, id: MeetingId) -> Result<Record, ReviewError> {
    let account = either(context)?;
    let row = sql::one(&services.db, id.0).await?.ok_or(ReviewError::NotFound)?;
    let sits = row.members.contains(&account.0);
    if !sits {
        convened(services, context, id).await.map_err(|error| match error {
            // Whether there is such a meeting is no matter of theirs.
            ReviewError::Denied(_) => ReviewError::NotFound,
            error => error,
        })?;
    }
    let (Some(closed_by), Some(closed_at)) = (row.closed_by, row.closed_at.as_ref()) else {
        return Err(ReviewError::NotFound);
    };
    let (closed_by, closed_at) = (AccountId(closed_by), closed_at.to_jiff());
    let minutes = read(&row)?;
    let state = standing(&row)?;
    let mut db = services.db.acquire().await?;
    let carried = rooms::carried(&mut *db, id.0).await?;
    let frozen = sql::items(&mut *db, id.0).await?;
    let entries = if sits { minutes.shown_to(account).entries } else { minutes.entries.clone() };
    let hidden = if sits { BTreeSet::new() } else { hidden(&mut db, id, account).await? };
    let someone = Someone::read(&mut db, account).await?;
    let ids: Vec<Uuid> = entries.iter().map(|entry| entry.case.0).collect();
    let cases = case_sql::many(&mut *db, &ids).await?;
    let clear = someone.clear_of(&mut db, &cases).await?;
    let mut items = Vec::new();
    for entry in entries {
        let case = cases.iter().find(|case| case.id == entry.case.0).ok_or(ReviewError::Unreadable)?;
        if hidden.contains(&case.id) || sits && !clear.contains(&case.id) {
            continue;
        }
        let carried = carried.contains(&entry.case.0);
        let asked = frozen.iter().find(|item| item.case_id == case.id).and_then(|item| item.requested);
        items.push(Recorded { named: named(case, asked.unwrap_or(case.asked))?, entry, carried });
    }
    let signatures = rooms::signatures(&mut *db, id.0).await?;
    drop(db);
    let shown: Vec<Entry> = items.iter().map(|item| item.entry.clone()).collect();
    let partly = items.len() < minutes.entries.len();
    let needed: BTreeSet<AccountId> = shown.iter().filter_map(|entry| entry.presiding).chain([closed_by]).collect();
    let told = |id: &AccountId| *id == account || !partly && needed.contains(id);
    // A secretary signs the whole.
    let own = minutes.signers(closed_by).contains(&account) && (sits || !partly);
    let signed: Vec<(AccountId, Timestamp)> =
        signatures.into_iter().map(|(id, at)| (AccountId(id), at.to_jiff())).filter(|(id, _)| told(id)).collect();
    let has = |id: &AccountId| signed.iter().any(|(one, _)| one == id);
    let missing = needed.iter().filter(|id| told(id) && !has(id)).copied().collect();
    let to_sign = own && !has(&account) && state.state == State::Decided;
    let text = serde_json::to_vec(&shown).map_err(|_| ReviewError::Unreadable)?;
    let kept = row.minutes.as_deref().unwrap_or_default();
    let whole = if sits || partly { None } else { Some((digest(kept.as_bytes())?, minutes.pack)) };
    let named_in = shown.iter().flat_map(|entry| entry.voters.iter().chain(&entry.recused).chain(&entry.presiding));
    let ids: BTreeSet<Uuid> =
        named_in.map(|one| one.0).chain(row.members.iter().copied()).chain([closed_by.0]).collect();
    let names = names_of(services, ids.iter().copied()).await?;
    Ok(Record {
        meeting: id,
        state: state.state,
        day: state.day,
        items,
        chair: AccountId(row.chair_id),
        deputy: AccountId(row.deputy_id),
        people: ids.into_iter().map(|id| (AccountId(id), names.person(id))).collect(),
        closed_by,
        closed_at,
        signed,
        missing,
        to_sign,
        whole,
        digest: digest(&text)?,
    })
}
