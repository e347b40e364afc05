//! Why the house did not keep a record, as feeds are told it: the word of the refusal, and the codes of what is missing.

use super::record::Fault;
use crate::custody::Refused;
use domain::custody::Unmet;
use sqlx::PgConnection;
use std::collections::{BTreeSet, HashMap};
use store::lims as sql;
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

/// What refusals are about, in the codes of the lists their units are worked by: read once for all of a batch.
#[derive(Default)]
pub(super) struct Words {
    lists: HashMap<Uuid, BTreeSet<Uuid>>,
    items: Vec<sql::ListedRow>,
}

impl Words {
    /// Those of units ([`asks_of`]).
    pub(super) async fn of(db: &mut PgConnection, units: &BTreeSet<Uuid>) -> sqlx::Result<Self> {
        if units.is_empty() {
            return Ok(Self::default());
        }
        let units: Vec<Uuid> = units.iter().copied().collect();
        let mut lists: HashMap<Uuid, BTreeSet<Uuid>> = HashMap::new();
        for row in sql::lists(&mut *db, &units).await? {
            lists.entry(row.unit).or_default().insert(row.catalogue);
        }
        let named: BTreeSet<Uuid> = lists.values().flatten().copied().collect();
        let items = sql::listed(db, &named.into_iter().collect::<Vec<_>>()).await?;
        Ok(Self { lists, items })
    }

    fn items(&self, unit: Option<Uuid>) -> Vec<&sql::ListedRow> {
        let lists = unit.and_then(|unit| self.lists.get(&unit));
        self.items.iter().filter(|item| lists.is_some_and(|lists| lists.contains(&item.catalogue))).collect()
    }

    /// The fault a refusal is; `unit` is the one it was about, where there is one.
    pub(super) fn fault(&self, refused: &Refused, unit: Option<Uuid>) -> Fault {
        let detail: String = self.detail(refused, unit).chars().take(LONGEST).collect();
        Fault { code: refused.code(), detail, waits: refused.may_come_later() }
    }

    fn detail(&self, refused: &Refused, unit: Option<Uuid>) -> String {
        match refused {
            Refused::Unmet(unmet) if unit.is_some() => {
                let items = self.items(unit);
                let said: Vec<String> = unmet.iter().map(|one| missing(*one, &items)).collect();
                said.join("; ")
            }
            // What it says is a text of the caller's: a word of a list is short and plain, and only such a one is repeated.
            Refused::UnknownOperator(code)
            | Refused::UnknownStep(code)
            | Refused::UnknownTest(code)
            | Refused::OnlyQuality(code) => word(code),
            Refused::OutOfRange { analyte, least, most } => format!("{}: {least} to {most}", word(analyte)),
            Refused::NoWay { from, kind } => format!("{} while {}", kind.name(), from.name()),
            Refused::Over(state) => state.name().to_owned(),
            _ => String::new(),
        }
    }
}

fn word(text: &str) -> String {
    let plain =
        text.len() <= 40 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if plain { text.to_owned() } else { "not a code".to_owned() }
}

/// The list and the bits of what is missing from one.
const fn bits(unmet: Unmet) -> Option<(&'static str, u64)> {
    match unmet {
        Unmet::Steps(bits) => Some(("preparation", bits)),
        Unmet::Tests(bits) => Some(("test", bits)),
        Unmet::Release(bits) => Some(("release", bits)),
        _ => None,
    }
}

/// `steps: d_label_check 38, g_timed_transfer 53`: each by code and position.
fn missing(unmet: Unmet, items: &[&sql::ListedRow]) -> String {
    let Some((list, bits)) = bits(unmet) else {
        return match unmet {
            Unmet::DeviationsOpen(open) => format!("{}: {open}", unmet.code()),
            Unmet::TooLongOnTheWay { minutes } => format!("{}: {minutes} min", unmet.code()),
            _ => unmet.code().to_owned(),
        };
    };
    let missing = items.iter().filter(|item| item.list == list && (bits >> (item.position - 1)) & 1 == 1);
    let named: Vec<String> = missing.map(|item| format!("{} {}", item.code, item.position)).collect();
    format!("{}: {}", unmet.code(), named.join(", "))
}
