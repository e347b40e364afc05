//! The demo's busy days: today as the door has it, a session that is full with those who wait for it, and one that the house
//! closed and from which a family has found another.

use super::{PEOPLE, party, person};
use crate::booking::claims::{Booked, OnBehalf, book};
use crate::booking::{
    BookingError, Closing, Handle, Scope, SessionView, Ticket, Timetable, WaitOnBehalf, admit, bookings_of_session,
    cancel, close, museum, rebook, rebook_link, rebooking, wait_at_the_desk, walk_in,
};
use crate::demo::then;
use crate::{Context, Services};
use domain::booking::{Refusal, offer_until};
use domain::ids::{ClosureId, SessionId};
use domain::time::{local_day, start_of_day};
use jiff::SignedDuration;
use uuid::Uuid;

/// Parties of a session that has begun: people, and how many of them came.
const CAME: [(u32, u32); 4] = [(3, 3), (4, 3), (2, 2), (2, 0)];
/// Who waits for a session that is full: people, and how many of them are children.
const WAIT: [(&str, u32, u32); 3] = [("演示·顾清欢", 4, 2), ("演示·叶知秋", 2, 1), ("演示·程一诺", 1, 0)];
/// Sessions that are looked at for one that is nearly full.
const NEAR: usize = 16;
/// Parties that are tried to fill one: more than it has places.
const TRIES: usize = 60;
/// Hours until the sessions that are full and the one that is closed, at least: an offer lasts the longer, the farther its
/// session is, and can be looked at for a while.
const AHEAD: i64 = 48;
/// The act of closing: one in a house, whenever it is made.
const CLOSURE: ClosureId = ClosureId(Uuid::from_u128(0x0198_a000_0000_7000_8000_de30_c105_0001));

/// Sets up what the first days of the demo lack. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_days(services: &Services, context: &Context) -> Result<(), BookingError> {
    services.calendar.forget();
    let seen = museum(services).await?;
    today(services, context, &seen).await?;
    full(services, context, &seen).await?;
    services.calendar.forget();
    let seen = museum(services).await?;
    closed(services, context, &seen).await
}

/// The sessions of today that have begun, booked in the morning: most of each came. On a Monday, and before nine, there is none.
async fn today(services: &Services, context: &Context, museum: &Timetable) -> Result<(), BookingError> {
    let day = local_day(context.now);
    let morning = start_of_day(day) + SignedDuration::from_hours(8);
    let fresh = |s: &&SessionView| s.facts.takes_bookings() && s.facts.starts_at <= context.now && s.bookings == 0;
    for (i, session) in museum.on(day).filter(fresh).enumerate() {
        let starts_at = session.facts.starts_at;
        for (j, (people, come)) in CAME.into_iter().enumerate() {
            let made = morning + SignedDuration::from_mins(7 * j as i64);
            let (house, by) = then(services, context, made.min(starts_at));
            let (name, ..) = PEOPLE[(i * CAME.len() + j) % PEOPLE.len()];
            let key = format!("demo-today:{}:{j}", session.id);
            let person = person(name, 200 + i, j)?;
            let asked = OnBehalf { session: session.id, person, party: party(people, 0)?, key };
            let Some(booked) = if_it_can_be(book(&house, &by, asked).await)? else { continue };
            if come > 0 {
                let at = starts_at + SignedDuration::from_mins(3 * j as i64);
                let (house, by) = then(services, context, at.min(context.now));
                let _answer = admit(&house, &by, nonce(), Ticket::Booking(booked.booking), come, None).await?;
            }
        }
        // And a couple that just came.
        let at = starts_at + SignedDuration::from_mins(12);
        let (house, by) = then(services, context, at.min(context.now));
        walk_in(&house, &by, nonce(), 2).await?;
    }
    Ok(())
}

