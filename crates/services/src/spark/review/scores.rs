//! What reviewers say of a case: typed as often as they like, given once, and shown to the others only once they gave theirs.

use super::ties::{self, HEALTH, consent};
use super::{Doing, ReviewError};
use crate::audit::{self, Entry};
use crate::crypto::{CaseKey, Place};
use crate::db::to_the_end;
use crate::ledger::views::{Names, Person};
use crate::spark::cases::{self, Act, CaseError, Reader};
use crate::{Context, Services};
use domain::account::{Actor, Capability, Denied};
use domain::ids::{AccountId, CaseId};
use domain::spark::review::conflict::{CaseFacts, Reviewer, stands};
use domain::spark::review::rubric::Rubric;
use domain::spark::review::score::{Review, Score, Verdict};
use domain::spark::{Event, Part, State};
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use store::spark::cases::{self as case_sql, CaseRow};
use store::spark::review::profiles::{self, ProfileRow};
use store::spark::review::scores::{self as sql, ReviewRow, RubricRow};
use uuid::Uuid;

/// A reviewer's form.
#[derive(Clone, PartialEq, Debug)]
pub struct Sheet {
    /// By which the case is judged.
    pub rubric: Rubric,
    /// What was typed so far.
    pub typed: Typed,
    /// Its version, 0 before anything was saved.
    pub version: i32,
    /// It was given, and changes no more.
    pub given: bool,
    /// What the others gave, in no order that says whose it is. Nothing before one's own is given.
    pub others: Vec<Score>,
}

const fn place(row: Uuid) -> Place {
    Place { table: "spark_review", column: "review_sealed", row }
}

/// Publishes a version of the rubric.
///
/// # Errors
/// `Denied` unless one watches over cases, or is the house itself; `VersionTaken`, `Database`.
pub async fn publish_rubric(services: &Services, context: &Context, rubric: &Rubric) -> Result<(), ReviewError> {
    context.require(Capability::OverseeCases)?;
    let content = serde_json::to_string(rubric).map_err(|_| ReviewError::Unreadable)?;
    let version = i32::try_from(rubric.version()).map_err(|_| ReviewError::VersionTaken(rubric.version()))?;
    let by = context.actor.account().map(|account| account.0);
    let mut tx = services.begin().await?;
    if !sql::add_rubric(&mut *tx, version, &content, by, context.now).await? {
        return Err(ReviewError::VersionTaken(rubric.version()));
    }
    let detail = json!({ "version": version, "criteria": rubric.criteria().len() });
    let entry = Entry { action: "spark.rubric_published", subject_kind: "spark_rubric", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    Ok(tx.commit().await?)
}

/// A version of the rubric.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// The rubric.
    pub rubric: Rubric,
    /// Who published it; nobody where the house itself did.
    pub by: Option<Person>,
    /// When.
    pub at: Timestamp,
}

