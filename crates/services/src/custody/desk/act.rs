//! What one does alone at the desk, and what everybody does there: under the lock of the unit, over the version that was shown.

use super::DeskError;
use super::said::LONGEST;
use crate::audit::{self, Entry};
use crate::custody::{By, Incoming, Recorded, UnitName, record_in};
use crate::db::{Tx, to_the_end};
use crate::{Context, Services};
use domain::account::{Capability, Denied};
use domain::custody::{DeviationKind, Payload};
use domain::field::FieldError;
use domain::ids::{AccountId, DeviationId, UnitId};
use domain::time::local_day;
use domain::two::Who;
use domain::typed;
use serde_json::json;
use store::custody::desk::{self as sql, Locked, OperatorRow};
use uuid::Uuid;

/// Whoever acts: the account, and the code they work under today.
pub(super) struct Hand {
    pub account: AccountId,
    pub operator: OperatorRow,
}

impl Hand {
    /// By both names.
    pub fn who(&self) -> Who {
        Who::operator(self.account, self.operator.id)
    }
}

/// Who acts. Nobody without a code of their own touches a unit.
pub(super) async fn hand(services: &Services, context: &Context) -> Result<Hand, DeskError> {
    let account = context.actor.account().ok_or(Denied::SignInNeeded)?;
    let operator = sql::operator_of(&services.db, account.0, local_day(context.now)).await?;
    Ok(Hand { account, operator: operator.ok_or(DeskError::NoCode)? })
}

/// The unit, locked; over the version that was shown, where one is named.
pub(super) async fn locked(tx: &mut Tx, unit: UnitId, version: Option<u32>) -> Result<Locked, DeskError> {
    let row = sql::lock(&mut **tx, unit.0).await?.ok_or(DeskError::NotFound)?;
    match version {
        Some(version) if u32::try_from(row.seq) != Ok(version) => Err(DeskError::Stale),
        _ => Ok(row),
    }
}

/// Keeps these events of a unit, all of them or none.
pub(super) async fn keep(
    services: &Services,
    tx: &mut Tx,
    context: &Context,
    unit: UnitId,
    payloads: Vec<Payload>,
) -> Result<Recorded, DeskError> {
    let incoming: Vec<Incoming> = payloads
        .into_iter()
        .map(|payload| Incoming { unit: UnitName::Id(unit), payload, occurred_at: context.now, source_seq: None })
        .collect();
    let kept = record_in(tx, services, &By::of(context, "desk"), &incoming, context.now).await?;
    let mut last = None;
    for each in kept {
        last = Some(each.map_err(DeskError::Refused)?);
    }
    last.ok_or(DeskError::Unreadable)
}

/// What one does alone.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Alone {
    /// Opens a deviation, and holds the unit if it says so.
    OpenDeviation {
        /// The form's own: pressed twice it is one.
        form: Uuid,
        /// Of what.
        of: DeviationKind,
        /// What.
        said: String,
        /// Nothing happens to the unit until it is looked into.
        hold: bool,
    },
    /// Closes one that somebody else opened.
    CloseDeviation {
        /// Which.
        deviation: DeviationId,
        /// What came of it.
        said: String,
    },
    /// Holds the unit.
    Hold {
        /// Why.
        of: DeviationKind,
    },
    /// Signs the batch record of a unit one did no step of.
    SignRecord,
}

/// Does it, over the version that was shown. A deviation that is opened needs none: whatever else happened, it is one.
///
/// # Errors
/// `Denied` without `HandleUnits`; `NoCode`; `NotFound`; `Fields` (`said`); `Stale`; `Refused`; `Busy`, `Unreadable`, `Database`.
pub async fn alone(
    services: &Services,
    context: &Context,
    (unit, version): (UnitId, u32),
    what: Alone,
) -> Result<Recorded, DeskError> {
    context.require(Capability::HandleUnits)?;
    let hand = hand(services, context).await?;
    let said = |text: &str| {
        typed::line(text, LONGEST).map_err(|fault| DeskError::Fields(vec![FieldError::new("said", fault)]))
    };
    let operator = hand.operator.code;
    let over = (!matches!(what, Alone::OpenDeviation { .. })).then_some(version);
    let (payloads, entry) = match what {
        Alone::OpenDeviation { form, of, said: text, hold } => {
            let opened = Payload::DeviationOpened { deviation: form, of, said: said(&text)?, operator: Some(operator) };
            let held = hold.then_some(Payload::Held { of });
            let detail = json!({ "of": of.name(), "hold": hold });
            let payloads = std::iter::once(opened).chain(held).collect();
            (payloads, entry("custody.deviation_opened", unit, detail))
        }
        Alone::CloseDeviation { deviation, said: text } => {
            let said = said(&text)?;
            let closed = Payload::DeviationClosed { deviation: deviation.0, said, operator: Some(operator) };
            (vec![closed], entry("custody.deviation_closed", unit, json!({ "deviation": deviation.0 })))
        }
        Alone::Hold { of } => (vec![Payload::Held { of }], entry("custody.held", unit, json!({ "of": of.name() }))),
        Alone::SignRecord => {
            (vec![Payload::RecordSigned { operator }], entry("custody.record_signed", unit, json!({})))
        }
    };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tx = services.begin().await?;
        locked(&mut tx, unit, over).await?;
        let kept = keep(&services, &mut tx, &context, unit, payloads).await?;
        audit::record(&mut tx, &context, &[entry]).await?;
        tx.commit().await?;
        Ok(kept)
    })
    .await
}

/// A row of the trail about a unit.
pub(super) fn entry(action: &'static str, unit: UnitId, detail: serde_json::Value) -> Entry {
    Entry { action, subject_kind: "custody_unit", subject: Some(unit.0), detail }
}
