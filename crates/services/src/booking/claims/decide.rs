//! What a batch of claims is answered, under the locks of its sessions, in one transaction.

use super::lane::{Asked, Way};
use super::persons::Persons;
use super::table::Table;
use super::{Answer, Booked, BookingError, Claim, Granted, Guard, HoldOrder, Order};
use crate::{Services, audit, machines, messages};
use domain::booking::{BookingFacts, Policy, SessionFacts, WaitingState};
use domain::ids::{BookingId, SessionId};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use store::booking::{claims as sql, waiting};
use uuid::Uuid;

/// Decides a batch. `None` stands for a claim that would have had to wait for a lock, in a lane that does not.
pub(super) async fn transaction(
    services: &Services,
    guard: Guard,
    way: Way,
    claims: &[&Asked],
) -> Result<Vec<Option<Answer>>, sqlx::Error> {
    let mut tx = services.begin().await?;
    let mut batch = Batch::open(&mut tx, services, Locks { guard, way }, claims).await?;
    let answers: Vec<Option<Answer>> = claims.iter().map(|asked| batch.decide(asked)).collect();
    if batch.write(&mut tx, services).await? {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(answers)
}

/// How a batch takes its locks.
#[derive(Clone, Copy)]
struct Locks {
    guard: Guard,
    way: Way,
}

impl Locks {
    /// Locks sessions, in the order of their ids.
    async fn sessions(self, db: &mut PgConnection, ids: &[Uuid]) -> sqlx::Result<Vec<sql::LockedSession>> {
        match (self.guard, self.way) {
            (Guard::NegativeControl, _) => sql::find_sessions(db, ids).await,
            (_, Way::Shared) => sql::lock_free_sessions(db, ids).await,
            (_, Way::Own(_)) => sql::lock_sessions(db, ids).await,
        }
    }

    /// Locks persons and idempotency keys; answers those that somebody else has.
    async fn keys(self, db: &mut PgConnection, keys: &[i64]) -> sqlx::Result<HashSet<i64>> {
        match (self.guard, self.way) {
            (Guard::WithoutPersons, _) => Ok(HashSet::new()),
            (_, Way::Shared) => Ok(sql::try_lock_keys(db, keys).await?.into_iter().collect()),
            (_, Way::Own(_)) => sql::lock_keys(db, keys).await.map(|()| HashSet::new()),
        }
    }
}

/// A batch while it is decided: what the database says, plus what was granted so far.
struct Batch<'a> {
    now: Timestamp,
    way: Way,
    /// The sessions this batch has the locks of; `None` for one whose policy cannot be read.
    tables: HashMap<Uuid, Option<Table>>,
    /// Locks of persons and keys that somebody else has.
    busy: HashSet<i64>,
    /// Entries of the waiting list that take an offer now: the session offered.
    offers: HashMap<Uuid, Option<Uuid>>,
    persons: Persons,
    answers: HashMap<(String, String), (Vec<u8>, Booked)>,
    new_holds: Vec<sql::NewHold>,
    new_bookings: Vec<(SessionId, &'a Order)>,
    new_answers: Vec<sql::SavedAnswer>,
}

impl<'a> Batch<'a> {
    async fn open(
        db: &mut PgConnection,
        services: &Services,
        locks: Locks,
        claims: &[&'a Asked],
    ) -> Result<Self, sqlx::Error> {
        let mut ids: Vec<Uuid> = claims.iter().map(|asked| asked.session.0).collect();
        ids.sort_unstable();
        ids.dedup();
        let sessions = locks.sessions(db, &ids).await?;
        // Read under the locks: what another server has decided before is not newer than this.
        let now = services.clock.now();
        let locked = |asked: &&&Asked| sessions.iter().any(|session| session.id == asked.session.0);
        let orders: Vec<&Order> = claims.iter().filter(locked).filter_map(|asked| asked.claim.order()).collect();
        let busy = match orders.is_empty() {
            true => HashSet::new(),
            false => locks.keys(db, &orders.iter().flat_map(|order| order.locks()).collect::<Vec<_>>()).await?,
        };
        let answers = saved(db, &orders).await?;
        let offers = offers(db, locks.guard, &orders).await?;
        let tables = tables(db, sessions, now).await?;
        let people: Vec<Vec<u8>> = orders.iter().filter_map(|order| order.person.clone()).collect();
        let persons = Persons::read(db, &people, tables.values().flatten()).await?;
        Ok(Self {
            now,
            way: locks.way,
            tables,
            busy,
            offers,
            persons,
            answers,
            new_holds: Vec::new(),
            new_bookings: Vec::new(),
            new_answers: Vec::new(),
        })
    }

    fn decide(&mut self, asked: &'a Asked) -> Option<Answer> {
        let table = match (self.tables.get_mut(&asked.session.0), self.way) {
            (Some(Some(table)), _) => table,
            (Some(None), _) => return Some(Err(BookingError::Damaged("the policy of an activity"))),
            // Somebody else has its lock, or there is no such session: the lane that waits for it knows.
            (None, Way::Shared) => return None,
            (None, Way::Own(_)) => return Some(Err(BookingError::NotFound)),
        };
        match &asked.claim {
            Claim::Hold(order) => Some(hold(table, &mut self.new_holds, order)),
            Claim::Book(order) if order.locks().any(|key| self.busy.contains(&key)) => None,
            Claim::Book(order) => Some(self.book(asked.session, order)),
        }
    }

    fn book(&mut self, session: SessionId, order: &'a Order) -> Answer {
        let key = (order.key.scope.clone(), order.key.key.clone());
        if let Some((body_hash, booked)) = self.answers.get(&key) {
            return if *body_hash == order.key.body_hash {
                Ok(Granted::Booked(booked.clone()))
            } else {
                Err(BookingError::KeyReused)
            };
        }
        let table = self.tables.get_mut(&session.0).and_then(Option::as_mut).ok_or(BookingError::NotFound)?;
        let person = order.person.as_ref().map(|person| self.persons.facts(person, table)).unwrap_or_default();
        let offered = order.offer.and_then(|entry| self.offers.get(&entry.0).copied().flatten());
        table.book(order, offered, person)?;
        if let Some(person) = &order.person {
            self.persons.add(person, table);
        }
        let booked = Booked { booking: BookingId(order.row.id), session, reference: order.row.reference.clone() };
        self.new_bookings.push((session, order));
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
    async fn write(&self, db: &mut PgConnection, services: &Services) -> Result<bool, sqlx::Error> {
        if self.new_holds.is_empty() && self.new_bookings.is_empty() {
            return Ok(false);
        }
        sql::insert_holds(db, self.now, &self.new_holds).await?;
        if !self.new_bookings.is_empty() {
            self.write_bookings(db, services).await?;
        }
        Ok(true)
    }

    async fn write_bookings(&self, db: &mut PgConnection, services: &Services) -> Result<(), sqlx::Error> {
        let granted: Vec<(&sql::LockedSession, &Order)> = self
            .new_bookings
            .iter()
            .filter_map(|(session, order)| Some((&self.tables.get(&session.0)?.as_ref()?.session, *order)))
            .collect();
        let rows: Vec<_> = granted.iter().map(|(session, order)| (*session, &order.row)).collect();
        sql::insert_bookings(db, self.now, &rows).await?;
        sql::save_answers(db, self.now, &self.new_answers).await?;
        for (entry, booking) in granted.iter().filter_map(|(_, order)| Some((order.offer?, order.row.id))) {
            waiting::set_state(db, entry.0, WaitingState::Booked.name(), false, Some(booking), self.now).await?;
        }
        let entries: Vec<audit::Entry> = granted.iter().map(|(session, order)| made(order, session.id)).collect();
        audit::record_each(db, granted.iter().map(|(_, order)| &order.context).zip(&entries)).await?;
        let made = granted.iter().map(|(_, order)| (&order.context, BookingId(order.row.id)));
        machines::note_bookings(db, self.now, made).await?;
        let bookings: Vec<(BookingId, Timestamp)> =
            granted.iter().map(|(session, order)| (BookingId(order.row.id), session.starts_at.to_jiff())).collect();
        messages::queue_confirmations(db, services, self.now, &bookings).await
    }
}

fn hold(table: &mut Table, holds: &mut Vec<sql::NewHold>, order: &HoldOrder) -> Answer {
    holds.push(table.hold(order)?);
    Ok(Granted::Held)
}

/// The sessions of a batch with what is taken of each.
async fn tables(
    db: &mut PgConnection,
    sessions: Vec<sql::LockedSession>,
    now: Timestamp,
) -> sqlx::Result<HashMap<Uuid, Option<Table>>> {
    let ids: Vec<Uuid> = sessions.iter().map(|session| session.id).collect();
    let taken = if ids.is_empty() { Vec::new() } else { sql::taken(db, &ids, now).await? };
    let mut of: HashMap<Uuid, Vec<&sql::Taken>> = HashMap::with_capacity(ids.len());
    for part in &taken {
        of.entry(part.session).or_default().push(part);
    }
    let table = |session: sql::LockedSession| {
        let taken = of.remove(&session.id).unwrap_or_default();
        let policy = serde_json::from_value::<Policy>(session.policy.clone()).ok();
        (session.id, policy.map(|policy| Table::new(session, policy, now, &taken)))
    };
    Ok(sessions.into_iter().map(table).collect())
}

/// The answers already given under the keys of these orders.
async fn saved(db: &mut PgConnection, orders: &[&Order]) -> sqlx::Result<HashMap<(String, String), (Vec<u8>, Booked)>> {
    if orders.is_empty() {
        return Ok(HashMap::new());
    }
    let (scopes, keys): (Vec<_>, Vec<_>) = orders.iter().map(|o| (o.key.scope.clone(), o.key.key.clone())).unzip();
    let rows = sql::saved_answers(db, &scopes, &keys).await?;
    let answer =
        |row: sql::SavedAnswer| Some(((row.scope, row.key), (row.body_hash, serde_json::from_value(row.answer).ok()?)));
    Ok(rows.into_iter().filter_map(answer).collect())
}

/// The entries whose offers are taken, locked: the session each is offered at this moment.
async fn offers(
    db: &mut PgConnection,
    guard: Guard,
    orders: &[&Order],
) -> Result<HashMap<Uuid, Option<Uuid>>, sqlx::Error> {
    let mut ids: Vec<Uuid> = orders.iter().filter_map(|o| o.offer.map(|entry| entry.0)).collect();
    ids.sort_unstable();
    let mut offers = HashMap::with_capacity(ids.len());
    if guard == Guard::Lock && !ids.is_empty() {
        let rows = waiting::lock_entries(db, &ids).await?;
        offers.extend(rows.into_iter().map(|row| (row.id, row.offered_session)));
    } else {
        for id in ids {
            offers.insert(id, waiting::entry(db, id).await?.and_then(|row| row.offered_session));
        }
    }
    Ok(offers)
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
            ..sum
        }
    })
}

/// A lock's number from a keyed hash or a key; a chance collision only makes two strangers wait for each other.
pub(in crate::booking) fn lock_key(bytes: &[u8]) -> i64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 1) as i64
}
