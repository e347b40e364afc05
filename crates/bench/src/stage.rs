//! A museum on a database of its own, made for the measurement and dropped after it unless it has a name.

use crate::codes::Codes;
use crate::meter::{self, Used};
use crate::{CLIENTS, Line};
use anyhow::{Context as _, ensure};
use domain::booking::Policy;
use domain::ids::{ActivityId, SessionId};
use domain::time::{local_day, start_of_day};
use jiff::{SignedDuration, Timestamp, ToSpan as _};
use secrecy::SecretString;
use services::Services;
use services::clock::Clock;
use services::context::{Settings, new_uuid};
use services::crypto::Vault;
use services::db::PoolSettings;
use services::messages::{Post, PostSettings};
use sqlx::ConnectOptions as _;
use sqlx::pool::PoolConnection;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{PgPool, Postgres};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use store::booking::sessions as sql;
use testkit::{MASTER_KEY, TestDb};

/// Everything a measurement needs.
pub struct Stage {
    /// The means, as a server has them.
    pub services: Services,
    /// Delivers codes.
    pub codes: Codes,
    options: PgConnectOptions,
    activity: ActivityId,
    owner: PgPool,
    first_session: Timestamp,
    made: AtomicI64,
    visitors: AtomicU64,
    // Dropped last: its database goes with it, unless it stays.
    db: TestDb,
}

impl Stage {
    /// A migrated database with a museum in it: a new one, or that of a name, which stays.
    pub async fn set(named: Option<&str>) -> anyhow::Result<Self> {
        let db = match named {
            Some(name) => TestDb::staying(name).await,
            None => TestDb::new().await,
        };
        let options = db.options().disable_statement_logging();
        let owner = PgPoolOptions::new().max_connections(1).min_connections(1).connect_with(options.clone()).await?;
        let services = house(options.clone()).await?;
        let now = services.clock.now();
        let fresh = sql::ActivityRow {
            id: new_uuid(now),
            kind: "museum".into(),
            slug: services::booking::MUSEUM.into(),
            title_zh: "科普馆".into(),
            title_en: "Museum".into(),
            policy: serde_json::to_value(Policy::default())?,
            policy_version: 1,
        };
        let activity = sql::add_activity(&mut *owner.acquire().await?, now, &fresh).await?;
        // Four days ahead at eleven, so that every booking plans all of its reminders: none would be due by night.
        let day = local_day(now).checked_add(4.days())?;
        Ok(Self {
            codes: Codes::deliver(options.clone(), services.vault.clone())?,
            services,
            options,
            activity: ActivityId(activity),
            owner,
            first_session: start_of_day(day) + SignedDuration::from_hours(11),
            made: AtomicI64::new(0),
            visitors: AtomicU64::new(0),
            db,
        })
    }

    /// How to reach the database.
    pub const fn database(&self) -> &PgConnectOptions {
        &self.options
    }

    /// Another server on it.
    pub async fn house(&self, options: PgConnectOptions) -> anyhow::Result<Services> {
        house(options).await
    }

    /// Another server on it, whose pool has one connection: what is prepared there is there the next time.
    pub async fn house_of_one(&self) -> anyhow::Result<Services> {
        pooled(self.options.clone(), &PoolSettings { max_connections: 1, ..PoolSettings::default() }).await
    }

    /// The owner's connection, for what no server does.
    pub async fn owner(&self) -> anyhow::Result<PoolConnection<Postgres>> {
        Ok(self.owner.acquire().await?)
    }

    /// The owner's pool, for what is put there in bulk.
    pub const fn owners(&self) -> &PgPool {
        &self.owner
    }

    /// The database's URL, for a server of its own.
    pub fn url(&self) -> String {
        self.db.url()
    }

    /// The next visitor's number.
    pub fn visitor(&self) -> u64 {
        self.visitors.fetch_add(1, Ordering::Relaxed)
    }

