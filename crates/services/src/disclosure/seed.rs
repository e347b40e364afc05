//! The demo: the reports of the two quarters before this one, each frozen by one invented colleague and published by another.

use super::{DisclosureError, freeze, publish};
use crate::ledger::{LedgerError, hire};
use crate::{Context, Services};
use domain::account::{Actor, Role};
use domain::disclosure::Quarter;
use domain::time::local_day;
use jiff::SignedDuration;

/// Sets up the people and the reports. Repeating it adds nothing; it needs the demo of the funds.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), DisclosureError> {
    if !super::published(services).await?.all().is_empty() {
        return Ok(());
    }
    let role = Role::ComplianceOfficer;
    let freezes = hire(services, context, "demo-compliance", "演示·合规员", role).await.map_err(failed)?;
    let publishes = hire(services, context, "demo-reviewer", "演示·信息公开复核员", role).await.map_err(failed)?;
    let (Some(freezes), Some(publishes)) = (freezes, publishes) else { return Ok(()) };
    let today = local_day(context.now);
    let last = Quarter::before(today);
    for quarter in [Quarter::before(last.period().first()), last] {
        let ago = quarter.period().last().duration_until(today).as_hours() / 24;
        let frozen = freeze(services, &by(context, &freezes, ago - 12), quarter).await?;
        publish(services, &by(context, &publishes, ago - 13), frozen).await?;
    }
    Ok(())
}

/// Somebody so many days ago, with a fresh second factor; today where that is yet to come.
fn by(context: &Context, actor: &Actor, days: i64) -> Context {
    let now = context.now - SignedDuration::from_hours(24 * days.max(0));
    let actor = match actor.clone() {
        Actor::Staff { account, login, roles, .. } => Actor::Staff { account, login, roles, stepped_up_at: Some(now) },
        other => other,
    };
    Context { actor, now, ..context.clone() }
}

fn failed(error: LedgerError) -> DisclosureError {
    match error {
        LedgerError::Database(error) => error.into(),
        error => {
            tracing::error!(%error, "the demo of what is disclosed has no people");
            DisclosureError::Unreadable
        }
    }
}
