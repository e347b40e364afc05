//! The remaining dates of an event under their locks, and whether a party may have all of them.

use crate::Services;
use crate::booking::BookingError;
use crate::booking::change::policy_of;
use crate::booking::claims::{Channel, lock, lock_keys};
use crate::booking::document::all_there;
use crate::booking::persons::{Persons, since};
use crate::booking::waiting::{handed_on, lock_lines};
use domain::booking::{
    BookingFacts, Party, Policy, Pool, Refusal, SessionFacts, documents_within_limits, house_may_book, may_book,
};
use domain::ids::{ActivityId, HoldId, SessionId};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::booking::claims::LockedSession;
use store::booking::{holds, series as sql};
use uuid::Uuid;

/// The remaining dates of an event, locked, in order of time.
pub(super) struct Dates {
    pub now: Timestamp,
    pub policy: Policy,
    pub all: Vec<Date>,
    /// What the party keeps already: date and hold.
    pub own: Vec<(Uuid, Uuid)>,
}

pub(super) struct Date {
    pub session: LockedSession,
    /// Without the places kept for the party itself.
    pub facts: SessionFacts,
}

/// Whose places of the dates are the party's own room.
#[derive(Clone, Copy)]
pub(super) enum Own<'a> {
    /// Those of its hold.
    Hold(HoldId),
    /// Those of whatever its browser began for one or all of the dates and has not finished: pressed twice, it is one party.
    Browser(&'a [u8]),
    /// None: who books on behalf kept nothing before.
    Nothing,
}

impl Own<'_> {
    /// Read under the locks of the dates: date and hold.
    async fn holds(self, db: &mut PgConnection, dates: &[Uuid]) -> sqlx::Result<Vec<(Uuid, Uuid)>> {
        match self {
            Self::Hold(hold) => Ok(dates.iter().map(|date| (*date, hold.0)).collect()),
            Self::Browser(visitor) => {
                let held = holds::own_holds(db, &[visitor.to_vec()], dates).await?;
                Ok(held.into_iter().map(|hold| (hold.session_id, hold.id)).collect())
            }
            Self::Nothing => Ok(Vec::new()),
        }
    }
}

/// Who asks, as far as the rules tell them apart.
#[derive(Clone, Copy)]
pub(super) struct Bound {
    channel: Channel,
}

impl Bound {
    pub fn of(channel: Channel) -> Self {
        Self { channel }
    }

    /// Whose places of each date the bookings draw on.
    pub fn pool(self) -> Pool {
        if self.by_house() { Pool::Staff } else { Pool::Individual }
    }

    /// Staff are not bound by what the public is bound by: opening times, personal limits, documents.
    fn by_house(self) -> bool {
        self.channel == Channel::Staff
    }
}

/// What the limits count of a party: its contact and its account, and the documents that were shown.
pub(super) struct Counted {
    pub signs: Vec<Vec<u8>>,
    pub documents: Vec<Vec<u8>>,
}

impl Counted {
    pub fn all(&self) -> impl Iterator<Item = &Vec<u8>> {
        self.signs.iter().chain(&self.documents)
    }
}

/// Why a party cannot have all dates.
pub(super) enum No {
    /// Whatever the date.
    Always(Refusal),
    /// Because of one of them.
    On(SessionId, Timestamp, Refusal),
}

impl From<No> for BookingError {
    fn from(no: No) -> Self {
        match no {
            No::Always(refusal) => refusal.into(),
            No::On(session, starts_at, refusal) => Self::DateRefused { session, starts_at, refusal },
        }
    }
}

