//! What people do about their own account: particulars, signed-in browsers, the copy of their data, the end of the
//! account.

use crate::account::at;
use crate::account::notices::Refusal;
use crate::calls::{Answer, Asked, Cookie, SESSION_COOKIE};
use crate::local_path::LocalPath;
use crate::problem::Problem;
use domain::Locale;
use domain::account::{Actor, Denied};
use domain::contact::PersonName;
use domain::field::FieldError;
use domain::ids::{BookingId, LoginSessionId, WaitingId};
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
    match error.into() {
        // The page the form stands on is where one goes on: nothing is done of what was to be done.
        Refusal::Denied(Denied::StepUpNeeded) => {
            Answer::go(LocalPath::or_home(prove_at(asked)).with("next", home(asked)))
        }
        other => other.answer_at(asked, Some(home(asked)), asked.typed(&["code"])),
    }
}

/// Where one proves again who one is.
fn prove_at(asked: &Asked) -> &'static str {
    match asked.context.actor {
        Actor::Staff { .. } => at::STEP_UP,
        _ => at::CONFIRM,
    }
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

/// Opens one of one's own entries of the waiting list, the same way.
pub async fn waiting(asked: Asked) -> Answer {
    let Some(id) = asked.param::<WaitingId>("id") else { return Problem::NotFound.into() };
    match booking::own_waiting_link(&asked.services, &asked.context, id).await {
        Ok(link) => Answer::to(format!("/waiting/{link}")),
        Err(BookingError::NotFound) => Problem::NotFound.into(),
        Err(BookingError::Denied(denied)) => denied.into(),
        Err(error) => {
            tracing::error!(%error, "an entry of an account could not be opened");
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
        Ok(_) => Answer::to("/account/deleted?done=deleted").cookie(Cookie::removed(SESSION_COOKIE)).forgetting(),
        Err(error @ AccountError::LiveBookings { .. }) => {
            let form = asked.typed(&[]).with_errors(vec![fault("cancel-bookings")]);
            Refusal::from(error).answer_at(&asked, Some(at::SECURITY), form)
        }
        Err(error) => refused(&asked, error),
    }
}
