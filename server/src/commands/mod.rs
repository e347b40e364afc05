//! The subcommands that end: each does one thing and says what it did.

use crate::api;
use crate::cli::{CreateAdmin, Outcome};
use crate::config::Config;
use anyhow::{Context as _, bail};
use services::Services;
use services::clock::Clock;
use services::crypto::Vault;
use sqlx::postgres::PgConnectOptions;
use sqlx::{Connection as _, Executor as _, PgConnection};
use std::str::FromStr as _;
use std::sync::Arc;

/// How to connect. Statements are not logged: their parameters may be a person's.
fn connect_options(config: &Config) -> anyhow::Result<PgConnectOptions> {
    use sqlx::ConnectOptions as _;
    let options = PgConnectOptions::from_str(config.database.url.expose()).context("the database's address")?;
    Ok(options.application_name("cordblood").disable_statement_logging())
}

/// The means of the house, on the configured database.
pub async fn services(config: &Config) -> anyhow::Result<Services> {
    let db = services::db::pool(connect_options(config)?, &config.database.pool_settings());
    let clock = Clock::system();
    let vault = Vault::open(&db, config.secrets.master_key.inner(), clock.now()).await.context("the vault does not open")?;
    Ok(Services {
        db,
        clock,
        vault,
        post: services::messages::Post::new(Default::default(), &config.settings())?,
        settings: Arc::new(config.settings()),
        claims: Default::default(),
        calendar: Default::default(),
        job_bell: Arc::default(),
    })
}

/// Brings the database up to date, as its owner.
pub async fn migrate(config: &Config) -> anyhow::Result<()> {
    let mut owner = PgConnection::connect_with(&connect_options(config)?).await.context("the database does not answer")?;
    // A migration that waits for a lock makes everybody behind it wait too: give up soon, and let the operator repeat it.
    owner.execute("set lock_timeout = '5s'; set statement_timeout = 0").await?;
    let before = applied(&mut owner).await;
    store::MIGRATIONS.run(&mut owner).await.context("the migrations did not run; nothing half-done stays behind")?;
    let after = applied(&mut owner).await;
    owner.close().await?;
    tracing::info!(new = after - before, all = after, "the database is up to date");
    println!("The database is up to date: {} new, {after} in all.", after - before);
    Ok(())
}

async fn applied(owner: &mut PgConnection) -> i64 {
    sqlx::query_scalar("select count(*) from _sqlx_migrations where success").fetch_one(owner).await.unwrap_or(0)
}

/// Fills the database with something to see.
pub async fn seed(config: &Config) -> anyhow::Result<()> {
    if config.production() {
        bail!("invented visitors have no place in production");
    }
    let services = services(config).await?;
    services::booking::seed_demo(&services, &services.system()).await.context("the museum's demo")?;
    println!("The demo is there: the museum, its sessions, and invented visitors.");
    Ok(())
}

/// Makes new keys.
pub async fn rotate_keys(config: &Config) -> anyhow::Result<()> {
    let services = services(config).await?;
    let (version, kid) = services.vault.rotate(&services.db, services.clock.now()).await?;
    println!("Data key {version} and signing key {kid} are in use everywhere within a minute.");
    Ok(())
}

/// Prints the API's description.
pub fn openapi() -> anyhow::Result<()> {
    println!("{}", serde_json::to_string_pretty(&api::document())?);
    Ok(())
}
