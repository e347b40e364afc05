//! What a waiting party answers: it takes an offer, declines it, or leaves the list. By signed link, whoever has it.

use super::super::BookingError;
use super::super::calendar;
use super::super::change::Remember;
use super::super::claims::{
    Answered, Booked, Channel, Claim, Granted, Key, Order, Source, asks_nothing, contact_index, lock, row,
};
use super::super::document::{WAITING, agreed, open_documents};
use super::super::entrance::Passed;
use super::super::retry::again;
use super::line::{lock_lines, next, noted, promote, step_back};
use super::view::{WaitingView, entry_of, open_link, opened, read_in};
use crate::audit;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::booking::{Party, PartySize, Pool, Refusal, WaitingEvent, WaitingState};
use domain::document::Shown;
use domain::ids::{AccountId, ActivityId, BookingId, HoldId, SessionId, WaitingId};
use serde_json::json;
use sqlx::PgConnection;
use store::booking::claims::LockedSession;
use store::booking::waiting as sql;
use uuid::Uuid;

/// Takes the offer of a session. Repeating it answers the same booking; an offer that is over, or was of another session,
/// is not taken.
///
/// # Errors
/// `NotFound` for a link that is none; `Refused(OfferEnded)`, `Refused(NoBookingNeeded)` where it ended because nobody needs
/// one, `Refused(AsksQuestions)` where an event asks what the party has
/// not answered yet, and whatever refuses a booking of that session.
pub async fn accept(
    services: &Services,
    context: &Context,
    link: &str,
    session: SessionId,
) -> Result<BookingId, BookingError> {
    take(services, context, open_link(services, context, link)?, session, Channel::Web).await
}

/// Keeps the documents that were typed with an offer, sealed with the entry until the offer is answered or over: nobody should
/// have to type them twice. They are asked for when there is a place, and not before: who waits in vain leaves none behind.
/// Answers all that are there now. Two presses at once lose none.
///
/// # Errors
/// `NotFound` for a link that is none; `Refused(OfferEnded)` where no offer stands (any more).
pub async fn keep_offer_documents(
    services: &Services,
    context: &Context,
    link: &str,
    fresh: Shown,
) -> Result<Shown, BookingError> {
    let id = open_link(services, context, link)?;
    let services = services.clone();
    to_the_end(async move {
        let mut tx = services.begin().await?;
        let kept = sql::lock_documents(&mut tx, id.0).await?.ok_or(Refusal::OfferEnded)?;
        let before = open_documents(&services, WAITING.of(id.0), kept.as_deref())?;
        let all = before.clone().and(fresh);
        if all != before {
            let sealed = services.vault.seal(WAITING.of(id.0), all.comparable().as_bytes());
            sql::keep_documents(&mut tx, id.0, &sealed).await?;
        }
        tx.commit().await?;
        Ok(all)
    })
    .await
}

/// The documents that were typed with the offer so far; none where no offer stands.
///
/// # Errors
/// `NotFound` for a link that is none.
pub async fn offer_documents(services: &Services, context: &Context, link: &str) -> Result<Shown, BookingError> {
    let id = open_link(services, context, link)?;
    let mut db = services.db.acquire().await?;
    open_documents(services, WAITING.of(id.0), sql::documents(&mut db, id.0).await?.as_deref())
}

/// The same of an entry the caller may answer for.
pub(super) async fn take(
    services: &Services,
    context: &Context,
    id: WaitingId,
    session: SessionId,
    channel: Channel,
) -> Result<BookingId, BookingError> {
    let mut db = services.db.acquire().await?;
    let entry = entry_of(&mut db, id).await?;
    let typed = open_documents(services, WAITING.of(id.0), sql::documents(&mut db, id.0).await?.as_deref())?;
    drop(db);
    if let Some(booking) = entry.booking_id {
        return Ok(BookingId(booking));
    }
    if entry.offered_session != Some(session.0) {
        return Err(ended(services, session).await?.into());
    }
    has_answered(services, &entry, session, channel).await?;
    let person = opened(services, &entry)?;
    let people = PartySize::new(entry.people.unsigned_abs()).map_err(|_| BookingError::Damaged("a party"))?;
    let party = Party::new(people, entry.children.unsigned_abs()).map_err(|_| BookingError::Damaged("a party"))?;
    let (party, documents) = agreed(services, session, party, &typed).await?;
    let source = Source {
        channel,
        pool: Pool::Individual,
        account: entry.account_id.map(AccountId),
        hold: Some(HoldId(entry.id)),
        draft: None,
        documents: &documents,
    };
    // Its messages are in the language it joined in, whichever page the answer was given on.
    let context = Context { locale: domain::Locale::from_tag(&entry.locale), ..context.clone() };
    let order = Order {
        row: row(services, &context, &person, party, &source),
        party,
        person: person.contact.as_ref().map(|contact| contact_index(services, contact)),
        key: Key { scope: "waiting".into(), key: entry.id.to_string(), body_hash: Vec::new() },
        context,
        by_house: false,
        in_place: false,
        offer: Some(id),
        answered: Answered::Before,
    };
    let passed = Passed::by_the_house(session);
    match services.claims.submit(services, passed, Claim::Book(Box::new(order))).await? {
        Granted::Booked(Booked { booking, .. }) => Ok(booking),
        Granted::Held => Err(BookingError::Damaged("a hold was answered to an offer")),
    }
}

