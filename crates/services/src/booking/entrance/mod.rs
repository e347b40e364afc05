//! The entrance (候场室): who may ask for places while sessions open for booking.
//!
//! Whoever asks for places of a session passes here first. On any ordinary day that is a look into memory. While a release
//! runs, each browser stands in its line with one ticket ([`line`]); [`picture`] is what everybody is shown of the lines,
//! read once a second, and moves them on. A claim without [`Passed`] does not compile, and where the entrance cannot be
//! asked nobody gets in. Places themselves are decided by `claims`, which knows nothing of lines.

mod line;
mod picture;
mod plan;
mod ticket;

pub use picture::Release;
pub(in crate::booking) use picture::planned_of;
pub use plan::{Plan, call_off, plan, promise_seeds, release, releases, usual_rules};
pub use ticket::{Waits, standing};

use super::draft::visitor_hash;
use super::{BookingError, public};
use crate::limits::Network;
use crate::snapshot::Snapshot;
use crate::{Context, Services};
use domain::account::Actor;
use domain::booking::{Refusal, Room, Standing};
use domain::contact::Contact;
use domain::ids::SessionId;
use line::{Line, Newcomer};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use store::booking::releases as sql;

/// How often one browser may keep places with one ticket; what a session had no room for is not counted.
const ENTRIES: i32 = 12;

/// What this process knows of releases. Cheap to clone; clones share it.
#[derive(Clone, Default)]
pub struct Entrance {
    picture: Snapshot<Vec<Arc<Release>>>,
    line: Line,
    lots: Arc<picture::Lots>,
    gauge: Arc<Gauge>,
}

/// How long claims took since somebody looked.
#[derive(Default)]
struct Gauge {
    micros: AtomicU64,
    claims: AtomicU64,
}

impl Gauge {
    fn record(&self, took: Duration) {
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.claims.fetch_add(1, Ordering::Relaxed);
    }

    /// The mean since the last look, if there was a claim.
    fn take(&self) -> Option<jiff::SignedDuration> {
        let (claims, micros) = (self.claims.swap(0, Ordering::Relaxed), self.micros.swap(0, Ordering::Relaxed));
        let mean = micros.checked_div(claims)?;
        Some(jiff::SignedDuration::from_micros(i64::try_from(mean).unwrap_or(i64::MAX)))
    }
}

impl Entrance {
    /// A claim was answered: what the pace of a line is measured by.
    pub(in crate::booking) fn answered(&self, took: Duration) {
        self.gauge.record(took);
    }

    /// What opens was changed here: nobody waits a second to see it.
    pub(crate) fn forget(&self) {
        self.picture.forget();
    }
}

/// Leave to ask for places of one session. Only the entrance makes it.
#[derive(Debug)]
pub(in crate::booking) struct Passed {
    session: SessionId,
    /// The ticket that was used.
    ticket: Option<uuid::Uuid>,
}

impl Passed {
    /// The session it is for.
    pub fn session(&self) -> SessionId {
        self.session
    }

    /// The house itself acts, or gives what it has kept for somebody: an offer of the waiting list is a hold already.
    pub fn by_the_house(session: SessionId) -> Self {
        Self { session, ticket: None }
    }

    /// The form of somebody who was let in when its places were kept.
    pub fn with_a_draft(session: SessionId) -> Self {
        Self { session, ticket: None }
    }

    /// What a use of the ticket is given back by, if no places came of it.
    pub fn used(&self) -> Used {
        Used(self.ticket)
    }
}

/// A use of a ticket.
pub(in crate::booking) struct Used(Option<uuid::Uuid>);

impl Used {
    /// The session was full, or the house busy: looking costs nothing.
    pub async fn give_back(self, services: &Services) {
        if let Some(ticket) = self.0
            && let Err(error) = sql::give_back(&services.db, ticket).await
        {
            tracing::warn!(%error, "a use of a ticket could not be given back");
        }
    }
}

/// Who asks at the entrance.
#[derive(Clone, Copy)]
pub(in crate::booking) enum Who<'a> {
    /// A browser, by its own random token, and where it is.
    Browser(&'a str, &'a Network),
    /// A request that is repeated until it is answered, by what makes it the same one: a machine's key, a booking that is
    /// to be moved. Its place in the line is its own as a browser's is.
    Request(&'a str),
}

impl Who<'_> {
    fn hash(&self, services: &Services) -> Vec<u8> {
        match self {
            Self::Browser(token, _) => visitor_hash(services, token),
            // No browser's token has this many characters: the two never meet.
            Self::Request(name) => visitor_hash(services, &format!("request without a browser: {name}")),
        }
    }
}

