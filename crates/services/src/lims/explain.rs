//! Why the house did not keep a record, as feeds are told it: the word of the refusal, and the codes of what is missing.

use super::record::Fault;
use crate::custody::Refused;
use domain::custody::Unmet;
use sqlx::PgConnection;
use store::lims as sql;
use uuid::Uuid;

/// The longest detail.
const LONGEST: usize = 1_900;

/// The fault a refusal is; `unit` is the one it was about, where there is one.
pub(super) async fn fault(db: &mut PgConnection, refused: &Refused, unit: Option<Uuid>) -> sqlx::Result<Fault> {
    let detail = match (refused, unit) {
        (Refused::Unmet(unmet), Some(unit)) => {
            let items = if unmet.iter().any(|one| bits(*one).is_some()) {
                sql::items(&mut *db, unit).await?
            } else {
                Vec::new()
            };
            let said: Vec<String> = unmet.iter().map(|one| missing(*one, &items)).collect();
            said.join("; ")
        }
        // What it says is a text of the caller's: a word of a list is short and plain, and only such a one is repeated.
        (Refused::UnknownOperator(code) | Refused::UnknownStep(code) | Refused::UnknownTest(code), _) => word(code),
        (Refused::OutOfRange { analyte, least, most }, _) => format!("{}: {least} to {most}", word(analyte)),
        (Refused::NoWay { from, kind }, _) => format!("{} while {}", kind.name(), from.name()),
        (Refused::Over(state), _) => state.name().to_owned(),
        _ => String::new(),
    };
    let detail = detail.chars().take(LONGEST).collect();
    Ok(Fault { code: refused.code(), detail, waits: refused.may_come_later() })
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
fn missing(unmet: Unmet, items: &[sql::ItemRow]) -> String {
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
