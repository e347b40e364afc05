//! A frozen snapshot (快照): the tables at one time and one position of the ledger, in bytes that are the same wherever they are
//! made. Whoever freezes one keeps the bytes and hashes them; what is shown later is read from them and from nowhere else.
//!
//! The bytes are lines of text, so that anybody can read them and check the hash with a tool of their own:
//! a first line with the version, then one fact a line, words separated by single spaces, `\n` after each.

use super::correction::Correction;
use super::crowd::Rules;
use super::facts::Fen;
use super::place::Region;
use super::quarter::Quarter;
use super::tables::{Groups, Sum, Tables, Uneven, Years};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::str::FromStr;

/// What the bytes begin with. Another form has another number; what is frozen is never written anew.
const FORMAT: &str = "spark-disclosure 1";

/// The hash of a snapshot's bytes, as whoever froze it computed it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Digest(pub [u8; 32]);

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = Unreadable;

    fn from_str(text: &str) -> Result<Self, Unreadable> {
        let digit = |c: u8| matches!(c, b'0'..=b'9' | b'a'..=b'f').then(|| (c as char).to_digit(16)).flatten();
        let mut bytes = [0; 32];
        if text.len() != 64 {
            return Err(Unreadable);
        }
        for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
            let (high, low) = (digit(pair[0]).ok_or(Unreadable)?, digit(pair[1]).ok_or(Unreadable)?);
            *byte = (high * 16 + low) as u8;
        }
        Ok(Self(bytes))
    }
}

/// The bytes are no snapshot, or one that somebody changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not a snapshot of this form")]
pub struct Unreadable;

/// What was published at one time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Snapshot {
    /// The quarter it is the report of.
    pub quarter: Quarter,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// The ledger up to here is in it: the position of the last payment counted. What came later waits, however little it is.
    pub position: u64,
    /// The rules it was made by.
    pub rules: Rules,
    /// The snapshot before it, on whose rows it builds; none for the first.
    pub follows: Option<Digest>,
    /// The snapshot it corrects, if any.
    pub corrects: Option<Correction>,
    /// What the fund received, by year.
    pub received: BTreeMap<i16, Fen>,
    /// What families were paid.
    pub tables: Tables,
}

impl Snapshot {
    /// All that the fund received.
    pub fn received_in_all(&self) -> Fen {
        Fen::new(self.received.values().map(|fen| fen.get()).sum())
    }

    /// Received and not paid to families. What waits to be counted is still in it.
    pub fn balance(&self) -> Fen {
        Fen::new(self.received_in_all().get() - self.tables.total().amount.get())
    }

    /// The bytes that are kept and hashed.
    pub fn canonical(&self) -> Vec<u8> {
        let mut text = format!("{FORMAT}\n");
        let mut line = |words: fmt::Arguments<'_>| {
            // Writing to a string does not fail.
            let _ = writeln!(text, "{words}");
        };
        line(format_args!("quarter {}", self.quarter));
        line(format_args!("taken {}", self.taken_at));
        line(format_args!("position {}", self.position));
        line(format_args!("rules {} {}", self.rules.least(), self.rules.share()));
        if let Some(before) = self.follows {
            line(format_args!("follows {before}"));
        }
        if let Some(correction) = &self.corrects {
            line(format_args!("corrects {}", correction.of()));
            line(format_args!("reason {}", correction.reason()));
        }
        for (year, fen) in &self.received {
            line(format_args!("received {year} {}", fen.get()));
        }
        for ((years, groups), sum) in self.tables.by_year_and_group() {
            let Years { first, last } = years;
            line(format_args!("group {first} {last} {} {} {}", groups.code(), sum.families, sum.amount.get()));
        }
        for ((years, region), sum) in self.tables.by_year_and_region() {
            let Years { first, last } = years;
            line(format_args!("region {first} {last} {} {} {}", region.code(), sum.families, sum.amount.get()));
        }
        text.into_bytes()
    }

    /// Reads what was frozen.
    ///
    /// # Errors
    /// `Unreadable`: not the very bytes that [`Snapshot::canonical`] makes of any snapshot, or of one whose tables differ.
    pub fn read(bytes: &[u8]) -> Result<Self, Unreadable> {
        let text = std::str::from_utf8(bytes).map_err(|_| Unreadable)?;
        let mut lines = text.lines();
        if lines.next() != Some(FORMAT) {
            return Err(Unreadable);
        }
        let mut read = Reading::default();
        for line in lines {
            read.line(line).ok_or(Unreadable)?;
        }
        let snapshot = read.finish().ok_or(Unreadable)?;
        // One snapshot has one form: other orders, spaces, zeros before a number, lines said twice are no snapshot.
        if snapshot.canonical() == bytes { Ok(snapshot) } else { Err(Unreadable) }
    }
}

