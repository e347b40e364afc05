//! Verifying the record of units: the whole of it against its signed roots, and one unit's passport without any house.

use crate::cli::{Outcome, VerifyCustody, VerifyPassport};
use crate::config::Config;
use anyhow::Context as _;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use domain::custody::passport::{Keys, LARGEST, Passport, Published, Roots};
use services::custody::proof::{self, Terms, Witness};
use std::path::Path;

/// Checks every chain, the tree over them and its roots; or one unit.
pub async fn verify(config: &Config, asked: VerifyCustody) -> anyhow::Result<Outcome> {
    let witness = asked.from_root.as_deref().map(witness).transpose()?;
    let services = super::services(config).await?;
    let terms = Terms { unit: asked.unit, witness, progress: told, ..Terms::at(services.clock.now()) };
    let report = proof::verify(&services.db, &services.vault, &terms).await?;
    println!(
        "{} units with {} events, {} of them opened, under {} signed roots; {} units wait for the next root.",
        report.units, report.events, report.opened, report.roots, report.waiting
    );
    for event in &report.newer {
        println!("{event}");
    }
    if report.more_newer > 0 {
        println!("… and {} further events like these.", report.more_newer);
    }
    if report.is_sound() {
        let so_far = if report.newer.is_empty() { "" } else { " as far as this version can read it" };
        println!("The record of units is sound{so_far}.");
        if let Some(root) = &report.root {
            println!("Root, to be kept elsewhere: {}", Witness::of(root));
        }
        return Ok(if report.newer.is_empty() { Outcome::Done } else { Outcome::NewerNeeded });
    }
    for fault in &report.faults {
        println!("{fault}");
    }
    if report.more_faults > 0 {
        println!("… and {} further faults.", report.more_faults);
    }
    eprintln!("The record of units does not verify.");
    Ok(Outcome::CustodyBroken)
}

/// Writes the events of the units that were given to families before there were any.
pub async fn record_families(config: &Config) -> anyhow::Result<()> {
    let services = super::services(config).await?;
    let stood = services::custody::assign_standing(&services, &services.system()).await?;
    println!("{} units are recorded as their families'.", stood.recorded);
    for unit in &stood.left {
        println!("unit {unit}: left, no contract of the family that its row names keeps it");
    }
    if !stood.left.is_empty() {
        anyhow::bail!("{} units were left: `verify-custody` names them until somebody has looked", stood.left.len());
    }
    Ok(())
}

/// A line for whoever waits, about once for each million events.
fn told(events: u64, about: u64) {
    const EACH: u64 = 1_000_000;
    // Events are read ten thousand at a time at most.
    if events % EACH < 10_000 && events >= EACH {
        eprintln!("{events} events of about {about}");
    }
}

/// The root somebody kept in a file: as this command prints it, or a passport, which has one in it.
fn witness(file: &Path) -> anyhow::Result<Witness> {
    let text = read(file).with_context(|| format!("--from-root {}", file.display()))?;
    let in_passport =
        || Passport::read(&text).ok().and_then(|passport| Some(Witness::of(&passport.proof?.root.root())));
    Witness::read(&text)
        .or_else(in_passport)
        .with_context(|| format!("--from-root {}: neither a root, <number>:<root>, nor a passport", file.display()))
}

/// Checks a passport by the published keys. Needs neither a database nor a network.
pub fn verify_passport(asked: &VerifyPassport) -> anyhow::Result<Outcome> {
    let text = read(&asked.file).with_context(|| asked.file.display().to_string())?;
    let keys = read(&asked.keys).with_context(|| format!("--keys {}", asked.keys.display()))?;
    let keys: Keys = serde_json::from_str(&keys).with_context(|| format!("--keys {}", asked.keys.display()))?;
    let roots = asked.roots.as_deref().map(published).transpose()?;
    let broken = |what: &dyn std::fmt::Display| {
        println!("{what}");
        eprintln!("The passport does not verify.");
        Ok(Outcome::CustodyBroken)
    };
    let verdict = match Passport::read(&text).and_then(|passport| passport.verify(&keys)) {
        Ok(verdict) => verdict,
        Err(fault) => return broken(&fault),
    };
    let parts = [&verdict.key, &verdict.signed, &verdict.signature].map(|part| BASE64.decode(part).unwrap_or_default());
    let [key, signed, signature] = &parts;
    if !services::crypto::ed25519_holds(key, signed, signature) {
        return broken(&domain::custody::passport::Broken::Signature);
    }
    let said = roots.map(|roots| roots.say(verdict.number, &verdict.root.0));
    if said == Some(Published::Other) {
        return broken(&format!("root {}: another one was published under this number", verdict.number));
    }
    println!("Unit {}: {} events, {} of them with what they say.", verdict.unit, verdict.events, verdict.told);
    println!(
        "Events 1 to {} lie under root {} of {}, signed at {} by key {}.",
        verdict.covered, verdict.number, verdict.day, verdict.signed_at, verdict.kid
    );
    if verdict.covered < verdict.events {
        println!("The events behind them only follow one another: no signed root covers them yet.");
    }
    match said {
        Some(Published::Missing) => {
            anyhow::bail!(
                "--roots: root {} is not among them; /custody/roots.json?before={} has it",
                verdict.number,
                verdict.number.saturating_add(1)
            )
        }
        Some(_) => println!("Its root is the one that was published."),
        None => println!("Its root was not compared with the published ones: --roots FILE does that."),
    }
    println!("The passport is sound.");
    Ok(Outcome::Done)
}

/// The published roots that somebody kept in a file.
fn published(file: &Path) -> anyhow::Result<Roots> {
    let text = read(file).with_context(|| format!("--roots {}", file.display()))?;
    serde_json::from_str(&text).with_context(|| format!("--roots {}", file.display()))
}

/// The text of a file that is no longer than a passport.
fn read(file: &Path) -> anyhow::Result<String> {
    let size = std::fs::metadata(file)?.len();
    anyhow::ensure!(size <= LARGEST as u64, "longer than any passport");
    Ok(std::fs::read_to_string(file)?)
}
