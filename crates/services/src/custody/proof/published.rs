//! What is published of the tree: its signed roots, the newest first, a page at a time, and the public keys that they verify by.
//! Nothing of a unit. Whoever writes down a root of today can say in ten years whether the house changed anything before it.

use super::{ProofError, root_of};
use crate::Services;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use domain::custody::chain::Root;
use domain::custody::passport::{Jwk, Keys};
use jiff::civil::Date;
use store::ToSqlx;
use store::custody::tree::{self, RootRow};

/// Roots of one page for machines.
const PAGE: usize = 200;
/// Days of one page for people.
const DAYS: usize = 31;

/// A signed root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Published {
    /// It.
    pub root: Root,
    /// The key that signed it.
    pub kid: String,
    /// The signature, in base64 for URLs.
    pub signature: String,
}

/// One page.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<Next> {
    /// The newest first.
    pub roots: Vec<Published>,
    /// What the next page is before, if there is one.
    pub next: Option<Next>,
}

fn read(row: RootRow) -> Option<Published> {
    Some(Published { root: root_of(&row)?, kid: row.kid, signature: BASE64.encode(&row.signature) })
}

fn page<Next>(rows: Vec<RootRow>, most: usize, next: impl Fn(&Root) -> Next) -> Page<Next> {
    let more = rows.len() > most;
    let roots: Vec<Published> = rows.into_iter().take(most).filter_map(read).collect();
    let next = roots.last().filter(|_| more).map(|last| next(&last.root));
    Page { roots, next }
}

/// Roots before a number, or the newest. Anybody may read them.
///
/// # Errors
/// `Database`.
pub async fn published(services: &Services, before: Option<u64>) -> Result<Page<u64>, ProofError> {
    let before = before.and_then(|number| i64::try_from(number).ok()).unwrap_or(i64::MAX);
    let rows = tree::roots_before(&services.db, before, PAGE as i64 + 1).await?;
    Ok(page(rows, PAGE, |root| root.number))
}

/// The last root of each day before one, or of the newest days: the roots of days.
///
/// # Errors
/// `Database`.
pub async fn day_roots(services: &Services, before: Option<Date>) -> Result<Page<Date>, ProofError> {
    let before = before.unwrap_or(domain::time::LAST_DAY);
    let rows = tree::day_roots_before(&services.db, before.to_sqlx(), DAYS as i64 + 1).await?;
    Ok(page(rows, DAYS, |root| root.day))
}

/// The public keys that roots verify by: also those that sign nothing any more, with the time from which on nothing of theirs counts.
pub fn keys(services: &Services) -> Keys {
    let all = services.vault.every_public_key().into_iter();
    Keys { keys: all.map(|key| Jwk::ed25519(key.kid, &key.public, key.retired_at)).collect() }
}
