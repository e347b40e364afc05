//! What anybody may know of the funds: whether one of a group takes new cases. No amount, no fund's name.

use super::{Fund, read_funds};
use crate::ledger::LedgerError;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ledger::{DiseaseGroup, Fen};
use domain::time::local_day;
use jiff::civil;

/// Whether a group's funds take new cases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupStanding {
    /// There is money that is not promised.
    Open,
    /// All of it is promised: who is approved waits in turn.
    Waiting,
    /// No fund of the group runs today.
    Closed,
}

/// Every group with its standing.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn open_groups(
    services: &Services,
    context: &Context,
) -> Result<[(DiseaseGroup, GroupStanding); 3], LedgerError> {
    context.require(Capability::SeePublic)?;
    let funds = read_funds(services).await?;
    let today = local_day(context.now);
    Ok(DiseaseGroup::ALL.map(|group| (group, standing(&funds, group, today))))
}

fn standing(funds: &[Fund], group: DiseaseGroup, today: civil::Date) -> GroupStanding {
    let runs = |fund: &&Fund| {
        let purpose = &fund.purpose;
        purpose.group.is_none_or(|own| own == group)
            && purpose.from.is_none_or(|first| first <= today)
            && purpose.until.is_none_or(|last| today <= last)
    };
    let running: Vec<&Fund> = funds.iter().filter(runs).collect();
    if running.is_empty() {
        GroupStanding::Closed
    } else if running.iter().any(|fund| fund.has.available > Fen::ZERO) {
        GroupStanding::Open
    } else {
        GroupStanding::Waiting
    }
}
