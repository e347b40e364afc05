//! What is done about people: operators' codes, collectors with their courses, exams and certificates, hospitals.

use super::at;
use super::refused::refused;
use crate::calls::{Answer, Asked, Call};
use crate::desk::{day, number};
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Fault, Faults, FieldError};
use domain::ids::{AccountId, OperatorId};
use jiff::civil::Date;
use services::custody::desk::DeskError;
use services::custody::{collectors, operators};
use uuid::Uuid;

const HANDLE: Access = Access::Capability(Capability::HandleUnits);
const RELEASE: Access = Access::Capability(Capability::ReleaseUnits);

/// The page of one collector.
const ONE: &str = "/staff/collectors/:id";

/// The calls.
pub static CALLS: &[Call] = &[
    Call::post("/staff/operators/add", RELEASE, &add_operator).on(at::OPERATORS),
    Call::post("/staff/operators/link", RELEASE, &link_operator).on(at::OPERATORS),
    Call::post("/staff/operators/end", RELEASE, &end_operator).on(at::OPERATORS),
    Call::post("/staff/collectors/add", HANDLE, &add_collector).on(at::COLLECTORS),
    Call::post("/staff/collectors/hospital", HANDLE, &add_hospital).on(at::COLLECTORS),
    Call::post("/staff/collectors/register", RELEASE, &register).on(at::COLLECTORS),
    Call::post("/staff/collectors/:id/course", HANDLE, &course).on(ONE),
    Call::post("/staff/collectors/:id/exam", HANDLE, &exam).on(ONE),
    Call::post("/staff/collectors/:id/issue", RELEASE, &issue).on(ONE),
    Call::post("/staff/collectors/:id/end", RELEASE, &end).on(ONE),
];

/// Back to the page with a word of what was done, or with why it was not.
fn done<T>(asked: &Asked, page: &str, word: &str, result: Result<T, DeskError>) -> Answer {
    match result {
        Ok(_) => Answer::to(format!("{page}?done={word}")),
        Err(error) => refused(asked, page, ("", error)),
    }
}

/// A fault of a field that could not be read.
fn again(asked: &Asked, page: &str, field: &str, fault: Fault) -> Answer {
    Answer::again_at(page, asked.typed(&[]).with_errors(vec![FieldError::new(field, fault)]))
}

/// An account that was chosen, or none.
fn account(text: &str) -> Result<Option<AccountId>, Fault> {
    match text {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Fault::NotAChoice),
    }
}

/// A day that somebody entered.
fn entered(asked: &Asked, field: &str) -> Result<Date, Fault> {
    match asked.field(field).trim() {
        "" => Err(Fault::Required),
        text => day(text),
    }
}

async fn add_operator(asked: Asked) -> Answer {
    let since = match entered(&asked, "since") {
        Ok(since) => since,
        Err(fault) => return again(&asked, at::OPERATORS, "since", fault),
    };
    let account = match account(asked.field("account")) {
        Ok(account) => account,
        Err(fault) => return again(&asked, at::OPERATORS, "account", fault),
    };
    let new = (asked.field("code"), since, account);
    let result = operators::add(&asked.services, &asked.context, new).await;
    done(&asked, at::OPERATORS, "added", result)
}

/// The operator of a row, and the name of a field of it.
fn row(asked: &Asked, name: &str) -> Option<(OperatorId, String)> {
    let id: OperatorId = asked.field("operator").parse().ok()?;
    Some((id, format!("{name}-{id}")))
}

/// The same fault beside the row's own field.
fn beside(field: &str, error: DeskError) -> DeskError {
    match error {
        DeskError::Fields(errors) => {
            DeskError::Fields(errors.into_iter().map(|error| FieldError::new(field, error.fault)).collect())
        }
        error => error,
    }
}