/// Why figures that were written down are no tables.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Misread {
    /// This line, counted from one, says nothing that a table has, or says it twice.
    #[error("line {0} cannot be read")]
    Line(u32),
    /// The rows by group and those by region do not add up to the same.
    #[error(transparent)]
    Uneven(#[from] Uneven),
}

impl Snapshot {
    /// The lines of its numbers alone, as people put them right: what was received, the rows by group, the rows by region.
    pub fn figures(&self) -> String {
        let text = String::from_utf8(self.canonical()).unwrap_or_default();
        let is_figure = |line: &&str| FIGURES.iter().any(|word| line.starts_with(word));
        text.lines().filter(is_figure).fold(String::new(), |all, line| all + line + "\n")
    }

    /// Reads such lines, in any order; empty ones are passed over.
    ///
    /// # Errors
    /// See [`Misread`].
    pub fn read_figures(text: &str) -> Result<(Tables, BTreeMap<i16, Fen>), Misread> {
        let mut read = Reading::default();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let before = read.cells();
            let is_figure = FIGURES.iter().any(|word| line.starts_with(word)) && before < MOST_CELLS;
            // A line that was there already adds no cell.
            if !is_figure || read.line(line).is_none() || read.cells() == before {
                return Err(Misread::Line(number));
            }
        }
        Ok((Tables::new(read.groups, read.regions)?, read.received))
    }
}

/// What the lines of numbers begin with.
const FIGURES: [&str; 3] = ["received ", "group ", "region "];

/// The largest amount a cell is read with, in fen: so little that a thousand cells still add up.
const MOST: i64 = 1_000_000_000_000_000;
/// The most families a cell is read with.
const MOST_FAMILIES: u64 = 1_000_000_000;
/// The most cells that are read of one table.
const MOST_CELLS: usize = 4_000;

/// What the lines said so far.
#[derive(Default)]
struct Reading {
    quarter: Option<Quarter>,
    taken_at: Option<Timestamp>,
    position: Option<u64>,
    rules: Option<Rules>,
    follows: Option<Digest>,
    corrected: Option<Digest>,
    reason: Option<String>,
    received: BTreeMap<i16, Fen>,
    groups: BTreeMap<(Years, Groups), Sum>,
    regions: BTreeMap<(Years, Region), Sum>,
}

impl Reading {
    fn cells(&self) -> usize {
        self.received.len() + self.groups.len() + self.regions.len()
    }

    fn line(&mut self, line: &str) -> Option<()> {
        let (what, rest) = line.split_once(' ')?;
        let words: Vec<&str> = rest.split(' ').collect();
        match (what, &words[..]) {
            ("quarter", [quarter]) => self.quarter = Some(quarter.parse().ok()?),
            ("taken", [instant]) => self.taken_at = Some(instant.parse().ok()?),
            ("position", [position]) => self.position = Some(position.parse().ok()?),
            ("rules", [least, share]) => {
                self.rules = Some(Rules::new(least.parse().ok()?, share.parse().ok()?).ok()?);
            }
            ("follows", [digest]) => self.follows = Some(digest.parse().ok()?),
            ("corrects", [digest]) => self.corrected = Some(digest.parse().ok()?),
            ("reason", _) => self.reason = Some(rest.to_owned()),
            ("received", [year, fen]) => {
                self.received.insert(year.parse().ok()?, amount(fen)?);
            }
            ("group", [first, last, code, families, fen]) => {
                let key = (years(first, last)?, Groups::from_code(code)?);
                self.groups.insert(key, sum(families, fen)?);
            }
            ("region", [first, last, code, families, fen]) => {
                let key = (years(first, last)?, Region::from_code(code)?);
                self.regions.insert(key, sum(families, fen)?);
            }
            _ => return None,
        }
        Some(())
    }

    fn finish(self) -> Option<Snapshot> {
        if self.groups.len().max(self.regions.len()).max(self.received.len()) > MOST_CELLS {
            return None;
        }
        let corrects = match (self.corrected, self.reason) {
            (Some(of), Some(reason)) => Some(Correction::new(of, &reason).ok()?),
            (None, None) => None,
            _ => return None,
        };
        Some(Snapshot {
            quarter: self.quarter?,
            taken_at: self.taken_at?,
            position: self.position?,
            rules: self.rules?,
            follows: self.follows,
            corrects,
            received: self.received,
            tables: Tables::new(self.groups, self.regions).ok()?,
        })
    }
}

fn years(first: &str, last: &str) -> Option<Years> {
    let years = Years { first: first.parse().ok()?, last: last.parse().ok()? };
    (years.first <= years.last).then_some(years)
}

fn amount(fen: &str) -> Option<Fen> {
    let fen: i64 = fen.parse().ok()?;
    (fen.unsigned_abs() <= MOST.unsigned_abs()).then_some(Fen::new(fen))
}

fn sum(families: &str, fen: &str) -> Option<Sum> {
    let families = families.parse().ok().filter(|families| *families <= MOST_FAMILIES)?;
    Some(Sum { families, amount: amount(fen)? })
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
