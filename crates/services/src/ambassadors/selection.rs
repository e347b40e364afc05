//! The selection of a round: decided one by one, made public at once for all, and what becomes of a place that comes free.

use super::in_hand;
use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors};
use super::round::note;
use crate::audit::{self, Entry};
use crate::messages::AmbassadorTemplate;
use crate::requests::{self, Notice, finished, locked, run, sealed, tell};
use crate::{Context, Services};
use domain::account::Capability;
use domain::ambassador::{Decision, Event, State, next};
use domain::field::Fault;
use domain::ids::{AmbassadorId, AmbassadorRoundId};
use serde_json::json;
use sqlx::PgConnection;
use store::ambassadors::applications::{self as sql, Change, WaitingRow};
use store::ambassadors::rounds;

/// What is decided on an application.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Decided {
    /// Nothing yet: an earlier decision is taken back.
    Open,
    /// A place.
    Selected,
    /// The reserve, at this place of it: 1 is the first.
    Reserve(u32),
    /// Not this time, and why; whoever applied reads it.
    Refused(String),
}

/// The places of the reserve that can be named.
const RANKS: std::ops::RangeInclusive<u32> = 1..=999;

/// Decides on one application. Nobody outside learns of it before the selection is made public, and until then it can be
/// decided anew.
///
/// # Errors
/// `Denied`, `NotFound`, `StateHasChanged`; `SelectionPublic`; `Fields` without a reason, or for no place of the reserve.
pub async fn decide(
    services: &Services,
    context: &Context,
    id: AmbassadorId,
    version: i32,
    decided: Decided,
) -> Result<(), AmbassadorError> {
    context.require(Capability::ManageSessions)?;
    let (decision, rank, reason) = match decided {
        Decided::Open => (None, None, None),
        Decided::Selected => (Some(Decision::Selected), None, None),
        Decided::Reserve(rank) if RANKS.contains(&rank) => (Some(Decision::Reserve), Some(rank as i32), None),
        Decided::Reserve(_) => {
            let range = Fault::OutOfRange { min: *RANKS.start(), max: *RANKS.end() };
            return Err(AmbassadorError::field("rank", range));
        }
        Decided::Refused(reason) => (Some(Decision::Refused), None, Some(requests::words("reason", &reason)?)),
    };
    run(|| {
        let (services, context, reason) = (services.clone(), context.clone(), reason.clone());
        async move {
            let mut tx = services.begin().await?;
            let application = locked::<Ambassadors>(&services, &context, &mut tx, id, None).await?;
            let there = (application.decision, application.rank.map(|n| n as i32), application.reason.as_ref());
            if there == (decision, rank, reason.as_ref()) {
                return Ok(()); // pressed twice
            }
            if application.version != version {
                return Err(AmbassadorError::StateHasChanged);
            }
            if application.selected_at.is_some() || !application.state.is_undecided() {
                return Err(AmbassadorFault::SelectionPublic.into());
            }
            let reason = reason.map(|text| sealed::<Ambassadors>(&services, "reason_sealed", id, &text));
            let word = decision.map(Decision::name);
            sql::decide(&mut tx, id.0, word, rank, reason.as_deref(), context.now).await?;
            let entry = Entry {
                action: "ambassador.decided",
                subject_kind: "ambassador_application",
                subject: Some(id.0),
                detail: json!({ "from": application.decision, "to": decision, "rank": rank }),
            };
            audit::record(&mut tx, &context, &[entry]).await?;
            finished(&services, tx).await
        }
    })
    .await
}

/// Makes the selection of a round public, in one transaction under the round's lock: everybody is told once. Answers how
/// many were selected; pressed twice, the second press does nothing.
///
/// # Errors
/// `Denied`, `NotFound`; `StillOpen`, `Undecided`, `MoreThanPlaces`: then nobody is told anything.
pub async fn publish_selection(
    services: &Services,
    context: &Context,
    round: AmbassadorRoundId,
) -> Result<u32, AmbassadorError> {
    run(|| {
        let (services, context) = (services.clone(), context.clone());
        async move { published(&services, &context, round).await }
    })
    .await
}