/// Every version of the rubric, the newest first, for whoever publishes them.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn rubrics(services: &Services, context: &Context) -> Result<Vec<Published>, ReviewError> {
    context.require(Capability::OverseeCases)?;
    let rows = sql::rubrics(&services.db).await?;
    let names = Names::of(services, rows.iter().filter_map(|row| row.published_by)).await.map_err(CaseError::from)?;
    let read = |row: RubricRow| {
        Ok(Published {
            rubric: serde_json::from_str(&row.content).map_err(|_| ReviewError::Unreadable)?,
            by: row.published_by.map(|id| names.person(id)),
            at: row.published_at.to_jiff(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// The newest rubric, for everybody who reviews, decides or watches over it.
///
/// # Errors
/// `Denied`, `NoRubric`, `Unreadable`, `Database`.
pub async fn rubric(services: &Services, context: &Context) -> Result<Rubric, ReviewError> {
    let any = [Capability::ReviewCases, Capability::HandleCases, Capability::VoteOnCases, Capability::OverseeCases];
    if any.iter().all(|capability| context.require(*capability).is_err()) {
        return Err(Denied::NotAllowed.into());
    }
    let mut db = services.db.acquire().await?;
    read_rubric(&mut db, None).await
}

async fn read_rubric(db: &mut PgConnection, version: Option<i32>) -> Result<Rubric, ReviewError> {
    let content = sql::rubric(db, version).await?.ok_or(ReviewError::NoRubric)?;
    serde_json::from_str(&content).map_err(|_| ReviewError::Unreadable)
}

/// A case that somebody may judge now.
struct Judged {
    account: AccountId,
    row: CaseRow,
    rows: Vec<ReviewRow>,
    round: i32,
    rubric: Rubric,
    key: CaseKey,
}

impl Judged {
    fn own(&self) -> Option<&ReviewRow> {
        self.rows.iter().find(|row| row.reviewer_id == self.account.0)
    }
}

/// Asks everything that has to hold for judging a case. The case is locked where it is `to_write`.
async fn judged(
    services: &Services,
    db: &mut PgConnection,
    context: &Context,
    (case, to_write): (CaseId, bool),
) -> Result<Judged, ReviewError> {
    context.require(Capability::ReviewCases)?;
    let account = context.actor.account().ok_or(Denied::NotAllowed)?;
    let row = match to_write {
        true => case_sql::lock(&mut *db, case.0).await?,
        false => case_sql::one(&mut *db, case.0).await?,
    };
    let row = row.ok_or(ReviewError::NotFound)?;
    let round = sql::round(&mut *db, case.0).await?;
    let rows = sql::of_round(&mut *db, case.0, round).await?;
    // Pressed twice, the last review has moved the case on meanwhile.
    let again = to_write && rows.iter().any(|row| row.reviewer_id == account.0 && row.submitted_at.is_some());
    if row.state != State::MedicalReview.name() && !again {
        return Err(ReviewError::NotFound);
    }
    if !ties::may_do(db, &row, account, Doing::Score).await? {
        return Err(ReviewError::NotFound);
    }
    consent(db, case, HEALTH).await?;
    // All of a round judge by the version that the first one began with.
    let rubric = read_rubric(db, rows.first().map(|row| row.rubric)).await?;
    let key = cases::key(services, db, case).await?;
    Ok(Judged { account, row, rows, round, rubric, key })
}

fn opened(key: &CaseKey, row: &ReviewRow) -> Result<Typed, ReviewError> {
    serde_json::from_slice(&key.open(place(row.id), &row.review_sealed)?).map_err(|_| ReviewError::Unreadable)
}

/// The form of a case, with what one typed.
///
/// # Errors
/// `Denied`; `NotFound` where one was not asked, has a conflict, or the case is elsewhere; `ConsentWithdrawn`, `NoRubric`.
pub async fn sheet(services: &Services, context: &Context, case: CaseId) -> Result<Sheet, ReviewError> {
    let mut db = services.db.acquire().await?;
    let judged = judged(services, &mut db, context, (case, false)).await?;
    let own = judged.own();
    let typed = own.map(|row| opened(&judged.key, row)).transpose()?.unwrap_or_default();
    let given = own.is_some_and(|row| row.submitted_at.is_some());
    let mut others = Vec::new();
    if given {
        let all = counting(&mut db, &judged.row, &judged.rows).await?;
        for row in all.into_iter().filter(|row| row.reviewer_id != judged.account.0) {
            others.push(score(&judged.rubric, &opened(&judged.key, row)?)?);
        }
        others.sort_unstable();
    }
    Ok(Sheet { version: own.map_or(0, |row| row.version), rubric: judged.rubric.clone(), typed, given, others })
}

fn score(rubric: &Rubric, typed: &Typed) -> Result<Score, ReviewError> {
    let review: Review = rubric.read(typed).map_err(|_| ReviewError::Unreadable)?;
    rubric.score(&review).map_err(|_| ReviewError::Unreadable)
}

/// Saves what was typed, whatever it is worth, over the version that was shown. Answers the new one.
///
/// # Errors
/// As [`sheet`]; `Stale`, `Given`, `Busy`.
pub async fn save(
    services: &Services,
    context: &Context,
    case: CaseId,
    (version, typed): (i32, &Typed),
) -> Result<i32, ReviewError> {
    let (services, context, typed) = (services.clone(), context.clone(), typed.clone());
    to_the_end(async move { written(&services, &context, case, (version, &typed), false).await }).await
}

/// Gives one's review. Pressed twice it is given once. Where the verdict is there by it the case goes to the committee.
///
/// # Errors
/// As [`save`]; `Fields` with every mark and comment that cannot be taken: they are saved as they are.
pub async fn submit(
    services: &Services,
    context: &Context,
    case: CaseId,
    (version, typed): (i32, &Typed),
) -> Result<(), ReviewError> {
    let (services, context, typed) = (services.clone(), context.clone(), typed.clone());
    to_the_end(async move {
        written(&services, &context, case, (version, &typed), true).await?;
        moved_on(&services, &context, case).await?;
        Ok(())
    })
    .await
}

async fn written(
    services: &Services,
    context: &Context,
    case: CaseId,
    (version, typed): (i32, &Typed),
    give: bool,
) -> Result<i32, ReviewError> {
    let mut tx = services.begin().await?;
    let judged = judged(services, &mut tx, context, (case, true)).await?;
    let fields: Vec<String> = judged
        .rubric
        .criteria()
        .iter()
        .flat_map(|criterion| [criterion.mark_field(), criterion.comment_field()])
        .collect();
    let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
    let typed = Typed::kept(&fields, typed.0.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let own = judged.own();
    if let Some(own) = own.filter(|own| own.submitted_at.is_some()) {
        let same = give && opened(&judged.key, own)? == typed;
        return if same { Ok(own.version) } else { Err(ReviewError::Given) };
    }
    if own.map_or(0, |own| own.version) != version {
        return Err(ReviewError::Stale);
    }
    let faults = if give { judged.rubric.read(&typed).err() } else { None };
    let given = give && faults.is_none();
    let id = own.map_or_else(|| context.new_id(), |own| own.id);
    let text = serde_json::to_vec(&typed).map_err(|_| ReviewError::Unreadable)?;
    let digest = given.then(|| services.vault.mac("spark review", &text));
    let saved = sql::Saved {
        id,
        case: case.0,
        round: judged.round,
        reviewer: judged.account.0,
        rubric: i32::try_from(judged.rubric.version()).map_err(|_| ReviewError::Unreadable)?,
        based_on: version,
        sealed: &judged.key.seal(place(id), &text),
        digest: digest.as_ref().map(|digest| digest.as_slice()),
    };
    if !sql::save(&mut *tx, saved, context.now).await? {
        return Err(ReviewError::Stale);
    }
    if given {
        let detail = json!({ "rubric": judged.rubric.version(), "round": judged.round });
        let entry = Entry { action: "spark.review_given", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    tx.commit().await?;
    match faults {
        Some(faults) => Err(ReviewError::Fields(faults)),
        None => Ok(version + 1),
    }
}

/// The reviews of a round that count as things are known now: given, by somebody who is still asked and has no conflict.
pub(super) async fn counting<'a>(
    db: &mut PgConnection,
    row: &CaseRow,
    rows: &'a [ReviewRow],
) -> Result<Vec<&'a ReviewRow>, ReviewError> {
    let by: Vec<AccountId> = given(rows).map(|row| AccountId(row.reviewer_id)).collect();
    if by.is_empty() {
        return Ok(Vec::new());
    }
    let asked = profiles::assigned(&mut *db, row.id).await?;
    let facts = ties::facts(db, row).await?;
    let known = ties::reviewers(db, &by).await?;
    Ok(counted(rows, &asked, &known, &facts))
}

/// The reviews that were given.
pub(super) fn given(rows: &[ReviewRow]) -> impl Iterator<Item = &ReviewRow> {
    rows.iter().filter(|row| row.submitted_at.is_some())
}

/// Those of the given reviews that count: of whoever is asked now, is known, and has no conflict with the case.
pub(super) fn counted<'a>(
    rows: &'a [ReviewRow],
    asked: &[Uuid],
    known: &[(ProfileRow, Reviewer)],
    facts: &CaseFacts,
) -> Vec<&'a ReviewRow> {
    let free = |account: Uuid| {
        asked.contains(&account)
            && known.iter().any(|(row, reviewer)| row.account_id == account && stands(reviewer, facts))
    };
    given(rows).filter(|row| free(row.reviewer_id)).collect()
}

/// What the reviews of a case say together, as it is now.
pub(super) async fn verdict_in(
    services: &Services,
    db: &mut PgConnection,
    row: &CaseRow,
) -> Result<Verdict, ReviewError> {
    let round = sql::round(&mut *db, row.id).await?;
    let rows = sql::of_round(&mut *db, row.id, round).await?;
    let counting = counting(db, row, &rows).await?;
    let Some(first) = counting.first() else { return Ok(Verdict::Waiting { more: 2 }) };
    let rubric = read_rubric(db, Some(first.rubric)).await?;
    let key = cases::key(services, db, CaseId(row.id)).await?;
    let mut scores = Vec::with_capacity(counting.len());
    for row in counting {
        scores.push(score(&rubric, &opened(&key, row)?)?);
    }
    rubric.verdict(&scores).map_err(|_| ReviewError::Unreadable)
}

/// The verdict on a case, for the officer who looks after it and who watches over cases.
///
/// # Errors
/// `Denied`, `NotFound`, `ConsentWithdrawn`, `Unreadable`, `Database`.
pub async fn verdict(services: &Services, context: &Context, case: CaseId) -> Result<Verdict, ReviewError> {
    let mut db = services.db.acquire().await?;
    match (&context.actor, cases::may_read(&mut db, context, case).await?) {
        (Actor::Staff { .. }, Reader::Staff { assigned: true, .. }) | (Actor::System, Reader::House) => {}
        _ => return Err(Denied::NotAllowed.into()),
    }
    consent(&mut db, case, HEALTH).await?;
    let row = case_sql::one(&mut *db, case.0).await?.ok_or(ReviewError::NotFound)?;
    verdict_in(services, &mut db, &row).await
}

/// Sends a case to the committee once its verdict is there. `false` where it is not, or somebody was first.
///
/// # Errors
/// `Database`, and what else `cases::act` cannot do.
pub async fn move_on(services: &Services, case: CaseId) -> Result<bool, ReviewError> {
    moved_on(services, &services.system(), case).await
}

/// The same at the instant of what brought it about.
pub(super) async fn moved_on(services: &Services, context: &Context, case: CaseId) -> Result<bool, ReviewError> {
    let context = Context { actor: Actor::System, ..context.clone() };
    let row = case_sql::one(&services.db, case.0).await?.ok_or(ReviewError::NotFound)?;
    if row.state != State::MedicalReview.name() {
        return Ok(false);
    }
    let (version, part, event) = (row.version, Part::System, Event::Reviewed);
    let by_itself = Act { case, version, part, event, reason: None, award: None };
    match cases::act(services, &context, &by_itself).await {
        Ok(_) => Ok(true),
        Err(
            CaseError::Stale(_)
            | CaseError::Refused(_)
            | CaseError::Unmet(_)
            | CaseError::Busy
            | CaseError::ConsentWithdrawn,
        ) => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The same of every case that may have its verdict: what a server that stopped between the last review and this left behind.
///
/// # Errors
/// `Database` where nobody knows which. One that cannot be moved is told in the log, and holds up no other.
pub async fn move_on_due(services: &Services) -> Result<u32, ReviewError> {
    let mut done = 0;
    for id in sql::perhaps_done(&services.db).await? {
        match move_on(services, CaseId(id)).await {
            Ok(moved) => done += u32::from(moved),
            Err(error) => tracing::error!(case = %id, %error, "a reviewed case could not be moved"),
        }
    }
    Ok(done)
}
