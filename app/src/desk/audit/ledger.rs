//! The words of the relief fund's books in the trail.

use crate::i18n::Text;
use crate::visit::Visit;

/// What it happened to.
pub(super) fn subject_text(visit: &Visit, kind: &str) -> Option<Text> {
    Some(match kind {
        "fund" => visit.t("staff-subject-fund"),
        "ledger_entry" => visit.t("staff-subject-ledger-entry"),
        "ledger_month" => visit.t("staff-subject-ledger-month"),
        "award" => visit.t("staff-subject-award"),
        "tranche" => visit.t("staff-subject-tranche"),
        "payment" => visit.t("staff-subject-payment"),
        "payment_file" => visit.t("staff-subject-payment-file"),
        "statement" => visit.t("staff-subject-statement"),
        _ => return None,
    })
}

/// What was done.
pub(super) fn action_text(visit: &Visit, action: &str) -> Option<Text> {
    Some(match action {
        "ledger.fund_opened" => visit.t("staff-action-ledger-fund-opened"),
        "ledger.envelope_opened" => visit.t("staff-action-ledger-envelope-opened"),
        "ledger.donation_recorded" => visit.t("staff-action-ledger-donation-recorded"),
        "ledger.allocated" => visit.t("staff-action-ledger-allocated"),
        "ledger.opening_recorded" => visit.t("staff-action-ledger-opening-recorded"),
        "ledger.reversed" => visit.t("staff-action-ledger-reversed"),
        "ledger.month_closed" => visit.t("staff-action-ledger-month-closed"),
        "ledger.reserved" => visit.t("staff-action-ledger-reserved"),
        "ledger.lapsed" => visit.t("staff-action-ledger-lapsed"),
        "ledger.released" => visit.t("staff-action-ledger-released"),
        "ledger.evidence_noted" => visit.t("staff-action-ledger-evidence-noted"),
        "ledger.prepared" => visit.t("staff-action-ledger-prepared"),
        "ledger.sent_back" => visit.t("staff-action-ledger-sent-back"),
        "ledger.released_payment" => visit.t("staff-action-ledger-released-payment"),
        "ledger.payee_entered" => visit.t("staff-action-ledger-payee-entered"),
        "ledger.payee_confirmed" => visit.t("staff-action-ledger-payee-confirmed"),
        "ledger.payment" => visit.t("staff-action-ledger-payment"),
        "ledger.clawed_back" => visit.t("staff-action-ledger-clawed-back"),
        "ledger.file_sent" => visit.t("staff-action-ledger-file-sent"),
        "ledger.file_fetched" => visit.t("staff-action-ledger-file-fetched"),
        "ledger.statement_read" => visit.t("staff-action-ledger-statement-read"),
        _ => return None,
    })
}
