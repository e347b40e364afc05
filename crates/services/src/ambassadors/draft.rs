//! The way to an application: begun in a round, kept as far as one got, sent once.

use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors};
use crate::account::contact_index;
use crate::limits::Network;
use crate::requests::{self, Asker, fresh, sealed};
use crate::{Context, Services};
use domain::ambassador::Details;
use domain::bus::City;
use domain::field::Faults;
use domain::ids::{AmbassadorDraftId, AmbassadorId, AmbassadorRoundId};
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::ambassadors::applications as sql;
use store::ambassadors::rounds::{self, LockedRound};

/// Begins a form for a round. `visitor` is the browser's own random token.
///
/// # Errors
/// `NotFound` for a round the public does not see; `NotOpen`; `NetworkLimited`.
pub async fn begin(
    services: &Services,
    context: &Context,
    visitor: &str,
    network: &Network,
    round: AmbassadorRoundId,
) -> Result<AmbassadorDraftId, AmbassadorError> {
    let known = super::round(services, round).await?;
    if !known.is_open(context.now) {
        return Err(AmbassadorFault::NotOpen.into());
    }
    let id = requests::begin::<Ambassadors>(services, context, visitor, network).await?;
    let mut draft = requests::read(services, context, id, visitor).await?;
    draft.typed.0.insert("round".into(), round.to_string());
    requests::keep(services, &draft, &draft.typed).await?;
    Ok(id)
}

/// The form, read for the round it was begun in.
pub(super) async fn details(
    services: &Services,
    typed: &Typed,
) -> Result<(AmbassadorRoundId, Details), AmbassadorError> {
    let round: AmbassadorRoundId = typed.field("round").parse().map_err(|_| AmbassadorFault::NotOpen)?;
    let known = super::round(services, round).await?;
    Ok((round, read(typed, known.city)?))
}

fn read(typed: &Typed, only: Option<City>) -> Result<Details, AmbassadorError> {
    let mut faults = Faults::default();
    let read = Details::parse(typed, only, &mut faults);
    read.ok_or_else(|| AmbassadorError::Fields(faults.into_errors()))
}

/// One may apply at this instant.
fn is_open(round: &LockedRound, now: Timestamp) -> bool {
    let window = round.opens_at.to_jiff()..round.closes_at.to_jiff();
    round.published && round.selected_at.is_none() && window.contains(&now)
}

/// Adds the application of a form. Whether the round is open is decided by the database's clock under the round's lock, and
/// so is whether this contact has applied already.
pub(super) async fn add(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    draft: AmbassadorDraftId,
    round: AmbassadorRoundId,
    details: &Details,
) -> Result<(AmbassadorId, Value), AmbassadorError> {
    let locked = rounds::lock(db, round.0).await?.ok_or(AmbassadorError::NotFound)?;
    if !is_open(&locked, services.clock.agreed(locked.database_now.to_jiff())) {
        return Err(AmbassadorFault::NotOpen.into());
    }
    let index = contact_index(&services.vault, &details.contact);
    if sql::has_live(db, round.0, &index).await? {
        return Err(AmbassadorFault::AppliedAlready.into());
    }
    let row = row(services, context, draft, round, details);
    sql::add(db, &row, context.now).await?;
    Ok((AmbassadorId(row.common.id), json!({ "round": round })))
}

/// The row of a new application.
pub(super) fn row(
    services: &Services,
    context: &Context,
    draft: AmbassadorDraftId,
    round: AmbassadorRoundId,
    details: &Details,
) -> sql::NewApplication {
    let Details { organisation, city, name, post, contact, motivation, .. } = details;
    let asker = Asker { organisation, city: *city, name, post, contact, note: motivation };
    let common = fresh::<Ambassadors>(services, context, draft, &asker);
    let seal = |column, text: &str| sealed::<Ambassadors>(services, column, AmbassadorId(common.id), text);
    sql::NewApplication {
        round_id: round.0,
        capacity: details.capacity.name().to_owned(),
        age: details.age as i32,
        guardian_sealed: details.guardian.as_ref().map(|name| seal("guardian_sealed", name.as_str())),
        common,
    }
}
