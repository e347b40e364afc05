//! Joining the list: as a booking is begun, but without places. What was typed lives in a draft, the code proves the
//! contact, and the party gets its place at the end of the line of each session it would take.

use super::super::calendar::{self, SessionView};
use super::super::change::{Remember, policy_of};
use super::super::claims::{Person, contact_index, facts, lock, lock_key};
use super::super::draft::{DRAFT_LIFE, DraftView, has_answered, visitor_hash};
use super::super::entrance::{Who, outside_releases, pass};
use super::super::persons::{Persons, sign_of, since};
use super::super::public::{Asked, takes_places};
use super::super::retry::again;
use super::super::{BookingError, Timetable};
use super::came::{Came, before, keep_what_came};
use super::line::{noted, promote};
use super::standing::standing;
use super::view::{WaitingView, read_in};
use crate::audit;
use crate::crypto::Place;
use crate::db::to_the_end;
use crate::limits::Network;
use crate::messages::{self, WaitingNews};
use crate::outreach::{self, Replies};
use crate::{Context, Services, machines};
use domain::account::Capability;
use domain::booking::{BookingFacts, Party, PartySize, Policy, Refusal, may_wait};
use domain::contact::Contact;
use domain::ids::{AccountId, ActivityId, DraftId, HoldId, SessionId, WaitingId};
use serde_json::json;
use sqlx::PgConnection;
use store::booking::claims::{self, LockedSession};
use store::booking::waiting as sql;
use uuid::Uuid;

/// Other sessions one party may name.
const ALSO: usize = 5;
/// Sessions with room that are shown instead of waiting.
const INSTEAD: usize = 2;

/// Begins a draft of a party that would wait for a session.
///
/// # Errors
/// `Refused` where nobody can wait for it or there is room for the party, `NetworkLimited`, `NotFound`.
pub async fn begin_waiting(
    services: &Services,
    context: &Context,
    session: SessionId,
    people: PartySize,
    visitor: &str,
    network: &Network,
) -> Result<DraftId, BookingError> {
    context.require(Capability::BookForSelf)?;
    // The list is no way around the line.
    let used = pass(services, context, session, people.get(), Who::Browser(visitor, network)).await?.used();
    let begun = async {
        takes_places(services, context, network, (people, Asked::Date(session))).await?;
        begun(services, context, session, people, visitor).await
    };
    let begun = begun.await;
    if begun.is_err() {
        used.give_back(services).await;
    }
    begun
}

async fn begun(
    services: &Services,
    context: &Context,
    session: SessionId,
    people: PartySize,
    visitor: &str,
) -> Result<DraftId, BookingError> {
    let mut db = services.db.acquire().await?;
    let found = claims::find_sessions(&mut db, &[session.0]).await?;
    let found = found.first().ok_or(BookingError::NotFound)?;
    let party = Party { people, children: 0 };
    let known = facts(found, None, context.now);
    waits_for_dates(&policy_of(found)?)?;
    may_wait(&policy_of(found)?, context.now, &known, party, BookingFacts::default(), 0, false)?;
    if calendar::session(&mut db, session, context.now).await?.fits(people.get()) {
        return Err(Refusal::PlacesFree.into());
    }
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

/// Nobody is offered one date of a series that is booked as a whole.
fn waits_for_dates(policy: &Policy) -> Result<(), Refusal> {
    if policy.series.allows_dates() { Ok(()) } else { Err(Refusal::WholeSeriesOnly) }
}

/// The sessions a party may name beside the one it waits for: the nearest that are full for it too and can still be
/// offered. Those with room it can simply book.
pub fn choices<'a>(dates: &'a Timetable, draft: &DraftView, now: jiff::Timestamp) -> Vec<&'a SessionView> {
    let wanted = draft.session.facts.starts_at;
    let people = draft.people.get();
    let waits = |s: &&SessionView| {
        s.id != draft.session.id
            && !s.fits(people)
            && s.facts.capacity >= people
            && dates.opens_at(s.facts.starts_at) <= now
            && domain::booking::offer_until(&dates.policy, now, s.facts.starts_at).is_some()
    };
    let mut others: Vec<&SessionView> = dates.upcoming(now).filter(waits).collect();
    others.sort_by_key(|s| s.facts.starts_at.duration_since(wanted).abs());
    others.truncate(ALSO);
    others.sort_by_key(|s| s.facts.starts_at);
    others
}

/// A draft waits from now on: for its session, and for these others if they come first.
///
/// # Errors
/// `StateHasChanged` when it became a booking or an entry meanwhile.
pub async fn keep_wishes(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    also: &[SessionId],
) -> Result<(), BookingError> {
    let also = outside_releases(services, context, also).await?;
    let mut also: Vec<_> = also.iter().filter(|id| **id != draft.session.id).map(|id| id.0).collect();
    also.sort_unstable();
    also.dedup();
    also.truncate(ALSO);
    let mut db = services.db.acquire().await?;
    let kept = sql::set_wishes(&mut db, draft.id.0, draft.session.id.0, &also).await?;
    kept.then_some(()).ok_or(BookingError::StateHasChanged)
}

