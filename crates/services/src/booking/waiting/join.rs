//! Joining the list: as a booking is begun, but without places. What was typed lives in a draft, the code proves the
//! contact, and the party gets its place at the end of the line of each session it would take.

use super::super::calendar::{self, SessionView};
use super::super::change::policy_of;
use super::super::claims::{contact_index, count, facts, lock, lock_key, spans};
use super::super::draft::{DRAFT_LIFE, DraftView, visitor_hash};
use super::super::office::museum;
use super::super::public::takes_places;
use super::super::{BookingError, Museum};
use super::line::{noted, promote};
use crate::audit;
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::limits::Network;
use crate::messages::{self, WaitingNews};
use crate::{Context, Services};
use domain::account::Capability;
use domain::booking::{BookingFacts, Party, PartySize, Policy, Refusal, may_wait, opens_at};
use domain::contact::Contact;
use domain::ids::{DraftId, HoldId, SessionId, WaitingId};
use serde_json::json;
use sqlx::PgConnection;
use std::time::Duration;
use store::booking::claims::{self, LockedSession};
use store::booking::waiting as sql;

/// Other sessions one party may name.
const ALSO: usize = 5;

/// Begins a draft of a party that would wait for a session.
///
/// # Errors
/// `Refused` where nobody can wait for it, `NetworkLimited`, `NotFound`.
pub async fn begin_waiting(
    services: &Services,
    context: &Context,
    session: SessionId,
    people: PartySize,
    visitor: &str,
    network: &Network,
) -> Result<DraftId, BookingError> {
    context.require(Capability::BookForSelf)?;
    takes_places(services, context, network).await?;
    let mut db = services.db.acquire().await?;
    let found = claims::find_sessions(&mut db, &[session.0]).await?;
    let found = found.first().ok_or(BookingError::NotFound)?;
    keeps_a_list(&mut db, found.activity_id).await?;
    let party = Party { people, children: 0 };
    let known = facts(found, 0, 0);
    may_wait(&policy_of(found)?, context.now, &known, party, BookingFacts::default(), 0, false)?;
    let draft: DraftId = context.new_id();
    let fresh = sql::NewDraft {
        id: draft.0,
        visitor_hash: visitor_hash(services, visitor),
        session_id: session.0,
        hold_id: context.new_id::<HoldId>().0,
        people: people.get() as i32,
        locale: context.locale.tag(),
        expires_at: context.now + DRAFT_LIFE,
    };
    sql::begin(&mut db, context.now, &fresh).await?;
    Ok(draft)
}

/// The museum keeps waiting lists; events do not: their parties answer questions that an entry has no room for.
async fn keeps_a_list(db: &mut PgConnection, activity: uuid::Uuid) -> Result<(), BookingError> {
    let (museum, ..) = museum(db).await?;
    if museum == activity { Ok(()) } else { Err(BookingError::NotFound) }
}

/// The sessions a party may name beside the one it waits for: the nearest that are full for it too and can still be
/// offered. Those with room it can simply book.
pub fn choices<'a>(museum: &'a Museum, draft: &DraftView, now: jiff::Timestamp) -> Vec<&'a SessionView> {
    let wanted = draft.session.facts.starts_at;
    let people = draft.people.get();
    let waits = |s: &&SessionView| {
        s.id != draft.session.id
            && !s.fits(people)
            && s.facts.capacity >= people
            && opens_at(&museum.policy, s.facts.starts_at) <= now
            && domain::booking::offer_until(&museum.policy, now, s.facts.starts_at).is_some()
    };
    let mut others: Vec<&SessionView> = museum.upcoming(now).filter(waits).collect();
    others.sort_by_key(|s| s.facts.starts_at.duration_since(wanted).abs());
    others.truncate(ALSO);
    others.sort_by_key(|s| s.facts.starts_at);
    others
}

/// A draft waits from now on: for its session, and for these others if they come first.
///
/// # Errors
/// `NotFound` for a draft of an event; `StateHasChanged` when it became a booking or an entry meanwhile.
pub async fn keep_wishes(services: &Services, draft: &DraftView, also: &[SessionId]) -> Result<(), BookingError> {
    let mut also: Vec<_> = also.iter().filter(|id| **id != draft.session.id).map(|id| id.0).collect();
    also.sort_unstable();
    also.dedup();
    also.truncate(ALSO);
    let mut db = services.db.acquire().await?;
    keeps_a_list(&mut db, draft.session.activity.0).await?;
    let kept = sql::set_wishes(&mut db, draft.id.0, &also).await?;
    kept.then_some(()).ok_or(BookingError::StateHasChanged)
}

/// Puts the party of a proven draft on the list. Repeating it answers the same entry. Where there is room for it by now it
/// gets an offer at once.
///
/// # Errors
/// `Refused`; `NotFound` while the contact is not proven.
pub async fn join(services: &Services, context: &Context, draft: &DraftView) -> Result<WaitingId, BookingError> {
    if let Some(entry) = draft.waiting {
        return Ok(entry);
    }
    let (person, children) = draft.typed.as_ref().filter(|_| draft.proven).ok_or(BookingError::NotFound)?;
    let party = Party::new(draft.people, u32::from(*children)).map_err(|f| BookingError::field("children", f))?;
    let contact = person.contact.as_ref().ok_or(BookingError::NotFound)?;
    let mut asked = vec![draft.session.id.0];
    asked.extend(draft.also.iter().map(|id| id.0));
    let fresh = Fresh {
        row: row(services, context, draft, person.name.as_str(), contact, party),
        party,
        person: contact_index(services, contact),
        asked,
    };
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tries = 0;
        loop {
            match transaction(&services, &context, &fresh).await {
                Err(BookingError::Database(error)) if store::is_transient(&error) => {
                    if tries == 3 {
                        return Err(Refusal::Busy.into());
                    }
                    tries += 1;
                    tokio::time::sleep(Duration::from_millis(5 << tries)).await;
                }
                other => return other,
            }
        }
    })
    .await
}

