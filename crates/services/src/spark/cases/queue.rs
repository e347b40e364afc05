//! Calling up cases that wait for money, in their order, when there is some (`domain::spark::queue`); and telling those that wait
//! when a fund closes.

use super::act::{Act, act_in};
use super::{CaseError, news};
use crate::db::to_the_end;
use crate::{Context, Services, ledger};
use domain::bus::City;
use domain::ids::{CaseId, FundId};
use domain::ledger::{Beneficiary, DiseaseGroup, Fen, Purpose};
use domain::spark::queue::{Purse, Queued, turn};
use domain::spark::{Event, Part};
use domain::time::local_day;
use sqlx::PgConnection;
use store::spark::due::{self as sql, Queued as Row};

/// Brings cases that wait for money before the committee again, as far as there is money for them: the first in the queue
/// first. Which are called up is decided under the locks of all funds and envelopes, so that money is meant for one case only,
/// whatever other servers, donations and decisions do meanwhile.
///
/// # Errors
/// `Unreadable`, `Database`. Where somebody is at a case or at the funds, the rest is for the next time.
pub async fn resume_deferred(services: &Services) -> Result<u32, CaseError> {
    let mut done = 0;
    while sql::is_queue(&services.db).await? {
        let own = services.clone();
        match to_the_end(async move { resume_next(&own).await }).await {
            Ok(true) => done += 1,
            Ok(false) | Err(CaseError::Stale(_) | CaseError::Refused(_) | CaseError::Unmet(_) | CaseError::Busy) => {
                break;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(done)
}

/// Calls up the one whose turn it is; `false` where there is none.
async fn resume_next(services: &Services) -> Result<bool, CaseError> {
    let context = services.system();
    let mut tx = services.begin().await?;
    let purses = ledger::locked_purses(&mut tx).await?;
    let rows = sql::queue(&mut *tx).await?;
    // Funds are told apart by their place among the purses.
    let nth = |fund| purses.iter().position(|purse| purse.fund == fund).unwrap_or_default();
    let today = local_day(context.now);
    let queued = |row: &Row| {
        let case = beneficiary(row)?;
        let is_for = |purse: &&ledger::FundPurse| {
            row.fund_id.is_none_or(|fund| fund == purse.fund.0)
                && purse.takes(row.opened_at.to_jiff())
                && purse.purpose.admits(case, today).is_ok()
        };
        let funds = purses.iter().filter(is_for).map(|purse| nth(purse.fund)).collect();
        Ok(Queued { asked: Fen::new(row.asked), funds, resumed: row.resumed })
    };
    let queue: Vec<Queued> = rows.iter().map(queued).collect::<Result<_, CaseError>>()?;
    let has: Vec<Purse> =
        purses.iter().map(|purse| Purse { fund: nth(purse.fund), available: purse.available }).collect();
    let Some(row) = turn(&queue, &has).and_then(|nth| rows.get(nth)) else { return Ok(false) };
    let resume = Act {
        case: CaseId(row.id),
        version: row.version,
        part: Part::System,
        event: Event::Resume,
        reason: None,
        award: None,
    };
    act_in(services, &mut tx, &context, &resume).await?;
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(true)
}

/// Tells the families that wait for money that a fund which is for them takes no new applications any more, in the transaction of
/// its closing, once of each fund: their place stays. Ring `Services::job_bell` after the commit.
///
/// # Errors
/// `Unreadable`, `Database`.
pub(crate) async fn fund_closed_in(
    db: &mut PgConnection,
    context: &Context,
    fund: FundId,
    purpose: &Purpose,
) -> Result<(), CaseError> {
    let today = local_day(context.now);
    let mut waiting = Vec::new();
    for row in sql::queue(&mut *db).await?.iter().filter(|row| !row.resumed) {
        let asks = row.fund_id.is_none_or(|asked| asked == fund.0);
        if asks && purpose.admits(beneficiary(row)?, today).is_ok() {
            waiting.push(row.id);
        }
    }
    for case in sql::tell_of_fund(&mut *db, &waiting, fund.0, context.now).await? {
        news::queue(db, context, CaseId(case)).await?;
    }
    Ok(())
}

fn beneficiary(row: &Row) -> Result<Beneficiary, CaseError> {
    Ok(Beneficiary {
        group: DiseaseGroup::from_name(&row.disease_group).ok_or(CaseError::Unreadable)?,
        city: City::from_code(&row.city).ok_or(CaseError::Unreadable)?,
        age: u8::try_from(row.age).map_err(|_| CaseError::Unreadable)?,
    })
}
