//! Nobody waits for a session that needs no booking: the parties are told once that they can simply come, and told otherwise
//! should that be taken back. An offer ends with it: it kept places that nobody needs.

use super::super::BookingError;
use super::line::{lock_lines, noted, step_back};
use crate::audit;
use crate::messages::{self, WaitingNews};
use crate::webhooks::news::own_waiting;
use crate::{Context, Services};
use domain::booking::WaitingEvent;
use domain::ids::{OpenDoorId, SessionId, WaitingId};
use domain::webhooks::Topic;
use jiff::Timestamp;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::booking::open_doors::ToldRow;
use store::booking::{open_doors, waiting as sql};
use uuid::Uuid;

/// The act that ends the waiting.
pub(in crate::booking) struct EndedBy<'a> {
    /// Which.
    pub act: OpenDoorId,
    /// It is over a whole day: said so, and once to whoever waits for several sessions of it.
    pub whole_day: bool,
    /// The sessions it reaches after this one.
    pub later: &'a [Uuid],
}

/// Ends the waiting for a session. Answers how many parties wait for nothing any more. The caller holds the session's lock.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn end_not_needed(
    services: &Services,
    context: &Context,
    db: &mut PgConnection,
    session: SessionId,
    act: &EndedBy<'_>,
    now: Timestamp,
) -> Result<u32, BookingError> {
    lock_lines(services, db, &[session.0]).await?;
    let entries = sql::of_session(db, session.0).await?;
    open_doors::note_told(db, session.0, &entries).await?;
    let mut ended = 0;
    for entry in sql::entries(db, &entries).await? {
        let over = !step_back(db, &entry, session.0, WaitingEvent::OpenDoor, now).await?.is_live();
        audit::record(db, context, &[noted("waiting.not_needed", entry.id, json!({ "session": session }))]).await?;
        // Whoever waits for a later session of the same day is told with that one.
        let wishes = sql::wishes(db, entry.id).await?;
        let told_later = wishes.iter().any(|wish| !wish.over && act.later.contains(&wish.session_id));
        if !told_later {
            let news =
                WaitingNews::NoBookingNeeded { session, waits_on: !over, whole_day: act.whole_day, act: Some(act.act) };
            messages::queue_waiting(db, now, &[(WaitingId(entry.id), news)]).await?;
        }
        // A machine counts on its party's offer until it is told that there is none.
        if entry.offered_session == Some(session.0) {
            own_waiting(db, now, Topic::WaitingExpired, session.0, &[entry.id]).await?;
        }
        ended += u32::from(over);
    }
    Ok(ended)
}

/// Parties that hear of a session of theirs with a later one of the same act, and which sessions those are so far.
pub(in crate::booking) type Untold = HashMap<WaitingId, Vec<SessionId>>;

/// Whom it concerns that a session needs bookings again.
pub(in crate::booking) struct Heard {
    /// They are told now.
    told: Vec<WaitingId>,
    /// They are told with a later session.
    later: Vec<WaitingId>,
}

impl Heard {
    /// How many are told now.
    pub(in crate::booking) fn told(&self) -> usize {
        self.told.len()
    }

    /// Notes it, once it is committed.
    pub(in crate::booking) fn note(self, session: SessionId, untold: &mut Untold) {
        for party in self.told {
            untold.remove(&party);
        }
        for party in self.later {
            untold.entry(party).or_default().push(session);
        }
    }
}

/// The session needs bookings again: whoever was told to come without one is told otherwise, once for all `later` sessions
/// of the same act, with which the message names those `before`. They are not put back into a line that has gone on without
/// them.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn needed_again(
    services: &Services,
    db: &mut PgConnection,
    session: SessionId,
    (before, later): (&Untold, &[Uuid]),
    now: Timestamp,
) -> Result<Heard, BookingError> {
    lock_lines(services, db, &[session.0]).await?;
    let (later, told): (Vec<_>, Vec<_>) =
        open_doors::told(db, session.0, later).await?.into_iter().partition(|row| row.later);
    let ids = |rows: Vec<ToldRow>| rows.into_iter().map(|row| WaitingId(row.id)).collect::<Vec<_>>();
    let (told, later) = (ids(told), ids(later));
    let sessions_of =
        |party: &WaitingId| before.get(party).into_iter().flatten().copied().chain([session]).collect::<Vec<_>>();
    let news: Vec<_> = told.iter().map(|party| (*party, sessions_of(party))).collect();
    messages::queue_needed_again(db, now, &news).await?;
    Ok(Heard { told, later })
}

/// Who was to hear of a session with a later one that the act did not come to hears of it after all.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn tell_the_rest(services: &Services, untold: Untold) -> Result<(), BookingError> {
    if untold.is_empty() {
        return Ok(());
    }
    let mut tx = services.begin().await?;
    let news: Vec<_> = untold.into_iter().collect();
    messages::queue_needed_again(&mut tx, services.clock.now(), &news).await?;
    tx.commit().await?;
    Ok(())
}

/// The session is closed: whoever was told to just come is told not to. They wait for it no more, so that the end of the
/// waiting does not reach them. The caller holds the session's lock.
///
/// # Errors
/// `Database`.
pub(in crate::booking) async fn closed_after_all(
    services: &Services,
    db: &mut PgConnection,
    session: SessionId,
    now: Timestamp,
) -> Result<(), BookingError> {
    lock_lines(services, db, &[session.0]).await?;
    let told = open_doors::told(db, session.0, &[]).await?;
    let news: Vec<_> = told.iter().map(|row| (WaitingId(row.id), WaitingNews::OpenDoorClosed { session })).collect();
    messages::queue_waiting(db, now, &news).await?;
    Ok(())
}
