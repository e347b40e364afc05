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
use services::spark::letters::{self, LetterError, Verdict};

/// The calls.
pub static CALLS: &[Call] = &[
    Call::get("/account/spark/:id/letters/:letter/letter.pdf", Access::SignedIn, &own),
    Call::get("/staff/cases/:id/letters/:letter/letter.pdf", Access::Capability(Capability::SeeCases), &desk),
    Call::post(VERIFY, Access::Public, &verify),
];

async fn own(asked: Asked) -> Answer {
    file(&asked, hidden).await
}

async fn desk(asked: Asked) -> Answer {
    file(&asked, shown).await
}

/// The PDF of the letter of the address, to be kept.
async fn file(asked: &Asked, problem: fn(LetterError) -> Problem) -> Answer {
    let of = asked.param::<CaseId>("id").zip(asked.param::<LetterId>("letter"));
    let Some((case, letter)) = of else { return Problem::NotFound.into() };
    match letters::pdf(&asked.services, &asked.context, case, letter).await {
        Ok((name, bytes)) => Answer::file("application/pdf", Some(name), bytes),
        Err(error) => problem(error).into(),
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