impl Dates {
    /// Locks the dates, then these keys, then the lines; what was due to those who wait is passed on first, and the answer
    /// says whether anything was. The places of `own` are the party's.
    pub async fn lock(
        services: &Services,
        db: &mut PgConnection,
        activity: ActivityId,
        own: Own<'_>,
        keys: &[i64],
    ) -> Result<(Self, bool), BookingError> {
        let ids = sql::remaining(db, activity.0, services.clock.now()).await?;
        let mut sessions = lock(services, db, &ids).await?;
        // Read under the locks: a date that began or was closed meanwhile is none that remains.
        let now = services.clock.now();
        sessions.retain(|session| session.state == "open" && session.starts_at.to_jiff() > now);
        // A date that needs no booking is none of the series: whoever registers for the others just comes to it.
        let none = if sessions.iter().any(|session| session.open_door) {
            Refusal::NoBookingNeeded
        } else {
            Refusal::SessionClosed
        };
        sessions.retain(|session| !session.open_door);
        sessions.sort_by_key(|session| (session.starts_at.to_jiff(), session.id));
        let policy = policy_of(sessions.first().ok_or(none)?)?;
        if !policy.series.allows_whole() {
            return Err(Refusal::SingleDatesOnly.into());
        }
        lock_keys(services, db, keys).await?;
        lock_lines(services, db, &ids).await?;
        let own = own.holds(db, &ids).await?;
        let (mut all, mut moved) = (Vec::with_capacity(sessions.len()), false);
        for session in sessions {
            let (stands, passed) = handed_on(services, db, &session, &policy, now).await?;
            moved |= passed;
            let of_date = own.iter().filter(|(date, _)| *date == session.id);
            let kept: u32 = of_date.filter_map(|(_, hold)| stands.holds.get(hold)).sum();
            let held = stands.facts.held.saturating_sub(kept);
            all.push(Date { session, facts: SessionFacts { held, ..stands.facts } });
        }
        Ok((Self { now, policy, all, own }, moved))
    }

    /// May this party keep places on each of the dates? Nobody is asked for a name and a code for dates that one person cannot
    /// all come to.
    pub fn admit(&self, party: Party) -> Result<(), No> {
        self.overlap()?;
        self.all.iter().try_for_each(|date| date.public(self, party, BookingFacts::default()))
    }

    /// May the party have all dates? What its person had before counts; the dates of the series do not count against each other.
    ///
    /// # Errors
    /// `Fields` for documents that are missing; what the rules say no to is the answer.
    pub async fn admit_person(
        &self,
        db: &mut PgConnection,
        bound: Bound,
        party: Party,
        counted: &Counted,
    ) -> Result<Result<(), No>, BookingError> {
        if bound.by_house() {
            let each = |date: &Date| date.house(self, party, bound.pool());
            return Ok(self.overlap().and_then(|()| self.all.iter().try_for_each(each)));
        }
        all_there(counted.documents.len(), self.policy.identity.of(party.people.get()))?;
        let first = self.all.first().map_or(self.now, |date| since(&self.policy, date.facts.starts_at));
        let had = Persons::read(db, counted.all().cloned().collect(), first).await?;
        let each = |date: &Date| {
            let had_by = |index: &Vec<u8>| had.at(&self.policy, self.now, &date.session, index);
            let person = had.at_all(&self.policy, self.now, &date.session, &counted.signs);
            let documents: Vec<_> = counted.documents.iter().map(had_by).collect();
            documents_within_limits(&self.policy, self.now, &documents, party).map_err(|refusal| date.no(refusal))?;
            date.public(self, party, person)
        };
        Ok(self.overlap().and_then(|()| self.all.iter().try_for_each(each)))
    }

    /// Two dates at the same time: nobody can come to both, and the series as a whole to nobody.
    fn overlap(&self) -> Result<(), No> {
        let meet = self.all.windows(2).any(|two| two[1].facts.starts_at < two[0].facts.ends_at);
        if meet { Err(No::Always(Refusal::Overlaps)) } else { Ok(()) }
    }
}

impl Date {
    fn public(&self, dates: &Dates, party: Party, person: BookingFacts) -> Result<(), No> {
        may_book(&dates.policy, dates.now, &self.facts, party, person).map_err(|refusal| self.no(refusal))
    }

    fn house(&self, dates: &Dates, party: Party, pool: Pool) -> Result<(), No> {
        house_may_book(dates.now, &self.facts, party, pool).map_err(|refusal| self.no(refusal))
    }

    /// What is the party's or the person's own is the same on every date; the rest is this date's.
    fn no(&self, refusal: Refusal) -> No {
        let starts_at = self.facts.starts_at;
        match refusal {
            Refusal::PartyTooLarge { .. }
            | Refusal::TooManyChildren { .. }
            | Refusal::ChildrenNeedAdult
            | Refusal::Suspended { .. } => No::Always(refusal),
            Refusal::Full { free } => {
                No::On(SessionId(self.session.id), starts_at, Refusal::DateFull { starts_at, free })
            }
            other => No::On(SessionId(self.session.id), starts_at, other),
        }
    }
}
