//! Which cases keep an account from being closed, and until when.

use super::{CaseError, state_of};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::booking::Reference;
use domain::spark::PublicState;
use domain::spark::due::last_day;
use domain::time::local_day;
use jiff::civil::Date;
use store::spark::due as sql;

/// A case that goes on, as its family is told of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InTheWay {
    /// K7M4-Q2XR
    pub reference: String,
    /// How far it is.
    pub state: PublicState,
    /// The last day of what runs out: after it the case goes on or is over. Nothing where only people move it on.
    pub until: Option<Date>,
}

/// The live cases of whoever asks, the oldest first. Nothing for staff.
///
/// # Errors
/// `Denied`, `Unreadable`, `Database`.
pub async fn in_the_way(services: &Services, context: &Context) -> Result<Vec<InTheWay>, CaseError> {
    let Actor::Visitor { account, .. } = &context.actor else { return Ok(Vec::new()) };
    context.require(Capability::UseOwnAccount)?;
    let read = |row: sql::LiveRow| {
        let state = state_of(&row.state)?;
        Ok(InTheWay {
            reference: Reference::parse(&row.reference).map_err(|_| CaseError::Unreadable)?.to_string(),
            state: state.public(),
            until: row.due_on.map(|day| day.to_jiff()).or_else(|| last_day(state, local_day(row.changed_at.to_jiff()))),
        })
    };
    sql::live_of_account(&services.db, account.0).await?.into_iter().map(read).collect()
}
