//! The staff's door, and what a member of staff does about the own account.

use super::{label, network, signed_in};
use crate::account::at;
use crate::account::notices::Refusal;
use crate::account::pending;
use crate::calls::{Answer, Asked, Cookie, SESSION_COOKIE};
use crate::form::{FormState, Tone};
use crate::local_path::LocalPath;
use axum::http::StatusCode;
use domain::account::Denied;
use secrecy::SecretString;
use services::account::AccountError;
use services::account::enrolment::{self, RecoveryCodes};
use services::account::sign_in::{self, Credentials, Shown, SignIn, SignInError};
use services::account::staff;

/// Never sent back to a page. A passkey's answer is no secret, but good once.
pub(super) const SECRETS: &[&str] = &["password", "new-password", "code", "passkey"];

/// What was shown as the second factor: a passkey where the script sent one, else what was typed.
pub(super) fn shown(asked: &Asked) -> Shown {
    match asked.field("passkey") {
        "" => Shown::code(asked.field("code")),
        answer => Shown::Passkey(answer.to_owned()),
    }
}

fn onwards(asked: &Asked) -> LocalPath {
    asked.next().unwrap_or_else(|| LocalPath::or_home(at::STAFF))
}

fn with_next(path: &str, asked: &Asked) -> LocalPath {
    let path = LocalPath::or_home(path);
    match asked.next() {
        Some(next) => path.with("next", next.as_str()),
        None => path,
    }
}

/// Signs in, or goes on to the enrolment of the second factor.
pub async fn sign_in(asked: Asked) -> Answer {
    let credentials = Credentials {
        login: asked.field("login").to_owned(),
        password: SecretString::from(asked.field("password")),
        code: SecretString::from(asked.field("code")),
        label: label(&asked),
        network: network(&asked),
    };
    match sign_in::sign_in(&asked.services, &asked.context, credentials).await {
        Ok(done) => went_on(&asked, done).await,
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(SECRETS)),
    }
}

/// Where a sign-in goes on.
pub(super) async fn went_on(asked: &Asked, done: SignIn) -> Answer {
    let now = asked.context.now;
    match done {
        SignIn::Done(session) => signed_in(asked, session, Answer::go(onwards(asked))).await,
        SignIn::Second(form) => {
            Answer::go(with_next(at::SECOND, asked)).cookie(pending::second_form(&form.token, now, form.expires_at))
        }
        SignIn::Enrol(enrolment) => Answer::go(with_next(at::ENROL, asked)).cookie(pending::enrolment(
            &enrolment.token,
            now,
            enrolment.expires_at,
        )),
    }
}

/// Ends the enrolment; after that of a second factor the recovery codes are shown, this once.
pub async fn enrol(asked: Asked) -> Answer {
    let Some(token) = pending::enrolment_of(&asked) else { return Answer::again(FormState::default()) };
    let chosen = SecretString::from(asked.field("new-password"));
    let (shown, label) = (shown(&asked), label(&asked));
    let done =
        enrolment::confirm_enrolment(&asked.services, &asked.context, &token, shown, Some(&chosen), &label).await;
    match done {
        Ok(enrolled) => {
            let answer = match &enrolled.recovery_codes {
                Some(codes) => shown_once(&asked, codes, "staff-enrolled"),
                None => Answer::go(onwards(&asked)),
            };
            signed_in(&asked, enrolled.signed_in, answer).await.cookie(pending::enrolment_removed())
        }
        Err(SignInError::EnrolmentOver) => {
            let over = Refusal::from(SignInError::EnrolmentOver);
            over.answer_at(&asked, Some(at::STAFF_SIGN_IN), FormState::default()).cookie(pending::enrolment_removed())
        }
        // The passkey was not looked at yet: it comes back with the form.
        Err(error @ SignInError::Password(_)) => {
            Refusal::from(error).answer(&asked, asked.typed(&["new-password", "code"]))
        }
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(SECRETS)),
    }
}

/// The page of the recovery codes. They travel in the answer itself: an address or a cookie would keep them.
fn shown_once(asked: &Asked, codes: &RecoveryCodes, said: &'static str) -> Answer {
    let mut form = FormState::default().with_notice(Tone::Success, asked.t(said));
    form.values.insert(RECOVERY_CODES.to_owned(), codes.0.join("\n"));
    form.values.insert("next".to_owned(), onwards(asked).to_string());
    Answer::again_at(at::RECOVERY, form).status(StatusCode::OK)
}

/// Under which name the page of the recovery codes finds them.
pub const RECOVERY_CODES: &str = "recovery-codes";

/// Shows the second factor again: the session goes on under a new cookie.
pub async fn step_up(asked: Asked) -> Answer {
    match sign_in::step_up(&asked.services, &asked.context, shown(&asked)).await {
        Ok(renewed) => {
            let cookie = Cookie::new(SESSION_COOKIE, renewed.token.expose(), Some(renewed.max_age));
            Answer::go(onwards(&asked)).cookie(cookie)
        }
        Err(SignInError::Refused) => Refusal::Say(match asked.field("passkey") {
            "" => "staff-step-up-refused",
            _ => "passkey-refused",
        })
        .answer(&asked, asked.typed(SECRETS)),
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(SECRETS)),
    }
}

/// Changes one's own password.
pub async fn password(asked: Asked) -> Answer {
    let present = SecretString::from(asked.field("password"));
    let fresh = SecretString::from(asked.field("new-password"));
    match staff::change_password(&asked.services, &asked.context, &present, asked.field("code"), &fresh).await {
        Ok(()) => Answer::go(LocalPath::or_home(at::STAFF_ACCOUNT).with("done", "password")),
        // Without a code a fresh passkey is asked for: the form stands where one comes back to.
        Err(AccountError::Denied(Denied::StepUpNeeded)) => {
            Answer::go(LocalPath::or_home(at::STEP_UP).with("next", at::STAFF_ACCOUNT))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::STAFF_ACCOUNT), asked.typed(SECRETS)),
    }
}

/// New recovery codes in the place of the former ones.
pub async fn recovery_codes(asked: Asked) -> Answer {
    match enrolment::renew_recovery_codes(&asked.services, &asked.context).await {
        Ok(codes) => shown_once(&asked, &codes, "staff-recovery-renewed"),
        Err(error) => Refusal::from(error).answer(&asked, FormState::default()),
    }
}
