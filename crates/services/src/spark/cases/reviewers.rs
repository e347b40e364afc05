//! Medical reviewers: who is asked about a case, and what they are shown of it. A reviewer reads nothing of a case one was not
//! asked about, and of the others nothing that says whose it is: [`ForReview`] has no field for it, and neither has its query.

use super::{CaseError, place_of, policy};
use crate::audit::{self, Entry};
use crate::spark::review;
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::booking::Reference;
use domain::ids::{AccountId, CaseId};
use domain::ledger::Amount;
use domain::spark::{DiseaseGroup, Part, State};
use jiff::Timestamp;
use serde_json::json;
use store::spark::cases;
use store::spark::reviewers::{self as sql, ReviewRow};
use uuid::Uuid;

/// A case as a medical reviewer sees it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ForReview {
    /// Which.
    pub id: CaseId,
    /// K7M4-Q2XR
    pub reference: String,
    /// Which group.
    pub group: DiseaseGroup,
    /// The patient's age in whole years.
    pub age: u8,
    /// How much is asked for.
    pub asked: Amount,
    /// Since when it is reviewed.
    pub since: Timestamp,
}

/// The cases whoever asks was asked about and that are being reviewed, the longest waiting first.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn to_review(services: &Services, context: &Context) -> Result<Vec<ForReview>, CaseError> {
    of_reviewer(services, context, None).await
}

/// One of them.
///
/// # Errors
/// As [`to_review`]; `NotFound` where one was not asked about it, has a conflict with it, or it is not being reviewed;
/// `ConsentWithdrawn`.
pub async fn for_review(services: &Services, context: &Context, case: CaseId) -> Result<ForReview, CaseError> {
    of_reviewer(services, context, Some(case)).await?.pop().ok_or(CaseError::NotFound)
}

async fn of_reviewer(
    services: &Services,
    context: &Context,
    case: Option<CaseId>,
) -> Result<Vec<ForReview>, CaseError> {
    context.require(Capability::ReviewCases)?;
    let reviewer = context.actor.account().ok_or(Denied::NotAllowed)?;
    let mut db = services.db.acquire().await?;
    let mut rows = Vec::new();
    for row in sql::of_reviewer(&mut *db, reviewer.0, case.map(|case| case.0)).await? {
        // A case one has a conflict with is not there, whoever asked them about it.
        let Some(whole) = cases::one(&mut *db, row.id).await? else { continue };
        if !review::may_do(&mut db, &whole, reviewer, review::Doing::Read).await? {
            continue;
        }
        match review::consented(&mut db, CaseId(row.id), review::HEALTH).await {
            Ok(()) => rows.push(row),
            Err(CaseError::ConsentWithdrawn) if case.is_none() => {}
            Err(error) => return Err(error),
        }
    }
    let read = |row: ReviewRow| {
        Ok(ForReview {
            id: CaseId(row.id),
            reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
            group: DiseaseGroup::from_name(&row.disease_group).ok_or(CaseError::Unreadable)?,
            age: u8::try_from(row.age).map_err(|_| CaseError::Unreadable)?,
            asked: Amount::new(row.asked).map_err(|_| CaseError::Unreadable)?,
            since: row.changed_at.to_jiff(),
        })
    };
    rows.into_iter().map(read).collect()
}

/// Asks a reviewer about a case that is complete, or being completed. Somebody who handled it judges it not. Asked twice it is
/// once.
///
/// # Errors
/// `Denied`, `NotFound`, `NotAssigned` where another officer looks after it, `HadAPart` where the reviewer had a part in the
/// case, `NotOpen` in another state, `NoProfile`, `Conflicted` with every conflict, `Enough`, `ConsentWithdrawn`, `Database`.
pub async fn ask_reviewer(
    services: &Services,
    context: &Context,
    case: CaseId,
    reviewer: AccountId,
) -> Result<(), CaseError> {
    policy::in_part(context, Part::CaseOfficer)?;
    let by = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let mut tx = services.begin().await?;
    let row = cases::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    policy::looks_after(context, &row, Part::CaseOfficer)?;
    if !matches!(place_of(&row)?.state(), State::Completeness | State::MedicalReview) {
        return Err(CaseError::NotOpen);
    }
    if reviewer == by || cases::took_part(&mut *tx, case.0, reviewer.0).await? {
        return Err(CaseError::HadAPart);
    }
    review::may_be_asked(services, &mut tx, &row, reviewer).await?;
    let id: Uuid = context.new_id();
    if sql::add(&mut *tx, id, case.0, reviewer.0, by.0, context.now).await? {
        let detail = json!({ "reviewer": reviewer });
        let entry = Entry { action: "spark.reviewer_asked", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    Ok(tx.commit().await?)
}

/// Asks a reviewer no more: they read nothing of the case from now on.
///
/// # Errors
/// `Denied`, `NotFound`, `NotAssigned`, `Database`.
pub async fn release_reviewer(
    services: &Services,
    context: &Context,
    case: CaseId,
    reviewer: AccountId,
) -> Result<(), CaseError> {
    policy::in_part(context, Part::CaseOfficer)?;
    let mut tx = services.begin().await?;
    let row = cases::lock(&mut *tx, case.0).await?.ok_or(CaseError::NotFound)?;
    policy::looks_after(context, &row, Part::CaseOfficer)?;
    if sql::release(&mut *tx, case.0, reviewer.0, context.now).await? {
        let detail = json!({ "reviewer": reviewer });
        let entry =
            Entry { action: "spark.reviewer_released", subject_kind: "spark_case", subject: Some(case.0), detail };
        audit::record(&mut tx, context, &[entry]).await?;
    }
    Ok(tx.commit().await?)
}

/// How many cases each of these reviewers has before them.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn loads(
    services: &Services,
    context: &Context,
    reviewers: &[AccountId],
) -> Result<Vec<(AccountId, u32)>, CaseError> {
    policy::in_part(context, Part::CaseOfficer)?;
    let ids: Vec<Uuid> = reviewers.iter().map(|reviewer| reviewer.0).collect();
    let loads = sql::loads(&services.db, &ids).await?;
    let of = |reviewer: &AccountId| {
        let found = loads.iter().find(|(id, _)| *id == reviewer.0);
        (*reviewer, found.map_or(0, |(_, cases)| u32::try_from(*cases).unwrap_or(u32::MAX)))
    };
    Ok(reviewers.iter().map(of).collect())
}