/// Fills the two sessions of the next days that have the fewest places left; three parties wait for one of them, and somebody
/// gives a place back, which is offered.
async fn full(services: &Services, context: &Context, museum: &Timetable) -> Result<(), BookingError> {
    if museum.sessions.iter().any(|session| session.waiting > 0) {
        return Ok(());
    }
    let from = context.now + SignedDuration::from_hours(AHEAD);
    let can_be_offered = |session: &&SessionView| {
        let starts_at = session.facts.starts_at;
        let offer = offer_until(&museum.policy, context.now, starts_at);
        starts_at >= from && museum.opens_at(starts_at) <= context.now && offer.is_some() && session.facts.free() > 0
    };
    let mut near: Vec<&SessionView> = museum.upcoming(context.now).filter(can_be_offered).take(NEAR).collect();
    near.sort_by_key(|session| session.facts.free());
    let [session, other, ..] = near.as_slice() else { return Ok(()) };
    let (session, other) = (session.id, other.id);
    let single = fill(services, context, session, 300).await?;
    fill(services, context, other, 301).await?;
    for (n, (name, people, children)) in WAIT.into_iter().enumerate() {
        let asked = WaitOnBehalf {
            session,
            also: if n == 0 { vec![other] } else { Vec::new() },
            person: person(name, 302, n)?,
            party: party(people, children)?,
            replies: None,
        };
        if_it_can_be(wait_at_the_desk(services, context, asked, format!("demo-waits:{session}:{n}")).await)?;
    }
    if let Some(single) = single {
        if_it_can_be(cancel(services, context, Handle::Id(single.booking), None).await)?;
    }
    Ok(())
}

/// Books a session until it is full: somebody alone, families, and then somebody alone wherever no family fits. Answers the
/// first of them.
async fn fill(
    services: &Services,
    context: &Context,
    session: SessionId,
    i: usize,
) -> Result<Option<Booked>, BookingError> {
    let (mut first, mut alone) = (None, false);
    for n in 0..TRIES {
        let (name, people, children) = PEOPLE[n % PEOPLE.len()];
        let (people, children) = if n == 0 || alone { (1, 0) } else { (people, children) };
        let key = format!("demo-full:{session}:{n}");
        let asked = OnBehalf { session, person: person(name, i, n)?, party: party(people, children)?, key };
        match book(services, context, asked).await {
            Ok(booked) => first = first.or(Some(booked)),
            Err(BookingError::Refused(Refusal::Full { free: 1.. })) => alone = true,
            Err(BookingError::Refused(_) | BookingError::KeyReused) => break,
            Err(error) => return Err(error),
        }
    }
    Ok(first)
}

/// Closes a session that some have booked; one of them takes another instead.
async fn closed(services: &Services, context: &Context, museum: &Timetable) -> Result<(), BookingError> {
    let from = context.now + SignedDuration::from_hours(AHEAD);
    let some = |s: &&SessionView| s.facts.starts_at >= from && s.bookings > 1 && s.waiting == 0 && s.facts.free() > 0;
    let Some(session) = museum.upcoming(context.now).find(some).map(|session| session.id) else { return Ok(()) };
    let closing = Closing {
        key: CLOSURE,
        what: Scope::Session(session),
        reason_zh: "展厅空调检修，这一场暂停开放".into(),
        reason_en: "The air conditioning of the hall is being repaired".into(),
    };
    // Another session was closed, in an earlier run.
    if if_it_can_be(close(services, context, closing).await)?.is_none() {
        return Ok(());
    }
    let ended = bookings_of_session(services, context, session).await?;
    let Some(booking) = ended.into_iter().find(|booking| booking.closure == Some(CLOSURE)) else { return Ok(()) };
    let link = rebook_link(services, booking.id, booking.ends_at);
    let others = rebooking(services, context, &link).await?.others;
    let Some(other) = others.first() else { return Ok(()) };
    if_it_can_be(rebook(services, context, &link, other.id).await).map(|_| ())
}

/// What was done; none where the house's rules do not let it be, or where an earlier run did something else in its place.
fn if_it_can_be<T>(done: Result<T, BookingError>) -> Result<Option<T>, BookingError> {
    match done {
        Ok(done) => Ok(Some(done)),
        Err(BookingError::Refused(_) | BookingError::KeyReused | BookingError::WaitingRoom(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn nonce() -> Uuid {
    Uuid::from_u128(u128::from_be_bytes(crate::crypto::random()))
}
