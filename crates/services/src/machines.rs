//! What machines need beside the use cases that people share: their own bookings, and answers that can be repeated.
//!
//! A request that changes something carries an idempotency key. The same key with the same body gets the same answer; with
//! another body it is refused; while the first is still being worked on the second is told to wait. A change keeps its
//! answer in its own transaction ([`Repeatable::keep_in`]), so there is never the one without the other; a request whose
//! process died before that did nothing, and is taken over after [`TAKE_OVER`]. A scan, which has its nonce and bears being
//! asked twice, keeps it afterwards. Remembered answers are sealed: they hold passes and links.

use crate::crypto::Place;
use crate::webhooks::news;
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::account::Actor;
use domain::ids::{BookingId, ClientId, SeriesId};
use domain::webhooks::Topic;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use sqlx::PgConnection;
use store::api as rows;
use uuid::Uuid;

/// How long a request that never ended keeps its key.
pub const TAKE_OVER: SignedDuration = SignedDuration::from_secs(60);

/// How long answers are remembered.
pub const REMEMBERED: SignedDuration = SignedDuration::from_hours(72);

/// Who repeats: a client, its key, and what it asks.
#[derive(Clone, Debug)]
pub struct Repeatable {
    scope: String,
    key: String,
    body_hash: Vec<u8>,
}

/// What a key came to.
#[derive(Debug)]
pub enum Taken {
    /// Do it; then [`Repeatable::keep`] or [`Repeatable::free`], unless the work keeps its answer itself.
    Fresh,
    /// It was done: this was the answer.
    Done(Value),
    /// It is being done.
    Running,
    /// The key stands for another request.
    Reused,
    /// It was done, and its answer does not open any more.
    Damaged,
}

impl Repeatable {
    /// A request of the client that asks: `what` names the endpoint and the object, `body` is its text.
    pub fn new(services: &Services, context: &Context, key: &str, what: &str, body: &[u8]) -> Self {
        let client = match &context.actor {
            Actor::Client { client, .. } => client.to_string(),
            other => other.account().map(|account| account.to_string()).unwrap_or_default(),
        };
        let asked = [what.as_bytes(), b"\0", body].concat();
        let body_hash = services.vault.mac("idempotent request", &asked).to_vec();
        Self { scope: format!("api:{client}"), key: key.to_owned(), body_hash }
    }

    /// Takes the key.
    pub async fn take(&self, services: &Services, now: Timestamp) -> sqlx::Result<Taken> {
        let stale = now.saturating_sub(TAKE_OVER).unwrap_or(Timestamp::MIN);
        let ask = || rows::take_key(&services.db, &self.scope, &self.key, &self.body_hash, now, stale);
        // Nothing is found when another request took the key in this very moment: its row is seen by the next question.
        let found = match ask().await? {
            Some(found) => Some(found),
            None => ask().await?,
        };
        let Some(found) = found else { return Ok(Taken::Running) };
        Ok(match found {
            _ if found.fresh => Taken::Fresh,
            _ if found.body_hash != self.body_hash => Taken::Reused,
            _ if found.answer.get("running").is_some() => Taken::Running,
            _ => self.open(services, &found.answer).map_or(Taken::Damaged, Taken::Done),
        })
    }

    /// Remembers the answer.
    pub async fn keep(&self, services: &Services, answer: &Value) -> sqlx::Result<()> {
        rows::keep_answer(&services.db, &self.scope, &self.key, &self.sealed(services, answer)).await?;
        Ok(())
    }

    /// Remembers the answer in the transaction of the change it belongs to. `false` when another request took the key over
    /// and has answered already: then nothing may be changed a second time, and the caller rolls back.
    pub(crate) async fn keep_in(
        &self,
        db: &mut PgConnection,
        services: &Services,
        answer: &Value,
    ) -> sqlx::Result<bool> {
        rows::keep_answer(db, &self.scope, &self.key, &self.sealed(services, answer)).await
    }

    fn sealed(&self, services: &Services, answer: &Value) -> Value {
        let sealed = services.vault.seal(self.place(services), answer.to_string().as_bytes());
        json!({ "sealed": BASE64_STANDARD.encode(sealed) })
    }

    /// What was remembered; nothing if it does not open, which only tampering can bring about.
    fn open(&self, services: &Services, answer: &Value) -> Option<Value> {
        let sealed = BASE64_STANDARD.decode(answer.get("sealed")?.as_str()?).ok()?;
        serde_json::from_slice(&services.vault.open_sealed(self.place(services), &sealed).ok()?).ok()
    }

    /// An answer opens under its own key only.
    fn place(&self, services: &Services) -> Place {
        let mac = services.vault.mac("idempotency place", format!("{}\0{}", self.scope, self.key).as_bytes());
        let mut row = [0; 16];
        row.copy_from_slice(&mac[..16]);
        Place { table: "idempotency", column: "answer", row: Uuid::from_bytes(row) }
    }

    /// Forgets the key: nothing was done.
    pub async fn free(&self, services: &Services) -> sqlx::Result<()> {
        rows::free_key(&services.db, &self.scope, &self.key).await
    }
}

/// A machine's id.
pub fn client_of(context: &Context) -> Option<ClientId> {
    match &context.actor {
        Actor::Client { client, .. } => Some(*client),
        _ => None,
    }
}

/// Notes those of these bookings that machines made as their own, in the transaction that makes them: a machine has its
/// booking from the moment there is one, and its partner is told of it.
pub(crate) async fn note_bookings<'a>(
    db: &mut PgConnection,
    now: Timestamp,
    made: impl Iterator<Item = (&'a Context, BookingId)>,
) -> sqlx::Result<()> {
    let own = made.filter_map(|(context, booking)| Some((client_of(context)?.0, booking.0)));
    let (clients, bookings): (Vec<Uuid>, Vec<Uuid>) = own.unzip();
    if bookings.is_empty() {
        return Ok(());
    }
    rows::note_bookings(&mut *db, &clients, &bookings, now).await?;
    news::own_bookings(db, now, Topic::BookingCreated, &bookings).await
}

/// The booking is the asking machine's own.
pub async fn made_booking(services: &Services, context: &Context, booking: BookingId) -> sqlx::Result<bool> {
    match client_of(context) {
        Some(client) => rows::made_booking(&services.db, client.0, booking.0).await,
        None => Ok(false),
    }
}

/// The asking machine made the series: some booking of it is its own.
pub(crate) async fn made_series(services: &Services, context: &Context, series: SeriesId) -> sqlx::Result<bool> {
    match client_of(context) {
        Some(client) => rows::made_series(&services.db, client.0, series.0).await,
        None => Ok(false),
    }
}

/// Forgets answers older than [`REMEMBERED`].
pub async fn sweep(services: &Services) -> sqlx::Result<u64> {
    let now = services.clock.now();
    rows::remove_answers_before(&services.db, now.saturating_sub(REMEMBERED).unwrap_or(Timestamp::MIN)).await
}