    /// Fresh sessions: so many, of so many places each.
    pub async fn sessions(&self, (count, capacity): (usize, u32)) -> anyhow::Result<Vec<SessionId>> {
        let now = self.services.clock.now();
        let fresh: Vec<sql::NewSession> = (0..count)
            .map(|_| {
                // Two sessions never begin at one instant; a second apart they all fit into the days that can be booked.
                let starts_at =
                    self.first_session + SignedDuration::from_secs(self.made.fetch_add(1, Ordering::Relaxed));
                let ends_at = starts_at + SignedDuration::from_mins(90);
                let places = sql::Places { capacity: capacity as i32, ..Default::default() };
                sql::NewSession { id: new_uuid(now), template_id: None, starts_at, ends_at, places, room: 0 }
            })
            .collect();
        let mut db = self.owner.acquire().await?;
        let added = sql::add_sessions(&mut db, self.activity.0, now, &fresh).await?;
        ensure!(added as usize == count, "sessions stood there already");
        Ok(fresh.iter().map(|session| SessionId(session.id)).collect())
    }

    /// People booked on each session, as the database has them.
    pub async fn people_booked(&self, sessions: &[SessionId]) -> anyhow::Result<Vec<i64>> {
        let mut db = self.owner.acquire().await?;
        let mut people = Vec::with_capacity(sessions.len());
        for session in sessions {
            people.push(store::booking::claims::people_booked(&mut db, session.0).await?);
        }
        Ok(people)
    }

    /// The counters now.
    pub async fn meter(&self) -> anyhow::Result<Used> {
        meter::read(&mut *self.owner.acquire().await?, &self.codes.stat).await
    }

    /// A value the database answers to a question without parameters.
    pub async fn ask(&self, question: &'static str) -> anyhow::Result<String> {
        sqlx::query_scalar(question).fetch_one(&self.services.db).await.context(question)
    }

    /// After the history was made: statistics as autovacuum would have them, dirty pages on disk.
    pub async fn settle(&self) -> anyhow::Result<()> {
        // Each alone: a vacuum takes no company.
        sqlx::query("vacuum (analyze)").execute(&self.owner).await?;
        sqlx::query("checkpoint").execute(&self.owner).await?;
        Ok(())
    }

    /// Every booking that was answered stands there with all its rows, whichever way it was made.
    pub async fn check_books(&self, lines: &[Line]) -> anyhow::Result<()> {
        let answered: u64 = lines
            .iter()
            .map(|line| {
                line.counted.uncounted + line.counted.booked + line.slices.iter().map(|s| s.booked).sum::<u64>()
            })
            .sum();
        for (rows, question) in [
            ("bookings", "select count(*) from booking where state = 'confirmed'"),
            ("idempotency keys", "select count(*) from idempotency"),
            ("audit entries", "select count(*) from audit_entry where action = 'booking.made'"),
            ("pending audit entries", "select count(*) from audit_pending"),
            ("confirmations", "select count(*) from job where dedupe like 'confirmation:%'"),
            ("reminders of one day before", "select count(*) from job where dedupe like 'reminder:%day1'"),
        ] {
            let found: i64 = sqlx::query_scalar(question).fetch_one(&self.owner).await?;
            ensure!(found as u64 == answered, "{answered} bookings were answered, but there are {found} {rows}");
        }
        println!(
            "\n{answered} bookings answered; as many stand there, each with its key, audit entry and messages; no session oversold."
        );
        Ok(())
    }
}

/// Services as the server makes them: its pool with its settings, a vault, the system's clock.
async fn house(options: PgConnectOptions) -> anyhow::Result<Services> {
    pooled(options, &PoolSettings::default()).await
}

async fn pooled(options: PgConnectOptions, settings: &PoolSettings) -> anyhow::Result<Services> {
    let options = options.disable_statement_logging();
    let db = services::db::pool(options, settings);
    let clock = Clock::system();
    let vault = Vault::open(&db, &SecretString::from(MASTER_KEY), clock.now()).await?;
    let settings = Settings { public_url: "https://bench.example".into(), development: true };
    Ok(Services {
        blobs: Arc::new(services::files::Database(db.clone())),
        scanner: None,
        db,
        clock,
        vault,
        post: Post::new(PostSettings::default(), &settings)?,
        settings: Arc::new(settings),
        claims: Default::default(),
        entrance: services::booking::Entrance::default(),
        limits: Default::default(),
        calendar: Default::default(),
        programme: Default::default(),
        custody: Default::default(),
        filled: Default::default(),
        job_bell: Arc::default(),
    })
}

/// What the heading says of the pool.
pub fn connections() -> String {
    format!("{CLIENTS} clients, {} connections", PoolSettings::default().max_connections)
}
