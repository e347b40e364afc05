//! The files of letters, and what verifying one says.

use super::{VERIFY, hidden, shown};
use crate::calls::{Answer, Asked, Call};
use crate::form::Tone;
use crate::problem::Problem;
use crate::routes::Access;
use axum::http::StatusCode;
use domain::account::Capability;
use domain::ids::{CaseId, LetterId};
use domain::time::day_text;
use services::spark::letters::{self, Verdict};

/// The calls.
pub static CALLS: &[Call] = &[
    Call::get("/account/spark/:id/letters/:letter/letter.pdf", Access::SignedIn, &own),
    Call::get("/staff/cases/:id/letters/:letter/letter.pdf", Access::Capability(Capability::SeeCases), &desk),
    Call::post(VERIFY, Access::Public, &verify),
];

async fn own(asked: Asked) -> Answer {
    let Some((case, letter)) = named(&asked) else { return Problem::NotFound.into() };
    handed(letters::own_pdf(&asked.services, &asked.context, case, letter).await.map_err(hidden))
}

async fn desk(asked: Asked) -> Answer {
    let Some((case, letter)) = named(&asked) else { return Problem::NotFound.into() };
    handed(letters::pdf(&asked.services, &asked.context, case, letter).await.map_err(shown))
}

/// The letter of the address.
fn named(asked: &Asked) -> Option<(CaseId, LetterId)> {
    asked.param("id").zip(asked.param("letter"))
}

/// A letter as a file, to be kept.
fn handed(file: Result<(String, Vec<u8>), Problem>) -> Answer {
    match file {
        Ok((name, bytes)) => Answer::file("application/pdf", Some(name), bytes),
        Err(problem) => problem.into(),
    }
}

/// Says whether a letter is ours, above the form. Nothing of it goes into an address.
async fn verify(asked: Asked) -> Answer {
    let typed = (asked.field("number"), asked.field("digits"));
    let form = asked.typed(&[]);
    match letters::verify(&asked.services, &asked.context, &asked.network, typed).await {
        Ok(Verdict::Genuine { issued_on }) => {
            let day = day_text(issued_on, asked.locale());
            let text = asked.t_args("letters-genuine", &[("day", day.into())]).to_string();
            Answer::again_at(VERIFY, form.with_notice(Tone::Success, text)).status(StatusCode::OK)
        }
        Ok(Verdict::Unknown) => {
            let text = asked.t("letters-unknown").to_string();
            Answer::again_at(VERIFY, form.with_notice(Tone::Warning, text)).status(StatusCode::OK)
        }
        Err(error) => shown(error).into(),
    }
}