/// Lets somebody ask for places of a session, or says where they stand in its line.
///
/// # Errors
/// `Refused(NotOpenYet)` before tickets are given out, `WaitingRoom` with the ticket while others are before them,
/// `Limited` and `NetworkLimited` beyond a budget; `Database`: then nobody passes.
pub(in crate::booking) async fn pass(
    services: &Services,
    context: &Context,
    session: SessionId,
    people: u32,
    who: Who<'_>,
) -> Result<Passed, BookingError> {
    let Some(release) = running(services, context, session).await? else { return Ok(Passed { session, ticket: None }) };
    let visitor = who.hash(services);
    let known = sql::tickets_of(&services.db, release.id.0, std::slice::from_ref(&visitor)).await?.pop();
    let (ticket, release) = match known {
        // The picture is older than the ticket: who has just been let straight in is not shown a room for a moment.
        Some(ticket) if ticket.number.unsigned_abs() > release.line.arrived => {
            (ticket, plan::fresh(services, release.id).await?)
        }
        Some(ticket) => (ticket, release),
        None => {
            public::takes_a_ticket(services, context, who.network()).await?;
            let newcomer = Newcomer { visitor, session, people };
            match services.entrance.line.arrive(services, release.id, newcomer).await? {
                Some(found) => found,
                // It ended a moment ago.
                None => return Ok(Passed { session, ticket: None }),
            }
        }
    };
    if release.standing(ticket.number, services.clock.now()) != Standing::Admitted {
        if (ticket.session_id, ticket.people) != (session.0, people as i32) {
            sql::choose(&services.db, ticket.id, session.0, people as i32).await?;
        }
        return Err(BookingError::WaitingRoom(Box::new(Waits::new(services, &ticket, release, context.now))));
    }
    if let Who::Browser(_, network) = who {
        public::asks_at_a_release(services, context, network).await?;
        if !sql::enter(&services.db, ticket.id, ENTRIES).await? {
            return Err(BookingError::Limited { retry_after: seconds_until(context.now, release.ends_at) });
        }
        return Ok(Passed { session, ticket: Some(ticket.id) });
    }
    Ok(Passed { session, ticket: None })
}

impl<'a> Who<'a> {
    fn network(self) -> Option<&'a Network> {
        match self {
            Self::Browser(_, network) => Some(network),
            Self::Request(_) => None,
        }
    }
}

/// The release of a session in which tickets are asked for; `None` on any ordinary day, and for the house itself.
///
/// # Errors
/// `Refused(NotOpenYet)`, `Database`.
pub(in crate::booking) async fn running(
    services: &Services,
    context: &Context,
    session: SessionId,
) -> Result<Option<Arc<Release>>, BookingError> {
    if matches!(context.actor, Actor::Staff { .. } | Actor::System) {
        return Ok(None);
    }
    let Some(release) = picture::of_session(services, session).await? else { return Ok(None) };
    // Nobody waits in a line for what needs no booking: the claim is answered so.
    if super::calendar::seen(services, session, context.now).await?.facts.open_door {
        return Ok(None);
    }
    let now = services.clock.now();
    let early = now < release.early_from || (release.line.room == Room::Never && now < release.line.opens_at);
    if early {
        return Err(Refusal::NotOpenYet { opens_at: release.line.opens_at }.into());
    }
    let asks = now < release.ends_at && release.line.room != Room::Never;
    Ok(asks.then_some(release))
}

/// Of sessions somebody names beside another, those whose release is not running: nobody comes into a line by the back door.
pub(in crate::booking) async fn outside_releases(
    services: &Services,
    context: &Context,
    sessions: &[SessionId],
) -> Result<Vec<SessionId>, BookingError> {
    let mut outside = Vec::with_capacity(sessions.len());
    for session in sessions {
        match running(services, context, *session).await {
            Ok(None) => outside.push(*session),
            Ok(Some(_)) | Err(BookingError::Refused(_)) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(outside)
}

/// Counts a booking that is tried with a telephone or an address while a release of its session runs.
pub(in crate::booking) async fn counts_contact(
    services: &Services,
    context: &Context,
    session: SessionId,
    contact: Option<&Contact>,
) -> Result<(), BookingError> {
    match (running(services, context, session).await, contact) {
        (Ok(Some(_)), Some(contact)) => public::books_at_a_release(services, context, contact).await,
        // Places that were kept before staff planned another opening stay kept.
        (Ok(_) | Err(BookingError::Refused(_)), _) => Ok(()),
        (Err(error), _) => Err(error),
    }
}

fn seconds_until(now: jiff::Timestamp, then: jiff::Timestamp) -> u64 {
    u64::try_from(then.duration_since(now).as_secs()).unwrap_or(0).max(1)
}
