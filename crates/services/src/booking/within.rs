//! Places in a transaction of somebody else's: kept, given back and booked for a group, together with what its request says
//! of it, both or neither.
//!
//! The rules are those of booking on behalf, with the groups' pool instead of the desk's: never past the places, never what is owed to those who wait, never into a
//! closed session. The session's lock comes after the lock of the caller's own row, always in this order.

use super::BookingError;
use super::change::policy_of;
use super::claims::{Booked, Channel, Person, Source, lock, row};
use super::waiting::{promote, standing};
use crate::audit::{self, Entry};
use crate::{Context, Services, messages};
use domain::booking::{Party, PartySize, Pool, Refusal, SessionFacts, house_may_book};
use domain::field::Fault;
use domain::ids::{AccountId, BookingId, HoldId, SessionId};
use jiff::Timestamp;
use sqlx::PgConnection;
use store::booking::{claims as sql, holds};

/// Sessions that are locked for a change of what is kept or booked in them.
pub(crate) struct Locked<'a> {
    services: &'a Services,
    context: &'a Context,
    sessions: Vec<sql::LockedSession>,
}

/// A party to be booked in a locked session.
pub(crate) struct Asked<'a> {
    /// Where.
    pub session: SessionId,
    /// Who.
    pub person: &'a Person,
    /// With how many.
    pub party: Party,
    /// Whose account.
    pub account: Option<AccountId>,
    /// The hold that is theirs already.
    pub hold: Option<HoldId>,
}

/// Locks a phone or address against other claims of it until the end of the transaction. After the sessions' locks, always.
pub(crate) async fn lock_contact(db: &mut PgConnection, index: &[u8]) -> sqlx::Result<()> {
    store::booking::claims::lock_keys(db, &[super::claims::lock_key(index)]).await
}

/// Locks sessions, in the order of their ids.
pub(crate) async fn lock_for<'a>(
    services: &'a Services,
    context: &'a Context,
    db: &mut PgConnection,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<Locked<'a>, BookingError> {
    let mut ids: Vec<_> = sessions.into_iter().map(|session| session.0).collect();
    ids.sort_unstable();
    ids.dedup();
    let sessions = lock(services, db, &ids).await?;
    Ok(Locked { services, context, sessions })
}

impl<'a> Locked<'a> {
    /// The same sessions, for whom bookings are told in another language.
    pub(crate) fn speaking(self, context: &'a Context) -> Self {
        Self { context, ..self }
    }

    fn session(&self, id: SessionId) -> Result<&sql::LockedSession, BookingError> {
        self.sessions.iter().find(|session| session.id == id.0).ok_or(BookingError::NotFound)
    }

    /// What a session is at this moment, a hold of the party's own not counted.
    async fn facts(
        &self,
        db: &mut PgConnection,
        id: SessionId,
        own: Option<HoldId>,
    ) -> Result<SessionFacts, BookingError> {
        let session = self.session(id)?;
        let stands = standing(db, session, &policy_of(session)?, self.services.clock.now()).await?;
        let own = own.and_then(|own| stands.holds.get(&own.0).copied()).unwrap_or(0);
        // A group's hold is in the groups' pool: without it the pool keeps the more, and for groups alone.
        let mut facts = SessionFacts { held: stands.facts.held - own, ..stands.facts };
        facts.pools.group.held = facts.pools.group.held.saturating_sub(own);
        Ok(facts)
    }

    /// Keeps places until `until`. Answers the hold.
    ///
    /// # Errors
    /// `Refused`: full, closed, over.
    pub(crate) async fn keep(
        &self,
        db: &mut PgConnection,
        session: SessionId,
        people: u32,
        until: Timestamp,
    ) -> Result<HoldId, BookingError> {
        let size = PartySize::new(people).map_err(|fault| BookingError::field("members", fault))?;
        let facts = self.facts(db, session, None).await?;
        house_may_book(self.services.clock.now(), &facts, Party { people: size, children: 0 }, Pool::Group)?;
        let hold: HoldId = self.context.new_id();
        holds::add(db, session.0, hold.0, (people as i32, Pool::Group.name()), until, self.context.now).await?;
        Ok(hold)
    }

