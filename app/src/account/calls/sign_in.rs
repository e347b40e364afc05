//! A visitor signs in with a code, and out.

use super::{label, network, signed_in};
use crate::account::at;
use crate::account::notices::Refusal;
use crate::account::pending::{Kind, Pending};
use crate::calls::{Answer, Asked, Cookie, SESSION_COOKIE};
use crate::form::FormState;
use crate::local_path::LocalPath;
use domain::account::Actor;
use domain::contact::Contact;
use domain::field::{Fault, Faults, FieldError};
use services::account::codes::IssueError;
use services::account::{sessions, visitors};

/// Sends a code to the contact. Whether anybody has an account with it changes nothing: not the answer, not the time.
pub async fn begin(asked: Asked) -> Answer {
    let mut faults = Faults::default();
    let contact = faults.take("contact", Contact::parse(asked.field("contact")));
    if !asked.ticked("agree") {
        faults.add("agree", Fault::MustAccept);
    }
    let Some(contact) = contact.filter(|_| faults.is_empty()) else {
        return Answer::again(asked.typed(&[]).with_errors(faults.into_errors()));
    };
    let running = Pending::of(&asked, Kind::SignIn).filter(|pending| pending.contact == contact);
    let flow = running.as_ref().map(|pending| pending.subject);
    let next = asked.next();
    let pending = match visitors::begin(&asked.services, &asked.context, &contact, flow, &network(&asked)).await {
        Ok(begun) => Pending::new(contact, begun),
        // The code sent moments ago is as good as another one.
        Err(error @ IssueError::TooSoon { .. }) => match running {
            Some(running) => running,
            None => return Refusal::from(error).answer(&asked, asked.typed(&[])),
        },
        Err(error) => return Refusal::from(error).answer(&asked, asked.typed(&[])),
    };
    let pending = Pending { next, ..pending };
    Answer::to(at::SIGN_IN_CODE).cookie(pending.cookie(&asked.services, Kind::SignIn, asked.context.now))
}

/// Signs in with the code.
pub async fn code(asked: Asked) -> Answer {
    // The page says that the sign-in took too long, and leads back to its beginning.
    let Some(pending) = Pending::of(&asked, Kind::SignIn) else { return Answer::again(FormState::default()) };
    let (services, context, label) = (&asked.services, &asked.context, label(&asked));
    let tried =
        visitors::sign_in(services, context, pending.subject, asked.field("code"), &label, &network(&asked)).await;
    match tried {
        Ok(session) => {
            let next = pending.next.unwrap_or_else(|| LocalPath::or_home(at::ACCOUNT));
            signed_in(&asked, session, Answer::go(next)).await.cookie(Pending::removed(Kind::SignIn))
        }
        Err(error) => match error.fault() {
            Some((_, fault)) => Answer::again(FormState::default().with_errors(vec![FieldError::new("code", fault)])),
            None => Refusal::from(error).answer(&asked, FormState::default()),
        },
    }
}

/// Sends another code to the same contact.
pub async fn resend(asked: Asked) -> Answer {
    let Some(pending) = Pending::of(&asked, Kind::SignIn) else { return Answer::to(at::SIGN_IN_CODE) };
    let (flow, network) = (Some(pending.subject), network(&asked));
    match visitors::begin(&asked.services, &asked.context, &pending.contact, flow, &network).await {
        Ok(begun) => {
            let pending = pending.resent(begun);
            Answer::to(at::SIGN_IN_CODE).cookie(pending.cookie(&asked.services, Kind::SignIn, asked.context.now))
        }
        Err(error) => Refusal::from(error).answer_at(&asked, Some(at::SIGN_IN_CODE), FormState::default()),
    }
}

/// Signs out. Somebody whose session has ended already is signed out as well.
pub async fn sign_out(asked: Asked) -> Answer {
    let home = match asked.context.actor {
        Actor::Staff { .. } => at::STAFF_SIGN_IN,
        _ => "/",
    };
    if matches!(asked.context.actor, Actor::Visitor { .. } | Actor::Staff { .. })
        && let Err(error) = sessions::sign_out(&asked.services, &asked.context).await
    {
        // The cookie stays: a person who was told "signed out" while the session lives would be deceived.
        return Refusal::from(error).answer_at(&asked, Some(at::ACCOUNT), FormState::default());
    }
    Answer::to(home).cookie(Cookie::removed(SESSION_COOKIE)).forgetting()
}
