//! Messages to people: codes, confirmations, reminders, by mail and by text message.
//!
//! A message is queued in the transaction that causes it and sent by a job, so that none is lost and none is sent for
//! what was rolled back. Its id is made when it is queued: it is the left half of its Message-ID, and a message that was
//! sent is not sent again. The job names the booking; name, number and address are read and decrypted at the moment of
//! sending, when it is also asked whether the message is still true. This module decides no policy and writes to nobody
//! by itself.

mod account;
mod alarm;
mod ambassadors;
mod application;
mod booking;
mod bus;
mod calendar;
mod case;
mod certificate;
mod certificates;
mod deliver;
mod drawing;
mod enclosures;
mod export;
mod family;
mod groups;
mod letter_sheet;
mod mail;
mod missed;
mod objection;
mod pass;
mod post;
mod report;
mod report_sheet;
mod requests;
mod series;
mod sheets;
mod short_link;
mod sms;
mod templates;
mod text_sheet;
mod visit;
mod waiting;

pub use account::AccountNotice;
pub(crate) use account::queue_account_notice;
pub(crate) use alarm::{AlarmMessage, queue_alarms};
pub use application::{CopySection, CopySheet};
pub(crate) use booking::queue_closed;
pub use booking::{Template, queue_booking, queue_bookings, queue_confirmations, queue_reminders};
pub(crate) use bus::stop_calendar;
pub use calendar::{Entry, Event, Method, ics};
pub(crate) use certificate::{CertificateSheet, Issued};
pub(crate) use certificates::queue_certificates;
pub use deliver::handlers;
pub(crate) use drawing::drawn;
pub(crate) use export::queue_exports;
pub use letter_sheet::LetterSheet;
pub use mail::{Letter, MailTransport, PostError, SmtpSettings, SmtpTls};
pub(crate) use objection::queue_objection;
pub use pass::{PassError, PassFont, PassSheet, TooLong, qr_svg};
pub use post::{Post, PostSettings};
pub(crate) use report::queue_reports;
pub use report_sheet::report_pdf;
pub use requests::{AmbassadorTemplate, BusTemplate, GroupTemplate};
pub(crate) use series::queue_series;
pub use short_link::follow;
pub use sms::{AliyunSettings, Sms, SmsProvider, SmsTransport};
pub use text_sheet::{Set, TextSheet};
pub use visit::VisitError;
pub use waiting::{WaitingNews, queue_needed_again, queue_waiting};

pub use store::messages::MessageRow;

