//! What people do about their accounts. Each call reads its form, asks one service, and says where to go.

mod clients;
mod contacts;
mod own;
mod passkeys;
mod people;
mod sign_in;
mod staff;
mod work_mail;

pub use clients::CLIENT_SECRET;
pub use people::{ENROLMENT_CODE, FIRST_PASSWORD};
pub use staff::RECOVERY_CODES;

use crate::calls::{Answer, Asked, Call, Cookie, SESSION_COOKIE};
use crate::routes::Access;
use domain::account::{Actor, Capability};
use services::account::sessions::{self, SignedIn};
use services::limits::Network;

const PUBLIC: Access = Access::Public;
const SIGNED_IN: Access = Access::SignedIn;
const STAFF: Access = Access::Capability(Capability::EnterStaff);
const OWN_STAFF: Access = Access::Capability(Capability::SecureOwnAccount);
const PEOPLE: Access = Access::Capability(Capability::ManageStaff);
const END_SESSIONS: Access = Access::Capability(Capability::EndSessions);
const CLIENTS: Access = Access::Capability(Capability::ManageClients);

/// The calls of this room.
pub const CALLS: &[Call] = &[
    Call::post("/sign-in", PUBLIC, &sign_in::begin),
    Call::post("/sign-in/code", PUBLIC, &sign_in::code),
    Call::post("/sign-in/resend", PUBLIC, &sign_in::resend),
    Call::post("/sign-out", PUBLIC, &sign_in::sign_out),
    Call::get("/account/bookings/:id", SIGNED_IN, &own::booking),
    Call::get("/account/waiting/:id", SIGNED_IN, &own::waiting),
    Call::post("/account/name", SIGNED_IN, &own::name),
    Call::post("/account/language", SIGNED_IN, &own::language),
    Call::post("/account/contact", SIGNED_IN, &contacts::contact),
    Call::post("/account/contact/code", SIGNED_IN, &contacts::contact_code),
    Call::post("/account/contact/resend", SIGNED_IN, &contacts::contact_resend),
    Call::post("/account/contact/:kind/take-back", SIGNED_IN, &contacts::take_back),
    Call::post("/account/confirm", SIGNED_IN, &contacts::confirm),
    Call::post("/account/confirm/code", SIGNED_IN, &contacts::confirm_code),
    Call::post("/account/confirm/resend", SIGNED_IN, &contacts::confirm_resend),
    Call::post("/a/:code", PUBLIC, &contacts::stop),
    Call::post("/account/sessions/:id/end", SIGNED_IN, &own::end_session),
    Call::post("/account/sessions/end-others", SIGNED_IN, &own::end_other_sessions),
    Call::post("/account/export", SIGNED_IN, &own::export),
    Call::post("/account/delete", SIGNED_IN, &own::delete),
    Call::post("/staff/sign-in", PUBLIC, &staff::sign_in),
    Call::post("/staff/sign-in/second", PUBLIC, &passkeys::second),
    Call::post("/staff/sign-in/second/options", PUBLIC, &passkeys::second_options),
    Call::post("/staff/enrol", PUBLIC, &staff::enrol),
    Call::post("/staff/enrol/options", PUBLIC, &passkeys::first_options),
    Call::post("/staff/step-up", STAFF, &staff::step_up),
    Call::post("/staff/step-up/options", STAFF, &passkeys::step_up_options),
    Call::post("/staff/account/password", STAFF, &staff::password),
    Call::post("/staff/account/mail", OWN_STAFF, &work_mail::send),
    Call::post("/staff/account/mail/code", OWN_STAFF, &work_mail::code),
    Call::post("/staff/account/mail/remove", OWN_STAFF, &work_mail::remove),
    Call::post("/staff/account/passkeys/new", STAFF, &passkeys::add),
    Call::post("/staff/account/passkeys/new/options", STAFF, &passkeys::new_options),
    Call::post("/staff/account/passkeys/:id/remove", STAFF, &passkeys::remove),
    Call::post("/staff/account/recovery-codes", STAFF, &staff::recovery_codes),
    Call::post("/staff/people/new", PEOPLE, &people::create),
    Call::post("/staff/people/:id/roles", PEOPLE, &people::roles),
    Call::post("/staff/people/:id/reset-password", PEOPLE, &people::reset_password),
    Call::post("/staff/people/:id/reset-factor", PEOPLE, &people::reset_factor),
    Call::post("/staff/people/:id/end", PEOPLE, &people::end),
    Call::post("/staff/people/:id/end-sessions", END_SESSIONS, &people::end_sessions),
    Call::post("/staff/visitors/end-sessions", END_SESSIONS, &people::end_visitor_sessions),
    Call::post("/staff/clients/new", CLIENTS, &clients::create),
    Call::post("/staff/clients/:id/end", CLIENTS, &clients::end),
];

/// The network a request came from, for limits.
fn network(asked: &Asked) -> Network {
    Network::of(asked.address.0)
}

/// What the person will recognise the browser by.
fn label(asked: &Asked) -> String {
    sessions::label(&asked.browser())
}

/// `answer` with the session's cookie. Whoever was signed in here before is not any more: a browser has one session, and
/// one that is only overwritten would live on unseen.
async fn signed_in(asked: &Asked, session: SignedIn, answer: Answer) -> Answer {
    if matches!(asked.context.actor, Actor::Visitor { .. } | Actor::Staff { .. })
        && let Err(error) = sessions::sign_out(&asked.services, &asked.context).await
    {
        tracing::warn!(%error, "the browser's former session could not be ended");
    }
    answer.cookie(Cookie::new(SESSION_COOKIE, session.token.expose(), Some(session.max_age)))
}