async fn link_operator(asked: Asked) -> Answer {
    let Some((id, field)) = row(&asked, "account") else { return Problem::Unusable.into() };
    let account = match account(asked.field(&field)) {
        Ok(account) => account,
        Err(fault) => return again(&asked, at::OPERATORS, &field, fault),
    };
    let result = operators::link(&asked.services, &asked.context, id, account).await;
    done(&asked, at::OPERATORS, "linked", result.map_err(|error| beside(&field, error)))
}

async fn end_operator(asked: Asked) -> Answer {
    let Some((id, field)) = row(&asked, "until") else { return Problem::Unusable.into() };
    let until = match entered(&asked, &field) {
        Ok(until) => until,
        Err(fault) => return again(&asked, at::OPERATORS, &field, fault),
    };
    let result = operators::end(&asked.services, &asked.context, id, until).await;
    done(&asked, at::OPERATORS, "ended", result.map_err(|error| beside(&field, error)))
}

async fn add_collector(asked: Asked) -> Answer {
    let hospital = asked.field("hospital").parse::<Uuid>().ok();
    let new = (asked.field("number"), asked.field("name"));
    let result = collectors::add(&asked.services, &asked.context, new, hospital).await;
    done(&asked, at::COLLECTORS, "added", result)
}

async fn add_hospital(asked: Asked) -> Answer {
    let new = (asked.field("code"), asked.field("zh"), asked.field("en"));
    let result = collectors::add_hospital(&asked.services, &asked.context, new).await;
    done(&asked, at::COLLECTORS, "hospital", result)
}

async fn register(asked: Asked) -> Answer {
    match entered(&asked, "complete_from") {
        Ok(from) => {
            let result = collectors::say_complete(&asked.services, &asked.context, from).await;
            done(&asked, at::COLLECTORS, "register", result)
        }
        Err(fault) => again(&asked, at::COLLECTORS, "complete_from", fault),
    }
}

/// The collector of the path, and their page.
fn subject(asked: &Asked) -> Option<(Uuid, String)> {
    let id = asked.param::<Uuid>("id")?;
    Some((id, format!("{}/{id}", at::COLLECTORS)))
}

/// A day, and a number beside it.
fn dated(asked: &Asked, (on, of): (&str, &str), (min, max): (u32, u32)) -> Result<(Date, u16), Vec<FieldError>> {
    let mut faults = Faults::default();
    let day = faults.take(on, entered(asked, on));
    let n = faults.take(of, number(asked.field(of), min, max));
    match (day, n) {
        (Some(day), Some(n)) => Ok((day, u16::try_from(n).unwrap_or(u16::MAX))),
        _ => Err(faults.into_errors()),
    }
}

async fn course(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    match dated(&asked, ("course_day", "hours"), (1, 200)) {
        Ok(said) => {
            let result = collectors::attended(&asked.services, &asked.context, id, said).await;
            done(&asked, &page, "course", result)
        }
        Err(errors) => Answer::again_at(page, asked.typed(&[]).with_errors(errors)),
    }
}

async fn exam(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    match dated(&asked, ("exam_day", "score"), (0, 100)) {
        Ok(said) => {
            let result = collectors::examined(&asked.services, &asked.context, id, said).await;
            let word = if matches!(result, Ok(true)) { "passed" } else { "failed" };
            done(&asked, &page, word, result)
        }
        Err(errors) => Answer::again_at(page, asked.typed(&[]).with_errors(errors)),
    }
}

async fn issue(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(exam) = asked.field("exam").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = collectors::issue(&asked.services, &asked.context, id, exam).await;
    done(&asked, &page, "issued", result)
}

async fn end(asked: Asked) -> Answer {
    let Some((id, page)) = subject(&asked) else { return Problem::NotFound.into() };
    let Ok(certificate) = asked.field("certificate").parse::<Uuid>() else { return Problem::Unusable.into() };
    let result = collectors::end(&asked.services, &asked.context, id, certificate).await;
    done(&asked, &page, "ended", result)
}