/// Why there is no offer of a session any more: it ended, or nobody needs one.
async fn ended(services: &Services, session: SessionId) -> Result<Refusal, BookingError> {
    let now = services.clock.now();
    let seen = calendar::session(&mut *services.db.acquire().await?, session, now).await?;
    Ok(if seen.facts.welcomes_all(now) { Refusal::NoBookingNeeded } else { Refusal::OfferEnded })
}

/// Questions that were published while a party waited are answered before its offer is taken, as they are before a booking.
async fn has_answered(
    services: &Services,
    entry: &sql::EntryRow,
    session: SessionId,
    channel: Channel,
) -> Result<(), BookingError> {
    if crate::outreach::answered_waiting(services, ActivityId(entry.activity_id), WaitingId(entry.id)).await? {
        return Ok(());
    }
    // A machine that put a party on the list while nothing was asked takes its offer, unless something has to be answered now.
    if channel == Channel::Api { asks_nothing(services, session).await } else { Err(Refusal::AsksQuestions.into()) }
}

/// Declines the offer of a session: the next party is offered the places at once. One that waits for other sessions too
/// goes on waiting for those.
///
/// # Errors
/// `NotFound`; `Refused(OfferEnded)` when there is no such offer any more.
pub async fn decline(
    services: &Services,
    context: &Context,
    link: &str,
    session: SessionId,
) -> Result<(), BookingError> {
    let id = open_link(services, context, link)?;
    run(services, context, id, Answer::Decline(session), None).await.map(|_| ())
}

/// Leaves the list. Leaving twice is leaving once.
///
/// # Errors
/// `NotFound`; `Refused(OfferEnded)` for a party whose waiting ended otherwise.
pub async fn leave(services: &Services, context: &Context, link: &str) -> Result<(), BookingError> {
    let id = open_link(services, context, link)?;
    run(services, context, id, Answer::Leave, None).await.map(|_| ())
}

/// Takes an entry of an account off the lists: its owner deletes it. One that ended meanwhile is off them. The caller has
/// asked whose it is.
pub(crate) async fn leave_for(services: &Services, context: &Context, id: WaitingId) -> Result<(), BookingError> {
    match run(services, context, id, Answer::Leave, None).await {
        Ok(_) | Err(BookingError::NotFound | BookingError::Refused(Refusal::OfferEnded)) => Ok(()),
        Err(error) => Err(error),
    }
}

/// What a party says, besides yes.
#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    /// Not this session.
    Decline(SessionId),
    /// No session any more.
    Leave,
}

/// Does what a party says, and keeps the answer to the request that said it, both or neither.
pub(super) async fn run(
    services: &Services,
    context: &Context,
    id: WaitingId,
    answer: Answer,
    remember: Option<Remember<WaitingView>>,
) -> Result<WaitingView, BookingError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let after = again(|| transaction(&services, &context, id, answer, remember.as_ref())).await?;
        services.job_bell.notify_one();
        Ok(after)
    })
    .await
}

async fn transaction(
    services: &Services,
    context: &Context,
    id: WaitingId,
    answer: Answer,
    remember: Option<&Remember<WaitingView>>,
) -> Result<WaitingView, BookingError> {
    let mut tx = services.begin().await?;
    // Every session it waits for: whichever gets room by its answer is looked at before anybody else can.
    let wishes: Vec<Uuid> =
        sql::wishes(&mut tx, id.0).await?.into_iter().filter(|wish| !wish.over).map(|wish| wish.session_id).collect();
    let locked = lock(services, &mut tx, &wishes).await?;
    lock_lines(services, &mut tx, &wishes).await?;
    answered(services, context, &mut tx, id, answer, &locked).await?;
    let after = read_in(services, &mut tx, id, services.clock.now()).await?;
    if let Some(remember) = remember {
        remember.keep(services, &mut tx, &after).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// The caller holds the locks of the sessions it waits for, and of everybody in their lines.
async fn answered(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    id: WaitingId,
    answer: Answer,
    locked: &[LockedSession],
) -> Result<(), BookingError> {
    let entry = entry_of(db, id).await?;
    let now = services.clock.now();
    let (action, session) = match answer {
        Answer::Leave if entry.state == WaitingState::Left.name() => return Ok(()),
        Answer::Leave => {
            let after = next(&entry.state, WaitingEvent::Leave).map_err(|_| Refusal::OfferEnded)?;
            sql::set_state(db, id.0, after.name(), false, None, now).await?;
            ("waiting.left", None)
        }
        Answer::Decline(session) => {
            if entry.offered_session != Some(session.0) {
                return Err(Refusal::OfferEnded.into());
            }
            step_back(db, &entry, session.0, WaitingEvent::Decline, now).await?;
            ("waiting.declined", Some(session))
        }
    };
    audit::record(db, context, &[noted(action, id.0, json!({ "session": session }))]).await?;
    promote(services, context, db, locked).await?;
    Ok(())
}
