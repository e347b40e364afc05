//! The ways of deciding a claim: the engine's, and two that are written here only to be compared with.
//!
//! Every way writes the same rows (booking, idempotency key, audit entry, confirmation and reminders) with the same
//! statements, seals the same columns, asks the same rules and is correct under the same races; only the grouping differs.

use crate::codes::Codes;
use anyhow::{Context as _, anyhow};
use domain::Locale;
use domain::account::{Actor, Scope};
use domain::booking::{Party, PartySize, Policy, Reference, Refusal, SessionFacts, may_book};
use domain::contact::{Contact, PersonName};
use domain::ids::{BookingId, ClientId, RequestId, SessionId};
use services::booking::{self, Booked, BookingError, OnBehalf, Person};
use services::context::new_uuid;
use services::crypto::Place;
use services::limits::Network;
use services::{Context, Services, audit, messages};
use sqlx::{PgConnection, Row as _};
use std::time::Duration;
use store::booking::claims as sql;
use tokio::time::Instant;
use uuid::Uuid;

/// As long as the engine's: who waits longer is told "busy".
const PATIENCE: Duration = Duration::from_secs(8);

/// A way of deciding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Work {
    /// A claim as the engine decides it: many in one transaction.
    Engine,
    /// A transaction of its own for each claim, under `select … for update` of the session.
    ForUpdate,
    /// A serializable transaction for each claim, tried again when the database gives up on it.
    Serializable,
    /// A visitor's whole way through the engine: places kept, particulars, code, booking.
    Journey,
}

impl Work {
    /// All, the engine first: the others are compared with it.
    pub const ALL: [Self; 4] = [Self::Engine, Self::ForUpdate, Self::Serializable, Self::Journey];

    /// As in the table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Engine => "claim: engine",
            Self::ForUpdate => "claim: FOR UPDATE each",
            Self::Serializable => "claim: SERIALIZABLE each",
            Self::Journey => "journey: engine",
        }
    }
}

/// What became of one visitor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// A booking stands.
    Booked,
    /// No place.
    Full,
    /// Told to try again.
    Busy,
}

/// One visitor's try.
pub struct Done {
    /// What became of it.
    pub outcome: Outcome,
    /// How often a transaction was begun anew.
    pub retries: u64,
    /// How long each request took; a claim is one, a journey three.
    pub requests: Vec<Duration>,
}

/// The `n`-th visitor tries for one place.
pub async fn visit(services: &Services, codes: &Codes, work: Work, n: u64, session: SessionId) -> anyhow::Result<Done> {
    if work == Work::Journey {
        return journey(services, codes, n, session).await;
    }
    let began = Instant::now();
    let context = machine(services);
    let asked = OnBehalf { session, person: person(n)?, party: one()?, key: format!("bench-{n}") };
    let mut retries = 0;
    let answer = match work {
        Work::ForUpdate => alone(services, &context, &asked, Lock::ForUpdate, &mut retries).await,
        Work::Serializable => alone(services, &context, &asked, Lock::Serializable, &mut retries).await,
        Work::Engine | Work::Journey => booking::book(services, &context, asked).await,
    };
    Ok(Done { outcome: outcome(answer)?, retries, requests: vec![began.elapsed()] })
}

fn outcome<T>(answer: Result<T, BookingError>) -> anyhow::Result<Outcome> {
    match answer {
        Ok(_) => Ok(Outcome::Booked),
        Err(BookingError::Refused(Refusal::Full { .. })) => Ok(Outcome::Full),
        Err(BookingError::Refused(Refusal::Busy)) => Ok(Outcome::Busy),
        Err(other) => Err(anyhow!(other)).context("a visitor met what should not happen here"),
    }
}

fn person(n: u64) -> anyhow::Result<Person> {
    let faulty = |fault| anyhow!("{fault:?}");
    let contact = Contact::parse(&format!("bench-{n}@example.com")).map_err(faulty)?;
    Ok(Person { name: PersonName::parse("演示·林小满").map_err(faulty)?, contact: Some(contact) })
}

fn one() -> anyhow::Result<Party> {
    let size = PartySize::new(1).map_err(|fault| anyhow!("{fault:?}"))?;
    Party::new(size, 0).map_err(|fault| anyhow!("{fault:?}"))
}

fn request(services: &Services, actor: Actor) -> Context {
    services.context(actor, Locale::ZhCn, RequestId(new_uuid(services.clock.now())))
}

/// A machine is bound by the public's rules; the house itself is not.
fn machine(services: &Services) -> Context {
    request(services, Actor::Client { client: ClientId(Uuid::from_u128(9)), scopes: vec![Scope::BookingsWrite] })
}

