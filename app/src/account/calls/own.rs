//! What people do about their own account: particulars, another contact, signed-in browsers, the copy of their data, the
//! end of the account.

use super::network;
use crate::account::at;
use crate::account::notices::Refusal;
use crate::account::pending::{Kind, Pending};
use crate::calls::{Answer, Asked, Cookie, SESSION_COOKIE};
use crate::form::FormState;
use crate::local_path::LocalPath;
use crate::problem::Problem;
use domain::Locale;
use domain::account::Actor;
use domain::contact::{Contact, PersonName};
use domain::field::FieldError;
use domain::ids::{BookingId, LoginSessionId};
use services::account::{AccountError, erase, sessions, visitors};
use services::booking::{self, BookingError, Handle};

/// The page with what was done said above it. Staff have their sessions on another page.
fn done(asked: &Asked, what: &str) -> Answer {
    Answer::go(LocalPath::or_home(home(asked)).with("done", what))
}

fn home(asked: &Asked) -> &'static str {
    match asked.context.actor {
        Actor::Staff { .. } => at::STAFF_ACCOUNT,
        _ => at::SECURITY,
    }
}

fn refused(asked: &Asked, error: impl Into<Refusal>) -> Answer {
    error.into().answer_at(asked, Some(home(asked)), asked.typed(&["code"]))
}

/// Opens one of one's own bookings: its page stands behind a signed link, as in messages, so that there is one such page.
pub async fn booking(asked: Asked) -> Answer {
    let Some(id) = asked.param::<BookingId>("id") else { return Problem::NotFound.into() };
    match booking::view(&asked.services, &asked.context, &Handle::Id(id)).await {
        Ok(view) => Answer::to(format!("/b/{}", booking::manage_link(&asked.services, view.id, view.ends_at))),
        Err(BookingError::NotFound) => Problem::NotFound.into(),
        Err(BookingError::Denied(denied)) => denied.into(),
        Err(error) => {
            tracing::error!(%error, "a booking of an account could not be opened");
            Problem::Busy.into()
        }
    }
}

/// Changes what one is called; an empty field forgets it.
pub async fn name(asked: Asked) -> Answer {
    let text = asked.field("name");
    let name = match text.trim() {
        "" => None,
        text => match PersonName::parse(text) {
            Ok(name) => Some(name),
            Err(fault) => {
                let form = asked.typed(&[]).with_errors(vec![FieldError::new("name", fault)]);
                return Answer::again_at(at::SECURITY, form);
            }
        },
    };
    match visitors::set_name(&asked.services, &asked.context, name.as_ref()).await {
        Ok(()) => done(&asked, "name"),
        Err(error) => refused(&asked, error),
    }
}

/// Changes the language of messages.
pub async fn language(asked: Asked) -> Answer {
    let Some(locale) = Locale::ALL.into_iter().find(|locale| locale.tag() == asked.field("language")) else {
        let fault = FieldError::new("language", domain::field::Fault::NotAChoice);
        return Answer::again_at(at::SECURITY, asked.typed(&[]).with_errors(vec![fault]));
    };
    match visitors::set_locale(&asked.services, &asked.context, locale).await {
        Ok(()) => done(&asked, "language"),
        Err(error) => refused(&asked, error),
    }
}

/// Sends a code to a contact one wants to have in the account.
pub async fn contact(asked: Asked) -> Answer {
    let contact = match Contact::parse(asked.field("contact")) {
        Ok(contact) => contact,
        Err(fault) => return Answer::again(asked.typed(&[]).with_errors(vec![FieldError::new("contact", fault)])),
    };
    match visitors::begin_contact(&asked.services, &asked.context, &contact, &network(&asked)).await {
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

/// Adds the contact the code went to.
pub async fn contact_code(asked: Asked) -> Answer {
    if own_pending(&asked).is_none() {
        return Answer::again(FormState::default());
    }
    match visitors::confirm_contact(&asked.services, &asked.context, asked.field("code"), &network(&asked)).await {
        Ok(_) => done(&asked, "contact").cookie(Pending::removed(Kind::Contact)),
        Err(error) => match error.fault() {
            Some(("contact", _)) | None => Refusal::from(error).answer(&asked, FormState::default()),
            Some((field, fault)) => {
                Answer::again(FormState::default().with_errors(vec![FieldError::new(field, fault)]))
            }
        },
    }
}

/// Sends another code to the same contact.
pub async fn contact_resend(asked: Asked) -> Answer {
    let Some(pending) = own_pending(&asked) else { return Answer::to(at::CONTACT_CODE) };
    match visitors::begin_contact(&asked.services, &asked.context, &pending.contact, &network(&asked)).await {
        Ok(begun) => {
            let pending = pending.resent(begun);
            Answer::to(at::CONTACT_CODE).cookie(pending.cookie(&asked.services, Kind::Contact, asked.context.now))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::CONTACT_CODE), FormState::default()),
    }
}

/// Ends one signed-in browser.
pub async fn end_session(asked: Asked) -> Answer {
    let Some(id) = asked.param::<LoginSessionId>("id") else { return Problem::NotFound.into() };
    match sessions::revoke(&asked.services, &asked.context, id).await {
        // Ended already, perhaps in another window: what was wanted is so.
        Ok(()) | Err(AccountError::NotFound) => done(&asked, "session"),
        Err(error) => refused(&asked, error),
    }
}

/// Ends every signed-in browser but this one.
pub async fn end_other_sessions(asked: Asked) -> Answer {
    match sessions::revoke_all(&asked.services, &asked.context, false).await {
        Ok(_) => done(&asked, "sessions"),
        Err(error) => refused(&asked, error),
    }
}

/// A copy of everything we hold on the person, as a file. A POST, since each copy is counted and audited.
pub async fn export(asked: Asked) -> Answer {
    match erase::export_own(&asked.services, &asked.context).await {
        Ok(everything) => {
            let day = domain::time::local_day(asked.context.now);
            // Values of ours are always JSON.
            let text = serde_json::to_string_pretty(&everything).unwrap_or_default();
            Answer::file(
                "application/json; charset=utf-8",
                Some(format!("{}-{day}.json", asked.t("account-export-file"))),
                text,
            )
        }
        Err(error) => refused(&asked, error),
    }
}

/// Ends the account.
pub async fn delete(asked: Asked) -> Answer {
    let fault = |name| FieldError::new(name, domain::field::Fault::MustAccept);
    if !asked.ticked("sure") {
        return Answer::again_at(at::SECURITY, asked.typed(&[]).with_errors(vec![fault("sure")]));
    }
    match erase::delete_own(&asked.services, &asked.context, asked.ticked("cancel-bookings")).await {
        Ok(_) => Answer::to("/account/deleted").cookie(Cookie::removed(SESSION_COOKIE)),
        Err(error @ AccountError::LiveBookings { .. }) => {
            let form = asked.typed(&[]).with_errors(vec![fault("cancel-bookings")]);
            Refusal::from(error).answer_at(&asked, Some(at::SECURITY), form)
        }
        Err(error) => refused(&asked, error),
    }
}
