//! What a batch of claims on one session is answered, under the session's lock, in one transaction.

use super::{Answer, Booked, BookingError, Claim, Granted, Guard, HoldOrder, Order};
use crate::booking::waiting::{handed_on, lock_lines};
use crate::{Services, audit, machines, messages};
use domain::booking::{BookingFacts, Party, Policy, Refusal, SessionFacts, WaitingState, house_may_book, may_book};
use domain::ids::{BookingId, SessionId};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::HashMap;
use store::booking::{claims as sql, waiting};
use uuid::Uuid;

pub(super) async fn transaction(
    services: &Services,
    guard: Guard,
    session: SessionId,
    claims: &[&Claim],
) -> Result<Vec<Answer>, sqlx::Error> {
    let mut tx = services.begin().await?;
    let locked = match guard {
        Guard::Lock | Guard::WithoutPersons => sql::lock_sessions(&mut tx, &[session.0]).await?,
        Guard::NegativeControl => sql::find_sessions(&mut tx, &[session.0]).await?,
    };
    let Some(locked) = locked.into_iter().next() else {
        return Ok(claims.iter().map(|_| Err(BookingError::NotFound)).collect());
    };
    let Ok(policy) = serde_json::from_value::<Policy>(locked.policy.clone()) else {
        return Ok(claims.iter().map(|_| Err(BookingError::Damaged("the policy of an activity"))).collect());
    };
    let now = services.clock.now();
    let mut table = match Table::open(&mut tx, services, guard, locked, policy, now, claims).await {
        Ok(table) => table,
        Err(BookingError::Database(error)) => return Err(error),
        Err(_) => return Ok(claims.iter().map(|_| Err(BookingError::Damaged("a waiting list"))).collect()),
    };
    let answers: Vec<Answer> = claims.iter().map(|claim| table.decide(claim)).collect();
    let handed_on = table.handed_on;
    // What was passed on to those who wait stands, whatever the claims were answered.
    if table.write(&mut tx, services).await? || handed_on {
        tx.commit().await?;
        if handed_on {
            services.job_bell.notify_one();
        }
    } else {
        tx.rollback().await?;
    }
    Ok(answers)
}

/// The state of one session while a batch is decided: what the database says plus what was granted so far.
struct Table<'a> {
    session: sql::LockedSession,
    policy: Policy,
    now: Timestamp,
    facts: SessionFacts,
    holds: HashMap<Uuid, u32>,
    /// Places were passed on to waiting parties before anybody was decided on.
    handed_on: bool,
    /// Entries of the waiting list that take an offer now: the session offered.
    offers: HashMap<Uuid, Option<Uuid>>,
    persons: HashMap<Vec<u8>, BookingFacts>,
    answers: HashMap<(String, String), (Vec<u8>, Booked)>,
    new_holds: Vec<sql::NewHold>,
    new_bookings: Vec<&'a Order>,
    new_answers: Vec<sql::SavedAnswer>,
}

