//! The subcommands about what units are worked by: lists of steps and tests, and the rules of their way to the bank.

use super::services;
use crate::cli::{CatalogueAdd, CatalogueCommand, CatalogueShow, RulesCommand, RulesSet};
use crate::config::Config;
use anyhow::{Context as _, bail, ensure};
use domain::custody::{Catalogue, CatalogueKind, Item};
use domain::time::local_day;
use jiff::ToSpan as _;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use services::Services;
use services::custody::lists::{self, ListError, Why};
use std::path::Path;

/// The largest file: 63 entries need a few thousand bytes.
const LARGEST: u64 = 256 * 1024;

/// A list in a file.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ListFile {
    /// `preparation`, `test`, `release`.
    kind: String,
    /// The version it is, or was made from.
    version: u32,
    /// Its entries.
    items: Vec<Entry>,
}

/// One of its entries.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    position: u8,
    code: String,
    section: String,
    zh: String,
    en: String,
}

impl ListFile {
    fn of(list: &Catalogue) -> Self {
        let entry = |item: &Item| Entry {
            position: item.position,
            code: item.code.clone(),
            section: item.section.clone(),
            zh: item.zh.clone(),
            en: item.en.clone(),
        };
        Self { kind: list.kind.name().to_owned(), version: list.version, items: list.items.iter().map(entry).collect() }
    }

    fn items(self) -> Vec<Item> {
        let item = |Entry { position, code, section, zh, en }| Item { position, code, section, zh, en };
        self.items.into_iter().map(item).collect()
    }
}

fn kind_of(name: &str) -> anyhow::Result<CatalogueKind> {
    CatalogueKind::from_name(name)
        .with_context(|| format!("there is no list {name}: it is preparation, test or release"))
}

/// The day that was asked for, or tomorrow.
fn day(services: &Services, asked: Option<Date>) -> Date {
    asked.unwrap_or_else(|| local_day(services.clock.now()).saturating_add(1.day()))
}

/// Does what was asked about lists.
pub async fn catalogue(config: &Config, asked: CatalogueCommand) -> anyhow::Result<()> {
    match asked {
        CatalogueCommand::Show(CatalogueShow { kind }) => {
            let (services, kind) = (services(config).await?, kind_of(&kind)?);
            let list = lists::newest(&services, &services.system(), kind).await?;
            eprintln!("{}, version {}, of units begun from {} on.", kind.name(), list.version, list.valid_from);
            println!("{}", serde_json::to_string_pretty(&ListFile::of(&list))?);
            Ok(())
        }
        CatalogueCommand::Add(asked) => add(config, asked).await,
    }
}

async fn add(config: &Config, asked: CatalogueAdd) -> anyhow::Result<()> {
    let file = read(&asked.file).with_context(|| asked.file.display().to_string())?;
    let (kind, before) = (kind_of(&file.kind)?, file.version);
    let services = services(config).await?;
    let (context, from) = (services.system(), day(&services, asked.from));
    let newest = lists::newest(&services, &context, kind).await?;
    ensure!(newest.version == before, "the last version is {}, and this was made from {before}", newest.version);
    let items = file.items();
    let changes = newest.changes_of_next(&items);
    if changes.is_empty() {
        println!("It is as version {before}: there is nothing to add.");
        return Ok(());
    }
    println!("{}, version {} after {before}, of units begun from {from} on:", kind.name(), before + 1);
    for change in &changes {
        println!("{change}");
    }
    let faults = newest.faults_of_next(&items);
    if !faults.is_empty() {
        for fault in &faults {
            eprintln!("{fault}");
        }
        bail!("it cannot be the next version");
    }
    let losses = newest.losses_of_next(&items);
    if !losses.is_empty() {
        println!("What it no longer asks for:");
        for loss in &losses {
            println!("{loss}");
        }
    }
    if !asked.yes {
        let how = if losses.is_empty() { "" } else { " --lets-go" };
        println!("Nothing was written: `--yes --by LOGIN --reason TEXT{how}` adds it.");
        return Ok(());
    }
    let why =
        Why { login: asked.by.as_deref().unwrap_or_default(), reason: asked.reason.as_deref().unwrap_or_default() };
    match lists::add(&services, &context, (kind, before), (&items, asked.lets_go), (from, why)).await {
        Ok(version) => println!("Version {version} is there."),
        Err(ListError::Early(earliest)) => bail!("--from: {earliest} or later"),
        Err(ListError::Losses(_)) => {
            bail!("it asks for less than the version before: `--lets-go` says that it is meant")
        }
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn read(file: &Path) -> anyhow::Result<ListFile> {
    ensure!(std::fs::metadata(file)?.len() <= LARGEST, "longer than any list");
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// Does what was asked about the rules of the way to the bank.
pub async fn rules(config: &Config, asked: RulesCommand) -> anyhow::Result<()> {
    let services = services(config).await?;
    let context = services.system();
    let asked = match asked {
        RulesCommand::Show => {
            for rules in lists::rules(&services, &context).await? {
                println!("{}", said(&rules));
            }
            return Ok(());
        }
        RulesCommand::Set(asked) => asked,
    };
    let RulesSet { alarm_hours, reject_hours, from, by, reason } = asked;
    let why = Why { login: &by, reason: &reason };
    match lists::set_rules(&services, &context, (alarm_hours, reject_hours), (day(&services, from), why)).await {
        Ok(rules) => println!("{}", said(&rules)),
        Err(ListError::Early(earliest)) => bail!("--from: {earliest} or later"),
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn said(rules: &lists::RulesVersion) -> String {
    let hours = |minutes: u32| f64::from(minutes) / 60.0;
    let (alarm, reject) = (hours(rules.alarm), hours(rules.reject));
    format!(
        "version {}, from {} on: a deviation after {alarm} hours on the way, not taken in after {reject}",
        rules.version, rules.from
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn what_is_shown_is_what_is_added() {
        let item = |position: u8| Item {
            position,
            code: format!("step_{position}"),
            section: "A".to_owned(),
            zh: "称重".to_owned(),
            en: "Weighed".to_owned(),
        };
        let list = Catalogue {
            id: Uuid::nil(),
            kind: CatalogueKind::Test,
            version: 3,
            valid_from: jiff::civil::date(2026, 1, 1),
            items: vec![item(1), item(2)],
        };
        let shown = serde_json::to_string_pretty(&ListFile::of(&list)).expect("JSON");
        let read: ListFile = serde_json::from_str(&shown).expect("as it was shown");
        assert_eq!((read.kind.as_str(), read.version), ("test", 3));
        assert_eq!(read.items(), list.items);
        let misspelt = shown.replace("\"section\"", "\"sections\"");
        assert!(serde_json::from_str::<ListFile>(&misspelt).is_err(), "a member that nobody knows is no entry's");
    }
}
