//! A whole house for a test: services on a database of its own, with a clock the test moves.

use crate::TestDb;
use domain::Locale;
use domain::account::{Actor, Role};
use domain::ids::{AccountId, LoginSessionId};
use jiff::Timestamp;
use secrecy::SecretString;
use services::clock::Clock;
use services::context::Settings;
use services::crypto::Vault;
use services::messages::{Post, PostSettings};
use services::{Context, Services};
use std::sync::Arc;
use uuid::Uuid;

/// The master key of every test.
pub const MASTER_KEY: &str = "a master key for tests, and for tests only";

/// Services on a database of their own.
pub struct TestHouse {
    /// The means, as the server has them.
    pub services: Services,
    /// Its database; dropped last.
    pub db: TestDb,
}

impl TestHouse {
    /// A house at noon of 20 July 2026 in Shandong, its clock standing still, with a small pool.
    pub async fn new() -> Self {
        Self::with(Clock::frozen("2026-07-20T12:00:00+08:00".parse().expect("an instant")), 8).await
    }

    /// A house with a clock and as many connections as the test needs.
    pub async fn with(clock: Clock, connections: u32) -> Self {
        let db = TestDb::new().await;
        let services = Self::second(&db, clock, connections).await;
        Self { services, db }
    }

    /// Another server on the same database, as a second process would be.
    pub async fn second(db: &TestDb, clock: Clock, connections: u32) -> Services {
        let pool = db.app_pool(connections);
        let vault = Vault::open(&pool, &SecretString::from(MASTER_KEY), clock.now()).await.expect("the vault opens");
        let settings = Settings { public_url: "https://test.example".into(), development: true };
        Services {
            blobs: Arc::new(services::files::Database(pool.clone())),
            scanner: None,
            db: pool,
            clock,
            vault,
            // Messages go to the mailbox of development; a test that wants a server of its own replaces this.
            post: Post::new(PostSettings::default(), &settings).expect("the mailbox needs nothing"),
            settings: Arc::new(settings),
            claims: Default::default(),
            entrance: services::booking::Entrance::default(),
            limits: Default::default(),
            calendar: Default::default(),
            programme: Default::default(),
            custody: Default::default(),
            filled: Default::default(),
            job_bell: Arc::default(),
        }
    }

    /// A context of `actor`, now.
    pub fn context(&self, actor: Actor) -> Context {
        Context { actor, locale: Locale::ZhCn, ..self.services.system() }
    }

    /// What somebody of a role does who showed their second factor now. Different numbers are different people; nobody has such an
    /// account, nor signed in.
    pub fn somebody(&self, person: u128, role: Role) -> Context {
        self.context(Actor::Staff {
            account: AccountId(Uuid::from_u128(person)),
            login: LoginSessionId(Uuid::from_u128(person)),
            roles: vec![role],
            stepped_up_at: Some(self.now()),
        })
    }

    /// The present instant of the house.
    pub fn now(&self) -> Timestamp {
        self.services.clock.now()
    }
}