/// A draft waits from now on for another date than it was begun with: the one of a series that is full.
///
/// # Errors
/// `NotFound` for a date of another activity, which may ask other things; `StateHasChanged` as [`keep_wishes`];
/// `WaitingRoom` while the other date is opening and others are before this one in its line, and whatever the entrance refuses.
pub async fn wait_for(
    services: &Services,
    context: &Context,
    draft: &DraftView,
    session: SessionId,
    visitor: &str,
    network: &Network,
) -> Result<(), BookingError> {
    if calendar::seen(services, session, services.clock.now()).await?.activity != draft.session.activity {
        return Err(BookingError::NotFound);
    }
    if session == draft.session.id {
        return set_wish(services, draft, session).await;
    }
    // Nobody comes into a line by the back door.
    let who = Who::Browser(visitor, network);
    let used = pass(services, context, session, draft.people.get(), who).await?.used();
    let kept = set_wish(services, draft, session).await;
    if kept.is_err() {
        used.give_back(services).await;
    }
    kept
}

async fn set_wish(services: &Services, draft: &DraftView, session: SessionId) -> Result<(), BookingError> {
    let mut db = services.db.acquire().await?;
    let kept = sql::set_wishes(&mut db, draft.id.0, session.0, &[]).await?;
    kept.then_some(()).ok_or(BookingError::StateHasChanged)
}

/// Puts the party of a proven draft on the list. Repeating it answers the same entry.
///
/// # Errors
/// `Refused`, with `PlacesFree` where there is room for the party by now: what was typed is kept, and the draft can become a
/// booking. `NotFound` while the contact is not proven; `StateHasChanged` when another tab made a booking of it.
pub async fn join(services: &Services, context: &Context, draft: &DraftView) -> Result<WaitingId, BookingError> {
    if let Some(entry) = draft.waiting {
        return Ok(entry);
    }
    let (person, children) = draft.typed.as_ref().filter(|_| draft.proven).ok_or(BookingError::NotFound)?;
    let party = Party::new(draft.people, u32::from(*children)).map_err(|f| BookingError::field("children", f))?;
    has_answered(services, draft).await?;
    let mut asked = vec![draft.session.id.0];
    asked.extend(draft.also.iter().map(|id| id.0));
    let fresh = Fresh::new(services, context, person, party, asked, Came::Draft(draft.id))?;
    put(services, context, fresh, None).await.map(|entry| entry.id)
}

/// A party on its way to the list. Sealed before it is decided on.
pub(super) struct Fresh {
    row: sql::NewEntry,
    party: Party,
    person: Vec<u8>,
    /// The session it waits for above all first.
    pub(super) asked: Vec<Uuid>,
    came: Came,
}

impl Fresh {
    /// # Errors
    /// `NotFound` for a person who cannot be reached: nobody could tell them of an offer.
    pub(super) fn new(
        services: &Services,
        context: &Context,
        person: &Person,
        party: Party,
        asked: Vec<Uuid>,
        came: Came,
    ) -> Result<Self, BookingError> {
        let contact = person.contact.as_ref().ok_or(BookingError::NotFound)?;
        let draft = came.draft();
        // Who joins for others: none of their own is their account.
        let account = context.actor.account().filter(|_| draft.is_some());
        Ok(Self {
            row: row(services, context, (person.name.as_str(), contact), party, account, draft),
            party,
            person: contact_index(services, contact),
            asked,
            came,
        })
    }
}

impl Fresh {
    /// Who waits, as the limits know them: by the contact, and by the account.
    fn signs(&self) -> Vec<Vec<u8>> {
        std::iter::once(self.person.clone()).chain(self.row.account_id.map(sign_of)).collect()
    }

    /// What makes a repeated request of a machine the same one: who is to wait.
    pub(super) fn line(&self) -> String {
        let person = crate::crypto::hex(&self.person);
        format!("waits {person}")
    }
}

/// Puts a party on the list, and keeps the answer to the request that asked for it, both or neither.
pub(super) async fn put(
    services: &Services,
    context: &Context,
    fresh: Fresh,
    remember: Option<Remember<WaitingView>>,
) -> Result<WaitingView, BookingError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let entry = again(|| transaction(&services, &context, &fresh, remember.as_ref())).await?;
        services.job_bell.notify_one();
        Ok(entry)
    })
    .await
}

fn row(
    services: &Services,
    context: &Context,
    (name, contact): (&str, &Contact),
    party: Party,
    account: Option<AccountId>,
    draft: Option<DraftId>,
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
        activity_id: Uuid::nil(),
        people: party.people.get() as i32,
        children: i32::from(party.children),
        locale: context.locale.tag(),
        account_id: account.map(|account| account.0),
        name_sealed: seal("name_sealed", name),
        phone_index: phone.is_some().then(|| index.clone()),
        mail_index: mail.is_some().then_some(index),
        phone_sealed: phone,
        mail_sealed: mail,
        draft_id: draft.map(|draft| draft.0),
        client_id: machines::client_of(context).map(|client| client.0),
    }
}

