//! What finance writes down: entries, reversals, the end of a month. What is done to be paid stands in `paying`.

mod charters;
mod clawbacks;
mod paying;

pub use charters::CALLS as CHARTERS;
pub use clawbacks::CALLS as CLAWBACKS;
pub use paying::CALLS as PAYING;

use super::at;
use super::enter::What;
use super::refused::{OURS, done, otherwise, refused};
use crate::calls::{Answer, Asked, Call};
use crate::desk::day;
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{EnvelopeId, FundId, LedgerEntryId};
use domain::ledger::{Amount, Month};
use domain::time::local_day;
use domain::typed::{line, number};
use services::ledger::{self, Given, LedgerError, Opening};

const KEEP: Access = Access::Capability(Capability::KeepBooks);
const CLOSE: Access = Access::Capability(Capability::CloseBooks);

/// Characters of a source or a reason.
const SOURCE: u32 = 200;
/// Characters of the bank's number.
const REFERENCE: u32 = 64;
/// More families than the province has.
const MOST_FAMILIES: u32 = 1_000_000;

/// This room's calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/funds/:id/enter", KEEP, &enter),
    Call::post("/staff/funds/entries/:id/reverse", KEEP, &reverse),
    Call::post("/staff/funds/months/close", CLOSE, &close).on(at::MONTHS),
];

/// An entry's form as it was read.
struct Read {
    from: Option<EnvelopeId>,
    given: Given,
    paid: Option<Amount>,
    families: Option<u32>,
}

fn read(asked: &Asked, what: What) -> Result<Read, Vec<FieldError>> {
    let mut faults = Faults::default();
    let choice = |name: &str| asked.field(name).parse::<EnvelopeId>().map_err(|_| Fault::NotAChoice);
    let from = match what {
        What::Allocation => faults.take("from", choice("from").map(Some)),
        What::Donation | What::Opening => Some(None),
    };
    let envelope = faults.take("envelope", choice("envelope"));
    let amount = faults.take("amount", Amount::parse(asked.field("amount")));
    let today = local_day(asked.context.now);
    let on = faults
        .take("day", day(asked.field("day")).and_then(|day| if day > today { Err(Fault::NotYet) } else { Ok(day) }));
    let source = faults.take("source", line(asked.field("source"), SOURCE));
    let key = match what {
        What::Donation => faults.take("reference", line(asked.field("reference"), REFERENCE)),
        What::Allocation | What::Opening => {
            Some(asked.field("key").parse().unwrap_or_else(|_| asked.context.new_id::<LedgerEntryId>()).to_string())
        }
    };
    let optional = |name: &str| Some(asked.field(name).trim()).filter(|text| what == What::Opening && !text.is_empty());
    let paid = faults.take("paid", optional("paid").map(Amount::parse).transpose());
    let families = optional("families").map(|text| number(text, 1, MOST_FAMILIES)).transpose();
    let families = faults.take("families", families);
    match (from, envelope, amount, on, source, key, paid, families) {
        (Some(from), Some(envelope), Some(amount), Some(day), Some(source), Some(key), Some(paid), Some(families)) => {
            Ok(Read { from, given: Given { key, envelope, amount, day, source }, paid, families })
        }
        _ => Err(faults.into_errors()),
    }
}

async fn enter(asked: Asked) -> Answer {
    let (Some(fund), Some(what)) = (asked.param::<FundId>("id"), What::from_name(asked.field("kind"))) else {
        return Problem::NotFound.into();
    };
    let read = match read(&asked, what) {
        Ok(read) => read,
        Err(errors) => return Answer::again(asked.typed(OURS).with_errors(errors)),
    };
    // Another fund's envelope is none of this form's choices.
    let funds = match ledger::views::fund(&asked.services, &asked.context, fund).await {
        Ok(fund) => fund,
        Err(error) => return Problem::from(error).into(),
    };
    let known = |id: EnvelopeId| funds.envelopes.iter().any(|envelope| envelope.id == id);
    if !known(read.given.envelope) || read.from.is_some_and(|from| !known(from)) {
        return Answer::again(asked.typed(OURS).with_errors(vec![FieldError::new("envelope", Fault::NotAChoice)]));
    }
    let (services, context) = (&asked.services, &asked.context);
    let result = match (what, read.from) {
        (What::Allocation, Some(from)) => ledger::allocate(services, context, from, &read.given).await,
        (What::Opening, _) => {
            let opening = Opening { given: read.given, paid: read.paid, families: read.families };
            ledger::open(services, context, &opening).await
        }
        _ => ledger::donate(services, context, &read.given).await,
    };
    match result {
        Ok(()) => Answer::to(format!("{}/{fund}?done=entered", at::FUNDS)),
        Err(LedgerError::Otherwise) if what == What::Donation => {
            let errors = vec![FieldError::new("reference", Fault::AlreadyExists)];
            Answer::again(asked.typed(OURS).with_errors(errors))
        }
        Err(LedgerError::Otherwise) => otherwise(&asked, &format!("{}/{fund}/enter", at::FUNDS), "key"),
        Err(error) => refused(&asked, None, error),
    }
}

async fn reverse(asked: Asked) -> Answer {
    let Some(id) = asked.param::<LedgerEntryId>("id") else { return Problem::NotFound.into() };
    let page = format!("{}/{id}", at::ENTRIES);
    let reason = match line(asked.field("reason"), SOURCE) {
        Ok(reason) => reason,
        Err(fault) => {
            let errors = vec![FieldError::new("reason", fault)];
            return Answer::again_at(page, asked.typed(OURS).with_errors(errors));
        }
    };
    match ledger::reverse(&asked.services, &asked.context, id, &reason).await {
        // Reversed by a press before this one.
        Err(LedgerError::ReversedAlready) => Answer::to(format!("{page}?done=reversed")),
        result => done(&asked, &page, "reversed", result),
    }
}

async fn close(asked: Asked) -> Answer {
    let Ok(month) = asked.field("month").parse::<Month>() else { return Problem::Unusable.into() };
    done(&asked, at::MONTHS, "closed", ledger::close_month(&asked.services, &asked.context, month).await)
}
