//! What is done until a family's aid is paid: accounts, papers, preparing, letting go, the file, the statement, decisions.

use super::{SOURCE, at};
use crate::calls::{Answer, Asked, Call};
use crate::form::{FormState, Tone};
use crate::ledger::refused::{OURS, done, otherwise, refused};
use crate::problem::Problem;
use crate::routes::Access;
use crate::words::fault_text;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{AwardId, PayeeId, PaymentFileId, PaymentId, StatementId, TrancheId};
use domain::ledger::{AccountNumber, COLUMNS, Evidence, PayeeKind};
use domain::typed::line;
use services::ledger::{self, Decision, LedgerError, NewPayee, RowErrors};

const KEEP: Access = Access::Capability(Capability::KeepBooks);
const PREPARE: Access = Access::Capability(Capability::PreparePayments);
const RELEASE: Access = Access::Capability(Capability::ReleasePayments);

/// Where a tranche's forms stand.
const TRANCHE: &str = "/staff/funds/tranches/:id";
/// Where an award's forms stand.
const AWARD: &str = "/staff/funds/awards/:id";
/// What waits while the second factor is shown again.
const REASON: &[&str] = &["reason", "decision"];
/// Characters of a holder's or a bank's name.
const NAME: u32 = 120;
/// Rows of a file that are told; whoever repairs those sees the next.
const MOST_TOLD: usize = 20;

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/staff/funds/awards/:id/payee", PREPARE, &enter_payee).on(AWARD),
    Call::post("/staff/funds/awards/:id/payee/show", RELEASE, &show_payee).on(AWARD),
    Call::post("/staff/funds/awards/:id/payee/confirm", RELEASE, &confirm_payee).on(AWARD),
    Call::post("/staff/funds/awards/:id/release", RELEASE, &release).on(AWARD).keeping(REASON),
    Call::post("/staff/funds/tranches/:id/evidence", PREPARE, &evidence).on(TRANCHE),
    Call::post("/staff/funds/tranches/:id/prepare", PREPARE, &prepare).on(TRANCHE),
    Call::post("/staff/funds/tranches/:id/send-back", RELEASE, &send_back).on(TRANCHE).keeping(REASON),
    Call::post("/staff/funds/tranches/:id/let-go", RELEASE, &let_go).on(TRANCHE),
    Call::post("/staff/funds/tranches/:id/payments/:payment/cancel", RELEASE, &cancel).on(TRANCHE).keeping(REASON),
    Call::post("/staff/funds/tranches/:id/payments/:payment/decide", RELEASE, &decide).on(TRANCHE).keeping(REASON),
    Call::post("/staff/funds/payments/files", RELEASE, &send_file).on(at::PAYMENTS),
    Call::post("/staff/funds/payments/files/:id", RELEASE, &fetch_file).on(at::PAYMENTS),
    Call::upload("/staff/funds/statements", KEEP, ledger::LARGEST_STATEMENT, &import),
    Call::post("/staff/funds/statements/explain", KEEP, &explain).on(at::STATEMENTS),
];

fn award_page(id: AwardId) -> String {
    format!("{}/{id}", at::AWARDS)
}

