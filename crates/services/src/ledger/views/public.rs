//! What anybody may know of the funds: whether one of a group takes new cases. No amount, no fund's name.

use super::{Envelope, Fund, read_funds};
use crate::ledger::LedgerError;
use crate::{Context, Services};
use domain::account::Capability;
use domain::ledger::{DiseaseGroup, Fen};
use domain::outreach::Bilingual;
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

/// What the funds that take applications of a group say of themselves, by group; a fund that says nothing is left out.
///
/// # Errors
/// `Denied`, `Database`.
pub async fn open_terms(
    services: &Services,
    context: &Context,
) -> Result<[(DiseaseGroup, Vec<Bilingual>); 3], LedgerError> {
    context.require(Capability::SeePublic)?;
    let funds = read_funds(services).await?;
    let today = local_day(context.now);
    Ok(DiseaseGroup::ALL.map(|group| {
        let running = funds.iter().filter(|fund| runs(fund, group, today));
        (group, running.map(|fund| fund.terms.clone()).filter(Bilingual::is_written).collect())
    }))
}

/// Whether a fund takes applications of a group today.
fn runs(fund: &Fund, group: DiseaseGroup, today: civil::Date) -> bool {
    let purpose = &fund.purpose;
    fund.closed_at.is_none()
        && purpose.group.is_none_or(|own| own == group)
        && purpose.from.is_none_or(|first| first <= today)
        && purpose.until.is_none_or(|last| today <= last)
}

fn standing(funds: &[Fund], group: DiseaseGroup, today: civil::Date) -> GroupStanding {
    // Under a ceiling no more is promised, whatever there is.
    let gives = |fund: &&Fund| {
        let left = |envelope: &Envelope| {
            let bound = envelope
                .has
                .paid
                .plus(envelope.has.committed)
                .is_ok_and(|used| envelope.ceiling.is_some_and(|most| used >= most));
            envelope.has.available > Fen::ZERO && !bound
        };
        fund.envelopes.iter().any(left)
    };
    let running: Vec<&Fund> = funds.iter().filter(|fund| runs(fund, group, today)).collect();
    if running.is_empty() {
        GroupStanding::Closed
    } else if running.iter().any(gives) {
        GroupStanding::Open
    } else {
        GroupStanding::Waiting
    }
}
