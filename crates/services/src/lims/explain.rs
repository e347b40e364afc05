//! Why the house did not keep a record, as feeds are told it: the word of the refusal, and the codes of what is missing.

use super::record::Fault;
use crate::Services;
use crate::custody::{CustodyError, Refused, Shelf};
use domain::custody::{Catalogue, CatalogueKind, Unmet};
use jiff::Timestamp;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use store::lims::{self as sql, NamedListsRow};
use uuid::Uuid;

/// The longest detail.
const LONGEST: usize = 1_900;

/// The unit whose lists are needed to say what a refusal is about.
pub(super) fn asks_of(refused: &Refused, unit: Option<Uuid>) -> Option<Uuid> {
    match refused {
        Refused::Unmet(unmet) => unit.filter(|_| unmet.iter().any(|one| bits(*one).is_some())),
        _ => None,
    }
}

/// What refusals are about, in the codes of the lists they were judged by: read once for all of a batch.
#[derive(Default)]
pub(super) struct Words {
    shelf: Arc<Shelf>,
    named: HashMap<Uuid, NamedListsRow>,
}

impl Words {
    /// Those of units ([`asks_of`]).
    pub(super) async fn of(
        db: &mut PgConnection,
        services: &Services,
        units: &BTreeSet<Uuid>,
    ) -> Result<Self, CustodyError> {
        if units.is_empty() {
            return Ok(Self::default());
        }
        let rows = sql::named_lists(&mut *db, &units.iter().copied().collect::<Vec<_>>()).await?;
        let named = rows.iter().flat_map(|row| [row.preparation_id, row.tests_id, row.release_id]).flatten();
        let named: BTreeSet<Uuid> = named.collect();
        let named: Vec<Uuid> = named.into_iter().collect();
        let shelf = services.custody.read_with(db, &services.clock, &named).await?;
        Ok(Self { shelf, named: rows.into_iter().map(|row| (row.id, row)).collect() })
    }

    /// The list that the record judged a unit by: the one its row names, else that of the day on which it happened.
    fn list(&self, unit: Uuid, kind: CatalogueKind, occurred_at: Timestamp) -> Option<&Catalogue> {
        let row = self.named.get(&unit)?;
        let named = match kind {
            CatalogueKind::Preparation => row.preparation_id,
            CatalogueKind::Test => row.tests_id,
            CatalogueKind::Release => row.release_id,
        };
        self.shelf.by(kind, named, occurred_at).map(Arc::as_ref)
    }

    /// The fault a refusal is: of what is told of a unit, where there is one, as of an instant.
    pub(super) fn fault(&self, refused: &Refused, unit: Option<Uuid>, occurred_at: Timestamp) -> Fault {
        let detail: String = self.detail(refused, unit, occurred_at).chars().take(LONGEST).collect();
        Fault { code: refused.code(), detail, waits: refused.may_come_later() }
    }

    fn detail(&self, refused: &Refused, unit: Option<Uuid>, occurred_at: Timestamp) -> String {
        match (refused, unit) {
            (Refused::Unmet(unmet), Some(unit)) => {
                let list = |kind| self.list(unit, kind, occurred_at);
                let said: Vec<String> = unmet.iter().map(|one| missing(*one, list)).collect();
                said.join("; ")
            }
            _ => plain(refused),
        }
    }
}

/// What a refusal is about that needs no list.
fn plain(refused: &Refused) -> String {
    match refused {
        // What it says is a text of the caller's: a word of a list is short and plain, and only such a one is repeated.
        Refused::UnknownOperator(code)
        | Refused::UnknownStep(code)
        | Refused::UnknownTest(code)
        | Refused::OnlyQuality(code)
        | Refused::SecondNotQuality(code)
        | Refused::NeedsValue(code) => word(code),
        Refused::OutOfRange { analyte, least, most } => format!("{}: {least} to {most}", word(analyte)),
        Refused::NoWay { from, kind } => format!("{} while {}", kind.name(), from.name()),
        Refused::Over(state) => state.name().to_owned(),
        _ => String::new(),
    }
}

fn word(text: &str) -> String {
    let plain =
        text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if plain { text.to_owned() } else { "not a code".to_owned() }
}

/// The list and the bits of what is missing from one.
const fn bits(unmet: Unmet) -> Option<(CatalogueKind, u64)> {
    match unmet {
        Unmet::Steps(bits) => Some((CatalogueKind::Preparation, bits)),
        Unmet::Tests(bits) => Some((CatalogueKind::Test, bits)),
        Unmet::Release(bits) => Some((CatalogueKind::Release, bits)),
        _ => None,
    }
}

/// `steps: d_label_check 38, g_timed_transfer 53`: each by code and position.
fn missing<'a>(unmet: Unmet, list: impl Fn(CatalogueKind) -> Option<&'a Catalogue>) -> String {
    let Some((kind, bits)) = bits(unmet) else {
        return match unmet {
            Unmet::DeviationsOpen(open) => format!("{}: {open}", unmet.code()),
            Unmet::TooLongOnTheWay { minutes } => format!("{}: {minutes} min", unmet.code()),
            _ => unmet.code().to_owned(),
        };
    };
    let missing = list(kind).into_iter().flat_map(|list| &list.items).filter(|item| bits & item.bit() != 0);
    let named: Vec<String> = missing.map(|item| format!("{} {}", item.code, item.position)).collect();
    format!("{}: {}", unmet.code(), named.join(", "))
}
