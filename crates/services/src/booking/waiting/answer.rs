//! What a waiting party answers: it takes an offer, declines it, or leaves the list. By signed link, whoever has it.

use super::super::BookingError;
use super::super::claims::{Booked, Channel, Claim, Granted, Key, Order, Source, contact_index, lock, row};
use super::line::{next, noted, promote, step_back};
use super::view::{entry_of, open_link, opened};
use crate::audit;
use crate::db::to_the_end;
use crate::{Context, Services};
use domain::booking::{Party, PartySize, Refusal, WaitingEvent, WaitingState};
use domain::ids::{AccountId, BookingId, HoldId, SessionId, WaitingId};
use serde_json::json;
use std::time::Duration;
use store::booking::waiting as sql;
use uuid::Uuid;

/// Takes the offer of a session. Repeating it answers the same booking; an offer that is over, or was of another session,
/// is not taken.
///
/// # Errors
/// `NotFound` for a link that is none; `Refused(OfferEnded)`, and whatever refuses a booking of that session.
pub async fn accept(
    services: &Services,
    context: &Context,
    link: &str,
    session: SessionId,
) -> Result<BookingId, BookingError> {
    let id = open_link(services, context, link)?;
    let mut db = services.db.acquire().await?;
    let entry = entry_of(&mut db, id).await?;
    drop(db);
    if let Some(booking) = entry.booking_id {
        return Ok(BookingId(booking));
    }
    if entry.offered_session != Some(session.0) {
        return Err(Refusal::OfferEnded.into());
    }
    let person = opened(services, &entry)?;
    let people = PartySize::new(entry.people.unsigned_abs()).map_err(|_| BookingError::Damaged("a party"))?;
    let party = Party::new(people, entry.children.unsigned_abs()).map_err(|_| BookingError::Damaged("a party"))?;
    let source = Source {
        channel: Channel::Web,
        account: entry.account_id.map(AccountId),
        hold: Some(HoldId(entry.id)),
        draft: None,
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
        offer: Some(id),
    };
    match services.claims.submit(services, session, Claim::Book(Box::new(order))).await? {
        Granted::Booked(Booked { booking, .. }) => Ok(booking),
        Granted::Held => Err(BookingError::Damaged("a hold was answered to an offer")),
    }
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
    run(services, context, id, Answer::Decline(session)).await
}

/// Leaves the list. Leaving twice is leaving once.
///
/// # Errors
/// `NotFound`; `Refused(OfferEnded)` for a party whose waiting ended otherwise.
pub async fn leave(services: &Services, context: &Context, link: &str) -> Result<(), BookingError> {
    let id = open_link(services, context, link)?;
    run(services, context, id, Answer::Leave).await
}

/// Takes an account's entries off the lists: its owner deletes it. The caller has asked whose they are.
pub(crate) async fn leave_for(services: &Services, context: &Context, id: WaitingId) -> Result<(), BookingError> {
    run(services, context, id, Answer::Leave).await
}

#[derive(Clone, Copy)]
enum Answer {
    Decline(SessionId),
    Leave,
}

async fn run(services: &Services, context: &Context, id: WaitingId, answer: Answer) -> Result<(), BookingError> {
    let (services, context) = (services.clone(), context.clone());
    to_the_end(async move {
        let mut tries = 0;
        loop {
            match transaction(&services, &context, id, answer).await {
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

async fn transaction(
    services: &Services,
    context: &Context,
    id: WaitingId,
    answer: Answer,
) -> Result<(), BookingError> {
    let mut tx = services.begin().await?;
    // Every session it waits for: whichever gets room by its answer is looked at before anybody else can.
    let wishes: Vec<Uuid> =
        sql::wishes(&mut tx, id.0).await?.into_iter().filter(|wish| !wish.over).map(|wish| wish.session_id).collect();
    let locked = lock(services, &mut tx, &wishes).await?;
    let entry = sql::lock_entries(&mut tx, &[id.0]).await?.into_iter().next().ok_or(BookingError::NotFound)?;
    let now = services.clock.now();
    let (action, session) = match answer {
        Answer::Leave if entry.state == WaitingState::Left.name() => return Ok(()),
        Answer::Leave => {
            let after = next(&entry.state, WaitingEvent::Leave).map_err(|_| Refusal::OfferEnded)?;
            sql::set_state(&mut tx, id.0, after.name(), false, None, now).await?;
            ("waiting.left", None)
        }
        Answer::Decline(session) => {
            if entry.offered_session != Some(session.0) {
                return Err(Refusal::OfferEnded.into());
            }
            step_back(&mut tx, &entry, session.0, WaitingEvent::Decline, now).await?;
            ("waiting.declined", Some(session))
        }
    };
    audit::record(&mut tx, context, &[noted(action, id.0, json!({ "session": session }))]).await?;
    for session in &locked {
        promote(services, context, &mut tx, session).await?;
    }
    tx.commit().await?;
    services.job_bell.notify_one();
    Ok(())
}