/// The three requests of a visitor: choose, say who comes, type the code. Each answers before the next begins; what the
/// code takes on its way is nobody's request.
async fn journey(services: &Services, codes: &Codes, n: u64, session: SessionId) -> anyhow::Result<Done> {
    let visitor = format!("{:032x}", u128::from_be_bytes(services::crypto::random()));
    // Of its own for each visitor, so that the limits are asked and none is reached.
    let network = Network::of(std::net::Ipv4Addr::from_bits(0x0a00_0000 | ((n as u32) << 8)).into());
    let Person { name, contact } = person(n)?;
    let contact = contact.context("every visitor here has an address")?;
    let mut requests = Vec::with_capacity(3);

    let (began, context) = (Instant::now(), request(services, Actor::Anonymous));
    let begun = booking::begin(services, &context, session, one()?.people, &visitor, &network).await;
    requests.push(began.elapsed());
    let draft = match begun {
        Ok(draft) => draft,
        Err(error) => return Ok(Done { outcome: outcome::<()>(Err(error))?, retries: 0, requests }),
    };

    let code = codes.expect(&contact);
    let (began, context) = (Instant::now(), request(services, Actor::Anonymous));
    let read = booking::read(services, &context, draft, &visitor).await?;
    booking::save(services, &context, &read, name, contact, one()?, &network).await?;
    requests.push(began.elapsed());
    let code = code.await.context("the code went to nobody")?;

    let (began, context) = (Instant::now(), request(services, Actor::Anonymous));
    let read = booking::read(services, &context, draft, &visitor).await?;
    let proven = booking::prove(services, &context, read, &code, &network).await?;
    let answer = booking::confirm(services, &context, &proven, &network).await;
    requests.push(began.elapsed());
    Ok(Done { outcome: outcome(answer)?, retries: 0, requests })
}

// ---- one transaction per claim --------------------------------------------------------------------------------------

#[derive(Clone, Copy, PartialEq, Eq)]
enum Lock {
    ForUpdate,
    Serializable,
}

async fn alone(
    services: &Services,
    context: &Context,
    asked: &OnBehalf,
    lock: Lock,
    retries: &mut u64,
) -> Result<Booked, BookingError> {
    let index = |text: &str| services.vault.blind_index("contact", text);
    let person = asked.person.contact.as_ref().map(|contact| index(&contact.comparable())).unwrap_or_default();
    let row = row(services, context, asked, &person);
    let answer = sql::SavedAnswer {
        scope: "bench".into(),
        key: asked.key.clone(),
        body_hash: services.vault.blind_index("idempotency", &format!("{}|{}", asked.session, asked.key)),
        answer: serde_json::to_value(booked(&row, asked.session)).unwrap_or_default(),
    };
    let end = Instant::now() + PATIENCE;
    loop {
        match transaction(services, context, asked.session, &row, &person, &answer, lock).await {
            Err(BookingError::Database(error)) if store::is_transient(&error) => {
                if Instant::now() > end {
                    return Err(Refusal::Busy.into());
                }
                *retries += 1;
                // Up to 8, 16, 32 … 256 ms: those who met do not meet again.
                let reach = 8_u64 << (*retries).min(5);
                let [random] = services::crypto::random::<1>();
                tokio::time::sleep(Duration::from_micros(reach * 1_000 * u64::from(random) / 255)).await;
            }
            other => return other,
        }
    }
}