impl<'a> Table<'a> {
    async fn open(
        db: &mut PgConnection,
        services: &Services,
        guard: Guard,
        session: sql::LockedSession,
        policy: Policy,
        now: Timestamp,
        claims: &[&'a Claim],
    ) -> Result<Self, BookingError> {
        let orders: Vec<&Order> =
            claims.iter().filter_map(|c| if let Claim::Book(o) = c { Some(&**o) } else { None }).collect();
        let persons: Vec<Vec<u8>> = orders.iter().filter_map(|o| o.person.clone()).collect();
        let (scopes, keys): (Vec<_>, Vec<_>) = orders.iter().map(|o| (o.key.scope.clone(), o.key.key.clone())).unzip();
        let mut saved = Vec::new();
        let mut counts = Vec::new();
        if !orders.is_empty() {
            let locks =
                persons.iter().map(|p| lock_key(p)).chain(orders.iter().map(|o| lock_key(o.key.key.as_bytes())));
            if guard != Guard::WithoutPersons {
                sql::lock_keys(db, &locks.collect::<Vec<_>>()).await?;
            }
            saved = sql::saved_answers(db, &scopes, &keys).await?;
            let spans = spans(&policy, &session);
            counts = sql::person_counts(db, session.activity_id, &persons, spans, None).await?;
        }
        let offers = offers(db, services, session.id, &orders).await?;
        let (stands, handed_on) = handed_on(services, db, &session, &policy, now).await?;
        let persons = persons
            .into_iter()
            .map(|person| {
                let facts = count(&counts, &person);
                (person, facts)
            })
            .collect();
        let answers = saved
            .into_iter()
            .filter_map(|s| Some(((s.scope, s.key), (s.body_hash, serde_json::from_value(s.answer).ok()?))))
            .collect();
        Ok(Self {
            session,
            policy,
            now,
            facts: stands.facts,
            holds: stands.holds,
            handed_on,
            offers,
            persons,
            answers,
            new_holds: Vec::new(),
            new_bookings: Vec::new(),
            new_answers: Vec::new(),
        })
    }

    fn decide(&mut self, claim: &'a Claim) -> Answer {
        match claim {
            Claim::Hold(order) => self.hold(order),
            Claim::Book(order) => self.book(order),
        }
    }

    fn hold(&mut self, order: &HoldOrder) -> Answer {
        let party = Party { people: order.people, children: 0 };
        may_book(&self.policy, self.now, &self.facts, party, BookingFacts::default())?;
        self.facts.held += order.people.get();
        self.new_holds.push(sql::NewHold {
            id: order.hold.0,
            people: order.people.get() as i32,
            expires_at: self.now + jiff::SignedDuration::from_mins(i64::from(self.policy.hold_minutes)),
            draft: order.draft.0,
            visitor_hash: order.visitor_hash.clone(),
            locale: order.context.locale.tag(),
            draft_expires_at: order.draft_expires_at,
        });
        Ok(Granted::Held)
    }

    fn book(&mut self, order: &'a Order) -> Answer {
        let key = (order.key.scope.clone(), order.key.key.clone());
        if let Some((body_hash, booked)) = self.answers.get(&key) {
            return if *body_hash == order.key.body_hash {
                Ok(Granted::Booked(booked.clone()))
            } else {
                Err(BookingError::KeyReused)
            };
        }
        // The party's own hold is its own room.
        let own = order.row.hold_id.and_then(|hold| self.holds.get(&hold).copied()).unwrap_or(0);
        let mut facts = SessionFacts { held: self.facts.held - own, ..self.facts };
        if let Some(entry) = order.offer {
            let offered = self.offers.get(&entry.0).copied().flatten() == Some(self.session.id);
            if !offered || own == 0 {
                return Err(Refusal::OfferEnded.into());
            }
            // What was offered was theirs before anybody else's.
            facts.owed = 0;
        }
        let person = order.person.as_ref().and_then(|p| self.persons.get(p).copied()).unwrap_or_default();
        if order.by_house {
            house_may_book(self.now, &facts, order.party)?;
        } else {
            may_book(&self.policy, self.now, &facts, order.party, person)?;
        }
        self.facts.held -= own;
        self.facts.booked += order.party.people.get();
        if let Some(hold) = order.row.hold_id {
            self.holds.remove(&hold);
        }
        if let Some(counted) = order.person.as_ref().and_then(|p| self.persons.get_mut(p)) {
            counted.on_day += 1;
            counted.in_window += 1;
            counted.overlapping += 1;
        }
        let booked = Booked {
            booking: BookingId(order.row.id),
            session: SessionId(self.session.id),
            reference: order.row.reference.clone(),
        };
        self.new_bookings.push(order);
        self.new_answers.push(sql::SavedAnswer {
            scope: order.key.scope.clone(),
            key: order.key.key.clone(),
            body_hash: order.key.body_hash.clone(),
            answer: serde_json::to_value(&booked).unwrap_or_default(),
        });
        self.answers.insert(key, (order.key.body_hash.clone(), booked.clone()));
        Ok(Granted::Booked(booked))
    }

    /// Writes what was granted, with its answers, audit entries and messages. Answers whether there was anything.
    async fn write(self, db: &mut PgConnection, services: &Services) -> Result<bool, sqlx::Error> {
        if self.new_holds.is_empty() && self.new_bookings.is_empty() {
            return Ok(false);
        }
        sql::insert_holds(db, self.session.id, self.now, &self.new_holds).await?;
        if !self.new_bookings.is_empty() {
            let rows: Vec<sql::NewBooking> = self.new_bookings.iter().map(|o| o.row.clone()).collect();
            sql::insert_bookings(db, &self.session, self.now, &rows).await?;
            sql::save_answers(db, self.now, &self.new_answers).await?;
            for (entry, booking) in self.new_bookings.iter().filter_map(|o| Some((o.offer?, o.row.id))) {
                let booked = WaitingState::Booked.name();
                waiting::set_state(db, entry.0, booked, false, Some(booking), self.now).await?;
            }
            let entries: Vec<audit::Entry> = self.new_bookings.iter().map(|o| made(o, self.session.id)).collect();
            audit::record_each(db, self.new_bookings.iter().map(|o| &o.context).zip(&entries)).await?;
            let bookings: Vec<BookingId> = self.new_bookings.iter().map(|o| BookingId(o.row.id)).collect();
            let made = self.new_bookings.iter().map(|o| &o.context).zip(bookings.iter().copied());
            machines::note_bookings(db, self.now, made).await?;
            messages::queue_confirmations(db, services, self.now, &bookings, self.session.starts_at.to_jiff()).await?;
        }
        Ok(true)
    }
}

/// The entries whose offers are taken, locked with the whole line, as every transaction locks it: the session each is
/// offered at this moment.
async fn offers(
    db: &mut PgConnection,
    services: &Services,
    session: Uuid,
    orders: &[&Order],
) -> Result<HashMap<Uuid, Option<Uuid>>, sqlx::Error> {
    let ids: Vec<Uuid> = orders.iter().filter_map(|o| o.offer.map(|entry| entry.0)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    lock_lines(services, db, &[session]).await?;
    Ok(waiting::entries(db, &ids).await?.into_iter().map(|row| (row.id, row.offered_session)).collect())
}

fn made(order: &Order, session: Uuid) -> audit::Entry {
    audit::Entry {
        action: "booking.made",
        subject_kind: "booking",
        subject: Some(order.row.id),
        detail: serde_json::json!({
            "session": session, "people": order.row.people, "children": order.row.children, "channel": order.row.channel,
        }),
    }
}

pub(in crate::booking) fn facts(session: &sql::LockedSession, booked: i64, held: u32) -> SessionFacts {
    SessionFacts {
        starts_at: session.starts_at.to_jiff(),
        ends_at: session.ends_at.to_jiff(),
        capacity: session.capacity.max(0) as u32,
        booked: booked.max(0) as u32,
        held,
        owed: 0,
        closed: session.state != "open",
    }
}

pub(in crate::booking) fn spans(policy: &Policy, session: &sql::LockedSession) -> sql::Spans {
    let (starts_at, ends_at) = (session.starts_at.to_jiff(), session.ends_at.to_jiff());
    let ((day_from, day_until), (window_from, window_until)) = (policy.day(starts_at), policy.window(starts_at));
    sql::Spans { day_from, day_until, window_from, window_until, starts_at, ends_at }
}

pub(in crate::booking) fn count(counts: &[sql::PersonCount], person: &[u8]) -> BookingFacts {
    let is = |index: &Option<Vec<u8>>| index.as_deref() == Some(person);
    counts.iter().filter(|c| is(&c.phone_index) || is(&c.mail_index)).fold(BookingFacts::default(), |sum, c| {
        BookingFacts {
            on_day: sum.on_day + c.on_day as u32,
            in_window: sum.in_window + c.in_window as u32,
            overlapping: sum.overlapping + c.overlapping as u32,
        }
    })
}

/// A lock's number from a keyed hash or a key; a chance collision only makes two strangers wait for each other.
pub(in crate::booking) fn lock_key(bytes: &[u8]) -> i64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 1) as i64
}