    /// Whether there is room for so many at this moment; what `own` keeps is theirs. Keeps nothing.
    ///
    /// # Errors
    /// `Refused`: full, closed, over.
    pub(crate) async fn has_room(
        &self,
        db: &mut PgConnection,
        session: SessionId,
        people: u32,
        own: Option<HoldId>,
    ) -> Result<(), BookingError> {
        let size = PartySize::new(people).map_err(|fault| BookingError::field("members", fault))?;
        let facts = self.facts(db, session, own).await?;
        house_may_book(self.services.clock.now(), &facts, Party { people: size, children: 0 }, Pool::Group)?;
        Ok(())
    }

    /// Gives the places of a hold back: whoever waits for them has them first.
    pub(crate) async fn give_back(
        &self,
        db: &mut PgConnection,
        session: SessionId,
        hold: HoldId,
    ) -> Result<(), BookingError> {
        holds::remove(db, session.0, hold.0).await?;
        promote(self.services, self.context, db, std::slice::from_ref(self.session(session)?)).await?;
        Ok(())
    }

    /// Keeps the places of a hold longer, and no more of them than `people`. Answers whether they are kept.
    pub(crate) async fn renew(
        &self,
        db: &mut PgConnection,
        session: SessionId,
        hold: HoldId,
        (people, until): (u32, Timestamp),
    ) -> Result<bool, BookingError> {
        let there = holds::renew(db, session.0, hold.0, people as i32, until).await?;
        promote(self.services, self.context, db, std::slice::from_ref(self.session(session)?)).await?;
        Ok(there)
    }

    /// Books a party, with its confirmation, its reminders and its line in the trail.
    ///
    /// # Errors
    /// `Refused`: full, closed, over.
    pub(crate) async fn book(&self, db: &mut PgConnection, asked: Asked<'_>) -> Result<Booked, BookingError> {
        let facts = self.facts(db, asked.session, asked.hold).await?;
        let now = self.services.clock.now();
        house_may_book(now, &facts, asked.party, Pool::Group)?;
        let session = self.session(asked.session)?;
        let source = Source {
            channel: Channel::Staff,
            pool: Pool::Group,
            account: asked.account,
            hold: asked.hold,
            draft: None,
            // Who comes with a group stands in its list.
            documents: &domain::document::Shown::default(),
        };
        let row = row(self.services, self.context, asked.person, asked.party, &source);
        let booked = Booked { booking: BookingId(row.id), session: asked.session, reference: row.reference.clone() };
        let detail = serde_json::json!({
            "session": session.id, "people": row.people, "children": row.children, "channel": row.channel,
        });
        // By the clock the decision was made by: it says which pools are released.
        let written = sql::insert_bookings(db, now, &[(session, &row)]).await;
        written.map_err(|error| oversold(error, facts.free_for(Pool::Group)))?;
        let entry = Entry { action: "booking.made", subject_kind: "booking", subject: Some(row.id), detail };
        audit::record(db, self.context, &[entry]).await?;
        let told = [(booked.booking, session.starts_at.to_jiff())];
        messages::queue_confirmations(db, self.context.now, &told).await?;
        Ok(booked)
    }
}

/// The net below the lock says "full" as the rules do.
fn oversold(error: sqlx::Error, free: u32) -> BookingError {
    match store::constraint_of(&error) {
        Some("booking_within_capacity" | "booking_within_pool") => Refusal::Full { free }.into(),
        _ => error.into(),
    }
}

/// The people of a group, as a party of a booking.
pub(crate) fn party(people: u32, children: u32) -> Result<Party, BookingError> {
    let faulty = |fault: Fault| BookingError::field("members", fault);
    Party::new(PartySize::new(people).map_err(faulty)?, children).map_err(faulty)
}