use crate::crypto::{Pass, Place};
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Locale;
use domain::account::{Capability, Denied};
use domain::contact::{Contact, ContactText};
use domain::ids::{BookingId, MessageId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use visit::Visit;

/// The job that sends a code. It has a lane of its own (`store::jobs::URGENT_KIND`).
const CODE: &str = store::jobs::URGENT_KIND;

/// How long a code may wait for its provider: as long as it is good. The filed text of codes says "10分钟".
const CODE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Why a message did not leave. The words are kinds, never a recipient or a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Undelivered {
    /// It never will: the recipient does not exist, the text is refused.
    Never(&'static str),
    /// It may, later.
    Later(&'static str),
    /// It may, but not before this long has passed.
    After(&'static str, SignedDuration),
}

// ---- codes ----------------------------------------------------------------------------------------------------------

/// What the job of a code holds: contact and code are sealed, so that nothing readable stands in the job table.
#[derive(Serialize, Deserialize)]
struct CodeJob {
    message: MessageId,
    sealed: String,
    expires_at: Timestamp,
}

/// The sealed part of it.
#[derive(Serialize, Deserialize)]
struct CodeSecret {
    contact: ContactText,
    code: String,
    locale: Locale,
}

fn code_place(message: MessageId) -> Place {
    Place { table: "job", column: "code", row: message.0 }
}

/// The job that sends a one-time code to `contact`, in the context's language: within ten minutes or not at all. Whoever
/// keeps the code queues it in the same statement (`store::account::codes::put`).
pub fn code_job(
    services: &Services,
    context: &Context,
    contact: &Contact,
    code: &str,
) -> sqlx::Result<serde_json::Value> {
    let message: MessageId = context.new_id();
    let secret = CodeSecret { contact: contact.into(), code: code.to_owned(), locale: context.locale };
    let encoded = |e| sqlx::Error::Encode(Box::new(e));
    let plain = serde_json::to_vec(&secret).map_err(encoded)?;
    let sealed = BASE64_STANDARD.encode(services.vault.seal(code_place(message), &plain));
    let expires_at = context.now.saturating_add(CODE_LIFE).unwrap_or(Timestamp::MAX);
    serde_json::to_value(CodeJob { message, sealed, expires_at }).map_err(encoded)
}

// ---- reading --------------------------------------------------------------------------------------------------------

/// The mailbox page was asked for where there is none.
#[derive(Debug, thiserror::Error)]
pub enum MailboxError {
    /// Messages go to people here.
    #[error("there is no mailbox outside development")]
    NotHere,
    /// The database failed.
    #[error("database")]
    Database(#[from] sqlx::Error),
}

/// The latest hundred messages of development, the newest first. Whoever can open the page reads everybody's codes:
/// outside development there is none.
pub async fn mailbox(services: &Services) -> Result<Vec<store::messages::MailboxRow>, MailboxError> {
    if !services.settings.development {
        return Err(MailboxError::NotHere);
    }
    Ok(store::messages::mailbox(&services.db, 100).await?)
}

/// The messages about a booking, in order: what kind, by which way, what became of it. For staff who may see bookings.
pub async fn of_booking(
    services: &Services,
    context: &Context,
    booking: BookingId,
) -> Result<Vec<store::messages::MessageRow>, MessagesError> {
    context.require(Capability::SeeBookings)?;
    Ok(store::messages::about(&services.db, &[booking.0]).await?)
}

/// Why the messages of a booking are not shown.
#[derive(Debug, thiserror::Error)]
pub enum MessagesError {
    /// Not allowed.
    #[error(transparent)]
    Denied(#[from] Denied),
    /// The database failed.
    #[error("database")]
    Database(#[from] sqlx::Error),
}

/// The links of a booking.
struct Links {
    /// See, change, cancel.
    manage: String,
    /// The pass alone, for the door.
    pass: String,
    /// Another session instead of a closed one.
    rebook: String,
}

/// A page of the site in a language.
fn address(services: &Services, locale: Locale, path: &str) -> String {
    let site = &services.settings.public_url;
    match locale {
        Locale::ZhCn => format!("{site}{path}"),
        Locale::En => format!("{site}/en{path}"),
    }
}

fn links(services: &Services, visit: &Visit, locale: Locale) -> Links {
    let link = crate::booking::manage_link(services, visit.booking, visit.ends_at);
    let manage = address(services, locale, &format!("/b/{link}"));
    let link = crate::booking::rebook_link(services, visit.booking, visit.ends_at);
    let rebook = address(services, locale, &format!("/rebook/{link}"));
    Links { pass: format!("{manage}/pass"), manage, rebook }
}

/// The calendar file of a booking, for download; `None` where the booking is not known. The caller has asked whether the
/// one who asks may see it.
pub async fn calendar_file(
    services: &Services,
    booking: BookingId,
    locale: Locale,
) -> Result<Option<String>, VisitError> {
    let visit = Visit::load(services, booking).await?;
    Ok(visit.map(|visit| enclosures::calendar_of(services, &visit, locale, Method::Publish, None)))
}

/// A calendar to subscribe to, under the site's host: the events' dates, the bus's stops.
pub fn calendar_to_follow(services: &Services, name: &str, entries: &[Entry]) -> String {
    calendar::subscription(services.post.host(), name, entries)
}

/// The pass of a booking as a PDF of one page (A6), for printing. `None` where the booking is not known or was
/// cancelled. The caller has asked whether the one who asks may have it.
pub async fn pass_pdf(services: &Services, booking: BookingId, locale: Locale) -> Result<Option<Vec<u8>>, PassError> {
    let Some(visit) = Visit::load(services, booking).await?.filter(|visit| !visit.cancelled) else { return Ok(None) };
    let sheet = enclosures::pass_sheet(services, &visit, locale);
    let post = services.post.clone();
    drawn(move || sheet.pdf(&post.font()?)).await.map(Some)
}

/// The signed text of a booking's pass.
fn pass_text(services: &Services, visit: &Visit) -> String {
    services.vault.sign_pass(Pass {
        booking: visit.booking,
        session: visit.session,
        people: u16::try_from(visit.people).unwrap_or(u16::MAX),
        version: visit.version,
    })
}
