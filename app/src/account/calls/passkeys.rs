//! Passkeys of staff: what the browser asks for by script, and the forms its answers come in.

use super::staff::{SECRETS, shown, went_on};
use super::{label, network};
use crate::account::at;
use crate::account::notices::Refusal;
use crate::account::pending;
use crate::calls::{Answer, Asked};
use crate::form::FormState;
use crate::local_path::LocalPath;
use crate::problem::Problem;
use axum::http::StatusCode;
use domain::account::{Denied, PasskeyName};
use domain::field::FieldError;
use domain::ids::PasskeyId;
use serde_json::{Value, json};
use services::account::passkeys::{self, PasskeyError};
use services::account::sign_in::SignInError;
use services::account::{AccountError, enrolment, second};

/// Options for the script, or a status it has a sentence for.
fn options(asked: &Asked, options: Result<Value, AccountError>) -> Answer {
    match options {
        Ok(options) => Answer::json(options),
        Err(AccountError::Limited(limited)) => Answer::json(json!({})).retry_after(limited.retry_after),
        // Over, or nobody's: the page is loaded anew.
        Err(AccountError::NotFound) => Answer::json(json!({})).status(StatusCode::CONFLICT),
        Err(error) => Refusal::from(error).answer(asked, FormState::default()),
    }
}

/// For the second form of the sign-in.
pub async fn second_options(asked: Asked) -> Answer {
    let token = pending::second_form_of(&asked).unwrap_or_default();
    options(&asked, second::options(&asked.services, &asked.context, &token).await)
}

/// For the first second factor.
pub async fn first_options(asked: Asked) -> Answer {
    let token = pending::enrolment_of(&asked).unwrap_or_default();
    options(&asked, enrolment::passkey_options(&asked.services, &asked.context, &token).await)
}

/// For the second factor again.
pub async fn step_up_options(asked: Asked) -> Answer {
    options(&asked, passkeys::begin_step_up(&asked.services, &asked.context).await)
}

/// For another passkey of one's own.
pub async fn new_options(asked: Asked) -> Answer {
    options(&asked, passkeys::begin(&asked.services, &asked.context).await)
}

/// Shows the second factor after the password.
pub async fn second(asked: Asked) -> Answer {
    let Some(token) = pending::second_form_of(&asked) else { return Answer::again(FormState::default()) };
    let from = (&*label(&asked), &network(&asked));
    match second::confirm(&asked.services, &asked.context, &token, shown(&asked), from).await {
        Ok(signed_in) => went_on(&asked, signed_in).await.cookie(pending::second_form_removed()),
        Err(SignInError::TooLate) => {
            let over = Refusal::from(SignInError::TooLate);
            over.answer_at(&asked, Some(at::STAFF_SIGN_IN), FormState::default()).cookie(pending::second_form_removed())
        }
        Err(SignInError::Refused) => Refusal::Say("staff-second-refused").answer(&asked, asked.typed(SECRETS)),
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(SECRETS)),
    }
}

/// Adds a passkey of one's own.
pub async fn add(asked: Asked) -> Answer {
    let answer = asked.field("passkey");
    if answer.is_empty() {
        // Sent without the script.
        return Refusal::Say("passkey-new-without-script").answer(&asked, asked.typed(SECRETS));
    }
    let name = match PasskeyName::parse(asked.field("name")) {
        Ok(name) => name,
        // The passkey comes back with the form: it was made, and only its name is at fault.
        Err(fault) => return Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new("name", fault)])),
    };
    match passkeys::add(&asked.services, &asked.context, &name, answer).await {
        Ok(()) => Answer::go(own_account().with("done", "passkey")),
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(SECRETS)),
    }
}

/// Removes one.
pub async fn remove(asked: Asked) -> Answer {
    let Some(id) = asked.param::<PasskeyId>("id") else { return Problem::NotFound.into() };
    match passkeys::remove(&asked.services, &asked.context, id).await {
        // Removed already, perhaps in another window: what was wanted is so.
        Ok(()) | Err(PasskeyError::NotFound) => Answer::go(own_account().with("done", "passkey-removed")),
        // The question stands on the own page, which is where one comes back to.
        Err(PasskeyError::Denied(Denied::StepUpNeeded)) => {
            Answer::go(LocalPath::or_home(at::STEP_UP).with("next", at::STAFF_ACCOUNT))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::STAFF_ACCOUNT), FormState::default()),
    }
}

fn own_account() -> LocalPath {
    LocalPath::or_home(at::STAFF_ACCOUNT)
}