struct Fresh {
    row: sql::NewEntry,
    party: Party,
    person: Vec<u8>,
    /// The session of the draft first.
    asked: Vec<uuid::Uuid>,
}

fn row(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    name: &str,
    contact: &Contact,
    party: Party,
) -> sql::NewEntry {
    let id: WaitingId = context.new_id();
    let seal =
        |column, text: &str| services.vault.seal(Place { table: "waiting_entry", column, row: id.0 }, text.as_bytes());
    let index = contact_index(services, contact);
    let (phone, mail) = match contact {
        Contact::Phone(phone) => (Some(seal("phone_sealed", phone.digits())), None),
        Contact::Mail(mail) => (None, Some(seal("mail_sealed", mail.as_str()))),
    };
    sql::NewEntry {
        id: id.0,
        activity_id: uuid::Uuid::nil(),
        people: party.people.get() as i32,
        children: i32::from(party.children),
        locale: context.locale.tag(),
        account_id: context.actor.account().map(|account| account.0),
        name_sealed: seal("name_sealed", name),
        phone_index: phone.is_some().then(|| index.clone()),
        mail_index: mail.is_some().then_some(index),
        phone_sealed: phone,
        mail_sealed: mail,
        draft_id: draft.id.0,
    }
}

async fn transaction(services: &Services, context: &Context, fresh: &Fresh) -> Result<WaitingId, BookingError> {
    let mut tx = services.begin().await?;
    let locked = lock(services, &mut tx, &fresh.asked).await?;
    let own = locked.iter().find(|s| s.id == fresh.asked[0]).ok_or(BookingError::NotFound)?;
    keeps_a_list(&mut tx, own.activity_id).await?;
    let key = fresh.row.draft_id;
    claims::lock_keys(&mut tx, &[lock_key(&fresh.person), lock_key(key.as_bytes())]).await?;
    if let Some(entry) = sql::of_draft(&mut tx, key).await? {
        return Ok(WaitingId(entry));
    }
    let on_lists = sql::live_of_person(&mut tx, own.activity_id, &fresh.person).await?;
    admitted(services, &mut tx, fresh, own, &on_lists).await?;
    // Of the others those that can be waited for; one that is not any more is no reason to refuse the rest.
    let mut sessions = vec![own];
    for other in locked.iter().filter(|s| s.id != own.id && s.activity_id == own.activity_id) {
        if admitted(services, &mut tx, fresh, other, &on_lists).await.is_ok() {
            sessions.push(other);
        }
    }
    let ids: Vec<_> = sessions.iter().map(|s| s.id).collect();
    let row = sql::NewEntry { activity_id: own.activity_id, ..fresh.row.clone() };
    let now = services.clock.now();
    sql::add(&mut tx, now, &row, &ids).await?;
    let detail = json!({ "session": own.id, "others": ids.len() - 1, "people": row.people, "children": row.children });
    audit::record(&mut tx, context, &[noted("waiting.joined", row.id, detail)]).await?;
    let entry = WaitingId(row.id);
    messages::queue_waiting(&mut tx, now, &[(entry, WaitingNews::Joined)]).await?;
    for session in sessions {
        promote(services, context, &mut tx, session).await?;
    }
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(entry)
}

/// May the party wait for this session, by what is known under its lock?
async fn admitted(
    services: &Services,
    db: &mut PgConnection,
    fresh: &Fresh,
    session: &LockedSession,
    on_lists: &[(uuid::Uuid, uuid::Uuid)],
) -> Result<(), BookingError> {
    let policy: Policy = policy_of(session)?;
    let spans = spans(&policy, session);
    let person = std::slice::from_ref(&fresh.person);
    let counts = claims::person_counts(db, session.activity_id, person, spans, None).await?;
    let had = count(&counts, &fresh.person);
    let here = on_lists.iter().any(|(_, waits_for)| *waits_for == session.id);
    let mut entries: Vec<_> = on_lists.iter().map(|(entry, _)| *entry).collect();
    entries.sort_unstable();
    entries.dedup();
    let known = facts(session, 0, 0);
    may_wait(&policy, services.clock.now(), &known, fresh.party, had, entries.len() as u32, here)?;
    Ok(())
}

/// The sessions nearest to the draft's that its party can book now instead.
///
/// # Errors
/// `Database`.
pub async fn bookable_instead(
    services: &Services,
    context: &Context,
    draft: &DraftView,
) -> Result<Vec<SessionView>, BookingError> {
    let mut db = services.db.acquire().await?;
    let found = claims::find_sessions(&mut db, &[draft.session.id.0]).await?;
    let found = found.first().ok_or(BookingError::NotFound)?;
    let to = (draft.session.facts.starts_at, draft.people.get());
    let policy = policy_of(found)?;
    calendar::nearest(&mut db, domain::ids::ActivityId(found.activity_id), &policy, to, context.now, 2).await
}
