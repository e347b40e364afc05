//! Who is asked to review a case: suggested by speciality, load and conflict, and by lot where these leave a choice.

use super::scores::verdict_in;
use super::ties::{self, HEALTH, consent, consented};
use super::{Doing, ReviewError};
use crate::spark::cases::{self, CaseError};
use crate::{Context, Services};
use domain::ids::{AccountId, CaseId};
use domain::spark::Part;
use domain::spark::review::assignment::{Candidate, Choice, Seats, Speciality, Taken, choose};
use domain::spark::review::conflict::{Barred, may, stands};
use domain::spark::review::score::Verdict;
use domain::time::local_day;
use domain::workdays;
use sqlx::PgConnection;
use store::spark::cases::{self as case_sql, CaseRow};
use store::spark::review::people;
use store::spark::review::profiles as sql;
use uuid::Uuid;

/// Every case has two; a third is asked where they are far apart.
const SEATS: usize = 2;

/// Whom to ask about a case that needs this speciality, and why nobody else. Only a suggestion: `cases::ask_reviewer` asks.
///
/// # Errors
/// `Denied`, `NotFound`, `Case` where another officer looks after it, `ConsentWithdrawn`, `Database`.
pub async fn suggest(
    services: &Services,
    context: &Context,
    case: CaseId,
    speciality: &Speciality,
    seats: Seats,
) -> Result<Choice, ReviewError> {
    cases::in_part(context, Part::CaseOfficer)?;
    let mut db = services.db.acquire().await?;
    let row = case_sql::one(&mut *db, case.0).await?.ok_or(ReviewError::NotFound)?;
    cases::looks_after(context, &row, Part::CaseOfficer)?;
    consent(&mut db, case, HEALTH).await?;
    let facts = ties::facts(&mut db, &row).await?;
    let all = sql::reviewers(&mut *db).await?;
    let ids: Vec<Uuid> = all.iter().map(|row| row.account_id).collect();
    let open = sql::open_reviews(&mut *db, &ids).await?;
    let today = local_day(context.now);
    let absent = people::away(&mut *db, &ids, today).await?;
    let age = |since: &store::SqlTimestamp| workdays::between(local_day(since.to_jiff()), today);
    let candidate = |(row, reviewer): (sql::ProfileRow, _)| Candidate {
        reviewer,
        specialities: row.specialities.iter().filter_map(|number| Speciality::new(number)).collect(),
        open: open.iter().filter(|(id, _)| *id == row.account_id).map(|(_, since)| age(since)).collect(),
        away: absent.contains(&row.account_id),
        lot: u64::from_be_bytes(crate::crypto::random()),
    };
    let candidates: Vec<Candidate> = ties::with_ties(&mut db, all).await?.into_iter().map(candidate).collect();
    let asked = sql::assigned(&mut *db, case.0).await?;
    let ever: Vec<AccountId> = sql::ever_assigned(&mut *db, case.0).await?.into_iter().map(AccountId).collect();
    let taken = ties::reviewers(&mut db, &ever).await?.into_iter().map(|(row, reviewer)| Taken {
        account: reviewer.account,
        employers: reviewer.employers,
        reviews: asked.contains(&row.account_id),
    });
    let taken: Vec<Taken> = taken.collect();
    Ok(choose(&facts, speciality, &taken, &candidates, seats))
}

/// Whether a reviewer may be asked about a case, which is locked. Asked already is asked.
///
/// # Errors
/// `NoProfile`, `Conflicted`, `Enough`, `ConsentWithdrawn`, `Database`.
pub(in crate::spark) async fn may_be_asked(
    services: &Services,
    db: &mut PgConnection,
    row: &CaseRow,
    reviewer: AccountId,
) -> Result<(), CaseError> {
    let case = CaseId(row.id);
    consented(db, case, HEALTH).await?;
    let Some(known) = ties::reviewer(db, reviewer).await? else { return Err(CaseError::NoProfile) };
    let facts = ties::facts(db, row).await?;
    if let Err(Barred::Conflicted(found)) = may(&known, &facts, Doing::BeAssigned) {
        return Err(CaseError::Conflicted(found));
    }
    let asked: Vec<AccountId> = sql::assigned(&mut *db, row.id).await?.into_iter().map(AccountId).collect();
    if asked.contains(&reviewer) {
        return Ok(());
    }
    let judging = ties::reviewers(db, &asked).await?.iter().filter(|(_, one)| stands(one, &facts)).count();
    let third = judging == SEATS && verdict_in(services, db, row).await? == Verdict::NeedsThird;
    if judging < SEATS || third { Ok(()) } else { Err(CaseError::Enough) }
}
