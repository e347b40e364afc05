//! What is done with a version that is being written: looked at, given another row, published.

use super::at;
use super::read::{most, read, sent_rows};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::spark::review::rubric::Rubric;
use services::spark::review::{ReviewError, publish_rubric, rubrics};

/// This room's calls.
pub const CALLS: &[Call] = &[Call::post(at::NEW, Access::Capability(Capability::OverseeCases), &write)];

/// The page says itself which version it would be.
const OURS: &[&str] = &["version"];

async fn write(asked: Asked) -> Answer {
    let form = asked.typed(&[]);
    match asked.field("do") {
        "add" => {
            let mut form = asked.typed(OURS);
            let rows = sent_rows(&form).unwrap_or_default() + 1;
            form.values.insert("rows".to_owned(), rows.min(most()).to_string());
            Answer::again(form).status(StatusCode::OK)
        }
        "publish" => match read(&form) {
            Ok(rubric) => published(&asked, &rubric).await,
            Err(errors) => Answer::again(asked.typed(OURS).with_errors(errors)),
        },
        _ => match read(&form) {
            Ok(_) => Answer::again(form).status(StatusCode::OK),
            Err(errors) => Answer::again(asked.typed(OURS).with_errors(errors)),
        },
    }
}

async fn published(asked: &Asked, rubric: &Rubric) -> Answer {
    match publish_rubric(&asked.services, &asked.context, rubric).await {
        Ok(()) => done(),
        Err(ReviewError::VersionTaken(version)) => {
            let all = match rubrics(&asked.services, &asked.context).await {
                Ok(all) => all,
                Err(error) => return refused(error),
            };
            // Pressed twice it is published once.
            if all.iter().any(|one| one.rubric == *rubric) {
                return done();
            }
            let text = asked.t_args("rubric-version-taken", &[("version", version.into())]).to_string();
            let mut form = asked.typed(OURS).with_notice(Tone::Warning, text);
            form.values.insert("do".to_owned(), "again".to_owned());
            Answer::again(form).status(StatusCode::CONFLICT)
        }
        Err(error) => refused(error),
    }
}

fn done() -> Answer {
    Answer::to(format!("{}?done=published", at::RUBRIC))
}

fn refused(error: ReviewError) -> Answer {
    match error {
        ReviewError::Denied(denied) => denied.into(),
        error => Problem::from(error).into(),
    }
}
