//! The signed roots, from the first to the last.

use super::super::{ProofError, Witness, checked};
use super::{Fault, Report, Terms};
use crate::crypto::Vault;
use domain::custody::chain::{Root, START};
use domain::time::local_day;
use sqlx::PgConnection;
use store::custody::tree;

/// Roots read at a time.
const PAGE: i64 = 2000;

/// What the roots say.
pub(super) struct Roots {
    /// The last one that holds: what the tree must be.
    pub last: Option<Root>,
    /// One behind it does not hold or is gone, so nothing can be said of the tree by it.
    pub spoilt: bool,
    /// How many leaves there are: as many as the last root says, if one can go by it.
    pub size: u64,
}

pub(super) async fn walk(
    db: &mut PgConnection,
    vault: &Vault,
    terms: &Terms,
    report: &mut Report,
) -> Result<Roots, ProofError> {
    let mut witness = terms.witness.clone();
    let (mut after, mut roots) = (0, Roots { last: None, spoilt: false, size: 0 });
    // What the row before says, whether it holds or not: one edit is told once.
    let mut before = (0, START);
    loop {
        let page = tree::roots_after(&mut *db, after, PAGE).await?;
        let whole = page.len() as i64 == PAGE;
        for row in page {
            report.roots += 1;
            after = row.number;
            let number = row.number.unsigned_abs();
            if number > before.0 + 1 {
                report.name(Fault::RootsGone { first: before.0 + 1, last: number - 1 });
            }
            let root = match checked(vault, &row) {
                Ok(root) => root,
                Err(ProofError::Broken { number, why }) => {
                    report.name(Fault::Root { number, why });
                    before = (number, row.root.as_slice().try_into().unwrap_or(START));
                    roots.spoilt = true;
                    continue;
                }
                Err(error) => return Err(error),
            };
            let follows = number != before.0 + 1 || roots.spoilt || root.previous == before.1;
            if let Some(why) = disagrees(&root, roots.last.as_ref(), follows) {
                report.name(Fault::Root { number, why });
            }
            witness.take_if(|witness| *witness == Witness::of(&root));
            before = (number, root.root);
            roots = Roots { size: root.size, last: Some(root), spoilt: false };
        }
        if !whole {
            break;
        }
    }
    if let Some(witness) = witness {
        report.name(Fault::Witness { number: witness.number });
    }
    let standing = tree::leaves_end(&mut *db).await?.unsigned_abs();
    if !roots.spoilt && standing > roots.size {
        report.name(Fault::RootsCutOff { last: before.0, size: roots.size, standing });
        roots.spoilt = true;
    }
    if roots.spoilt {
        roots.size = standing;
    }
    Ok(roots)
}

/// What a root whose signature holds says against the one before.
fn disagrees(root: &Root, before: Option<&Root>, follows: bool) -> Option<&'static str> {
    if !follows {
        return Some("it was signed over another root than the one before it");
    }
    if root.day != local_day(root.signed_at) {
        return Some("it was signed on another day");
    }
    let before = before?;
    (root.size < before.size || root.signed_at < before.signed_at)
        .then_some("it is older or smaller than the one before it")
}
