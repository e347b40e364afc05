//! The minutes: drawn up from what took place, closed by one secretary, signed by all who have to.

use super::ReviewError;
use super::meeting::{hidden, leads, locked, roll_of, secretary, state_of};
use super::pack::{as_they_are, digest, digest_of, frozen, is_before};
use super::ties::{self, ALL, consent};
use super::votes::vote_of;
use crate::audit::{self, Entry};
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::ids::{AccountId, CaseId, MeetingId};
use domain::spark::review::appeal::{Involved, TookPart};
use domain::spark::review::conflict::{CaseFacts, recused};
use domain::spark::review::meeting::{Event, State, next};
use domain::spark::review::minutes::{Dealt, Minutes, Proceedings, Settled, Unsigned};
use domain::spark::review::pack::Change;
use domain::spark::review::vote::{Ballot, Outcome, Question};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::slice;
use store::spark::cases::{self as case_sql, CaseRow};
use store::spark::review::meetings::{self as sql, MeetingRow};
use store::spark::review::{around, votes as vote_sql};
use uuid::Uuid;

/// Who had a part in what is appealed, of a case that is: they have none in the appeal.
pub(super) async fn involved(db: &mut PgConnection, row: &CaseRow) -> sqlx::Result<Involved> {
    Ok(involved_of(db, slice::from_ref(row)).await?.remove(&row.id).unwrap_or_default())
}

/// The same of many cases; of those that were not appealed there is nobody.
pub(super) async fn involved_of(db: &mut PgConnection, rows: &[CaseRow]) -> sqlx::Result<BTreeMap<Uuid, Involved>> {
    let appealed: Vec<Uuid> = rows.iter().filter(|row| row.appealed).map(|row| row.id).collect();
    let mut all: BTreeMap<Uuid, Involved> = BTreeMap::new();
    if appealed.is_empty() {
        return Ok(all);
    }
    let handled = around::handled(&mut *db, &appealed).await?;
    let handled = handled.into_iter().map(|(case, account)| (case, TookPart::Handled, account));
    let others = around::took_part(&mut *db, &appealed)
        .await?
        .into_iter()
        .map(|row| (row.case_id, if row.reviewed { TookPart::Reviewed } else { TookPart::Sat }, row.account_id));
    for (case, part, account) in handled.chain(others) {
        let before = all.remove(&case).unwrap_or_default();
        all.insert(case, before.with(part, [AccountId(account)]));
    }
    Ok(all)
}

/// What took place, as things are known now: recusals and hashes are of this instant. Votes of whoever is recused by now, or was
/// not in the room, are struck. Beside it what changed since the pack was frozen, of items that do not stand over.
pub(super) async fn proceedings(
    db: &mut PgConnection,
    row: &MeetingRow,
) -> Result<(Proceedings, Vec<(CaseId, Vec<Change>)>), ReviewError> {
    let meeting = MeetingId(row.id);
    let roll = roll_of(row)?;
    let members: Vec<AccountId> = roll.members().iter().copied().collect();
    let known: Vec<_> = ties::reviewers(db, &members).await?.into_iter().map(|(_, one)| one).collect();
    let votes = vote_sql::of_meeting(&mut *db, row.id).await?;
    let there = vote_sql::present(&mut *db, row.id).await?;
    let (mut items, mut changed) = (Vec::new(), Vec::new());
    let frozen = frozen(db, meeting).await?;
    let ids: Vec<Uuid> = frozen.iter().map(|(_, item)| item.case.0).collect();
    let cases = case_sql::many(&mut *db, &ids).await?;
    let facts: BTreeMap<Uuid, CaseFacts> =
        ties::facts_of(db, &cases).await?.into_iter().map(|facts| (facts.case.0, facts)).collect();
    let involved = involved_of(db, &cases).await?;
    let agenda: Vec<CaseId> = frozen.iter().map(|(_, item)| item.case).collect();
    let mut current = as_they_are(db, &agenda).await?;
    for (item_row, item) in frozen {
        let facts = facts.get(&item.case.0).ok_or(ReviewError::Unreadable)?;
        let now = current.remove(&item.case).ok_or(ReviewError::NotFound)?;
        let changes = item.changes(&now);
        if !changes.is_empty() && !item_row.stands_over {
            changed.push((item.case, changes));
        }
        let mut out = recused(&known, facts);
        out.extend(involved.get(&item.case.0).map(|involved| involved.recused(&roll)).unwrap_or_default());
        // Of whom nothing is known a conflict could not be seen.
        out.extend(members.iter().filter(|member| !known.iter().any(|one| one.account == **member)));
        let present: BTreeSet<AccountId> =
            there.iter().filter(|(of, _)| *of == item.case.0).map(|(_, member)| AccountId(*member)).collect();
        let mut ballots = Vec::new();
        for vote in votes.iter().filter(|vote| vote.case_id == item.case.0) {
            let by = AccountId(vote.member_id);
            if present.contains(&by) && !out.contains(&by) {
                ballots.push(Ballot { by, vote: vote_of(vote)?, seen: digest_of(&vote.seen)? });
            }
        }
        let question = Question { requested: now.requested, digest: digest(&now.canonical())? };
        let stands_over = item_row.stands_over;
        items.push(Dealt { case: item.case, question, recused: out, present, ballots, stands_over });
    }
    let pack = digest_of(row.pack_digest.as_deref().unwrap_or_default())?;
    Ok((Proceedings { meeting, pack, roll, items }, changed))
}

