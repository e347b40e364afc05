//! What a batch of claims is answered, under the locks of its sessions, in one transaction.

use super::lane::{Asked, Way};
use super::table::Table;
use super::{Answer, Answered, Booked, BookingError, Claim, Granted, Guard, HoldOrder, Order};
use crate::booking::persons::{Persons, since};
use crate::booking::pools;
use crate::booking::waiting::{Asked as Stands, Standing, handed_on, lock_lines, standings};
use crate::outreach::{OutreachError, is_asked_now};
use crate::{Services, audit, machines, messages};
use domain::booking::{Policy, Refusal, SessionFacts, WaitingState};
use domain::ids::{ActivityId, BookingId, SessionId};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::{HashMap, HashSet};
use store::booking::{claims as sql, holds, waiting};
use store::outreach::answers::keep_booked;
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
    // What was passed on to those who wait stands, whatever the claims were answered.
    if batch.write(&mut tx).await? || batch.handed_on {
        tx.commit().await?;
        if batch.handed_on {
            services.job_bell.notify_one();
        }
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

/// What a batch knows of a session whose lock it has.
enum Seen {
    /// It can be decided on.
    Open(Box<Table>),
    /// Its places have to be passed on to those who wait first, and their locks waited for.
    LineIsDue,
    /// Something of it cannot be read.
    Damaged(&'static str),
}

/// A session, and the hash of a browser's token.
type Browser = (Uuid, Vec<u8>);

/// A batch while it is decided: what the database says, plus what was granted so far.
struct Batch<'a> {
    now: Timestamp,
    way: Way,
    /// The sessions this batch has the locks of.
    sessions: HashMap<Uuid, Seen>,
    /// Places were passed on to waiting parties before anybody was decided on.
    handed_on: bool,
    /// Locks of persons and keys that somebody else has.
    busy: HashSet<i64>,
    /// Entries of the waiting list that take an offer now: the session offered.
    offers: HashMap<Uuid, Option<Uuid>>,
    persons: Persons,
    answers: HashMap<(String, String), (Vec<u8>, Booked)>,
    /// Bookings whose event asks something else by now than was replied to with them.
    unasked: HashSet<Uuid>,
    /// What browsers keep of sessions for drafts that have become nothing yet.
    own: HashMap<Browser, Vec<Uuid>>,
    new_holds: Vec<holds::NewHold>,
    /// Holds in whose place others are kept: session and hold.
    given_back: Vec<(Uuid, Uuid)>,
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
        let offers = offers(db, services, &ids, &orders).await?;
        let unasked = unasked(db, &sessions, claims).await?;
        let (sessions, handed_on) = look(db, services, locks.way, sessions, now).await?;
        let tables = sessions.values().filter_map(Seen::table);
        let since = tables.map(|table| since(&table.policy, table.span().0)).min().unwrap_or(now);
        let persons = orders.iter().flat_map(|order| order.counted()).map(|(sign, _)| sign).collect();
        Ok(Self {
            now,
            way: locks.way,
            sessions,
            handed_on,
            busy,
            offers,
            persons: Persons::read(db, persons, since).await?,
            answers,
            unasked,
            own: own(db, &ids, claims).await?,
            new_holds: Vec::new(),
            given_back: Vec::new(),
            new_bookings: Vec::new(),
            new_answers: Vec::new(),
        })
    }

    fn decide(&mut self, asked: &'a Asked) -> Option<Answer> {
        match (self.sessions.get(&asked.session.0), self.way) {
            (Some(Seen::Open(_)), _) => {}
            (Some(Seen::Damaged(what)), _) => return Some(Err(BookingError::Damaged(what))),
            // Somebody else has its lock, or there is no such session: the lane that waits for it knows.
            (Some(Seen::LineIsDue) | None, Way::Shared) => return None,
            (Some(Seen::LineIsDue) | None, Way::Own(_)) => return Some(Err(BookingError::NotFound)),
        }
        match &asked.claim {
            Claim::Hold(order) => Some(self.hold(asked.session, order)),
            Claim::Book(order) if order.locks().any(|key| self.busy.contains(&key)) => None,
            Claim::Book(order) => Some(self.book(asked.session, order)),
        }
    }

    fn hold(&mut self, session: SessionId, order: &HoldOrder) -> Answer {
        let Some(Seen::Open(table)) = self.sessions.get_mut(&session.0) else { return Err(BookingError::NotFound) };
        let own = self.own.entry((session.0, order.visitor_hash.clone())).or_default();
        self.new_holds.push(table.hold(order, own)?);
        let before = std::mem::replace(own, vec![order.hold.0]);
        self.given_back.extend(before.into_iter().map(|hold| (session.0, hold)));
        Ok(Granted::Held)
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
        if self.unasked.contains(&order.row.id) {
            return Err(Refusal::AsksQuestions.into());
        }
        let Some(Seen::Open(table)) = self.sessions.get_mut(&session.0) else { return Err(BookingError::NotFound) };
        let had = |person: &Vec<u8>| self.persons.at(&table.policy, self.now, &table.session, person);
        let person = self.persons.at_all(&table.policy, self.now, &table.session, &order.signs());
        let documents: Vec<_> = order.documents().map(had).collect();
        let offered = order.offer.and_then(|entry| self.offers.get(&entry.0).copied().flatten());
        table.book(order, offered, person, &documents)?;
        for (sign, heads) in order.counted() {
            self.persons.add(table.session.activity_id, table.span(), &sign, heads);
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
    async fn write(&self, db: &mut PgConnection) -> Result<bool, sqlx::Error> {
        if self.new_holds.is_empty() && self.new_bookings.is_empty() {
            return Ok(false);
        }
        holds::insert_holds(db, self.now, &self.new_holds).await?;
        // After those of this batch are written: one browser may have pressed twice within it.
        holds::give_back_holds(db, &self.given_back).await?;
        if !self.new_bookings.is_empty() {
            self.write_bookings(db).await?;
        }
        Ok(true)
    }

    async fn write_bookings(&self, db: &mut PgConnection) -> Result<(), sqlx::Error> {
        let granted: Vec<(&sql::LockedSession, &Order)> = self
            .new_bookings
            .iter()
            .filter_map(|(session, order)| Some((&self.sessions.get(&session.0)?.table()?.session, *order)))
            .collect();
        let rows: Vec<_> = granted.iter().map(|(session, order)| (*session, &order.row)).collect();
        sql::insert_bookings(db, self.now, &rows).await?;
        sql::save_answers(db, self.now, &self.new_answers).await?;
        for (_, order) in &granted {
            if let Answered::Now(Some(replies)) = &order.answered {
                keep_booked(&mut *db, order.row.id, replies, self.now).await?;
            }
        }
        for (entry, booking) in granted.iter().filter_map(|(_, order)| Some((order.offer?, order.row.id))) {
            waiting::set_state(db, entry.0, WaitingState::Booked.name(), false, Some(booking), self.now).await?;
        }
        let entries: Vec<audit::Entry> = granted.iter().map(|(session, order)| made(order, session.id)).collect();
        audit::record_each(db, granted.iter().map(|(_, order)| &order.context).zip(&entries)).await?;
        let made = granted.iter().map(|(_, order)| (&order.context, BookingId(order.row.id)));
        machines::note_bookings(db, self.now, made).await?;
        let bookings: Vec<(BookingId, Timestamp)> =
            granted.iter().map(|(session, order)| (BookingId(order.row.id), session.starts_at.to_jiff())).collect();
        messages::queue_confirmations(db, self.now, &bookings).await
    }
}

impl Seen {
    fn table(&self) -> Option<&Table> {
        match self {
            Self::Open(table) => Some(table),
            Self::LineIsDue | Self::Damaged(_) => None,
        }
    }
}

/// How the sessions of a batch stand, with one query of each kind for all; and whether places were passed on in a lane that
/// may wait for the locks of those who wait.
async fn look(
    db: &mut PgConnection,
    services: &Services,
    way: Way,
    sessions: Vec<sql::LockedSession>,
    now: Timestamp,
) -> sqlx::Result<(HashMap<Uuid, Seen>, bool)> {
    let mut seen = HashMap::with_capacity(sessions.len());
    let (mut known, mut passed_on) = (Vec::with_capacity(sessions.len()), false);
    for session in sessions {
        match serde_json::from_value::<Policy>(session.policy.clone()) {
            Ok(policy) => known.push((session, policy)),
            Err(_) => drop(seen.insert(session.id, Seen::Damaged("the policy of an activity"))),
        }
    }
    let stands = stand(db, &known, now).await?;
    for ((session, policy), stands) in known.into_iter().zip(stands) {
        let id = session.id;
        let stands = match (stands.is_due(), way) {
            (false, _) => stands,
            (true, Way::Shared) => {
                seen.insert(id, Seen::LineIsDue);
                continue;
            }
            (true, Way::Own(_)) => match handed_on(services, db, &session, &policy, now).await {
                Ok((stands, moved)) => {
                    passed_on |= moved;
                    stands
                }
                Err(BookingError::Database(error)) => return Err(error),
                Err(_) => {
                    seen.insert(id, Seen::Damaged("a waiting list"));
                    continue;
                }
            },
        };
        seen.insert(id, Seen::Open(Box::new(Table::new(session, policy, now, stands))));
    }
    Ok((seen, passed_on))
}

async fn stand(
    db: &mut PgConnection,
    sessions: &[(sql::LockedSession, Policy)],
    now: Timestamp,
) -> sqlx::Result<Vec<Standing>> {
    if sessions.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = sessions.iter().map(|(session, _)| session.id).collect();
    let booked: HashMap<Uuid, sql::Booked> =
        sql::people_booked_each(db, &ids).await?.into_iter().map(|booked| (booked.session_id, booked)).collect();
    let asked: Vec<Stands<'_>> = sessions
        .iter()
        .map(|(session, policy)| Stands {
            id: session.id,
            activity: session.activity_id,
            policy,
            facts: facts(session, booked.get(&session.id), now),
        })
        .collect();
    standings(db, &asked, now).await
}

/// What the browsers of these claims keep of these sessions for drafts that have become nothing yet.
async fn own(db: &mut PgConnection, sessions: &[Uuid], claims: &[&Asked]) -> sqlx::Result<HashMap<Browser, Vec<Uuid>>> {
    let visitors: Vec<Vec<u8>> = claims.iter().filter_map(|asked| asked.claim.visitor()).cloned().collect();
    let mut own: HashMap<Browser, Vec<Uuid>> = HashMap::new();
    if visitors.is_empty() {
        return Ok(own);
    }
    for hold in holds::own_holds(db, &visitors, sessions).await? {
        own.entry((hold.session_id, hold.visitor_hash)).or_default().push(hold.id);
    }
    Ok(own)
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

/// The bookings that bring replies to something else than their event asks, as it is read under the locks of their sessions.
async fn unasked(
    db: &mut PgConnection,
    sessions: &[sql::LockedSession],
    claims: &[&Asked],
) -> Result<HashSet<Uuid>, sqlx::Error> {
    // What is asked of many in one batch is looked up once.
    let mut known: HashMap<(Uuid, Option<(Uuid, i32)>), bool> = HashMap::new();
    let mut unasked = HashSet::new();
    for asked in claims {
        let Some(order) = asked.claim.order() else { continue };
        let Answered::Now(replies) = &order.answered else { continue };
        let Some(session) = sessions.iter().find(|session| session.id == asked.session.0) else { continue };
        let replied = replies.as_ref().map(|row| (row.activity_id, row.form_version));
        let question = (session.activity_id, replied);
        let right = match known.get(&question) {
            Some(right) => *right,
            None => match is_asked_now(db, ActivityId(session.activity_id), replied).await {
                Ok(right) => right,
                Err(OutreachError::Database(error)) => return Err(error),
                // Questions that cannot be read cannot have been answered.
                Err(_) => false,
            },
        };
        known.insert(question, right);
        if !right {
            unasked.insert(order.row.id);
        }
    }
    Ok(unasked)
}

/// The entries whose offers are taken, locked with the whole line, as every transaction locks it: the session each is
/// offered at this moment. Only lanes that may wait have any.
async fn offers(
    db: &mut PgConnection,
    services: &Services,
    sessions: &[Uuid],
    orders: &[&Order],
) -> Result<HashMap<Uuid, Option<Uuid>>, sqlx::Error> {
    let ids: Vec<Uuid> = orders.iter().filter_map(|o| o.offer.map(|entry| entry.0)).collect();
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    lock_lines(services, db, sessions).await?;
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

/// What a locked session is at `now`, its holds and its line not counted yet.
pub(in crate::booking) fn facts(
    session: &sql::LockedSession,
    booked: Option<&sql::Booked>,
    now: Timestamp,
) -> SessionFacts {
    let starts_at = session.starts_at.to_jiff();
    let split = pools::split([
        session.group_places,
        session.group_release_hours,
        session.staff_places,
        session.staff_release_hours,
    ]);
    let in_pools = booked.map_or((0, 0), |booked| (booked.of_groups, booked.of_staff));
    SessionFacts {
        starts_at,
        ends_at: session.ends_at.to_jiff(),
        capacity: session.capacity.max(0) as u32,
        booked: booked.map_or(0, |booked| booked.people.max(0) as u32),
        held: 0,
        owed: 0,
        closed: session.state != "open",
        open_door: session.open_door,
        pools: pools::booked(split, starts_at, now, in_pools),
    }
}

/// A lock's number from a keyed hash or a key; a chance collision only makes two strangers wait for each other.
pub(in crate::booking) fn lock_key(bytes: &[u8]) -> i64 {
    let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(*b)).wrapping_mul(0x0100_0000_01b3));
    (hash >> 1) as i64
}
