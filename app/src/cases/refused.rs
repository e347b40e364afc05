//! Why nothing was done to a case, in words, on the page it was tried on and with everything that was typed.

use super::words::{happened_text, part_text, person_text};
use crate::calls::{Answer, Asked};
use crate::desk::moment;
use crate::form::{FormState, Tone};
use crate::i18n::Text;
use crate::problem::Problem;
use axum::http::StatusCode;
use domain::ids::AccountId;
use domain::spark::{Refused, Unmet};
use services::ledger::LedgerError;
use services::spark::cases::{self, CaseError, Happened};

/// Answers of ours that a page shows once begin so; they are never taken from what was sent.
pub(super) const SHOWN: &str = "shown_";

/// What was typed, without what only we say.
pub(super) fn typed(asked: &Asked) -> FormState {
    let mut form = asked.typed(&[]);
    form.values.retain(|name, _| !name.starts_with(SHOWN));
    form
}

/// The page at `page` again. A fault of `reason` stands beside the field that is called so on that page.
pub(super) async fn refused(asked: &Asked, page: &str, (reason, error): (&str, CaseError)) -> Answer {
    let form = typed(asked);
    match error {
        CaseError::Denied(denied) => denied.into(),
        CaseError::Fields(mut errors) => {
            for error in errors.iter_mut().filter(|error| error.field == "reason") {
                error.field = reason.to_owned();
            }
            Answer::again_at(page, form.with_errors(errors))
        }
        CaseError::Stale(since) => {
            let text = stale_text(asked, &since).await;
            Answer::again_at(page, form.with_notice(Tone::Warning, text)).status(StatusCode::CONFLICT)
        }
        error => match said(asked, &error) {
            Some(text) => {
                let form = form.with_notice(Tone::Warning, text.to_string());
                Answer::again_at(page, form).status(StatusCode::CONFLICT)
            }
            None => Problem::from(error).into(),
        },
    }
}

/// Back to the page with a word of what was done, or with why it was not.
pub(super) async fn done<T>(
    asked: &Asked,
    page: &str,
    (word, reason): (&str, &str),
    result: Result<T, CaseError>,
) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, (reason, error)).await,
    }
}

/// What changed meanwhile, and who was first.
async fn stale_text(asked: &Asked, since: &[Happened]) -> String {
    let hands: Vec<AccountId> = since.iter().filter(|each| !each.part.is_family()).filter_map(|each| each.by).collect();
    let people = cases::people(&asked.services, &asked.context, hands).await.unwrap_or_default();
    let each = |each: &Happened| {
        let who = each.by.filter(|_| !each.part.is_family()).and_then(|by| people.get(&by));
        let who = who.map_or_else(|| part_text(asked, each.part).to_string(), |person| person_text(asked, person));
        let args = [
            ("at", moment(asked, each.at).into()),
            ("who", who.into()),
            ("what", happened_text(asked, each.event).to_string().into()),
        ];
        asked.t_args("cases-stale-one", &args).to_string()
    };
    let all: Vec<String> = since.iter().map(each).collect();
    format!("{}{}", asked.t("cases-stale"), all.join(&asked.t("list-separator")))
}

fn said(asked: &Asked, error: &CaseError) -> Option<Text> {
    Some(match error {
        CaseError::NotAssigned => asked.t("cases-refused-not-assigned"),
        CaseError::Unread { minor: true } => asked.t("cases-refused-minor"),
        CaseError::Unread { minor: false } => asked.t("cases-refused-unread"),
        CaseError::Refused(Refused::NotNow { .. }) => asked.t("cases-refused-not-now"),
        CaseError::Refused(Refused::NotTheirs { .. }) => asked.t("cases-refused-not-theirs"),
        CaseError::Unmet(Unmet::PaidBefore) => asked.t("cases-refused-paid"),
        CaseError::Unmet(_) => asked.t("cases-refused-unmet"),
        CaseError::NotOpen => asked.t("cases-refused-not-open"),
        CaseError::HadAPart => asked.t("cases-refused-had-a-part"),
        CaseError::Conflicted(_) => asked.t("cases-refused-conflict"),
        CaseError::NoProfile => asked.t("cases-refused-no-profile"),
        CaseError::Enough => asked.t("cases-refused-enough"),
        CaseError::ConsentWithdrawn => asked.t("cases-refused-consent"),
        CaseError::StillOwed(left) => {
            asked.t_args("clawback-refused-left", &[("left", crate::ledger::money(*left).into())])
        }
        CaseError::Money(LedgerError::State(_)) => asked.t("clawback-refused-payment"),
        CaseError::LiveCase => asked.t("cases-refused-live"),
        CaseError::Forgotten => asked.t("cases-forgotten"),
        CaseError::Busy => asked.t("cases-refused-busy"),
        _ => return None,
    })
}
