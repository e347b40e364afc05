//! The audit trail: what happened, written in the transaction of the change; a Merkle tree over it, signed every second;
//! a verifier that names the position of any later edit, deletion, move or insertion; and the staff's page.
//!
//! The hot path only inserts: no entry waits for another's hash. Order and signatures come afterwards ([`sequence`]).

mod contacts;
mod find;
mod leaf;
mod list;
pub mod merkle;
mod sequence;
mod verify;

pub use find::{MOST_LEAVES, Standing, check, of_case, of_login, standing};
pub use leaf::entry_hash;
pub use list::{Filter, Listed, Page, list};
pub use sequence::{BATCH, Step, run, sequence};
pub use verify::{Fault, Report, Terms, verify};

use crate::Context;
use domain::account::{Actor, Denied};
use jiff::Timestamp;
use merkle::Hash;
use sqlx::PgConnection;
use std::fmt;
use std::str::FromStr;
use store::ToSqlx;
use store::audit::NewEntries;
use uuid::Uuid;

/// Why the trail was not read or extended.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The reader may not.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The page's link is not one of ours.
    #[error("not a cursor")]
    Cursor,
    /// The last head does not hold: somebody changed the trail.
    #[error("head of {size} leaves: {why}")]
    Broken {
        /// Its size.
        size: u64,
        /// What does not hold.
        why: &'static str,
    },
}

/// A signed head: these many leaves have this root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// Leaves.
    pub size: u64,
    /// Their Merkle root.
    pub root: Hash,
    /// When.
    pub signed_at: Timestamp,
}

impl Head {
    /// What to write down elsewhere.
    pub fn witness(&self) -> Witness {
        Witness { size: self.size, root: self.root }
    }
}

/// A head as somebody wrote it down outside the database: `<size>:<root in hexadecimal>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// Leaves.
    pub size: u64,
    /// Their Merkle root.
    pub root: Hash,
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.size)?;
        self.root.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Witness {
    type Err = AuditError;
    fn from_str(text: &str) -> Result<Self, AuditError> {
        let (size, root) = text.trim().split_once(':').ok_or(AuditError::Cursor)?;
        let digits = |pair: &[u8]| std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok());
        let root: Option<Vec<u8>> = root.as_bytes().chunks(2).map(digits).collect();
        let root = root.and_then(|root| root.try_into().ok()).ok_or(AuditError::Cursor)?;
        Ok(Self { size: size.parse().map_err(|_| AuditError::Cursor)?, root })
    }
}

/// What happened, to be written in the transaction of the change.
#[derive(Clone, Debug)]
pub struct Entry {
    /// `room.verb`: `booking.cancelled`.
    pub action: &'static str,
    /// What it happened to: `booking`.
    pub subject_kind: &'static str,
    /// Which.
    pub subject: Option<Uuid>,
    /// Anything a reader needs and that is no personal data.
    pub detail: serde_json::Value,
}

/// Writes entries of one actor in the caller's transaction, one round trip for all.
pub async fn record(db: &mut PgConnection, context: &Context, entries: &[Entry]) -> sqlx::Result<()> {
    record_each(db, entries.iter().map(|entry| (context, entry))).await
}

/// Writes entries of several actors in the caller's transaction, one round trip for all.
pub async fn record_each<'a>(
    db: &mut PgConnection,
    entries: impl IntoIterator<Item = (&'a Context, &'a Entry)>,
) -> sqlx::Result<()> {
    let mut new = NewEntries::default();
    for (context, entry) in entries {
        new.ids.push(context.new_id());
        new.ats.push(context.now.to_sqlx());
        new.actor_kinds.push(context.actor.kind().to_owned());
        new.actors.push(match &context.actor {
            Actor::Visitor { account, .. } | Actor::Staff { account, .. } => Some(account.0),
            Actor::Client { client, .. } => Some(client.0),
            Actor::Device { device, .. } => Some(device.0),
            Actor::Display { display } => Some(display.0),
            Actor::Anonymous | Actor::System => None,
        });
        new.requests.push(context.request.0);
        new.actions.push(entry.action.to_owned());
        new.subject_kinds.push(entry.subject_kind.to_owned());
        new.subjects.push(entry.subject);
        new.details.push(contacts::removed(entry.detail.clone()));
    }
    if new.ids.is_empty() { Ok(()) } else { store::audit::add_entries(db, &new).await }
}
