//! A ticket as its browser sees it. Its text is a signed link: nobody makes one up, it ends with its release, and to any
//! other browser it says nothing.

use super::picture::{self, Release};
use super::{sql, visitor_hash};
use crate::booking::BookingError;
use crate::crypto::{LinkPurpose, hex};
use crate::{Context, Services};
use domain::booking::{Line, Standing, TOLD};
use domain::ids::{SessionId, TicketId};
use jiff::Timestamp;
use std::sync::Arc;

/// Somebody in the line of a release.
#[derive(Clone)]
pub struct Waits {
    /// The ticket's text, for the address of the room.
    pub ticket: String,
    /// Its number, from 1 in the order they were given out.
    pub number: u32,
    /// The session chosen last.
    pub session: SessionId,
    /// For so many.
    pub people: u32,
    /// Where it stands.
    pub standing: Standing,
    /// In how many seconds it is worth asking again.
    pub again_in: u32,
    /// The line.
    pub release: Arc<Release>,
}

/// Without the ticket's text.
impl std::fmt::Debug for Waits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waits").field("number", &self.number).field("standing", &self.standing).finish_non_exhaustive()
    }
}

/// The soonest and the latest a browser asks again.
const AGAIN: (u32, u32) = (2, 15);

/// When the ticket `number` asks again, in seconds. Those who wait for one instant, the opening or the draw, do not all come
/// in it, but within the time in which nobody is let in.
fn again_in(line: &Line, number: u32, standing: Standing, now: Timestamp) -> u32 {
    let until = |then: Timestamp| u32::try_from(then.duration_since(now).as_secs() + 1).unwrap_or(1);
    let (wait, instant) = match standing {
        Standing::Early => (until(line.opens_at), true),
        Standing::Drawing => (until(line.draw_until), true),
        Standing::Waiting { ahead } => (line.wait_seconds(ahead, now), false),
        Standing::Admitted => (1, false),
    };
    let within = u32::try_from(TOLD.as_secs()).unwrap_or(1);
    wait.clamp(AGAIN.0, AGAIN.1) + if instant { number % within } else { 0 }
}

impl Waits {
    pub(super) fn new(services: &Services, row: &sql::TicketRow, release: Arc<Release>, now: Timestamp) -> Self {
        let standing = release.standing(row.number, now);
        let again_in = again_in(&release.line, row.number.unsigned_abs(), standing, now);
        Self {
            ticket: services.vault.link(LinkPurpose::Ticket, row.id, release.ends_at),
            number: row.number.unsigned_abs(),
            session: SessionId(row.session_id),
            people: row.people.unsigned_abs(),
            standing,
            again_in,
            release,
        }
    }

    /// The seed of the draw as people compare it, once it has taken place.
    pub fn seed(&self) -> Option<String> {
        self.release.seed().map(|seed| hex(seed))
    }

    /// The promise of the seed.
    pub fn commitment(&self) -> String {
        hex(&self.release.commitment)
    }
}

/// Where the ticket of this browser stands. One look-up; the line itself is in memory.
///
/// # Errors
/// `NotFound` for a ticket that is none, is over, or is another browser's: the three are never told apart. `Database`.
pub async fn standing(
    services: &Services,
    context: &Context,
    ticket: &str,
    visitor: &str,
) -> Result<Waits, BookingError> {
    let opened = services.vault.open_link(LinkPurpose::Ticket, ticket, context.now);
    let id = TicketId(opened.map_err(|_| BookingError::NotFound)?);
    let row = sql::ticket(&services.db, id.0).await?.ok_or(BookingError::NotFound)?;
    if row.visitor_hash != visitor_hash(services, visitor) {
        return Err(BookingError::NotFound);
    }
    let releases = picture::current(services).await?;
    let release = releases.iter().find(|release| release.id.0 == row.release_id).ok_or(BookingError::NotFound)?;
    Ok(Waits::new(services, &row, release.clone(), services.clock.now()))
}
