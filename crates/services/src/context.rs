//! What every use case is given: the house's means, and who asks when.

use crate::clock::Clock;
use crate::crypto::Vault;
use domain::Locale;
use domain::account::{Actor, Capability, Denied, permit};
use domain::ids::RequestId;
use jiff::Timestamp;
use sqlx::PgPool;
use std::sync::Arc;
use uuid::Uuid;

/// The means of the house, shared by every request and worker. Cheap to clone.
#[derive(Clone)]
pub struct Services {
    /// Postgres.
    pub db: PgPool,
    /// The time.
    pub clock: Clock,
    /// Keys: sealing, blind indexes, signatures.
    pub vault: Arc<Vault>,
    /// What the configuration says that rules depend on.
    pub settings: Arc<Settings>,
    /// Groups claims on one session into one transaction.
    pub claims: crate::booking::Claims,
    /// Who may ask for places while sessions open for booking.
    pub entrance: crate::booking::Entrance,
    /// Counts hits on limits.
    pub limits: crate::limits::Counter,
    /// The picture of the sessions that public pages read.
    pub calendar: crate::booking::Calendar,
    /// The picture of the events that public pages read.
    pub programme: crate::outreach::Programme,
    /// The lists and rules of custody.
    pub custody: crate::custody::Shelves,
    /// How full the tanks are.
    pub filled: crate::telemetry::Filled,
    /// How messages leave: SMTP, SMS, or the mailbox of development.
    pub post: crate::messages::Post,
    /// Where the bytes of files lie, sealed.
    pub blobs: Arc<dyn crate::files::Blobs>,
    /// Looks over what people send; a house without one trusts its readers.
    pub scanner: Option<Arc<dyn crate::files::Scanner>>,
    /// Wakes this process's job workers at once after a commit that queued something.
    pub job_bell: Arc<tokio::sync::Notify>,
}

/// Configuration that use cases need. Secrets live in the vault, not here.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where the site is, without a slash at the end: `https://www.example.cn`. Links in messages begin with it.
    pub public_url: String,
    /// Messages without a provider go to the mailbox page, and codes are shown there.
    pub development: bool,
}

impl Services {
    /// A context for `actor` at this instant.
    pub fn context(&self, actor: Actor, locale: Locale, request: RequestId) -> Context {
        Context { actor, now: self.clock.now(), locale, request }
    }

    /// Begins a transaction.
    pub async fn begin(&self) -> sqlx::Result<crate::db::Tx> {
        crate::db::begin(&self.db).await
    }

    /// Begins a transaction to search in: what it asks is planned for its very values.
    pub async fn begin_search(&self) -> sqlx::Result<crate::db::Tx> {
        let mut tx = self.begin().await?;
        store::plan_for_values(&mut tx).await?;
        Ok(tx)
    }

    /// A context for the house's own work.
    pub fn system(&self) -> Context {
        let now = self.clock.now();
        self.context(Actor::System, Locale::ZhCn, RequestId(new_uuid(now)))
    }
}

/// Who asks, when, in which language.
#[derive(Clone, Debug)]
pub struct Context {
    /// Who.
    pub actor: Actor,
    /// The one instant of this use case: read once, so that two rules never see two times.
    pub now: Timestamp,
    /// The language of answers and messages.
    pub locale: Locale,
    /// For logs and the audit trail.
    pub request: RequestId,
}

impl Context {
    /// Asks the policy.
    pub fn require(&self, capability: Capability) -> Result<(), Denied> {
        permit(&self.actor, capability, self.now)
    }

    /// A new identifier: time-ordered, so that indexes grow at one end.
    pub fn new_id<T: From<Uuid>>(&self) -> T {
        T::from(new_uuid(self.now))
    }
}

/// A UUIDv7 of `now` with 74 random bits.
pub fn new_uuid(now: Timestamp) -> Uuid {
    let random: [u8; 10] = crate::crypto::random();
    uuid::Builder::from_unix_timestamp_millis(now.as_millisecond().max(0) as u64, &random).into_uuid()
}
