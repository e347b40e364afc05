//! What lies before a meeting: each case as it is, frozen, and held against what there is later.

use super::ReviewError;
use super::meeting::{leads, locked, roll_of, secretary, state_of};
use super::scores::{counted, given};
use super::ties::{self, ALL, consent};
use crate::audit::{self, Entry};
use crate::crypto::digest_hex;
use crate::{Context, Services};
use domain::ids::{AccountId, CaseId, FileId, MeetingId};
use domain::ledger::Fen;
use domain::spark::State;
use domain::spark::review::meeting::{Event, next};
use domain::spark::review::pack::{Digest, Evidence, Item, Pack, Version};
use serde_json::json;
use sqlx::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use store::spark::cases::{self as case_sql, CaseRow};
use store::spark::review::evidence as before;
use store::spark::review::meetings::{self as sql, EvidenceRow, ItemRow};
use store::spark::review::scores::ReviewRow;
use uuid::Uuid;

/// The SHA-256 of bytes.
///
/// # Errors
/// `Unreadable`, which does not happen: a hash has as many digits as it says.
pub fn digest(bytes: &[u8]) -> Result<Digest, ReviewError> {
    Digest::try_from(digest_hex(bytes)).map_err(|_| ReviewError::Unreadable)
}

/// What a stored hash says.
pub(super) fn digest_of(stored: &[u8]) -> Result<Digest, ReviewError> {
    stored.try_into().map(Digest).map_err(|_| ReviewError::Unreadable)
}

fn number(stored: i32) -> Result<u32, ReviewError> {
    u32::try_from(stored).map_err(|_| ReviewError::Unreadable)
}

/// A case as it would be put to the vote now: numbers and hashes, nothing that says whose it is. Asks no policy.
///
/// # Errors
/// `NotFound`, `Unreadable`, `Database`.
pub async fn as_it_is(db: &mut PgConnection, case: CaseId) -> Result<Item, ReviewError> {
    as_they_are(db, &[case]).await?.remove(&case).ok_or(ReviewError::NotFound)
}

/// The same of several cases, by as many questions as of one; those that are not there are left out.
///
/// # Errors
/// `Unreadable`, `Database`.
pub(super) async fn as_they_are(
    db: &mut PgConnection,
    cases: &[CaseId],
) -> Result<BTreeMap<CaseId, Item>, ReviewError> {
    let ids: Vec<Uuid> = cases.iter().map(|case| case.0).collect();
    let rows = case_sql::many(&mut *db, &ids).await?;
    let facts = ties::facts_of(db, &rows).await?;
    let mut reviews: BTreeMap<Uuid, (i32, Vec<ReviewRow>)> = BTreeMap::new();
    for (case, round, review) in before::reviews(&mut *db, &ids).await? {
        reviews.entry(case).or_insert_with(|| (round, Vec::new())).1.push(review);
    }
    let by: BTreeSet<AccountId> =
        reviews.values().flat_map(|(_, rows)| given(rows)).map(|row| AccountId(row.reviewer_id)).collect();
    let known = ties::reviewers(db, &by.into_iter().collect::<Vec<_>>()).await?;
    let asked = by_case(before::assigned(&mut *db, &ids).await?);
    let files = by_case(before::files(&mut *db, &ids).await?);
    let replies = by_case(before::replies(&mut *db, &ids).await?);
    let forms: BTreeMap<Uuid, i32> = before::forms(&mut *db, &ids).await?.into_iter().collect();
    let mut all = BTreeMap::new();
    for (row, facts) in rows.iter().zip(&facts) {
        let mut evidence = BTreeMap::new();
        if let Some((round, rows)) = reviews.get(&row.id) {
            let asked = asked.get(&row.id).map_or(&[][..], Vec::as_slice);
            for review in counted(rows, asked, &known, facts) {
                let digest = digest_of(review.digest.as_deref().unwrap_or_default())?;
                // The round is the version: a case that is reviewed anew has other reviews, whatever they say.
                let version = Version { number: number(*round)?, digest };
                evidence.insert(Evidence::Review(AccountId(review.reviewer_id)), version);
            }
        }
        // A file never changes: another one has another id.
        for file in files.get(&row.id).into_iter().flatten() {
            let version = Version { number: 1, digest: digest(file.as_bytes())? };
            evidence.insert(Evidence::Document(FileId(*file)), version);
        }
        // An answer is given once and never another; the hash is of what is sealed, which says nothing without the case's key.
        for (question, reply) in replies.get(&row.id).into_iter().flatten() {
            evidence.insert(Evidence::Answer(*question), Version { number: 1, digest: digest(reply)? });
        }
        let (case, form) = (CaseId(row.id), number(forms.get(&row.id).copied().unwrap_or(1))?);
        all.insert(case, Item { case, form, requested: Fen::new(row.asked), evidence });
    }
    Ok(all)
}

/// Rows of several cases, by their case.
fn by_case<T>(rows: Vec<(Uuid, T)>) -> BTreeMap<Uuid, Vec<T>> {
    let mut all: BTreeMap<Uuid, Vec<T>> = BTreeMap::new();
    for (case, row) in rows {
        all.entry(case).or_default().push(row);
    }
    all
}

/// Whether a case waits for a decision of the committee.
pub(super) fn is_before(row: &CaseRow) -> bool {
    [State::Committee, State::Appeal].iter().any(|state| state.name() == row.state)
}

