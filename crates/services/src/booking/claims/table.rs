//! One session while claims on it are decided: what the database says of it under its lock, plus what was granted since.

use super::super::persons::Span;
use super::{BookingError, HoldOrder, Order, sql};
use crate::booking::document::all_there;
use crate::booking::waiting::Standing;
use domain::booking::{
    BookingFacts, Party, Policy, Pool, Refusal, SessionFacts, booking_needed, documents_within_limits, house_may_book,
    may_book,
};
use jiff::Timestamp;
use std::collections::HashMap;
use store::booking::holds::NewHold;
use uuid::Uuid;

pub(super) struct Table {
    pub session: sql::LockedSession,
    pub policy: Policy,
    now: Timestamp,
    facts: SessionFacts,
    holds: HashMap<Uuid, u32>,
}

impl Table {
    pub fn new(session: sql::LockedSession, policy: Policy, now: Timestamp, stands: Standing) -> Self {
        Self { session, policy, now, facts: stands.facts, holds: stands.holds }
    }

    /// When it is.
    pub fn span(&self) -> Span {
        (self.facts.starts_at, self.facts.ends_at)
    }

    /// Anybody may have places here without all other dates: one date of a series that is booked as a whole is nobody's.
    fn takes_single_dates(&self) -> Result<(), Refusal> {
        if self.policy.series.allows_dates() { Ok(()) } else { Err(Refusal::WholeSeriesOnly) }
    }

    /// Keeps places, in place of those that its browser kept here before: `own` are the holds of its unfinished drafts.
    pub fn hold(&mut self, order: &HoldOrder, own: &[Uuid]) -> Result<NewHold, Refusal> {
        booking_needed(self.now, &self.facts)?;
        self.takes_single_dates()?;
        let party = Party { people: order.people, children: 0 };
        // A party that presses twice is one party: what it keeps already is its own room.
        let kept: u32 = own.iter().filter_map(|hold| self.holds.get(hold)).sum();
        let facts = SessionFacts { held: self.facts.held.saturating_sub(kept), ..self.facts };
        may_book(&self.policy, self.now, &facts, party, BookingFacts::default())?;
        for hold in own {
            self.holds.remove(hold);
        }
        self.facts.held = facts.held + order.people.get();
        self.holds.insert(order.hold.0, order.people.get());
        Ok(NewHold {
            session: self.session.id,
            id: order.hold.0,
            people: order.people.get() as i32,
            expires_at: self.now + jiff::SignedDuration::from_mins(i64::from(self.policy.hold_minutes)),
            draft: order.draft.0,
            visitor_hash: order.visitor_hash.clone(),
            locale: order.context.locale.tag(),
            draft_expires_at: order.draft_expires_at,
        })
    }

    /// The documents the public has to show are there, and each has bookings left.
    fn takes_documents(&self, order: &Order, documents: &[BookingFacts]) -> Result<(), BookingError> {
        let needed = if order.in_place { 0 } else { self.policy.identity.of(order.party.people.get()) };
        all_there(documents.len(), needed)?;
        Ok(documents_within_limits(&self.policy, self.now, documents, order.party)?)
    }

    /// Gives places for good. `offered` is the session that the entry the order comes from is offered at this moment;
    /// `documents` is what each document that was shown has booked.
    pub fn book(
        &mut self,
        order: &Order,
        offered: Option<Uuid>,
        person: BookingFacts,
        documents: &[BookingFacts],
    ) -> Result<(), BookingError> {
        // Before what it would be asked for, or told of an offer that is over: there is nothing to book.
        booking_needed(self.now, &self.facts)?;
        // The party's own hold is its own room.
        let own = order.row.hold_id.and_then(|hold| self.holds.get(&hold).copied()).unwrap_or(0);
        let mut facts = SessionFacts { held: self.facts.held - own, ..self.facts };
        if order.offer.is_some() {
            if offered != Some(self.session.id) || own == 0 {
                return Err(Refusal::OfferEnded.into());
            }
            // What was offered was theirs before anybody else's.
            facts.owed = 0;
        }
        self.takes_single_dates()?;
        let pool = if order.by_house {
            house_may_book(self.now, &facts, order.party, Pool::Staff)?;
            Pool::Staff
        } else {
            self.takes_documents(order, documents)?;
            may_book(&self.policy, self.now, &facts, order.party, person)?;
            Pool::Individual
        };
        // The holds that claims take up are the public's: none is in a pool.
        self.facts.held -= own;
        self.facts = self.facts.and_booked(pool, order.party.people.get());
        if let Some(hold) = order.row.hold_id {
            self.holds.remove(&hold);
        }
        Ok(())
    }
}
