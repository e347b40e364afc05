//! The demo: two weeks that are over, so that there is something to count. Everything is done as it is done every day, by a
//! house whose clock shows those days.

use crate::booking::{self, BookingError, OnBehalf, Person, Ticket};
use crate::demo::then;
use crate::{Context, Services};
use domain::booking::{Party, PartySize};
use domain::contact::{Contact, PersonName};
use domain::field::Fault;
use domain::ids::SessionId;
use domain::time::{local_day, start_of_day};
use jiff::{SignedDuration, ToSpan};
use uuid::Uuid;

/// When a day's sessions begin, in minutes, and their places.
const SESSIONS: [(i64, u32); 2] = [(10 * 60 + 30, 20), (15 * 60, 20)];
/// Parties: people, how many of them come, and how many days before they book.
const PARTIES: [(u32, u32, i64); 9] =
    [(4, 4, 6), (3, 3, 2), (2, 0, 9), (5, 4, 1), (2, 2, 3), (1, 1, 0), (4, 4, 5), (3, 0, 8), (2, 2, 2)];

/// Sets up the two weeks before this one. Repeating it adds nothing.
///
/// # Errors
/// Whatever the use cases below it answer.
pub async fn seed_demo(services: &Services, context: &Context) -> Result<(), BookingError> {
    let today = local_day(context.now);
    let monday = today.saturating_sub(i64::from(today.weekday().to_monday_zero_offset()).days());
    let first = monday.saturating_sub(14.days());
    if !booking::sessions(services, context, first, monday.saturating_sub(1.day())).await?.is_empty() {
        return Ok(());
    }
    let mut parties = PARTIES.iter().cycle();
    // Tuesday to Sunday; the weekend is fuller.
    for day in (0..14).filter(|day| day % 7 != 0) {
        for (i, (minutes, places)) in SESSIONS.into_iter().enumerate() {
            let date = first.saturating_add(day.days());
            let starts_at = start_of_day(date) + SignedDuration::from_mins(minutes);
            let (house, by) = then(services, context, starts_at - SignedDuration::from_hours(24 * 21));
            let ends_at = starts_at + SignedDuration::from_mins(90);
            let session = booking::add_session(&house, &by, starts_at, ends_at, places, false).await?;
            let wanted = if day % 7 >= 5 { 5 } else { 2 + i };
            for n in 0..wanted {
                let Some((people, come, days)) = parties.next() else { return Ok(()) };
                let made = starts_at - SignedDuration::from_hours(24 * days) - SignedDuration::from_hours(1);
                let (house, by) = then(services, context, made);
                let booked = book(&house, &by, session, (day, i, n), *people).await?;
                if *come > 0 {
                    let nonce = Uuid::from_u128(u128::from_be_bytes(crate::crypto::random()));
                    let ticket = Ticket::Booking(booked.booking);
                    let (house, by) = then(services, context, starts_at);
                    let _answer = booking::admit(&house, &by, nonce, ticket, *come, None).await?;
                }
            }
        }
    }
    Ok(())
}

/// A plainly invented family with an address of the reserved domain.
async fn book(
    services: &Services,
    context: &Context,
    session: SessionId,
    (day, i, n): (i64, usize, usize),
    people: u32,
) -> Result<booking::Booked, BookingError> {
    let faulty = |fault: Fault| BookingError::field("people", fault);
    let mail = format!("demo-past-{day}-{i}-{n}@example.com");
    let contact = Contact::parse(&mail).map_err(|fault| BookingError::field("contact", fault))?;
    let name = PersonName::parse("演示·季风").map_err(|fault| BookingError::field("name", fault))?;
    let party = Party::new(PartySize::new(people).map_err(faulty)?, 0).map_err(faulty)?;
    let key = format!("demo-past:{day}:{i}:{n}");
    let person = Person { name, contact: Some(contact) };
    booking::book(services, context, OnBehalf { session, person, party, key }).await
}
