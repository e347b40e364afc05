//! What is said of money that is asked back: a row of the bank, a paper, a waiver; and a second person's word about the last two.

use super::{KEEP, REFERENCE, SOURCE, at};
use crate::calls::{Answer, Asked, Call};
use crate::desk::day;
use crate::ledger::refused::{OURS, done, otherwise};
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Faults, FieldError};
use domain::ids::{ClawbackId, ClawbackPartId};
use domain::ledger::Amount;
use domain::typed::line;
use services::ledger::{self, LedgerError, Returned};

const RELEASE: Access = Access::Capability(Capability::ReleasePayments);
const OVERSEE: Access = Access::Capability(Capability::OverseeCases);

/// The page all of them stand on.
const PAGE: &str = "/staff/funds/clawbacks/:id";

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/funds/clawbacks/:id/match", KEEP, &match_row).on(PAGE),
    Call::post("/staff/funds/clawbacks/:id/enter", KEEP, &enter).on(PAGE),
    Call::post("/staff/funds/clawbacks/:id/waive", OVERSEE, &waive).on(PAGE),
    Call::post("/staff/funds/clawbacks/:id/parts/:part/confirm", RELEASE, &confirm).on(PAGE),
    Call::post("/staff/funds/clawbacks/:id/parts/:part/refuse", RELEASE, &refuse)
        .on(PAGE)
        .keeping(&["part", "why_not"]),
];

/// The demand of the path, and its page.
fn demand(asked: &Asked) -> Option<(ClawbackId, String)> {
    let id = asked.param::<ClawbackId>("id")?;
    Some((id, format!("{}/{id}", at::CLAWBACKS)))
}

async fn match_row(asked: Asked) -> Answer {
    let Some((id, page)) = demand(&asked) else { return Problem::NotFound.into() };
    let result = ledger::match_row(&asked.services, &asked.context, id, asked.field("row")).await;
    done(&asked, &page, "matched", result)
}

async fn enter(asked: Asked) -> Answer {
    let Some((clawback, page)) = demand(&asked) else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let amount = faults.take("amount", Amount::parse(asked.field("amount")));
    let on = faults.take("day", day(asked.field("day")));
    let reference = faults.take("reference", line(asked.field("reference"), REFERENCE));
    let source = faults.take("source", line(asked.field("source"), SOURCE));
    let (Some(amount), Some(day), Some(reference), Some(source)) = (amount, on, reference, source) else {
        return Answer::again_at(page, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let id = asked.field("paper").parse().unwrap_or_else(|_| asked.context.new_id::<ClawbackPartId>());
    let new = Returned { id, clawback, amount, day, reference, source };
    match ledger::enter_return(&asked.services, &asked.context, &new).await {
        Err(LedgerError::Otherwise) => otherwise(&asked, &page, "paper"),
        result => done(&asked, &page, "entered", result),
    }
}

async fn waive(asked: Asked) -> Answer {
    let Some((clawback, page)) = demand(&asked) else { return Problem::NotFound.into() };
    let mut faults = Faults::default();
    let amount = faults.take("waived", Amount::parse(asked.field("waived")));
    let reason = faults.take("reason", line(asked.field("reason"), SOURCE));
    let (Some(amount), Some(reason)) = (amount, reason) else {
        return Answer::again_at(page, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let id = asked.field("waiver").parse().unwrap_or_else(|_| asked.context.new_id::<ClawbackPartId>());
    match ledger::waive(&asked.services, &asked.context, (clawback, id), amount, &reason).await {
        Err(LedgerError::Otherwise) => otherwise(&asked, &page, "waiver"),
        // The page has another amount beside this one.
        Err(LedgerError::Fields(errors)) => {
            let named = |error: FieldError| match error.field.as_str() {
                "amount" => FieldError::new("waived", error.fault),
                _ => error,
            };
            let errors = errors.into_iter().map(named).collect();
            Answer::again_at(page, asked.typed(OURS).with_errors(errors))
        }
        result => done(&asked, &page, "waived", result),
    }
}

async fn confirm(asked: Asked) -> Answer {
    let (Some((_, page)), Some(part)) = (demand(&asked), asked.param::<ClawbackPartId>("part")) else {
        return Problem::NotFound.into();
    };
    done(&asked, &page, "confirmed", ledger::confirm(&asked.services, &asked.context, part).await)
}

async fn refuse(asked: Asked) -> Answer {
    let (Some((_, page)), Some(part)) = (demand(&asked), asked.param::<ClawbackPartId>("part")) else {
        return Problem::NotFound.into();
    };
    let reason = match line(asked.field("why_not"), SOURCE) {
        Ok(reason) => reason,
        Err(fault) => {
            let errors = vec![FieldError::new("why_not", fault)];
            return Answer::again_at(page, asked.typed(OURS).with_errors(errors));
        }
    };
    done(&asked, &page, "refused", ledger::refuse(&asked.services, &asked.context, part, &reason).await)
}