async fn transaction(
    services: &Services,
    context: &Context,
    fresh: &Fresh,
    remember: Option<&Remember<WaitingView>>,
) -> Result<WaitingView, BookingError> {
    let mut tx = services.begin().await?;
    let locked = lock(services, &mut tx, &fresh.asked).await?;
    let own = locked.iter().find(|s| s.id == fresh.asked[0]).ok_or(BookingError::NotFound)?;
    let keys: Vec<i64> = fresh.signs().iter().map(|sign| lock_key(sign)).chain(fresh.came.key()).collect();
    claims::lock_keys(&mut tx, &keys).await?;
    let now = services.clock.now();
    if let Some(entry) = before(&mut tx, &fresh.came).await? {
        return read_in(services, &mut tx, entry, now).await;
    }
    if let Came::Behalf(replies, _) = &fresh.came {
        let activity = ActivityId(own.activity_id);
        if !outreach::is_asked_now(&mut tx, activity, replies.as_ref().map(Replies::to_what)).await? {
            return Err(Refusal::AsksQuestions.into());
        }
    }
    let sessions = waited_for(services, &mut tx, fresh, own, &locked).await?;
    let ids: Vec<_> = sessions.iter().map(|s| s.id).collect();
    let row = sql::NewEntry { activity_id: own.activity_id, ..fresh.row.clone() };
    sql::add(&mut tx, now, &row, &ids).await.map_err(became_a_booking)?;
    let detail = json!({ "session": own.id, "others": ids.len() - 1, "people": row.people, "children": row.children });
    audit::record(&mut tx, context, &[noted("waiting.joined", row.id, detail)]).await?;
    let entry = WaitingId(row.id);
    keep_what_came(services, context, &mut tx, &fresh.came, entry, now).await?;
    messages::queue_waiting(&mut tx, now, &[(entry, WaitingNews::Joined)]).await?;
    promote(services, context, &mut tx, &sessions).await?;
    let after = read_in(services, &mut tx, entry, now).await?;
    if let Some(remember) = remember {
        remember.keep(services, &mut tx, &after).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Another tab made a booking of the draft on another session, whose lock is not this one.
fn became_a_booking(error: sqlx::Error) -> BookingError {
    match store::constraint_of(&error) {
        Some("booking_draft_becomes_one") => BookingError::StateHasChanged,
        _ => error.into(),
    }
}

/// The sessions the party can wait for. Of those named beside its own only such as can be waited for: one that cannot any
/// more is no reason to refuse the rest. But wherever there is room for it now it need not wait: an offer would keep places
/// for hours that anybody else has to fill in a form for within minutes.
async fn waited_for(
    services: &Services,
    db: &mut PgConnection,
    fresh: &Fresh,
    own: &LockedSession,
    locked: &[LockedSession],
) -> Result<Vec<LockedSession>, BookingError> {
    let on_lists = sql::live_of_person(db, own.activity_id, &fresh.person).await?;
    admitted(services, db, fresh, own, &on_lists).await?;
    let mut sessions = vec![own.clone()];
    for other in locked.iter().filter(|s| s.id != own.id && s.activity_id == own.activity_id) {
        match admitted(services, db, fresh, other, &on_lists).await {
            Ok(()) => sessions.push(other.clone()),
            Err(BookingError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    for session in &sessions {
        let stands = standing(db, session, &policy_of(session)?, services.clock.now()).await?;
        if stands.facts.free() >= fresh.party.people.get() {
            return Err(Refusal::PlacesFree.into());
        }
    }
    Ok(sessions)
}

/// May the party wait for this session, by what is known under its lock?
async fn admitted(
    services: &Services,
    db: &mut PgConnection,
    fresh: &Fresh,
    session: &LockedSession,
    on_lists: &[(Uuid, Uuid)],
) -> Result<(), BookingError> {
    let policy: Policy = policy_of(session)?;
    let signs = fresh.signs();
    let had = Persons::read(db, signs.clone(), since(&policy, session.starts_at.to_jiff())).await?;
    let had = had.at_all(&policy, services.clock.now(), session, &signs);
    let here = on_lists.iter().any(|(_, waits_for)| *waits_for == session.id);
    let mut entries: Vec<_> = on_lists.iter().map(|(entry, _)| *entry).collect();
    entries.sort_unstable();
    entries.dedup();
    let known = facts(session, None, services.clock.now());
    waits_for_dates(&policy)?;
    may_wait(&policy, services.clock.now(), &known, fresh.party, had, entries.len() as u32, here)?;
    Ok(())
}

/// The sessions nearest to the draft's that its party can book now instead, those first that it would take as well.
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
    let activity = domain::ids::ActivityId(found.activity_id);
    let mut found = calendar::nearest(&mut db, activity, &policy, to, context.now, usize::MAX).await?;
    found.sort_by_key(|session| !draft.also.contains(&session.id));
    found.truncate(INSTEAD);
    Ok(found)
}
