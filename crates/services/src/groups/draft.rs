//! A group's way to a request: typed as far as one got, sessions chosen, the contact proven, sent.
//!
//! What was typed lives sealed in the draft, bound to the browser that typed it, also while it cannot be taken. The draft's
//! id is the idempotency key: pressing the last button twice asks once.

use super::GroupError;
use super::office::read_policy;
use super::view::{RequestView, load, sealed};
use crate::account::{codes, contact_index, forms};
use crate::audit::{self, Entry};
use crate::booking::within::{lock_contact, lock_for};
use crate::booking::{BookingError, Museum, SessionView, museum};
use crate::crypto::{Place, random};
use crate::db::to_the_end;
use crate::limits::{self, Network};
use crate::messages::{self, GroupTemplate};
use crate::{Context, Services};
use domain::account::{Actor, Capability};
use domain::booking::Reference;
use domain::contact::Contact;
use domain::field::Faults;
use domain::groups::{Details, GroupPolicy, Holding, wishes};
use domain::ids::{GroupDraftId, GroupRequestId, SessionId};
use domain::typed::Typed;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sqlx::PgConnection;
use std::sync::Arc;
use store::booking::claims;
use store::groups::{drafts as sql, requests};

/// Days for which what was typed is kept, whether or not a request came of it.
pub const DRAFT_DAYS: i64 = 3;

/// A draft as its group sees it.
#[derive(Clone, Debug)]
pub struct DraftView {
    /// Draft.
    pub id: GroupDraftId,
    /// What was typed so far.
    pub typed: Typed,
    /// The contact was proven.
    pub proven: bool,
    /// The request it became.
    pub request: Option<GroupRequestId>,
    /// Until when it is kept.
    pub expires_at: Timestamp,
}

fn visitor_hash(services: &Services, visitor: &str) -> Vec<u8> {
    services.vault.blind_index("visitor", visitor)
}

const fn place(id: GroupDraftId) -> Place {
    Place { table: "group_draft", column: "sealed", row: id.0 }
}

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
    context.require(Capability::BookForSelf)?;
    forms::count(services, context, &limits::GROUP_PER_NETWORK, network).await?;
    let id: GroupDraftId = context.new_id();
    let expires = context.now + SignedDuration::from_hours(24 * DRAFT_DAYS);
    let mut db = services.db.acquire().await?;
    sql::add(&mut db, id.0, &visitor_hash(services, visitor), context.locale.tag(), context.now, expires).await?;
    Ok(id)
}

/// The draft, for the browser that began it.
///
/// # Errors
/// `NotFound` for anybody else, and after its life.
pub async fn read(
    services: &Services,
    context: &Context,
    id: GroupDraftId,
    visitor: &str,
) -> Result<DraftView, GroupError> {
    let mut db = services.db.acquire().await?;
    let found = sql::draft(&mut db, id.0, &visitor_hash(services, visitor), context.now).await?;
    let row = found.ok_or(GroupError::NotFound)?;
    let typed = match row.sealed {
        Some(sealed) => {
            let plain = services.vault.open_sealed(place(id), &sealed)?;
            serde_json::from_slice(&plain).map_err(|_| GroupError::Damaged("a draft"))?
        }
        None => Typed::default(),
    };
    Ok(DraftView {
        id,
        typed,
        proven: row.verified_at.is_some(),
        request: row.request_id.map(GroupRequestId),
        expires_at: row.expires_at.to_jiff(),
    })
}

/// Keeps what was typed, whatever it is worth.
///
/// # Errors
/// `Database`.
pub async fn keep(services: &Services, draft: &DraftView, typed: &Typed) -> Result<(), GroupError> {
    let plain = serde_json::to_vec(typed).map_err(|_| GroupError::Damaged("a draft"))?;
    let sealed = services.vault.seal(place(draft.id), &plain);
    let contact = Contact::parse(typed.field("contact")).ok();
    let index = contact.map(|contact| contact_index(&services.vault, &contact));
    let mut db = services.db.acquire().await?;
    Ok(sql::save(&mut db, draft.id.0, &sealed, index.as_deref()).await?)
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
    !facts.closed && facts.capacity >= people && policy.is_in_reach(now, facts.starts_at)
}

/// The first page was read: who comes. Answers the museum, for the sessions this group may ask for.
///
/// # Errors
/// `Fields`.
pub async fn offered(
    services: &Services,
    context: &Context,
    draft: &DraftView,
) -> Result<(Details, Arc<Museum>, Vec<SessionId>), GroupError> {
    let (details, policy, _) = details(services, &draft.typed).await?;
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
    draft: &DraftView,
) -> Result<(Details, Vec<SessionId>), GroupError> {
    let (details, _, fit) = offered(services, context, draft).await?;
    let mut faults = Faults::default();
    let chosen = wishes(&draft.typed, |session| fit.contains(&session), &mut faults);
    Ok((details, chosen.ok_or_else(|| GroupError::Fields(faults.into_errors()))?))
}