pub(super) fn read(row: &MeetingRow) -> Result<Minutes, ReviewError> {
    serde_json::from_str(row.minutes.as_deref().unwrap_or_default()).map_err(|_| ReviewError::Unreadable)
}

/// Closes a meeting with its minutes, by exactly one secretary: whoever comes second is shown who was first. The same one
/// pressing twice closes it once.
///
/// # Errors
/// `Denied`; `NotFound`, also for a secretary who has a conflict with any item; `First`, `Stale`, `Refused`; `Changed` with what
/// is different since the pack was frozen, `NotBefore` and `ConsentWithdrawn` for items that have to be put off; `TookPart` for a
/// secretary who had a part in what is appealed; `Open` with every item without a result; `Unsigned` for a secretary who is a
/// member; `Busy`, `Database`.
pub async fn close(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    version: i32,
) -> Result<Minutes, ReviewError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move { closed(&services, &context, meeting, version).await }).await
}

async fn closed(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    version: i32,
) -> Result<Minutes, ReviewError> {
    let by = secretary(context)?;
    let mut tx = services.begin().await?;
    let row = match locked(&mut tx, meeting, version).await {
        Err(ReviewError::First { by: first, .. }) if first == by => {
            return read(&sql::one(&mut *tx, meeting.0).await?.ok_or(ReviewError::NotFound)?);
        }
        other => other?,
    };
    next(state_of(&row)?, Event::Close)?;
    if row.members.contains(&by.0) {
        return Err(Unsigned::SecretaryVoted.into());
    }
    // Minutes are closed whole: somebody for whom an item is not there closes none.
    if !hidden(&mut tx, meeting, by).await?.is_empty() {
        return Err(ReviewError::NotFound);
    }
    let (proceedings, changed) = proceedings(&mut tx, &row).await?;
    if !changed.is_empty() {
        return Err(ReviewError::Changed(changed));
    }
    let ids: Vec<Uuid> = proceedings.items.iter().map(|item| item.case.0).collect();
    let cases = case_sql::many(&mut *tx, &ids).await?;
    let involved = involved_of(&mut tx, &cases).await?;
    for item in proceedings.items.iter().filter(|item| !item.stands_over) {
        let case = cases.iter().find(|case| case.id == item.case.0).ok_or(ReviewError::Unreadable)?;
        if !is_before(case) {
            return Err(ReviewError::NotBefore(item.case));
        }
        consent(&mut tx, item.case, ALL).await?;
        if involved.get(&case.id).is_some_and(|involved| !involved.bars(by).is_empty()) {
            return Err(ReviewError::TookPart(item.case));
        }
    }
    let minutes = proceedings.close().map_err(ReviewError::Open)?;
    for entry in &minutes.entries {
        sql::settle(&mut *tx, meeting.0, entry.case.0, words(entry.settled)).await?;
    }
    let text = serde_json::to_string(&minutes).map_err(|_| ReviewError::Unreadable)?;
    if !sql::close(&mut *tx, (meeting.0, version), &text, by.0, context.now).await? {
        return Err(ReviewError::Stale);
    }
    let detail = json!({ "minutes": digest(text.as_bytes())?, "items": minutes.entries.len() });
    let entry =
        Entry { action: "spark.minutes_closed", subject_kind: "spark_meeting", subject: Some(meeting.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(minutes)
}

fn words(settled: Settled) -> Option<(&'static str, Option<i64>)> {
    match settled {
        Settled::Decided(Outcome::Granted(sum)) => Some(("granted", Some(sum.get()))),
        Settled::Decided(Outcome::Partial(sum)) => Some(("partial", Some(sum.get()))),
        Settled::Decided(Outcome::Refused) => Some(("refused", None)),
        Settled::Decided(Outcome::Deferred) => Some(("deferred", None)),
        Settled::StandsOver => None,
    }
}

/// Signs the minutes, as the secretary who closed them or as somebody who presided. `true` when all who have to have signed: from
/// then on what was decided can be carried out. Pressed twice it is one signature.
///
/// # Errors
/// `Denied`, `NotFound` for whoever has nothing to sign and for a secretary who has a conflict with any item, `Refused`,
/// `Unsigned` where the minutes do not agree any more, `Database`.
pub async fn sign(services: &Services, context: &Context, meeting: MeetingId) -> Result<bool, ReviewError> {
    if context.require(Capability::ConveneCommittee).is_err() {
        context.require(Capability::VoteOnCases)?;
    }
    let account = context.actor.account().ok_or(Denied::NotAllowed)?;
    let mut tx = services.begin().await?;
    let row = sql::lock(&mut *tx, meeting.0).await?.ok_or(ReviewError::NotFound)?;
    let mut signed: BTreeSet<AccountId> =
        vote_sql::signed(&mut *tx, meeting.0).await?.into_iter().map(AccountId).collect();
    if signed.contains(&account) && state_of(&row)? == State::MinutesSigned {
        return Ok(true);
    }
    let to = next(state_of(&row)?, Event::Sign)?;
    let secretary = AccountId(row.closed_by.ok_or(ReviewError::Unreadable)?);
    let minutes = read(&row)?;
    if !minutes.signers(secretary).contains(&account) {
        return Err(ReviewError::NotFound);
    }
    if account == secretary && !hidden(&mut tx, meeting, account).await?.is_empty() {
        return Err(ReviewError::NotFound);
    }
    signed.insert(account);
    let (proceedings, _) = proceedings(&mut tx, &row).await?;
    let done = match minutes.may_be_signed(&proceedings, secretary, &signed) {
        Ok(()) => true,
        Err(Unsigned::Missing(_)) => false,
        Err(error) => return Err(error.into()),
    };
    let fresh = vote_sql::sign(&mut *tx, meeting.0, account.0, context.now).await?;
    if done && !sql::set_state(&mut *tx, (meeting.0, row.version), to.name(), context.now).await? {
        return Err(ReviewError::Stale);
    }
    if fresh {
        let (action, detail) = ("spark.minutes_signed", json!({ "all": done }));
        let entry = Entry { action, subject_kind: "spark_meeting", subject: Some(meeting.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    tx.commit().await?;
    Ok(done)
}

/// Lets the committee sit again before the minutes are signed: a vote counts no more, or something was wrong. Signatures that
/// were given are gone with the minutes. Answers the new version.
///
/// # Errors
/// `Denied`; `NotFound`, also for whoever sits or has a conflict with any item; `Stale`, `First`, `Refused`, `Database`.
pub async fn reopen(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    version: i32,
) -> Result<i32, ReviewError> {
    let by = secretary(context)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, meeting, version).await?;
    leads(&mut tx, &row, by).await?;
    let to = next(state_of(&row)?, Event::Reopen)?;
    if !sql::set_state(&mut *tx, (meeting.0, version), to.name(), context.now).await? {
        return Err(ReviewError::Stale);
    }
    vote_sql::unsign(&mut *tx, meeting.0).await?;
    for item in sql::items(&mut *tx, meeting.0).await? {
        sql::settle(&mut *tx, meeting.0, item.case_id, None).await?;
    }
    let (action, detail) = ("spark.meeting_changed", json!({ "event": Event::Reopen, "to": to }));
    let entry = Entry { action, subject_kind: "spark_meeting", subject: Some(meeting.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(version + 1)
}
