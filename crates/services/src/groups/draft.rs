//! A group's way to a request: who comes, then which sessions; and sending it.

use super::kind::{DraftView, GroupError, Groups};
use super::office::read_policy;
use crate::account::contact_index;
use crate::audit::{self, Entry};
use crate::booking::within::{lock_contact, lock_for};
use crate::booking::{BookingError, Museum, SessionView, museum};
use crate::crypto::random;
use crate::limits::Network;
use crate::messages::{self, GroupTemplate};
use crate::requests::{self, Ready, finished, reached, ready, run, sealed};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::booking::Reference;
use domain::field::Faults;
use domain::groups::{Details, GroupPolicy, Holding, wishes};
use domain::ids::{GroupDraftId, GroupRequestId, SessionId};
use domain::typed::Typed;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::sync::Arc;
use store::booking::claims;
use store::groups::requests as sql;
use store::requests as drafts;

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

/// Makes the request of a proven draft. Repeating it answers the same request. Where the policy keeps places for requests,
/// they are kept in the best of the sessions that has room; where none has, the request waits without.
///
/// # Errors
/// `Fields` when a session is out of reach meanwhile; `TooMany`; `NotFound` while the contact is not proven.
pub async fn submit(services: &Services, context: &Context, draft: &DraftView) -> Result<GroupRequestId, GroupError> {
    context.require(Capability::BookForSelf)?;
    if let Some(request) = draft.request {
        return Ok(request);
    }
    let (_, policy, version) = details(services, &draft.typed).await?;
    let (details, chosen) = choose(services, context, &draft.typed).await?;
    let draft = draft.id;
    let asked = Arc::new(Submission { draft, details, chosen, policy, version });
    run(|| {
        let (services, context, asked) = (services.clone(), context.clone(), Arc::clone(&asked));
        async move { submitted(&services, &context, &asked).await }
    })
    .await
}

/// A form that can be read whole, with the rules it was read under.
struct Submission {
    draft: GroupDraftId,
    details: Details,
    chosen: Vec<SessionId>,
    policy: GroupPolicy,
    version: i32,
}

async fn submitted(services: &Services, context: &Context, asked: &Submission) -> Result<GroupRequestId, GroupError> {
    let Submission { draft, details, chosen, policy, version } = asked;
    let mut tx = services.begin().await?;
    if let Ready::Made(request) = ready::<Groups>(&mut tx, *draft).await? {
        return Ok(request);
    }
    let index = contact_index(&services.vault, &details.contact);
    // Two forms of one contact sent at once must count each other; sessions are locked before contacts everywhere.
    if policy.holding == Holding::Requests {
        lock_for(services, context, &mut tx, chosen.iter().copied()).await?;
    }
    lock_contact(&mut tx, &index).await?;
    let under_way = u32::from(policy.under_way);
    if sql::live_of_contact(&mut tx, &index).await? >= i64::from(under_way) {
        return Err(GroupError::TooMany { max: under_way });
    }
    let row = row(services, context, *draft, (details, chosen), *version);
    let id = GroupRequestId(row.id);
    sql::add(&mut tx, &row, context.now).await?;
    drafts::became(&mut tx, drafts::Of::Groups, draft.0, id.0).await?;
    if policy.holding == Holding::Requests {
        hold_first(services, context, &mut tx, id, (chosen, details.people()), policy).await?;
    }
    let entry = Entry {
        action: "group.requested",
        subject_kind: "group_request",
        subject: Some(id.0),
        detail: json!({ "members": details.members, "adults": details.adults, "sessions": chosen }),
    };
    audit::record(&mut tx, context, &[entry]).await?;
    messages::queue_group(&mut tx, context.now, id, GroupTemplate::Received, None).await?;
    finished(services, tx).await?;
    Ok(id)
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

/// The row of a new request. What names a person is sealed; the organisation is public knowledge.
pub(super) fn row(
    services: &Services,
    context: &Context,
    draft: GroupDraftId,
    (details, chosen): (&Details, &[SessionId]),
    policy_version: i32,
) -> sql::NewRequest {
    let id: GroupRequestId = context.new_id();
    let seal = |column, text: &str| sealed::<Groups>(services, column, id, text);
    let reached = reached::<Groups>(services, id, &details.contact);
    let account = match &context.actor {
        Actor::Visitor { account, .. } => Some(account.0),
        _ => None,
    };
    sql::NewRequest {
        id: id.0,
        draft_id: draft.0,
        reference: Reference::from_random(random()).as_str().to_owned(),
        policy_version,
        organisation: details.organisation.clone(),
        kind: details.kind.name().to_owned(),
        city: details.city.code().to_owned(),
        ages: details.ages.name().to_owned(),
        members: details.members as i32,
        adults: details.adults as i32,
        wishes: chosen.iter().map(|session| session.0).collect(),
        locale: context.locale.tag().to_owned(),
        account_id: account,
        name_sealed: seal("name_sealed", details.name.as_str()),
        post_sealed: seal("post_sealed", &details.post),
        phone_sealed: reached.phone_sealed,
        phone_index: reached.phone_index,
        mail_sealed: reached.mail_sealed,
        mail_index: reached.mail_index,
        note_sealed: seal("note_sealed", &details.note),
    }
}