async fn published(services: &Services, context: &Context, round: AmbassadorRoundId) -> Result<u32, AmbassadorError> {
    let (mut tx, locked) = in_hand(services, context, round, None).await?;
    if locked.selected_at.is_some() {
        let selected = sql::with_a_place(&mut tx, round.0).await?;
        return Ok(u32::try_from(selected).unwrap_or_default());
    }
    if services.clock.agreed(locked.database_now.to_jiff()) < locked.closes_at.to_jiff() {
        return Err(AmbassadorFault::StillOpen.into());
    }
    let waiting = sql::lock_waiting(&mut tx, round.0).await?;
    let outcomes = outcomes(&waiting, locked.places.unsigned_abs())?;
    let (mut entries, mut told) = (Vec::new(), Vec::new());
    let mut selected = 0;
    for (id, state, event) in outcomes {
        let then = next(state, event)?;
        sql::advance(&mut tx, id.0, then.name(), &Change::default(), context.now).await?;
        selected += u32::from(event == Event::Select);
        entries.push(Entry {
            action: <Ambassadors as requests::Kind>::action(event),
            subject_kind: "ambassador_application",
            subject: Some(id.0),
            detail: json!({ "from": state, "to": then, "with": "selection" }),
        });
        told.push(Notice::now(id, template(event)));
    }
    rounds::selected(&mut tx, round.0, context.now).await?;
    audit::record(&mut tx, context, &entries).await?;
    let detail = json!({ "applications": told.len(), "selected": selected });
    note(&mut tx, context, "ambassador.selection_published", round, detail).await?;
    tell::<Ambassadors>(&mut tx, context.now, &told).await?;
    finished::<Ambassadors>(services, tx).await?;
    Ok(selected)
}

fn template(event: Event) -> AmbassadorTemplate {
    match event {
        Event::Select => AmbassadorTemplate::Selected,
        Event::Reserve => AmbassadorTemplate::Reserve,
        _ => AmbassadorTemplate::Refused,
    }
}

/// What happens to each of those who wait, when all of them were decided on and there are places enough.
fn outcomes(waiting: &[WaitingRow], places: u32) -> Result<Vec<(AmbassadorId, State, Event)>, AmbassadorError> {
    let mut outcomes = Vec::with_capacity(waiting.len());
    for row in waiting {
        let state = State::from_name(&row.state).ok_or(AmbassadorError::Damaged("a state"))?;
        let event = match row.decision.as_deref().and_then(Decision::from_name) {
            Some(Decision::Selected) => Event::Select,
            Some(Decision::Reserve) => Event::Reserve,
            Some(Decision::Refused) => Event::Refuse,
            None => continue,
        };
        outcomes.push((AmbassadorId(row.id), state, event));
    }
    let undecided = waiting.len() - outcomes.len();
    if undecided > 0 {
        return Err(AmbassadorFault::Undecided { count: u32::try_from(undecided).unwrap_or(u32::MAX) }.into());
    }
    let selected = outcomes.iter().filter(|(.., event)| *event == Event::Select).count();
    let selected = u32::try_from(selected).unwrap_or(u32::MAX);
    if selected > places {
        return Err(AmbassadorFault::MoreThanPlaces { selected, places }.into());
    }
    Ok(outcomes)
}

/// Gives so many places that came free in a locked round to the reserve, the first first, and tells them. Of two who
/// withdraw at once the second waits for the round's lock: each place goes to another.
pub(super) async fn promote(
    context: &Context,
    db: &mut PgConnection,
    round: AmbassadorRoundId,
    free: u32,
) -> Result<(), AmbassadorError> {
    let row = rounds::round(db, round.0).await?.ok_or(AmbassadorError::NotFound)?;
    if row.selected_at.is_none() {
        return Ok(());
    }
    for _ in 0..free {
        if sql::with_a_place(db, round.0).await? >= i64::from(row.places) {
            break; // more have a place than there are: nothing came free
        }
        let Some(id) = sql::lock_first_reserve(db, round.0).await? else { break };
        let then = next(State::Reserve, Event::Select)?;
        sql::advance(db, id, then.name(), &Change::default(), context.now).await?;
        let entry = Entry {
            action: "ambassador.promoted",
            subject_kind: "ambassador_application",
            subject: Some(id),
            detail: json!({ "from": State::Reserve, "to": then }),
        };
        audit::record(db, context, &[entry]).await?;
        tell::<Ambassadors>(db, context.now, &[Notice::now(AmbassadorId(id), AmbassadorTemplate::Selected)]).await?;
    }
    Ok(())
}
