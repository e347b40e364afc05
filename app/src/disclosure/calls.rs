//! What staff do: freeze, publish, discard, put right.

use super::at;
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::routes::Access;
use crate::visit::Visit;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::disclosure::{Misread, NotCorrected, NotFrozen, Quarter};
use domain::ids::DisclosureId;
use services::disclosure::{self, DisclosureError};

const PREPARE: Access = Access::Capability(Capability::PrepareDisclosure);
const PUBLISH: Access = Access::Capability(Capability::PublishDisclosure);

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/disclosure/freeze", PREPARE, &freeze).on(at::DESK),
    Call::post("/staff/disclosure/:id/publish", PUBLISH, &publish).on(at::DESK),
    Call::post("/staff/disclosure/:id/discard", PREPARE, &discard).on(at::DESK),
    Call::post("/staff/disclosure/:id/correct", PREPARE, &correct).on(at::CORRECT),
];

async fn freeze(asked: Asked) -> Answer {
    let Ok(quarter) = asked.field("quarter").parse::<Quarter>() else { return Problem::Unusable.into() };
    let result = disclosure::freeze(&asked.services, &asked.context, quarter).await;
    done(&asked, at::DESK, "frozen", result)
}

async fn publish(asked: Asked) -> Answer {
    let Some(id) = asked.param::<DisclosureId>("id") else { return Problem::NotFound.into() };
    done(&asked, at::DESK, "published", disclosure::publish(&asked.services, &asked.context, id).await)
}

async fn discard(asked: Asked) -> Answer {
    let Some(id) = asked.param::<DisclosureId>("id") else { return Problem::NotFound.into() };
    let result = disclosure::discard(&asked.services, &asked.context, id, asked.field("reason")).await;
    done(&asked, at::DESK, "discarded", result)
}

async fn correct(asked: Asked) -> Answer {
    let Some(id) = asked.param::<DisclosureId>("id") else { return Problem::NotFound.into() };
    let typed = (asked.field("figures"), asked.field("reason"));
    let result = disclosure::correct(&asked.services, &asked.context, id, typed).await;
    done(&asked, at::CORRECT, "corrected", result)
}

/// Back to the desk with a word of what was done, or to the form's page with why it was not and everything that was typed.
fn done<T>(asked: &Asked, page: &str, word: &str, result: Result<T, DisclosureError>) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{}?done={word}", at::DESK)),
        Err(DisclosureError::Denied(denied)) => denied.into(),
        Err(DisclosureError::Fields(errors)) => Answer::again_at(page, asked.typed(&[]).with_errors(errors)),
        Err(error) => match said(asked, &error) {
            Some(text) => Answer::again_at(page, asked.typed(&[]).with_notice(Tone::Warning, text.to_string()))
                .status(StatusCode::CONFLICT),
            None => Problem::from(error).into(),
        },
    }
}

/// Why it was not done, in words; `None` where it is a fault of the house.
pub(super) fn said(visit: &Visit, error: &DisclosureError) -> Option<Text> {
    let locale = visit.locale();
    Some(match error {
        DisclosureError::NotFrozen(NotFrozen::NotAfter(quarter)) => {
            visit.t_args("disclosure-refused-not-after", &[("term", quarter.text(locale).into())])
        }
        DisclosureError::NotFrozen(NotFrozen::NotOver(quarter)) => {
            visit.t_args("disclosure-refused-not-over", &[("term", quarter.text(locale).into())])
        }
        DisclosureError::NotCorrected(NotCorrected::NothingChanged) => visit.t("disclosure-refused-nothing"),
        DisclosureError::NotCorrected(NotCorrected::NewRow(figure)) => {
            visit.t_args("disclosure-refused-new-row", &[("row", figure.text(locale).into())])
        }
        DisclosureError::NotCorrected(NotCorrected::TooFew(figure)) => {
            visit.t_args("disclosure-refused-too-few", &[("row", figure.text(locale).into())])
        }
        DisclosureError::NotCorrected(NotCorrected::MoneyAlone(figure)) => {
            visit.t_args("disclosure-refused-money-alone", &[("row", figure.text(locale).into())])
        }
        DisclosureError::Misread(Misread::Line(line)) => {
            visit.t_args("disclosure-refused-line", &[("line", (*line).into())])
        }
        DisclosureError::Misread(Misread::Uneven(uneven)) => {
            visit.t_args("disclosure-refused-uneven", &[("years", uneven.0.text(locale).into())])
        }
        DisclosureError::SamePerson => visit.t("disclosure-refused-same-person"),
        DisclosureError::Waits => visit.t("disclosure-refused-waits"),
        DisclosureError::State => visit.t("disclosure-refused-state"),
        DisclosureError::Busy => visit.t("disclosure-refused-busy"),
        _ => return None,
    })
}