async fn enter_payee(asked: Asked) -> Answer {
    let Some(award) = asked.param::<AwardId>("id") else { return Problem::NotFound.into() };
    let page = award_page(award);
    let mut faults = Faults::default();
    let kind = faults.take("kind", asked.field("kind").parse::<PayeeKind>());
    let name = faults.take("holder", line(asked.field("holder"), NAME));
    let bank = faults.take("bank", line(asked.field("bank"), NAME));
    let number = faults.take("account", AccountNumber::parse(asked.field("account")));
    let (Some(kind), Some(name), Some(bank), Some(number)) = (kind, name, bank, number) else {
        return Answer::again_at(page, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let id = asked.field("payee").parse().unwrap_or_else(|_| asked.context.new_id::<PayeeId>());
    let new = NewPayee { id, award, kind, name, bank, number };
    match ledger::enter_payee(&asked.services, &asked.context, &new).await {
        Err(LedgerError::Otherwise) => otherwise(&asked, &page, "payee"),
        result => done(&asked, &page, "payee", result),
    }
}

async fn show_payee(asked: Asked) -> Answer {
    let (Some(award), Ok(payee)) = (asked.param::<AwardId>("id"), asked.field("payee").parse::<PayeeId>()) else {
        return Problem::NotFound.into();
    };
    let page = award_page(award);
    match ledger::show_payee(&asked.services, &asked.context, award, payee).await {
        Ok(shown) => {
            let mut form = FormState::default();
            form.values.insert("revealed_name".to_owned(), shown.name);
            form.values.insert("revealed_bank".to_owned(), shown.bank);
            form.values.insert("revealed_account".to_owned(), shown.number.in_full().to_owned());
            Answer::again_at(page, form).status(StatusCode::OK)
        }
        Err(error) => refused(&asked, Some(&page), error),
    }
}

async fn confirm_payee(asked: Asked) -> Answer {
    let (Some(award), Ok(payee)) = (asked.param::<AwardId>("id"), asked.field("payee").parse::<PayeeId>()) else {
        return Problem::NotFound.into();
    };
    let result = ledger::confirm_payee(&asked.services, &asked.context, award, payee).await;
    done(&asked, &award_page(award), "confirmed", result)
}

async fn release(asked: Asked) -> Answer {
    let Some(award) = asked.param::<AwardId>("id") else { return Problem::NotFound.into() };
    let page = award_page(award);
    match ledger::release(&asked.services, &asked.context, award, asked.field("reason")).await {
        Err(LedgerError::State(_)) => {
            let form = asked.typed(OURS).with_notice(Tone::Warning, asked.t("release-left-counts").to_string());
            Answer::again_at(page, form).status(StatusCode::CONFLICT)
        }
        result => done(&asked, &page, "left", result),
    }
}

/// The tranche of the path, and its page.
fn tranche(asked: &Asked) -> Option<(TrancheId, String)> {
    let id = asked.param::<TrancheId>("id")?;
    Some((id, format!("{}/{id}", at::TRANCHES)))
}

async fn evidence(asked: Asked) -> Answer {
    let Some((id, page)) = tranche(&asked) else { return Problem::NotFound.into() };
    let seen: Vec<Evidence> = asked.fields("seen").filter_map(Evidence::from_name).collect();
    if seen.is_empty() {
        let errors = vec![FieldError::new("seen", Fault::Required)];
        return Answer::again_at(page, asked.typed(OURS).with_errors(errors));
    }
    done(&asked, &page, "noted", ledger::note_evidence(&asked.services, &asked.context, id, &seen).await)
}

async fn prepare(asked: Asked) -> Answer {
    let Some((id, page)) = tranche(&asked) else { return Problem::NotFound.into() };
    done(&asked, &page, "prepared", ledger::prepare(&asked.services, &asked.context, id).await)
}

async fn send_back(asked: Asked) -> Answer {
    let Some((id, page)) = tranche(&asked) else { return Problem::NotFound.into() };
    let reason = match line(asked.field("reason"), SOURCE) {
        Ok(reason) => reason,
        Err(fault) => {
            let errors = vec![FieldError::new("reason", fault)];
            return Answer::again_at(page, asked.typed(OURS).with_errors(errors));
        }
    };
    done(&asked, &page, "sent-back", ledger::send_back(&asked.services, &asked.context, id, &reason).await)
}

async fn let_go(asked: Asked) -> Answer {
    let Some((id, page)) = tranche(&asked) else { return Problem::NotFound.into() };
    let payment = asked.field("payment").parse().unwrap_or_else(|_| asked.context.new_id::<PaymentId>());
    done(&asked, &page, "released", ledger::let_go(&asked.services, &asked.context, id, payment).await)
}

async fn cancel(asked: Asked) -> Answer {
    let (Some((_, page)), Some(payment)) = (tranche(&asked), asked.param("payment")) else {
        return Problem::NotFound.into();
    };
    let result = ledger::cancel(&asked.services, &asked.context, payment, asked.field("reason")).await;
    done(&asked, &page, "cancelled", result)
}

async fn decide(asked: Asked) -> Answer {
    let (Some((_, page)), Some(payment)) = (tranche(&asked), asked.param("payment")) else {
        return Problem::NotFound.into();
    };
    let mut faults = Faults::default();
    let decision = faults.take(
        "decision",
        match asked.field("decision") {
            "arrived" => Ok(Decision::Arrived),
            "failed" => Ok(Decision::Failed),
            "" => Err(Fault::Required),
            _ => Err(Fault::NotAChoice),
        },
    );
    let reason = faults.take("reason", line(asked.field("reason"), SOURCE));
    let (Some(decision), Some(reason)) = (decision, reason) else {
        return Answer::again_at(page, asked.typed(OURS).with_errors(faults.into_errors()));
    };
    let result = ledger::decide(&asked.services, &asked.context, payment, decision, &reason).await;
    done(&asked, &page, "decided", result)
}

async fn send_file(asked: Asked) -> Answer {
    let id = asked.field("file").parse().unwrap_or_else(|_| asked.context.new_id::<PaymentFileId>());
    done(&asked, at::PAYMENTS, "file", ledger::send_file(&asked.services, &asked.context, id).await)
}

async fn fetch_file(asked: Asked) -> Answer {
    let Some(id) = asked.param::<PaymentFileId>("id") else { return Problem::NotFound.into() };
    match ledger::file_again(&asked.services, &asked.context, id).await {
        // Named by its hash: the same file has the same name, and nobody's.
        Ok(file) => {
            let name = format!("payments-{}.csv", &file.sha256[..12]);
            Answer::file("text/csv; charset=utf-8", Some(name), file.bytes)
        }
        Err(error) => refused(&asked, Some(at::PAYMENTS), error),
    }
}

async fn import(mut asked: Asked) -> Answer {
    let fault = match asked.file.take() {
        None => Fault::Required,
        Some(file) if file.too_large => Fault::FileTooHeavy { max: (ledger::LARGEST_STATEMENT / 1024 / 1024) as u32 },
        Some(file) => return read(&asked, &file.bytes).await,
    };
    Answer::again(asked.typed(OURS).with_errors(vec![FieldError::new("file", fault)]))
}

async fn read(asked: &Asked, bytes: &[u8]) -> Answer {
    // A file sent twice is one statement by its hash; another file from the same page is another.
    let id = asked.context.new_id::<StatementId>();
    match ledger::import(&asked.services, &asked.context, id, bytes).await {
        Ok(imported) if imported.again => Answer::to(format!("{}?done=again", at::STATEMENTS)),
        Ok(_) => Answer::to(format!("{}/{id}?done=read", at::STATEMENTS)),
        Err(LedgerError::Rows(rows)) => {
            let mut form = asked.typed(OURS).with_errors(vec![FieldError::new("file", Fault::FileUnreadable)]);
            form.values.insert("refused_rows".to_owned(), told(asked, &rows));
            Answer::again(form)
        }
        Err(error) => refused(asked, None, error),
    }
}

/// What is wrong with the rows of a file, one line each: its row and column, and why.
fn told(asked: &Asked, rows: &[RowErrors]) -> String {
    let column = |field: &str| match COLUMNS.iter().position(|name| *name == field) {
        Some(0) => asked.t("books-column-day"),
        Some(1) => asked.t("books-column-reference"),
        Some(2) => asked.t("books-column-result"),
        Some(3) => asked.t("books-column-amount"),
        _ => asked.t("books-column-payment"),
    };
    let line = |row: &RowErrors| {
        let faults = row.errors.iter().map(|error| {
            format!("{}{}{}", column(&error.field), asked.t("label-separator"), fault_text(&asked.visit, &error.fault))
        });
        let faults = faults.collect::<Vec<_>>().join(" ");
        asked.t_args("books-row-refused", &[("row", row.row.into()), ("faults", faults.into())]).to_string()
    };
    let mut lines: Vec<String> = rows.iter().take(MOST_TOLD).map(line).collect();
    if rows.len() > MOST_TOLD {
        lines.push(asked.t_args("books-rows-more", &[("n", (rows.len() - MOST_TOLD).into())]).to_string());
    }
    lines.join("\n")
}

async fn explain(asked: Asked) -> Answer {
    let reference = asked.field("reference").to_owned();
    match ledger::resolve(&asked.services, &asked.context, &reference, asked.field("reason")).await {
        Err(LedgerError::Fields(errors)) => Answer::again_at(at::STATEMENTS, asked.typed(OURS).with_errors(errors)),
        result => done(&asked, at::STATEMENTS, "explained", result),
    }
}
