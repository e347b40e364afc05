//! The verifier: reads every chain, the tree over their heads and all signed roots, and names the unit and the event of whatever was
//! done to them behind the house's back.
//!
//! Each net is for what the others let through: the hash of an event (it was edited), the seal of what it says, which is bound to that
//! hash by the unit's own key (a chain was hashed anew), what follows from the events, which the unit's row must say, the leaf with its
//! keyed seal (a history was cut short or replaced), the tree up to the signed root, and the roots, each over the one before. What they
//! cannot show is everything taken back to an earlier state, roots and all: for that a root that was kept elsewhere (the log has each,
//! and so has every passport) is given as witness.
//!
//! 62 million events: units in the order of their ids, a page at a time, and the events beside them, so that no more than a page of
//! each is in memory, whatever the size of the house; then the tree level by level, and the roots. One snapshot for all of it.

mod fault;
mod levels;
mod replay;
mod roots;
mod units;

pub use fault::{Fault, Newer};

use super::{ProofError, Witness};
use crate::crypto::Vault;
use crate::custody::{CustodyError, shelf};
use domain::custody::chain::Root;
use domain::ids::UnitId;
use jiff::{SignedDuration, Timestamp};
use sqlx::{Executor, PgPool};
use store::ToSqlx;
use store::custody::tree;

/// Faults named one by one; more are counted.
const NAMED: usize = 1000;

/// How to verify.
#[derive(Clone, Debug)]
pub struct Terms {
    /// The present.
    pub now: Timestamp,
    /// Only this unit, its leaf, and the way from there to the root.
    pub unit: Option<UnitId>,
    /// A root that was kept outside the database.
    pub witness: Option<Witness>,
    /// A unit whose events wait longer than this for a root is a fault.
    pub late_after: SignedDuration,
    /// Told again and again how many events were read, of about how many.
    pub progress: fn(u64, u64),
}

impl Terms {
    /// Everything, without a witness; an event may wait an hour for its root.
    pub fn at(now: Timestamp) -> Self {
        Self { now, unit: None, witness: None, late_after: SignedDuration::from_hours(1), progress: |_, _| () }
    }
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Units read.
    pub units: u64,
    /// Events read.
    pub events: u64,
    /// Of these, opened and compared with what they say.
    pub opened: u64,
    /// Roots read.
    pub roots: u64,
    /// Units with events that no root covers yet.
    pub waiting: u64,
    /// The last root that holds.
    pub root: Option<Root>,
    /// What is wrong; empty for a sound house.
    pub faults: Vec<Fault>,
    /// Further faults, counted only.
    pub more_faults: usize,
    /// What only a verifier of a later release can read. It is no fault, and what follows from it was not compared.
    pub newer: Vec<Newer>,
    /// Further such events, counted only.
    pub more_newer: usize,
}

impl Report {
    /// Nothing is wrong of what this release can read.
    pub fn is_sound(&self) -> bool {
        self.faults.is_empty()
    }

    fn name(&mut self, fault: Fault) {
        if self.faults.len() < NAMED { self.faults.push(fault) } else { self.more_faults += 1 }
    }

    fn newer(&mut self, event: Newer) {
        if self.newer.len() < NAMED { self.newer.push(event) } else { self.more_newer += 1 }
    }
}

/// Reads everything (or one unit) at one instant and reports. Nothing it finds is an error of its own.
///
/// # Errors
/// `Database`.
pub async fn verify(db: &PgPool, vault: &Vault, terms: &Terms) -> Result<Report, ProofError> {
    let mut tx = crate::db::begin(db).await?;
    // It may take many minutes, and one snapshot keeps what is recorded meanwhile out of it. The pages are planned for their values:
    // a plan for any values would not know how short a page is.
    tx.execute("set transaction isolation level repeatable read, read only; set local statement_timeout = 0").await?;
    store::plan_for_values(&mut tx).await?;
    let shelf = shelf::load(&mut tx).await.map_err(|error| match error {
        CustodyError::Database(error) => error,
        error => sqlx::Error::Decode(error.into()),
    })?;
    let mut report = Report::default();
    let roots = roots::walk(&mut tx, vault, terms, &mut report).await?;
    let size = roots.size;
    match terms.unit {
        Some(unit) => {
            units::one(&mut tx, (vault, &shelf), unit, size, &mut report).await?;
            levels::way(&mut tx, vault, unit, &roots, &mut report).await?;
        }
        None => {
            let owned = units::walk(&mut tx, (vault, &shelf), terms, size, &mut report).await?;
            levels::walk(&mut tx, vault, &roots, &owned, &mut report).await?;
            let before = terms.now.saturating_sub(terms.late_after).unwrap_or(terms.now);
            let (waiting, late) = tree::waiting(&mut *tx, before.to_sqlx()).await?;
            report.waiting = waiting.unsigned_abs();
            // Who was left out for a fault of its own waits for ever, and is named already.
            if late > 0 && report.is_sound() {
                report.name(Fault::Late { units: late.unsigned_abs() });
            }
        }
    }
    report.root = roots.last;
    Ok(report)
}
