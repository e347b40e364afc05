//! What people do who apply: begin a form, keep it, send it, answer, choose a training date, withdraw, fetch and verify a
//! certificate.

use super::AMBASSADORS;
use crate::calls::{Answer, Asked, Call};
use crate::problem::Problem;
use crate::requests::calls::{self, refused};
use crate::routes::Access;
use domain::ambassador::{CertificateNumber, GUARDIAN_UNDER, parse_code, typed};
use domain::field::{Fault, Faults};
use domain::typed::{Typed, number};
use services::ambassadors::{self, AmbassadorError, AmbassadorFault, Ambassadors};
use services::requests;

/// The calls.
pub const CALLS: &[Call] = &[
    Call::post("/ambassadors/apply", Access::Public, &begin),
    Call::post("/ambassadors/apply/:draft", Access::Public, &form),
    Call::post("/ambassadors/apply/:draft/code", Access::Public, &calls::code::<Ambassadors>),
    Call::post("/ambassadors/apply/:draft/resend", Access::Public, &calls::resend::<Ambassadors>),
    Call::post("/ambassadors/r/:link/answer", Access::Public, &calls::answer::<Ambassadors>),
    Call::post("/ambassadors/r/:link/confirm", Access::Public, &confirm),
    Call::post("/ambassadors/r/:link/decline", Access::Public, &calls::decline::<Ambassadors>),
    Call::post("/ambassadors/r/:link/withdraw", Access::Public, &calls::withdraw::<Ambassadors>),
    Call::get("/ambassadors/r/:link/certificate.pdf", Access::Public, &certificate),
    Call::post("/ambassadors/verify", Access::Public, &verify),
    Call::get("/account/ambassadors/:id", Access::SignedIn, &calls::own::<Ambassadors>),
];

/// Begins a form for the round of the button.
async fn begin(asked: Asked) -> Answer {
    let Ok(round) = asked.field("round").parse() else { return Answer::to(AMBASSADORS) };
    let visitor = calls::visitor(&asked);
    match ambassadors::begin(&asked.services, &asked.context, &visitor, &asked.network, round).await {
        Ok(draft) => calls::begun::<Ambassadors>(draft, &visitor),
        Err(error) => refused(&asked, AMBASSADORS.to_owned(), error),
    }
}

/// What was sent, as the form's own fields. From 14 on no guardian is asked for, and none is kept.
fn sent(asked: &Asked) -> Typed {
    let mut sent = typed(asked.pairs.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    if number(sent.field("age"), GUARDIAN_UNDER, u32::MAX).is_ok() {
        sent.0.retain(|name, _| !matches!(name.as_str(), "guardian" | "guardian_consent"));
    }
    sent
}

/// Keeps the form and sends a code to its contact. The round stays the one it was begun for.
async fn form(asked: Asked) -> Answer {
    let (mut draft, page) = match calls::draft::<Ambassadors>(&asked).await {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    if let Err(error) = calls::keep(&asked, &mut draft, sent(&asked), |name| name != "round").await {
        return refused(&asked, page, error);
    }
    if asked.field("save") == "1" {
        return Answer::to(format!("{page}?done=saved"));
    }
    match requests::send(&asked.services, &asked.context, &draft, &asked.network).await {
        Ok(()) => Answer::to(format!("{page}/code")),
        Err(error) => refused(&asked, page, error),
    }
}

/// Chooses a training date.
async fn confirm(asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Ambassadors>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    let Ok(training) = asked.field("training").parse() else {
        return refused(&asked, page, AmbassadorError::field("training", Fault::Required));
    };
    let version = calls::version(&asked);
    let result = ambassadors::confirm(&asked.services, &asked.context, &handle, version, training).await;
    calls::changed(&asked, page, "confirmed", result).await
}

/// Hands the certificate out.
async fn certificate(asked: Asked) -> Answer {
    let (page, handle) = match calls::handle::<Ambassadors>(&asked) {
        Ok(found) => found,
        Err(answer) => return answer,
    };
    match ambassadors::certificate_pdf(&asked.services, &asked.context, &handle).await {
        Ok((name, bytes)) => Answer::file("application/pdf", Some(name), bytes),
        Err(AmbassadorError::NotFound) => crate::requests::led_nowhere::<Ambassadors>(&asked).await.into(),
        // The page itself says what became of it.
        Err(AmbassadorError::Own(AmbassadorFault::NoCertificate)) => Answer::to(page),
        Err(error) => Problem::from(error).into(),
    }
}

/// Leads to what a number and a code say.
async fn verify(asked: Asked) -> Answer {
    let (number, code) = (asked.field("number"), asked.field("code"));
    let mut faults = Faults::default();
    // Something was typed that is none: what it looks like is said.
    let or = |text: &str, shape| if text.trim().is_empty() { Fault::Required } else { shape };
    let parsed = (
        faults.take("number", CertificateNumber::parse(number).ok_or(or(number, Fault::CertificateShape))),
        faults.take("code", parse_code(code).ok_or(or(code, Fault::CertificateCodeShape))),
    );
    match parsed {
        (Some(number), Some(code)) => Answer::to(format!("/ambassadors/verify/{number}/{code}")),
        _ => Answer::again_at("/ambassadors/verify", asked.typed(&[]).with_errors(faults.into_errors())),
    }
}
