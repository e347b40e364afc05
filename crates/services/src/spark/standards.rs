//! The aid standards: read by everybody, published as whole versions, never changed.

use super::SparkError;
use crate::audit::{self, Entry};
use crate::{Context, Services};
use domain::account::{Actor, Denied};
use domain::ledger::Amount;
use domain::outreach::Bilingual;
use domain::spark::DiseaseGroup;
use domain::time::local_day;
use jiff::civil::Date;
use serde_json::json;
use store::ToSqlx as _;
use store::spark::standards as sql;

/// What the most is counted by.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Per {
    /// Each application.
    Case,
    /// Each year.
    Year,
}

impl Per {
    const fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Year => "year",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::Case, Self::Year].into_iter().find(|per| per.name() == name)
    }
}

/// One line: what is aided with at most how much.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standard {
    /// For whom.
    pub group: DiseaseGroup,
    /// What is aided.
    pub title: Bilingual,
    /// Which costs.
    pub covers: Bilingual,
    /// The most, in whole yuan.
    pub most: Amount,
    /// What the most is counted by.
    pub per: Per,
}

/// A version of the standards.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standards {
    /// Its number.
    pub version: u16,
    /// The first day it is in force.
    pub holds_from: Date,
    /// Invented for the demo; whoever shows it says so.
    pub demo: bool,
    /// By whom it was decided.
    pub decided: Bilingual,
    /// The lines, in their order.
    pub lines: Vec<Standard>,
}

/// What is in force today; `None` before anything was published.
///
/// # Errors
/// `Unreadable`, `Database`.
pub async fn standards(services: &Services, context: &Context) -> Result<Option<Standards>, SparkError> {
    let mut db = services.db.acquire().await?;
    let Some(row) = sql::in_force(&mut db, local_day(context.now)).await? else { return Ok(None) };
    let lines = sql::lines(&mut db, row.version).await?;
    Ok(Some(Standards {
        version: u16::try_from(row.version).map_err(|_| SparkError::Unreadable)?,
        holds_from: row.holds_from.to_jiff(),
        demo: row.demo,
        decided: Bilingual::new(row.decided_zh, row.decided_en),
        lines: lines.into_iter().map(line).collect::<Result<_, _>>()?,
    }))
}

fn line(row: sql::LineRow) -> Result<Standard, SparkError> {
    Ok(Standard {
        group: DiseaseGroup::from_name(&row.disease_group).ok_or(SparkError::Unreadable)?,
        title: Bilingual::new(row.title_zh, row.title_en),
        covers: Bilingual::new(row.covers_zh, row.covers_en),
        most: Amount::new(row.most_fen).map_err(|_| SparkError::Unreadable)?,
        per: Per::from_name(&row.per).ok_or(SparkError::Unreadable)?,
    })
}

/// Publishes a version. There is no page for it yet: the house itself does, by its seed or its operators.
///
/// # Errors
/// `Denied` for anybody else, `VersionTaken`, `Database`.
pub async fn publish(services: &Services, context: &Context, fresh: &Standards) -> Result<(), SparkError> {
    if context.actor != Actor::System {
        return Err(Denied::NotAllowed.into());
    }
    let mut tx = services.begin().await?;
    let row = sql::VersionRow {
        version: i32::from(fresh.version),
        holds_from: fresh.holds_from.to_sqlx(),
        demo: fresh.demo,
        decided_zh: fresh.decided.zh.clone(),
        decided_en: fresh.decided.en.clone(),
    };
    // (More than fit are more than the table's rule allows.)
    let lines = i16::try_from(fresh.lines.len()).unwrap_or(i16::MAX);
    if !sql::add_version(&mut tx, &row, lines, context.now).await? {
        return Err(SparkError::VersionTaken(fresh.version));
    }
    for (position, line) in (1..).zip(&fresh.lines) {
        let row = sql::LineRow {
            disease_group: line.group.name().to_owned(),
            title_zh: line.title.zh.clone(),
            title_en: line.title.en.clone(),
            covers_zh: line.covers.zh.clone(),
            covers_en: line.covers.en.clone(),
            most_fen: line.most.get(),
            per: line.per.name().to_owned(),
        };
        sql::add_line(&mut tx, i32::from(fresh.version), position, &row).await?;
    }
    let detail = json!({ "version": fresh.version, "holds_from": fresh.holds_from.to_string(), "demo": fresh.demo });
    let entry = Entry { action: "spark.standards_published", subject_kind: "spark_standards", subject: None, detail };
    audit::record(&mut tx, context, &[entry]).await?;
    tx.commit().await?;
    Ok(())
}
