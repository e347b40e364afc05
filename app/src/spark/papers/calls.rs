//! What people do with papers: send, take away, fetch. Staff fetch them by a form that says why.

use super::{path, problem_of};
use crate::calls::{Answer, Asked, Call, Upload as File};
use crate::problem::Problem;
use crate::routes::Access;
use domain::account::Capability;
use domain::field::{Fault, FieldError};
use domain::files::Refusal;
use domain::ids::{ApplicationId, PaperId};
use domain::spark::papers::{AT_ONCE, Kind, LARGEST, State};
use services::spark::papers::{self, Opened, PaperError, Upload};
use uuid::Uuid;

/// The calls.
pub static CALLS: &[Call] = &[
    Call::upload("/spark/apply/:id/papers", Access::SignedIn, LARGEST as usize, &add).several(AT_ONCE),
    Call::post("/spark/apply/:id/papers/:paper/remove", Access::SignedIn, &remove).on("/spark/apply/:id/papers"),
    Call::get("/spark/apply/:id/papers/:paper", Access::SignedIn, &fetch),
    Call::post("/staff/spark/papers/:paper", Access::Capability(Capability::SeeCases), &look),
    Call::post("/staff/spark/review/papers/:paper", Access::Capability(Capability::ReviewCases), &look),
];

fn refused(asked: &Asked, page: &str, error: &PaperError) -> Answer {
    let fault = match error {
        PaperError::Limited(limited) => return Answer::from(problem_of(error)).retry_after(limited.retry_after),
        PaperError::Denied(denied) => return (*denied).into(),
        // The page itself says that what was sent stays.
        PaperError::Sent => return Answer::to(page),
        PaperError::ReasonNeeded => Fault::Required,
        error => return problem_of(error).into(),
    };
    Answer::again_at(page, asked.typed(&["key"]).with_errors(vec![FieldError::new("reason", fault)]))
}

/// Each file by itself: what is wrong with one keeps none of the others from being taken.
async fn add(mut asked: Asked) -> Answer {
    let Some(application) = asked.param::<ApplicationId>("id") else { return Problem::NotFound.into() };
    let page = path(application);
    let (kind, key) = (asked.field("kind").parse::<Kind>(), asked.field("key").parse::<Uuid>());
    let files = std::mem::take(&mut asked.files);
    let (kind, key) = match (kind, key) {
        (Ok(kind), Ok(key)) if !files.is_empty() => (kind, key),
        (Err(fault), _) => return again(&asked, &page, vec![FieldError::new("kind", fault)]),
        (_, Err(_)) => return Problem::Unusable.into(),
        _ => return again(&asked, &page, vec![FieldError::new("file", Fault::Required)]),
    };
    let (mut why_not, mut dropped, mut sent) = (Vec::new(), None, 0);
    for (n, file) in files.into_iter().enumerate() {
        if file.dropped {
            dropped = Some(Fault::OutOfRange { min: 1, max: u32::try_from(AT_ONCE).unwrap_or(1) });
            break;
        }
        sent += 1;
        let one = upload((key, i16::try_from(n).unwrap_or(i16::MAX)), kind, file);
        match papers::add(&asked.services, &asked.context, application, one).await {
            Ok(paper) if paper.state == State::Refused => {
                why_not.push(paper.refusal.unwrap_or(Refusal::Damaged));
            }
            Ok(_) => {}
            Err(error) => return refused(&asked, &page, &error),
        }
    }
    // Of several the field says how many; why stands beside each of them.
    let refused = match why_not.as_slice() {
        [] => None,
        [why] => Some(Fault::FileRefused { why: *why }),
        all => Some(Fault::FilesRefused { n: u32::try_from(all.len()).unwrap_or(u32::MAX), of: sent }),
    };
    let faults: Vec<FieldError> =
        refused.into_iter().chain(dropped).map(|fault| FieldError::new("file", fault)).collect();
    if faults.is_empty() { Answer::to(format!("{page}?done=added")) } else { again(&asked, &page, faults) }
}

fn again(asked: &Asked, page: &str, faults: Vec<FieldError>) -> Answer {
    Answer::again_at(page, asked.typed(&["key"]).with_errors(faults))
}

fn upload(key: (Uuid, i16), kind: Kind, file: File) -> Upload {
    Upload { key, kind, name: file.name, bytes: (!file.too_large).then_some(file.bytes) }
}

async fn remove(asked: Asked) -> Answer {
    let (Some(application), Some(paper)) = (asked.param::<ApplicationId>("id"), asked.param::<PaperId>("paper")) else {
        return Problem::NotFound.into();
    };
    let page = path(application);
    match papers::remove(&asked.services, &asked.context, application, paper).await {
        Ok(()) => Answer::to(format!("{page}?done=removed")),
        Err(error) => refused(&asked, &page, &error),
    }
}

async fn fetch(asked: Asked) -> Answer {
    let (Some(application), Some(paper)) = (asked.param::<ApplicationId>("id"), asked.param::<PaperId>("paper")) else {
        return Problem::NotFound.into();
    };
    handed(&asked, &path(application), papers::open(&asked.services, &asked.context, paper, None).await)
}

/// A paper for staff. Where the case is another's, the form says why it is looked at.
async fn look(asked: Asked) -> Answer {
    let Some(paper) = asked.param::<PaperId>("paper") else { return Problem::NotFound.into() };
    let opened = papers::open(&asked.services, &asked.context, paper, Some(asked.field("reason"))).await;
    handed(&asked, "/staff", opened)
}

fn handed(asked: &Asked, page: &str, opened: Result<Opened, PaperError>) -> Answer {
    match opened {
        Ok(opened) => Answer::file(opened.format.content_type(), Some(opened.name), opened.bytes),
        Err(PaperError::ReasonNeeded) => Problem::Unusable.into(),
        Err(error) => refused(asked, page, &error),
    }
}
