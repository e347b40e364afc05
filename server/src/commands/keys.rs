//! The subcommands about keys: new ones, ended ones, another master key.

use super::{first_line, services};
use crate::cli::{Outcome, RetireKey, RotateKeys};
use crate::config::{Config, DEVELOPMENT_MASTER_KEY};
use crate::logs;
use anyhow::{Context as _, bail};
use secrecy::{ExposeSecret as _, SecretString};
use services::Services;
use services::crypto::{self, REFRESH_EVERY};
use std::time::Duration;

/// How often is looked whether the new key has settled.
const LOOK: Duration = Duration::from_millis(500);

/// Makes new keys, and seals everything anew if asked to.
pub async fn rotate(config: &Config, asked: RotateKeys) -> anyhow::Result<Outcome> {
    let services = services(config).await?;
    let (version, kid) = services.vault.rotate(&services.db, services.clock.now()).await?;
    println!("Data key {version} and signing key {kid} are in use everywhere within a minute.");
    if !asked.renew {
        return Ok(Outcome::Done);
    }
    // The renewal names what does not open in the log.
    logs::install(&config.telemetry, config.environment, None).context("logging")?;
    println!("Waiting until every server seals with data key {version} …");
    settled(&services, version).await?;
    let renewed = crypto::renew(&services).await.context("the renewal stopped half-way; run it again")?;
    println!("{} values are sealed anew.", renewed.sealed);
    if renewed.unreadable == 0 {
        return Ok(Outcome::Done);
    }
    eprintln!("{} values do not open and were left as they are; the lines above name them.", renewed.unreadable);
    Ok(Outcome::Unreadable)
}

/// Waits until this process and every running server seal with data key `version`, or a later one: whatever a server
/// sealed with an older key is then there to be found.
async fn settled(services: &Services, version: u32) -> anyhow::Result<()> {
    while services.vault.sealing_version() < version {
        tokio::time::sleep(LOOK).await;
        services.vault.refresh(&services.db, services.clock.now()).await?;
    }
    // Others look every REFRESH_EVERY, and finish what they had begun.
    tokio::time::sleep(REFRESH_EVERY * 2).await;
    Ok(())
}

/// Ends a signing key.
pub async fn retire(config: &Config, asked: RetireKey) -> anyhow::Result<()> {
    let services = services(config).await?;
    services.vault.retire_signing_key(&services.db, &asked.kid, services.clock.now()).await?;
    println!("Signing key {} is ended: what it signed for visitors and machines is refused within seconds.", asked.kid);
    Ok(())
}

/// Wraps all keys with the master key on standard input.
pub async fn rewrap(config: &Config) -> anyhow::Result<()> {
    let new = SecretString::from(first_line()?);
    if config.production() && new.expose_secret() == DEVELOPMENT_MASTER_KEY {
        bail!("the new master key is the one of development, known to everybody");
    }
    let services = services(config).await?;
    services.vault.rewrap(&services.db, &new).await?;
    println!("Every key is wrapped with the new master key: put it into the configuration of every server, and start");
    println!("them anew.");
    Ok(())
}
