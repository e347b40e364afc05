//! What people do about the contacts of their account, and to prove that it is theirs.

use super::network;
use crate::account::notices::Refusal;
use crate::account::pending::{Kind, Pending};
use crate::account::{at, own_proof};
use crate::calls::{Answer, Asked, Cookie, SESSION_COOKIE};
use crate::form::FormState;
use crate::local_path::LocalPath;
use crate::problem::Problem;
use domain::contact::Contact;
use domain::field::{Fault, FieldError};
use services::account::contacts::{self, Confirmed};
use services::account::proof::{self, Which};
use services::account::visitors::VisitorError;

/// Sends a code to a contact one wants to have in the account.
pub async fn contact(asked: Asked) -> Answer {
    let contact = match Contact::parse(asked.field("contact")) {
        Ok(contact) => contact,
        Err(fault) => return Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new("contact", fault)])),
    };
    match contacts::begin(&asked.services, &asked.context, &contact, &network(&asked)).await {
        Ok(begun) => {
            let pending = Pending::new(contact, begun);
            Answer::to(at::CONTACT_CODE).cookie(pending.cookie(&asked.services, Kind::Contact, asked.context.now))
        }
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(&[])),
    }
}

/// What this browser waits for, if it was asked for by the account that is signed in now.
fn own_pending(asked: &Asked) -> Option<Pending> {
    let account = asked.context.actor.account()?;
    Pending::of(asked, Kind::Contact).filter(|pending| pending.subject == account.0)
}

/// A code that was not taken: told at its field, or above the form.
fn not_taken(asked: &Asked, error: VisitorError) -> Answer {
    match error.fault() {
        Some(("contact", _)) | None => Refusal::from(error).answer(asked, FormState::default()),
        Some((field, fault)) => Answer::again(FormState::default().with_errors(vec![FieldError::new(field, fault)])),
    }
}

/// Adds the contact the code went to, or lets it wait.
pub async fn contact_code(asked: Asked) -> Answer {
    if own_pending(&asked).is_none() {
        return Answer::again(FormState::default());
    }
    let done = match contacts::confirm(&asked.services, &asked.context, asked.field("code"), &network(&asked)).await {
        Ok(Confirmed::Now(_)) => "contact",
        Ok(Confirmed::Then(_, _)) => "contact-waits",
        Err(error) => return not_taken(&asked, error),
    };
    Answer::go(LocalPath::or_home(at::SECURITY).with("done", done)).cookie(Pending::removed(Kind::Contact))
}

/// Sends another code to the same contact.
pub async fn contact_resend(asked: Asked) -> Answer {
    let Some(pending) = own_pending(&asked) else { return Answer::to(at::CONTACT_CODE) };
    match contacts::begin(&asked.services, &asked.context, &pending.contact, &network(&asked)).await {
        Ok(begun) => {
            let pending = pending.resent(begun);
            Answer::to(at::CONTACT_CODE).cookie(pending.cookie(&asked.services, Kind::Contact, asked.context.now))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::CONTACT_CODE), FormState::default()),
    }
}

/// Takes back a change that waits.
pub async fn take_back(asked: Asked) -> Answer {
    let Some(kind) = asked.param::<String>("kind") else { return Problem::NotFound.into() };
    match contacts::take_back(&asked.services, &asked.context, &kind).await {
        Ok(()) => Answer::go(LocalPath::or_home(at::SECURITY).with("done", "taken-back")),
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::SECURITY), FormState::default()),
    }
}

/// Stops the change of a link.
pub async fn stop(asked: Asked) -> Answer {
    let Some(code) = asked.param::<String>("code") else { return Problem::LinkInvalid.into() };
    match contacts::stop(&asked.services, &asked.context, &code, &network(&asked)).await {
        Ok(true) => Answer::to(at::STOPPED),
        Ok(false) => Problem::LinkInvalid.into(),
        Err(error) => Refusal::from(error).answer(&asked, FormState::default()),
    }
}

/// Sends a code to a contact of the account.
pub async fn confirm(asked: Asked) -> Answer {
    let which = match asked.field("which") {
        "phone" => Which::Phone,
        "mail" => Which::Mail,
        _ => return Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new("which", Fault::Required)])),
    };
    match proof::begin(&asked.services, &asked.context, which, &network(&asked)).await {
        Ok((contact, begun)) => {
            let pending = Pending { next: asked.next(), ..Pending::new(contact, begun) };
            Answer::to(at::CONFIRM_CODE).cookie(pending.cookie(&asked.services, Kind::Proof, asked.context.now))
        }
        Err(error) => Refusal::from(error).answer(&asked, asked.typed(&[])),
    }
}

/// Shows the code: the session goes on under a new cookie.
pub async fn confirm_code(asked: Asked) -> Answer {
    let Some(pending) = own_proof(&asked) else { return Answer::again(FormState::default()) };
    match proof::confirm(&asked.services, &asked.context, asked.field("code"), &network(&asked)).await {
        Ok(renewed) => {
            let next = pending.next.unwrap_or_else(|| LocalPath::or_home(at::SECURITY));
            Answer::go(next.with("done", "proven"))
                .cookie(Cookie::new(SESSION_COOKIE, renewed.token.expose(), Some(renewed.max_age)))
                .cookie(Pending::removed(Kind::Proof))
        }
        Err(error) => not_taken(&asked, error),
    }
}

/// Sends another code to the same contact.
pub async fn confirm_resend(asked: Asked) -> Answer {
    let Some(pending) = own_proof(&asked) else { return Answer::to(at::CONFIRM_CODE) };
    let which = match pending.contact {
        Contact::Phone(_) => Which::Phone,
        Contact::Mail(_) => Which::Mail,
    };
    match proof::begin(&asked.services, &asked.context, which, &network(&asked)).await {
        Ok((_, begun)) => {
            let pending = pending.resent(begun);
            Answer::to(at::CONFIRM_CODE).cookie(pending.cookie(&asked.services, Kind::Proof, asked.context.now))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::CONFIRM_CODE), FormState::default()),
    }
}