/// The agenda of a meeting as it was frozen, with its rows.
pub(super) async fn frozen(db: &mut PgConnection, meeting: MeetingId) -> Result<Vec<(ItemRow, Item)>, ReviewError> {
    let evidence = sql::evidence(&mut *db, meeting.0).await?;
    let mut all = Vec::new();
    for row in sql::items(&mut *db, meeting.0).await? {
        let mut item = Item {
            case: CaseId(row.case_id),
            form: number(row.form.ok_or(ReviewError::Unreadable)?)?,
            requested: Fen::new(row.requested.ok_or(ReviewError::Unreadable)?),
            evidence: BTreeMap::new(),
        };
        for each in evidence.iter().filter(|each| each.case_id == row.case_id) {
            let what = match each.kind.as_str() {
                "document" => Evidence::Document(FileId(each.evidence_id)),
                "review" => Evidence::Review(AccountId(each.evidence_id)),
                "answer" => Evidence::Answer(each.evidence_id),
                _ => return Err(ReviewError::Unreadable),
            };
            item.evidence.insert(what, Version { number: number(each.number)?, digest: digest_of(&each.digest)? });
        }
        all.push((row, item));
    }
    Ok(all)
}

/// Freezes the pack of a meeting: from now on everybody has the same before them. Answers its hash.
///
/// # Errors
/// `Denied`; `NotFound`, also for whoever sits or has a conflict with any item; `Stale`, `Refused`, `NoProfile` with the members a conflict of whom could not be
/// seen, `NotBefore`, `Elsewhere`, `ConsentWithdrawn`, `Unfrozen`, `Busy`, `Database`.
pub async fn freeze(
    services: &Services,
    context: &Context,
    meeting: MeetingId,
    version: i32,
) -> Result<Digest, ReviewError> {
    let by = secretary(context)?;
    let mut tx = services.begin().await?;
    let row = locked(&mut tx, meeting, version).await?;
    leads(&mut tx, &row, by).await?;
    next(state_of(&row)?, Event::Freeze)?;
    let roll = roll_of(&row)?;
    let members: Vec<AccountId> = roll.members().iter().copied().collect();
    let known = ties::reviewers(&mut tx, &members).await?;
    let unknown = |member: &AccountId| !known.iter().any(|(_, one)| one.account == *member);
    let unknown: Vec<AccountId> = members.into_iter().filter(unknown).collect();
    if !unknown.is_empty() {
        return Err(ReviewError::NoProfile(unknown));
    }
    let agenda: Vec<Uuid> = sql::items(&mut *tx, meeting.0).await?.into_iter().map(|item| item.case_id).collect();
    // Cases are locked in one order, so that two meetings with the same do not wait for each other.
    let mut ordered = agenda.clone();
    ordered.sort_unstable();
    let mut versions = BTreeMap::new();
    for id in ordered {
        let case = CaseId(id);
        let row = case_sql::lock(&mut *tx, id).await?.ok_or(ReviewError::NotFound)?;
        if !is_before(&row) {
            return Err(ReviewError::NotBefore(case));
        }
        if sql::elsewhere(&mut *tx, id, meeting.0).await?.is_some() {
            return Err(ReviewError::Elsewhere(case));
        }
        consent(&mut tx, case, ALL).await?;
        versions.insert(case, row.version);
    }
    let cases: Vec<CaseId> = agenda.into_iter().map(CaseId).collect();
    let mut there = as_they_are(&mut tx, &cases).await?;
    let items = cases.iter().map(|case| there.remove(case).ok_or(ReviewError::NotFound)).collect::<Result<_, _>>()?;
    let pack = Pack::new(meeting, roll, items)?;
    for item in pack.items() {
        let (row, evidence) = rows(item, versions.get(&item.case).copied())?;
        sql::freeze_item(&mut tx, meeting.0, &row, &evidence).await?;
    }
    let bytes = pack.canonical();
    let hash = digest(&bytes)?;
    if !sql::freeze(&mut *tx, (meeting.0, version), (&bytes, &hash.0), context.now).await? {
        return Err(ReviewError::Stale);
    }
    let detail = json!({ "pack": hash, "items": pack.items().len() });
    let entry = Entry { action: "spark.pack_frozen", subject_kind: "spark_meeting", subject: Some(meeting.0), detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(hash)
}

fn rows(item: &Item, case_version: Option<i32>) -> Result<(ItemRow, Vec<EvidenceRow>), ReviewError> {
    let stored = |number: u32| i32::try_from(number).map_err(|_| ReviewError::Unreadable);
    let row = ItemRow {
        case_id: item.case.0,
        case_version,
        form: Some(stored(item.form)?),
        requested: Some(item.requested.get()),
        digest: Some(digest(&item.canonical())?.0.to_vec()),
        stands_over: false,
    };
    let evidence = item.evidence.iter().map(|(what, version)| {
        let (kind, evidence_id) = match what {
            Evidence::Document(file) => ("document", file.0),
            Evidence::Review(reviewer) => ("review", reviewer.0),
            Evidence::Answer(question) => ("answer", *question),
        };
        let digest = version.digest.0.to_vec();
        Ok(EvidenceRow {
            case_id: item.case.0,
            kind: kind.to_owned(),
            evidence_id,
            number: stored(version.number)?,
            digest,
        })
    });
    Ok((row, evidence.collect::<Result<_, ReviewError>>()?))
}
