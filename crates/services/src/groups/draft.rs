//! A group's way to a request: who comes, then which sessions; and sending it.

use super::kind::{GroupError, Groups};
use super::office::read_policy;
use crate::account::contact_index;
use crate::booking::within::{lock_contact, lock_for};
use crate::booking::{BookingError, Museum, SessionView, museum};
use crate::limits::Network;
use crate::requests::{self, Asker, count_under_way, fresh};
use crate::{Context, Services};
use domain::field::Faults;
use domain::groups::{Details, GroupPolicy, Holding, wishes};
use domain::ids::{GroupDraftId, GroupRequestId, SessionId};
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::booking::claims;
use store::groups::requests as sql;

/// Begins a form. `visitor` is the browser's own random token.
///
/// # Errors
/// `NetworkLimited`.
pub async fn begin(
    services: &Services,
    context: &Context,
    visitor: &str,
    network: &Network,
) -> Result<GroupDraftId, GroupError> {
    requests::begin::<Groups>(services, context, visitor, network).await
}

fn read_details(typed: &Typed, policy: &GroupPolicy) -> Result<Details, GroupError> {
    let mut faults = Faults::default();
    let read = Details::parse(typed, policy, &mut faults);
    read.ok_or_else(|| GroupError::Fields(faults.into_errors()))
}

async fn details(services: &Services, typed: &Typed) -> Result<(Details, GroupPolicy, i32), GroupError> {
    let mut db = services.db.acquire().await?;
    let (version, policy) = read_policy(&mut db).await?;
    Ok((read_details(typed, &policy)?, policy, version))
}

/// Whether a group of so many may ask for a session now: in reach, open, and large enough at all.
pub(super) fn is_offered(policy: &GroupPolicy, session: &SessionView, people: u32, now: Timestamp) -> bool {
    let facts = &session.facts;
    facts.takes_bookings() && facts.capacity >= people && policy.is_in_reach(now, facts.starts_at)
}

/// The first page was read: who comes. Answers the museum, for the sessions this group may ask for.
///
/// # Errors
/// `Fields`.
pub async fn offered(
    services: &Services,
    context: &Context,
    typed: &Typed,
) -> Result<(Details, Arc<Museum>, Vec<SessionId>), GroupError> {
    let (details, policy, _) = details(services, typed).await?;
    let museum = museum(services).await.map_err(GroupError::from)?;
    let fit = museum.sessions.iter().filter(|session| is_offered(&policy, session, details.people(), context.now));
    let fit = fit.map(|session| session.id).collect();
    Ok((details, museum, fit))
}

/// Reads the sessions that were chosen. Keep what was typed first.
///
/// # Errors
/// `Fields`, also of the first page.
pub async fn choose(
    services: &Services,
    context: &Context,
    typed: &Typed,
) -> Result<(Details, Vec<SessionId>), GroupError> {
    let (details, _, fit) = offered(services, context, typed).await?;
    let mut faults = Faults::default();
    let chosen = wishes(typed, |session| fit.contains(&session), &mut faults);
    Ok((details, chosen.ok_or_else(|| GroupError::Fields(faults.into_errors()))?))
}

/// A form that can be read whole, with the rules it was read under.
#[derive(Debug)]
pub struct Asked {
    pub(super) details: Details,
    chosen: Vec<SessionId>,
    policy: GroupPolicy,
    version: i32,
}

/// Reads the whole form.
pub(super) async fn asked(services: &Services, context: &Context, typed: &Typed) -> Result<Asked, GroupError> {
    let (_, policy, version) = details(services, typed).await?;
    let (details, chosen) = choose(services, context, typed).await?;
    Ok(Asked { details, chosen, policy, version })
}

/// Adds the request of a form, unless its contact has too many under way. Where the policy keeps places for requests, they
/// are kept in the best of the sessions that has room; where none has, the request waits without.
pub(super) async fn add(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    draft: GroupDraftId,
    asked: &Asked,
) -> Result<(GroupRequestId, Value), GroupError> {
    let Asked { details, chosen, policy, version } = asked;
    let index = contact_index(&services.vault, &details.contact);
    // Two forms of one contact sent at once must count each other; sessions are locked before contacts everywhere.
    if policy.holding == Holding::Requests {
        lock_for(services, context, db, chosen.iter().copied()).await?;
    }
    lock_contact(db, &index).await?;
    let under_way = u32::from(policy.under_way);
    if count_under_way::<Groups>(db, &index).await? >= i64::from(under_way) {
        return Err(GroupError::TooMany { max: under_way });
    }
    let row = row(services, context, draft, (details, chosen), *version);
    let id = GroupRequestId(row.common.id);
    sql::add(db, &row, context.now).await?;
    if policy.holding == Holding::Requests {
        hold_first(services, context, db, id, (chosen, details.people()), policy).await?;
    }
    Ok((id, json!({ "members": details.members, "adults": details.adults, "sessions": chosen })))
}

/// Keeps places in the first of the sessions that has room for all.
async fn hold_first(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: GroupRequestId,
    (chosen, people): (&[SessionId], u32),
    policy: &GroupPolicy,
) -> Result<(), GroupError> {
    let ids: Vec<_> = chosen.iter().map(|session| session.0).collect();
    let begins = claims::find_sessions(db, &ids).await?;
    let locked = lock_for(services, context, db, chosen.iter().copied()).await?;
    for session in chosen {
        let Some(found) = begins.iter().find(|found| found.id == session.0) else { continue };
        let until = policy.keep_until(context.now, found.starts_at.to_jiff());
        match locked.keep(db, *session, people, until).await {
            Ok(hold) => return Ok(sql::set_hold(db, id.0, Some((session.0, hold.0))).await?),
            Err(BookingError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The row of a new request.
pub(super) fn row(
    services: &Services,
    context: &Context,
    draft: GroupDraftId,
    (details, chosen): (&Details, &[SessionId]),
    policy_version: i32,
) -> sql::NewRequest {
    let Details { organisation, city, name, post, contact, note, .. } = details;
    let asker = Asker { organisation, city: *city, name, post, contact, note };
    sql::NewRequest {
        common: fresh::<Groups>(services, context, draft, &asker),
        policy_version,
        kind: details.kind.name().to_owned(),
        ages: details.ages.name().to_owned(),
        members: details.members as i32,
        adults: details.adults as i32,
        wishes: chosen.iter().map(|session| session.0).collect(),
    }
}
