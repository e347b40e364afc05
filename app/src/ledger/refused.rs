//! Why something of the books was not done, in words, on the page it was tried on and with everything that was typed.

use super::words::{mismatch_text, money, papers};
use crate::calls::{Answer, Asked};
use crate::form::Tone;
use crate::i18n::Text;
use crate::problem::Problem;
use crate::visit::Visit;
use axum::http::StatusCode;
use domain::ledger::{Fen, Overdrawn, Unpostable};
use services::ledger::LedgerError;

/// Answers of ours that a page shows once; they are never taken from what was sent.
pub(super) const OURS: &[&str] = &["revealed_name", "revealed_bank", "revealed_account", "refused_rows"];

/// The page at `page` again; its own where none is given.
pub(super) fn refused(asked: &Asked, page: Option<&str>, error: LedgerError) -> Answer {
    let form = asked.typed(OURS);
    let again = |form| match page {
        Some(page) => Answer::again_at(page, form),
        None => Answer::again(form),
    };
    match error {
        LedgerError::Denied(denied) => denied.into(),
        LedgerError::Fields(errors) => again(form.with_errors(errors)),
        error => match said(asked, &error) {
            Some(text) => again(form.with_notice(Tone::Warning, text.to_string())).status(StatusCode::CONFLICT),
            None => Problem::from(error).into(),
        },
    }
}

/// The page at `page` again where something else was written down under its form's `key`.
pub(super) fn otherwise(asked: &Asked, page: &str, key: &'static str) -> Answer {
    Answer::another_act(asked, page, (OURS, key), &asked.t("books-refused-otherwise"))
}

/// Back to the page with a word of what was done, or with why it was not.
pub(super) fn done<T>(asked: &Asked, page: &str, word: &str, result: Result<T, LedgerError>) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, Some(page), error),
    }
}

fn said(visit: &Visit, error: &LedgerError) -> Option<Text> {
    Some(match error {
        LedgerError::Overdrawn(overdrawn) => return overdrawn_text(visit, *overdrawn),
        LedgerError::Unpostable(Unpostable::MorePaidThanReceived) => visit.t("books-refused-more-paid"),
        LedgerError::Unpostable(Unpostable::SameEnvelope) => visit.t("books-refused-same-envelope"),
        LedgerError::Unpostable(Unpostable::NotReversible(_)) => visit.t("books-refused-not-reversible"),
        LedgerError::Purpose(mismatch) => {
            visit.t_args("books-refused-purpose", &[("what", mismatch_text(visit, *mismatch).to_string().into())])
        }
        LedgerError::AwardedAlready => visit.t("books-refused-awarded"),
        LedgerError::State(_) => visit.t("books-refused-state"),
        LedgerError::Evidence(missing) => {
            visit.t_args("books-refused-evidence", &[("missing", papers(visit, missing).into())])
        }
        LedgerError::SamePerson => visit.t("books-refused-same-person"),
        LedgerError::AccountNotConfirmed => visit.t("books-refused-account"),
        LedgerError::NothingToSend => visit.t("books-refused-nothing"),
        LedgerError::Month => visit.t("books-refused-month"),
        LedgerError::ReversedAlready => visit.t("books-refused-reversed"),
        LedgerError::Stale => visit.t("fund-stale"),
        LedgerError::PurposeKept => visit.t("fund-purpose-stands"),
        LedgerError::Ceiling { left } => visit.t_args("fund-refused-ceiling", &[("left", money(*left).into())]),
        LedgerError::FundClosed => visit.t("fund-refused-closed"),
        LedgerError::Otherwise => visit.t("books-refused-otherwise"),
        LedgerError::Busy => visit.t("books-refused-busy"),
        _ => return None,
    })
}

fn overdrawn_text(visit: &Visit, overdrawn: Overdrawn) -> Option<Text> {
    let (key, has) = match overdrawn {
        Overdrawn::Available { available } => ("books-refused-available", available),
        Overdrawn::Committed { committed } => ("books-refused-committed", committed),
        Overdrawn::Paid { paid } => ("books-refused-paid", paid),
        Overdrawn::Transit { .. } | Overdrawn::TooMuch(_) => return None,
    };
    // The database says that it is too much and not how much there is.
    let has = (has > Fen::ZERO).then(|| money(has));
    let has = has.map(|has| visit.t_args("books-refused-has", &[("has", has.into())]));
    Some(format!("{}{}", visit.t(key), has.map(|has| has.to_string()).unwrap_or_default()).into())
}
