//! What proves the record of units: a tree over the heads of all chains with signed roots ([`close`], [`keep_closing`]), what is
//! published of it ([`published`], [`day_roots`]), the verifier that names the unit and the event of whatever was done behind the house's back
//! ([`verify`]), and the passport by which anybody verifies one unit without the house ([`passport`]).

mod check;
mod close;
mod grow;
mod passport;
mod published;
mod verify;

pub use close::{BATCH, Step, close, close_all, keep_closing};
pub use passport::{Reading, passport, reading_in, staff_passport};
pub use published::{Page, Published, day_roots, keys, published};
pub use verify::{Fault, Newer, Report, Terms, verify};

use crate::crypto::Vault;
use domain::custody::chain::{ROOT_PURPOSE, Root};
use domain::merkle::Hash;
use std::fmt;
use store::custody::tree::RootRow;

/// Why the tree was not extended or read.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// Something under the last root is not what was signed: somebody changed it.
    #[error("root {number}: {why}")]
    Broken {
        /// The last root's number.
        number: u64,
        /// What does not hold.
        why: &'static str,
    },
}

/// A root as somebody kept it outside the database: `<number>:<root in hexadecimal>`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Witness {
    /// Which.
    pub number: u64,
    /// The root.
    pub root: Hash,
}

impl Witness {
    /// Of a root.
    pub const fn of(root: &Root) -> Self {
        Self { number: root.number, root: root.root }
    }

    /// Reads the text of one; nothing where it is none.
    pub fn read(text: &str) -> Option<Self> {
        let (number, root) = text.trim().split_once(':')?;
        Some(Self { number: number.parse().ok()?, root: domain::merkle::unhex(root)? })
    }
}

impl fmt::Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.number, domain::merkle::hex(&self.root))
    }
}

/// The root of a row.
fn root_of(row: &RootRow) -> Option<Root> {
    Some(Root {
        number: u64::try_from(row.number).ok()?,
        day: row.day.to_jiff(),
        size: u64::try_from(row.size).ok()?,
        root: row.root.as_slice().try_into().ok()?,
        previous: row.previous.as_slice().try_into().ok()?,
        signed_at: row.signed_at.to_jiff(),
    })
}

/// The root of a row whose signature holds.
fn checked(vault: &Vault, row: &RootRow) -> Result<Root, ProofError> {
    let number = row.number.unsigned_abs();
    let root = root_of(row).ok_or(ProofError::Broken { number, why: "the row is no root" })?;
    vault
        .verify_signed_at(ROOT_PURPOSE, &row.kid, &root.text(), &row.signature, root.signed_at)
        .map_err(|_| ProofError::Broken { number, why: "the signature does not hold" })?;
    Ok(root)
}

/// What binds a node to its place with a key that is not in the database.
fn node_seal(vault: &Vault, level: u8, position: u64, seq: Option<i32>, hash: &Hash) -> Hash {
    let seq = seq.unwrap_or_default();
    vault.mac("custody node 1", &[&[level][..], &position.to_be_bytes(), &seq.to_be_bytes(), hash].concat())
}

/// What a `bigint` holds of a place in the tree.
fn stored(position: u64) -> i64 {
    i64::try_from(position).unwrap_or(i64::MAX)
}
