//! What a browser keeps between two forms, sealed by the house: the contact a code went to, the token of an enrolment, and
//! that of a sign-in's second form.
//!
//! A cookie and not the address, since addresses end up in histories, logs and screenshots; sealed and not merely signed,
//! since a shared computer's cookies can be read. What was changed, is too old or was made for something else does not
//! open, and then nothing is pending.

use crate::calls::Cookie;
use crate::local_path::LocalPath;
use crate::visit::Visit;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use domain::contact::{Contact, ContactText};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use services::Services;
use services::account::visitors::Begun;
use services::crypto::Place;
use uuid::Uuid;

/// Longer than a code lives, so that somebody who comes back late asks for another one without typing the contact again.
const LIFETIME: SignedDuration = SignedDuration::from_mins(30);

/// Which running proof a cookie holds; one never opens as the other.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A visitor signs in.
    SignIn,
    /// An account gets another contact.
    Contact,
    /// A visitor proves again who it is.
    Proof,
}

impl Kind {
    const fn cookie(self) -> &'static str {
        match self {
            Self::SignIn => "__Host-sign-in",
            Self::Contact => "__Host-contact",
            Self::Proof => "__Host-proof",
        }
    }

    const fn place(self, subject: Uuid) -> Place {
        Place { table: "browser", column: self.cookie(), row: subject }
    }
}

/// A code is on its way to a contact, and this browser waits for it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pending {
    /// What the code is for: the flow of a sign-in, the account that gets a contact, the session that is proven.
    pub subject: Uuid,
    /// Where the code went. Prints masked.
    pub contact: Contact,
    /// Until when the code may be used.
    pub expires_at: Timestamp,
    /// When another one may be asked for.
    pub resend_at: Timestamp,
    /// It is not the first code.
    pub again: bool,
    /// Where to go afterwards.
    pub next: Option<LocalPath>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    contact: ContactText,
    expires_at: Timestamp,
    resend_at: Timestamp,
    again: bool,
    next: Option<String>,
    until: Timestamp,
}

impl Pending {
    /// A code was sent.
    pub fn new(contact: Contact, begun: Begun) -> Self {
        let Begun { flow, expires_at, resend_at } = begun;
        Self { subject: flow, contact, expires_at, resend_at, again: false, next: None }
    }

    /// Another code was sent.
    #[must_use]
    pub fn resent(self, begun: Begun) -> Self {
        Self { expires_at: begun.expires_at, resend_at: begun.resend_at, again: true, ..self }
    }

    /// As a cookie.
    pub fn cookie(&self, services: &Services, kind: Kind, now: Timestamp) -> Cookie {
        let sealed = Sealed {
            contact: (&self.contact).into(),
            expires_at: self.expires_at,
            resend_at: self.resend_at,
            again: self.again,
            next: self.next.as_ref().map(ToString::to_string),
            until: now + LIFETIME,
        };
        // A struct of texts, instants and a flag is always JSON.
        let plain = serde_json::to_vec(&sealed).unwrap_or_default();
        let mut bytes = self.subject.into_bytes().to_vec();
        bytes.extend(services.vault.seal(kind.place(self.subject), &plain));
        Cookie::new(kind.cookie(), &BASE64_URL_SAFE_NO_PAD.encode(bytes), Some(LIFETIME))
    }

    /// What the visit's browser waits for.
    pub fn of(visit: &Visit, kind: Kind) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(visit.cookie(kind.cookie())?).ok()?;
        let (subject, sealed) = bytes.split_at_checked(16)?;
        let subject = Uuid::from_slice(subject).ok()?;
        let plain = visit.services.vault.open_sealed(kind.place(subject), sealed).ok()?;
        let sealed: Sealed = serde_json::from_slice(&plain).ok()?;
        if sealed.until <= visit.context.now {
            return None;
        }
        Some(Self {
            subject,
            contact: sealed.contact.try_into().ok()?,
            expires_at: sealed.expires_at,
            resend_at: sealed.resend_at,
            again: sealed.again,
            next: sealed.next.as_deref().and_then(LocalPath::parse),
        })
    }

    /// Forgets it.
    pub fn removed(kind: Kind) -> Cookie {
        Cookie::removed(kind.cookie())
    }

    /// Whole seconds until another code may be asked for; 0 when it may.
    pub fn wait(&self, now: Timestamp) -> u32 {
        super::notices::seconds(self.resend_at.duration_since(now))
    }
}

/// The cookie of a running enrolment: its token is sealed by the service.
const ENROLMENT: &str = "__Host-enrolment";

/// The browser enrols a second factor until `until`.
pub fn enrolment(token: &str, now: Timestamp, until: Timestamp) -> Cookie {
    Cookie::new(ENROLMENT, token, Some(until.duration_since(now)))
}

/// The token of the enrolment the visit's browser is at.
pub fn enrolment_of(visit: &Visit) -> Option<String> {
    visit.cookie(ENROLMENT).filter(|token| !token.is_empty()).map(str::to_owned)
}

/// The enrolment is over.
pub fn enrolment_removed() -> Cookie {
    Cookie::removed(ENROLMENT)
}

/// The cookie of a sign-in between its two forms: its token is sealed by the service.
const SECOND_FORM: &str = "__Host-second-form";

/// The browser is to show a second factor until `until`.
pub fn second_form(token: &str, now: Timestamp, until: Timestamp) -> Cookie {
    Cookie::new(SECOND_FORM, token, Some(until.duration_since(now)))
}

/// The token of the second form the visit's browser is at.
pub fn second_form_of(visit: &Visit) -> Option<String> {
    visit.cookie(SECOND_FORM).filter(|token| !token.is_empty()).map(str::to_owned)
}

/// The second form is over.
pub fn second_form_removed() -> Cookie {
    Cookie::removed(SECOND_FORM)
}