/// Sends a code to the contact of a whole form, unless that was proven before.
///
/// # Errors
/// `Fields`; `Limited`, `NetworkLimited` when too many codes were asked for.
pub async fn send(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    network: &Network,
) -> Result<(), GroupError> {
    let (details, _) = choose(services, context, draft).await?;
    if draft.proven {
        return Ok(());
    }
    Ok(forms::send(services, context, subject(draft, &details), network).await?)
}

fn subject<'a>(draft: &DraftView, details: &'a Details) -> forms::Subject<'a> {
    forms::Subject { purpose: codes::Purpose::Group, draft: draft.id.0, contact: &details.contact }
}

/// Sends the code once more.
///
/// # Errors
/// `Limited` within a minute of the last one, or after too many; `NetworkLimited`; `Fields`.
pub async fn resend(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    network: &Network,
) -> Result<(), GroupError> {
    let (details, _) = choose(services, context, draft).await?;
    Ok(forms::resend(services, context, subject(draft, &details), network).await?)
}

/// Checks the code that was sent. Once proven, the contact stays proven for this draft.
///
/// # Errors
/// `Fields` with the code's fault; `StateHasChanged` when another contact was typed meanwhile; `NetworkLimited`.
pub async fn prove(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    code: &str,
    network: &Network,
) -> Result<(), GroupError> {
    if draft.proven || draft.request.is_some() {
        return Ok(());
    }
    let (details, _) = choose(services, context, draft).await?;
    Ok(forms::prove(services, context, subject(draft, &details), code, network).await?)
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
    let (details, chosen) = choose(services, context, draft).await?;
    let (services, context, draft) = (services.clone(), context.clone(), draft.id);
    to_the_end(async move {
        let mut tx = services.begin().await?;
        match sql::lock(&mut tx, draft.0).await? {
            Some((Some(request), _)) => return Ok(GroupRequestId(request)),
            Some((None, true)) => {}
            Some((None, false)) | None => return Err(GroupError::NotFound),
        }
        let index = contact_index(&services.vault, &details.contact);
        // Two forms of one contact sent at once must count each other; sessions are locked before contacts everywhere.
        if policy.holding == Holding::Requests {
            lock_for(&services, &context, &mut tx, chosen.iter().copied()).await?;
        }
        lock_contact(&mut tx, &index).await?;
        let under_way = u32::from(policy.under_way);
        if requests::live_of_contact(&mut tx, &index).await? >= i64::from(under_way) {
            return Err(GroupError::TooMany { max: under_way });
        }
        let row = row(&services, &context, draft, (&details, &chosen), version);
        let id = GroupRequestId(row.id);
        requests::add(&mut tx, &row, context.now).await?;
        sql::became(&mut tx, draft.0, id.0).await?;
        if policy.holding == Holding::Requests {
            hold_first(&services, &context, &mut tx, id, (&chosen, details.people()), &policy).await?;
        }
        let entry = Entry {
            action: "group.requested",
            subject_kind: "group_request",
            subject: Some(id.0),
            detail: json!({ "members": details.members, "adults": details.adults, "sessions": chosen }),
        };
        audit::record(&mut tx, &context, &[entry]).await?;
        messages::queue_group(&mut tx, context.now, id, GroupTemplate::Received, None).await?;
        tx.commit().await?;
        services.job_bell.notify_one();
        Ok(id)
    })
    .await
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
            Ok(hold) => return Ok(requests::set_hold(db, id.0, Some((session.0, hold.0))).await?),
            Err(BookingError::Refused(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}

/// The request a draft has just become, for the browser that made it.
///
/// # Errors
/// `NotFound`, `Database`.
pub async fn own(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    id: GroupRequestId,
) -> Result<RequestView, GroupError> {
    let mut db = services.db.acquire().await?;
    let (became, _) = sql::lock(&mut db, draft.id.0).await?.ok_or(GroupError::NotFound)?;
    if became != Some(id.0) {
        return Err(GroupError::NotFound);
    }
    load(services, &mut db, id, context.now).await?.ok_or(GroupError::NotFound)
}

/// The row of a new request. What names a person is sealed; the organisation is public knowledge.
pub(super) fn row(
    services: &Services,
    context: &Context,
    draft: GroupDraftId,
    (details, chosen): (&Details, &[SessionId]),
    policy_version: i32,
) -> requests::NewRequest {
    let id: GroupRequestId = context.new_id();
    let seal = |column, text: &str| sealed(services, column, id, text);
    let index = Some(contact_index(&services.vault, &details.contact));
    let reached = |column| Some(seal(column, details.contact.expose()));
    let (phone_sealed, phone_index, mail_sealed, mail_index) = match details.contact {
        Contact::Phone(_) => (reached("phone_sealed"), index, None, None),
        Contact::Mail(_) => (None, None, reached("mail_sealed"), index),
    };
    let account = match &context.actor {
        Actor::Visitor { account, .. } => Some(account.0),
        _ => None,
    };
    requests::NewRequest {
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
        phone_sealed,
        phone_index,
        mail_sealed,
        mail_index,
        note_sealed: seal("note_sealed", &details.note),
    }
}