async fn transaction(
    services: &Services,
    context: &Context,
    id: SessionId,
    row: &sql::NewBooking,
    person: &[u8],
    answer: &sql::SavedAnswer,
    lock: Lock,
) -> Result<Booked, BookingError> {
    let mut tx = match lock {
        Lock::ForUpdate => services.begin().await?,
        Lock::Serializable => serializable(services).await?,
    };
    let db: &mut PgConnection = &mut tx;
    let session = match lock {
        Lock::ForUpdate => lock_session(db, id).await?,
        Lock::Serializable => sql::find_sessions(db, &[id.0]).await?.into_iter().next(),
    };
    let session = session.ok_or(BookingError::NotFound)?;
    let policy: Policy =
        serde_json::from_value(session.policy.clone()).map_err(|_| BookingError::Damaged("a policy"))?;
    let (now, starts_at) = (services.clock.now(), session.starts_at.to_jiff());
    if lock == Lock::ForUpdate {
        // The session's lock does not cover the person's bookings of other sessions; serializability does.
        sql::lock_keys(db, &[number(person), number(answer.key.as_bytes())]).await?;
    }
    if let Some(saved) = sql::saved_answers(db, std::slice::from_ref(&answer.scope), std::slice::from_ref(&answer.key))
        .await?
        .into_iter()
        .next()
    {
        return serde_json::from_value(saved.answer).map_err(|_| BookingError::Damaged("an answer"));
    }
    let span = (starts_at, session.ends_at.to_jiff());
    let since = policy.window(starts_at).0.min(policy.day(starts_at).0);
    let had = sql::visits(db, (&[person.to_vec()], &[]), since, None).await?;
    let booked_people = sql::people_booked(db, session.id).await?;
    let held: i64 = sql::live_holds(db, session.id, now).await?.iter().map(|hold| i64::from(hold.people)).sum();
    let facts = SessionFacts {
        starts_at,
        ends_at: session.ends_at.to_jiff(),
        capacity: session.capacity.max(0) as u32,
        booked: booked_people.max(0) as u32,
        held: held.max(0) as u32,
        owed: 0,
        closed: session.state != "open",
        open_door: session.open_door,
        pools: domain::booking::Pools::default(),
    };
    let visits = had.iter().map(|visit| domain::booking::BookedVisit {
        starts_at: visit.starts_at.to_jiff(),
        ends_at: visit.ends_at.to_jiff(),
        heads: domain::booking::Heads { people: visit.people.unsigned_abs(), children: visit.children.unsigned_abs() },
    });
    let had = domain::booking::BookingFacts::around(&policy, span, visits);
    let party = one().map_err(|_| BookingError::Damaged("a party of one"))?;
    may_book(&policy, now, &facts, party, had)?;
    sql::insert_bookings(db, now, &[(&session, row)]).await?;
    sql::save_answers(db, now, std::slice::from_ref(answer)).await?;
    let entry = audit::Entry {
        action: "booking.made",
        subject_kind: "booking",
        subject: Some(row.id),
        detail: serde_json::json!({ "session": session.id, "people": 1, "children": 0, "channel": "api" }),
    };
    audit::record(db, context, &[entry]).await?;
    messages::queue_confirmations(db, now, &[(BookingId(row.id), starts_at)]).await?;
    tx.commit().await?;
    Ok(booked(row, id))
}

#[expect(clippy::disallowed_methods, reason = "nobody hangs up in the middle of a measurement")]
async fn serializable(services: &Services) -> sqlx::Result<services::db::Tx> {
    services.db.begin_with("begin isolation level serializable").await
}

/// As everybody writes it first.
async fn lock_session(db: &mut PgConnection, id: SessionId) -> sqlx::Result<Option<sql::LockedSession>> {
    let found = sqlx::query(
        "select s.id, s.activity_id, s.starts_at, s.ends_at, s.capacity, s.state, a.policy, a.policy_version,
                s.group_places, s.group_release_hours, s.staff_places, s.staff_release_hours,
                s.open_door_id is not null
         from session s join activity a on a.id = s.activity_id where s.id = $1 for update of s",
    )
    .bind(id.0)
    .fetch_optional(db)
    .await?;
    found
        .map(|row| {
            Ok(sql::LockedSession {
                id: row.try_get(0)?,
                activity_id: row.try_get(1)?,
                starts_at: row.try_get(2)?,
                ends_at: row.try_get(3)?,
                capacity: row.try_get(4)?,
                state: row.try_get(5)?,
                policy: row.try_get(6)?,
                policy_version: row.try_get(7)?,
                group_places: row.try_get(8)?,
                group_release_hours: row.try_get(9)?,
                staff_places: row.try_get(10)?,
                staff_release_hours: row.try_get(11)?,
                open_door: row.try_get(12)?,
            })
        })
        .transpose()
}

fn number(bytes: &[u8]) -> i64 {
    bytes.iter().fold(7_i64, |sum, byte| sum.wrapping_mul(31).wrapping_add(i64::from(*byte))) & i64::MAX
}

fn booked(row: &sql::NewBooking, session: SessionId) -> Booked {
    Booked { booking: BookingId(row.id), session, reference: row.reference.clone() }
}

fn row(services: &Services, context: &Context, asked: &OnBehalf, index: &[u8]) -> sql::NewBooking {
    let id: BookingId = context.new_id();
    let seal = |column, text: &str| services.vault.seal(Place { table: "booking", column, row: id.0 }, text.as_bytes());
    let contact = asked.person.contact.as_ref().map(Contact::comparable).unwrap_or_default();
    sql::NewBooking {
        id: id.0,
        reference: Reference::from_random(services::crypto::random()).as_str().to_owned(),
        people: 1,
        children: 0,
        channel: "api",
        pool: domain::booking::Pool::Individual.name(),
        locale: context.locale.tag(),
        account_id: None,
        name_sealed: seal("name_sealed", asked.person.name.as_str()),
        phone_sealed: None,
        phone_index: None,
        mail_sealed: Some(seal("mail_sealed", &contact)),
        mail_index: Some(index.to_vec()),
        document_sealed: None,
        document_index: None,
        companion_index: Vec::new(),
        hold_id: None,
        draft_id: None,
    }
}
