//! The way to an application: begun in a round, kept as far as one got, sent once.

use super::kind::{AmbassadorError, AmbassadorFault, Ambassadors, DraftView};
use crate::account::contact_index;
use crate::audit::{self, Entry};
use crate::crypto::random;
use crate::limits::Network;
use crate::messages::{self, AmbassadorTemplate};
use crate::requests::{self, Ready, finished, reached, ready, run, sealed};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::ambassador::Details;
use domain::booking::Reference;
use domain::bus::City;
use domain::field::Faults;
use domain::ids::{AmbassadorDraftId, AmbassadorId, AmbassadorRoundId};
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;
use store::ambassadors::applications as sql;
use store::ambassadors::rounds::{self, LockedRound};
use store::requests as drafts;

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

/// Makes the application of a proven draft. Repeating it answers the same application. Whether the round is open is decided
/// by the database's clock under the round's lock, and so is whether this contact has applied already.
///
/// # Errors
/// `Fields`; `NotOpen`, `AppliedAlready`; `NotFound` while the contact is not proven.
pub async fn submit(
    services: &Services,
    context: &Context,
    draft: &DraftView,
) -> Result<AmbassadorId, AmbassadorError> {
    context.require(Capability::BookForSelf)?;
    if let Some(request) = draft.request {
        return Ok(request);
    }
    let (round, details) = details(services, &draft.typed).await?;
    let asked = Arc::new((draft.id, round, details));
    run(|| {
        let (services, context, asked) = (services.clone(), context.clone(), Arc::clone(&asked));
        async move {
            let (draft, round, details) = &*asked;
            submitted(&services, &context, *draft, *round, details).await
        }
    })
    .await
}

/// One may apply at this instant.
fn is_open(round: &LockedRound, now: Timestamp) -> bool {
    let window = round.opens_at.to_jiff()..round.closes_at.to_jiff();
    round.published && round.selected_at.is_none() && window.contains(&now)
}

async fn submitted(
    services: &Services,
    context: &Context,
    draft: AmbassadorDraftId,
    round: AmbassadorRoundId,
    details: &Details,
) -> Result<AmbassadorId, AmbassadorError> {
    let mut tx = services.begin().await?;
    if let Ready::Made(request) = ready::<Ambassadors>(&mut tx, draft).await? {
        return Ok(request);
    }
    let locked = rounds::lock(&mut tx, round.0).await?.ok_or(AmbassadorError::NotFound)?;
    if !is_open(&locked, services.clock.agreed(locked.database_now.to_jiff())) {
        return Err(AmbassadorFault::NotOpen.into());
    }
    let index = contact_index(&services.vault, &details.contact);
    if sql::has_live(&mut tx, round.0, &index).await? {
        return Err(AmbassadorFault::AppliedAlready.into());
    }
    let row = row(services, context, draft, round, details);
    let id = AmbassadorId(row.id);
    sql::add(&mut tx, &row, context.now).await?;
    drafts::became(&mut tx, drafts::Of::Ambassadors, draft.0, id.0).await?;
    let entry = Entry {
        action: "ambassador.applied",
        subject_kind: "ambassador_application",
        subject: Some(id.0),
        detail: json!({ "round": round }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    messages::queue_ambassadors(&mut tx, context.now, &[(id, AmbassadorTemplate::Received)]).await?;
    finished(services, tx).await?;
    Ok(id)
}

/// The row of a new application. What names a person is sealed; the school is public knowledge.
pub(super) fn row(
    services: &Services,
    context: &Context,
    draft: AmbassadorDraftId,
    round: AmbassadorRoundId,
    details: &Details,
) -> sql::NewApplication {
    let id: AmbassadorId = context.new_id();
    let seal = |column, text: &str| sealed::<Ambassadors>(services, column, id, text);
    let reached = reached::<Ambassadors>(services, id, &details.contact);
    let account = match &context.actor {
        Actor::Visitor { account, .. } => Some(account.0),
        _ => None,
    };
    sql::NewApplication {
        id: id.0,
        draft_id: draft.0,
        round_id: round.0,
        reference: Reference::from_random(random()).as_str().to_owned(),
        capacity: details.capacity.name().to_owned(),
        age: details.age as i32,
        organisation: details.organisation.clone(),
        city: details.city.code().to_owned(),
        locale: context.locale.tag().to_owned(),
        account_id: account,
        name_sealed: seal("name_sealed", details.name.as_str()),
        guardian_sealed: details.guardian.as_ref().map(|name| seal("guardian_sealed", name.as_str())),
        post_sealed: seal("post_sealed", &details.post),
        phone_sealed: reached.phone_sealed,
        phone_index: reached.phone_index,
        mail_sealed: reached.mail_sealed,
        mail_index: reached.mail_index,
        note_sealed: seal("note_sealed", &details.motivation),
    }
}
