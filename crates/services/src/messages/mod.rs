//! Messages to people: codes, confirmations, reminders, by mail and by text message.
//!
//! A message is queued in the transaction that causes it and sent by a job, so that none is lost and none is sent for
//! what was rolled back. Its id is made when it is queued: it is the left half of its Message-ID, and a message that was
//! sent is not sent again. The job names the booking; name, number and address are read and decrypted at the moment of
//! sending, when it is also asked whether the message is still true. This module decides no policy and writes to nobody
//! by itself.

mod calendar;
mod deliver;
mod mail;
mod pass;
mod sms;
mod templates;
mod visit;

pub use calendar::{Event, Method, ics};
pub use deliver::handlers;
pub use mail::{Letter, MailTransport, PostError, SmtpSettings, SmtpTls};
pub use pass::{PassError, PassFont, PassSheet, TooLong, qr_svg};
pub use sms::{AliyunSettings, Sms, SmsProvider, SmsTransport};
pub use visit::VisitError;

use crate::context::{Settings, new_uuid};
use crate::crypto::{Pass, Place};
use crate::jobs::{NewJob, enqueue};
use crate::{Context, Services};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Locale;
use domain::account::{Capability, Denied};
use domain::booking::{Reminder, plan_reminders};
use domain::contact::{Contact, ContactText};
use domain::ids::{BookingId, MessageId};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sqlx::{PgConnection, PgPool};
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use visit::Visit;

/// The job that sends a code. It has a lane of its own (`store::jobs::URGENT_KIND`).
const CODE: &str = store::jobs::URGENT_KIND;
/// The job that sends a message about a booking.
const BOOKING: &str = "messages.booking";

/// How long a code may wait for its provider: as long as it is good.
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

/// Which message about a booking.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Template {
    /// Booked.
    Confirmation,
    /// Moved, or another number of people.
    Changed,
    /// Cancelled, by the visitor or by the house.
    Cancelled,
    /// Three days before.
    ReminderDays3,
    /// One day before.
    ReminderDay1,
    /// Two hours before.
    ReminderHours2,
}

impl Template {
    /// Every message about a booking.
    pub const ALL: [Self; 6] = [
        Self::Confirmation,
        Self::Changed,
        Self::Cancelled,
        Self::ReminderDays3,
        Self::ReminderDay1,
        Self::ReminderHours2,
    ];

    /// As in the `message` table.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::ReminderDays3 => "reminder_days3",
            Self::ReminderDay1 => "reminder_day1",
            Self::ReminderHours2 => "reminder_hours2",
        }
    }

    /// The text: reminders share one, which counts the days itself.
    const fn text(self) -> &'static str {
        match self {
            Self::Confirmation => "confirmation",
            Self::Changed => "changed",
            Self::Cancelled => "cancelled",
            Self::ReminderDays3 | Self::ReminderDay1 | Self::ReminderHours2 => "reminder",
        }
    }

    const fn reminder(self) -> Option<Reminder> {
        match self {
            Self::ReminderDays3 => Some(Reminder::Days3),
            Self::ReminderDay1 => Some(Reminder::Day1),
            Self::ReminderHours2 => Some(Reminder::Hours2),
            Self::Confirmation | Self::Changed | Self::Cancelled => None,
        }
    }

    const fn of(reminder: Reminder) -> Self {
        match reminder {
            Reminder::Days3 => Self::ReminderDays3,
            Reminder::Day1 => Self::ReminderDay1,
            Reminder::Hours2 => Self::ReminderHours2,
        }
    }
}

/// How messages leave the house.
#[derive(Clone, Debug)]
pub struct PostSettings {
    /// The sender's name: `山东省脐血库`.
    pub sender_name: String,
    /// The sender's address.
    pub sender_address: String,
    /// Where answers go.
    pub reply_to: Option<String>,
    /// How mail leaves.
    pub mail: MailTransport,
    /// How text messages leave.
    pub sms: SmsTransport,
    /// Where visits take place, in Chinese.
    pub place_zh: String,
    /// Where visits take place, in English.
    pub place_en: String,
    /// A telephone number people may call for help.
    pub help: Option<String>,
    /// A font with Chinese characters for the pass as a PDF, and its number in a collection.
    pub pass_font: Option<(PathBuf, u32)>,
}

impl Default for PostSettings {
    /// Development: everything goes to the mailbox page.
    fn default() -> Self {
        Self {
            sender_name: "山东省脐血库".into(),
            sender_address: "noreply@localhost.localdomain".into(),
            reply_to: None,
            mail: MailTransport::Mailbox,
            sms: SmsTransport::Mailbox,
            place_zh: "山东省脐血库 造血干细胞科普馆".into(),
            place_en: "Hematopoietic Stem Cell Science Museum, Shandong Cord Blood Bank".into(),
            help: None,
            pass_font: Some(("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc".into(), PassFont::NOTO_CJK_SC)),
        }
    }
}

/// The house's post office. Cheap to clone.
#[derive(Clone)]
pub struct Post(Arc<Office>);

struct Office {
    settings: PostSettings,
    sender: mail::Sender,
    smtp: Option<mail::Smtp>,
    sms: Option<Arc<dyn SmsProvider>>,
    host: String,
    font: OnceLock<Result<PassFont, PassError>>,
}

impl std::fmt::Debug for Post {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let server = self.0.smtp.as_ref().map_or("mailbox", |smtp| smtp.server.as_str());
        f.debug_struct("Post").field("mail", &server).field("sms", &self.0.settings.sms).finish_non_exhaustive()
    }
}

impl Post {
    /// Opens the office. Refuses what would lose messages or send them unprotected.
    pub fn new(settings: PostSettings, site: &Settings) -> Result<Self, PostError> {
        let host = host_of(&site.public_url);
        let sender =
            mail::Sender::new(&settings.sender_name, &settings.sender_address, settings.reply_to.as_deref(), &host)?;
        let smtp = match &settings.mail {
            MailTransport::Smtp(smtp) => Some(mail::Smtp::new(smtp, &host, site.development)?),
            MailTransport::Mailbox if site.development => None,
            MailTransport::Mailbox => return Err(PostError::MailboxOutsideDevelopment("mail")),
        };
        let sms: Option<Arc<dyn SmsProvider>> = match &settings.sms {
            SmsTransport::Aliyun(aliyun) => Some(Arc::new(sms::Aliyun::new(aliyun.clone())?)),
            SmsTransport::Other(other) => Some(Arc::clone(other)),
            SmsTransport::Mailbox if site.development => None,
            SmsTransport::Mailbox => return Err(PostError::MailboxOutsideDevelopment("SMS")),
        };
        Ok(Self(Arc::new(Office { settings, sender, smtp, sms, host, font: OnceLock::new() })))
    }

    /// The host of the site: the right half of Message-IDs and calendar UIDs.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// Where visits take place.
    pub fn place(&self, locale: Locale) -> &str {
        match locale {
            Locale::ZhCn => &self.0.settings.place_zh,
            Locale::En => &self.0.settings.place_en,
        }
    }

    fn help(&self) -> Option<String> {
        self.0.settings.help.clone()
    }

    /// Hands a mail to the SMTP server, or puts it into the mailbox of development.
    async fn send_mail(&self, db: &PgPool, letter: Letter) -> Result<Option<String>, Undelivered> {
        let Some(smtp) = &self.0.smtp else {
            let attachments = match &letter.calendar {
                Some((method, file)) => {
                    let kind = format!("text/calendar; charset=utf-8; method={}", method.name());
                    serde_json::json!([{ "name": "visit.ics", "type": kind, "text": file }])
                }
                None => serde_json::json!([]),
            };
            // What could not be sent is not shown as sent either.
            let (id, at, to) = (letter.id, letter.at, letter.to.as_str().to_owned());
            let (subject, text, html) = (letter.subject.clone(), letter.text.clone(), letter.html.clone());
            mail::compose(&self.0.sender, letter)?;
            let row = mailbox_row(id, "mail", to, at, (subject, text, Some(html), attachments));
            return put(db, row).await;
        };
        smtp.send(&self.0.sender, letter).await.map(|()| None)
    }

    /// Hands a text message to the provider, or puts it into the mailbox of development.
    async fn send_sms(&self, db: &PgPool, sms: Sms) -> Result<Option<String>, Undelivered> {
        let Some(provider) = &self.0.sms else {
            let text = format!("【{}】{}", self.0.settings.sender_name, sms.text);
            let body = (String::new(), text, None, serde_json::json!([]));
            return put(db, mailbox_row(sms.id, "sms", sms.to.digits().to_owned(), sms.at, body)).await;
        };
        provider.send(&sms).await
    }

    /// The font of the pass, read once.
    fn font(&self) -> Result<PassFont, PassError> {
        let load = || match &self.0.settings.pass_font {
            Some((path, index)) => PassFont::load(path, *index),
            None => Err(PassError::NoFont),
        };
        self.0.font.get_or_init(load).clone()
    }
}

fn mailbox_row(
    id: MessageId,
    channel: &str,
    recipient: String,
    at: Timestamp,
    (subject, body_text, body_html, attachments): (String, String, Option<String>, serde_json::Value),
) -> store::messages::MailboxRow {
    store::messages::MailboxRow {
        id: id.0,
        channel: channel.to_owned(),
        recipient,
        subject,
        body_text,
        body_html,
        attachments,
        created_at: store::ToSqlx::to_sqlx(at),
    }
}

async fn put(db: &PgPool, row: store::messages::MailboxRow) -> Result<Option<String>, Undelivered> {
    store::messages::put_in_mailbox(db, &row).await.map(|()| None).map_err(|_| Undelivered::Later("mailbox"))
}

/// The host of a URL: without scheme, port, path.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or_default();
    authority.rsplit_once(':').map_or(authority, |(host, _)| host).to_owned()
}

/// A host name as it may stand in a log: nothing a wrong setting (`user:password@host`) could betray.
fn log_safe_host(host: &str) -> &str {
    host.rsplit('@').next().unwrap_or_default()
}

// ---- queueing -------------------------------------------------------------------------------------------------------

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

/// Queues a one-time code for `contact`, in the context's language. It is sent within ten minutes or not at all.
pub async fn queue_code(
    db: &mut PgConnection,
    services: &Services,
    context: &Context,
    contact: &Contact,
    code: &str,
) -> sqlx::Result<()> {
    let message: MessageId = context.new_id();
    let secret = CodeSecret { contact: contact.into(), code: code.to_owned(), locale: context.locale };
    let plain = serde_json::to_vec(&secret).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    let sealed = BASE64_STANDARD.encode(services.vault.seal(code_place(message), &plain));
    let expires_at = context.now.saturating_add(CODE_LIFE).unwrap_or(Timestamp::MAX);
    let payload = CodeJob { message, sealed, expires_at };
    enqueue(db, context.now, &[NewJob { kind: CODE, payload: &payload, run_at: context.now, dedupe: None }]).await
}

/// What the job of a message about a booking holds: ids and an instant.
#[derive(Serialize, Deserialize)]
struct BookingJob {
    booking: BookingId,
    template: Template,
    /// The message's id, if it goes by mail.
    mail: MessageId,
    /// The message's id, if it goes as a text message.
    sms: MessageId,
    /// The beginning a reminder was planned for: of a booking moved since, it is not sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    starts_at: Option<Timestamp>,
}

impl BookingJob {
    fn new(now: Timestamp, booking: BookingId, template: Template, starts_at: Option<Timestamp>) -> Self {
        Self { booking, template, mail: MessageId(new_uuid(now)), sms: MessageId(new_uuid(now)), starts_at }
    }
}

/// Queues a message about a booking. Ring `Services::job_bell` after the commit.
pub async fn queue_booking(
    db: &mut PgConnection,
    _services: &Services,
    now: Timestamp,
    booking: BookingId,
    template: Template,
) -> sqlx::Result<()> {
    let payload = BookingJob::new(now, booking, template, None);
    let dedupe = (template == Template::Confirmation).then(|| format!("confirmation:{booking}"));
    enqueue(db, now, &[NewJob { kind: BOOKING, payload: &payload, run_at: now, dedupe }]).await
}

/// Queues the confirmations of new bookings of one session, and their reminders, in one statement.
pub async fn queue_confirmations(
    db: &mut PgConnection,
    _services: &Services,
    now: Timestamp,
    bookings: &[BookingId],
    starts_at: Timestamp,
) -> sqlx::Result<()> {
    let reminders = plan_reminders(now, starts_at);
    let mut planned: Vec<(BookingJob, Timestamp, String)> = Vec::with_capacity(bookings.len() * 4);
    for &booking in bookings {
        let confirmation = BookingJob::new(now, booking, Template::Confirmation, None);
        planned.push((confirmation, now, format!("confirmation:{booking}")));
        planned
            .extend(reminders.iter().map(|(reminder, at)| planned_reminder(now, booking, starts_at, *reminder, *at)));
    }
    enqueue_planned(db, now, &planned).await
}

/// Queues the reminders of a booking, in place of those queued before: call it again when the booking was moved.
pub async fn queue_reminders(
    db: &mut PgConnection,
    _services: &Services,
    now: Timestamp,
    booking: BookingId,
    starts_at: Timestamp,
) -> sqlx::Result<()> {
    store::jobs::withdraw(&mut *db, &Reminder::ALL.map(|reminder| reminder_key(booking, reminder))).await?;
    let planned: Vec<_> = plan_reminders(now, starts_at)
        .into_iter()
        .map(|(reminder, at)| planned_reminder(now, booking, starts_at, reminder, at))
        .collect();
    enqueue_planned(db, now, &planned).await
}

fn reminder_key(booking: BookingId, reminder: Reminder) -> String {
    format!("reminder:{booking}:{}", reminder.name())
}

fn planned_reminder(
    now: Timestamp,
    booking: BookingId,
    starts_at: Timestamp,
    reminder: Reminder,
    at: Timestamp,
) -> (BookingJob, Timestamp, String) {
    let job = BookingJob::new(now, booking, Template::of(reminder), Some(starts_at));
    (job, at, reminder_key(booking, reminder))
}

async fn enqueue_planned(
    db: &mut PgConnection,
    now: Timestamp,
    planned: &[(BookingJob, Timestamp, String)],
) -> sqlx::Result<()> {
    let jobs: Vec<_> = planned
        .iter()
        .map(|(payload, run_at, key)| NewJob { kind: BOOKING, payload, run_at: *run_at, dedupe: Some(key.clone()) })
        .collect();
    enqueue(db, now, &jobs).await
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
    Ok(store::messages::of_booking(&services.db, booking.0).await?)
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
}

fn links(services: &Services, visit: &Visit, locale: Locale) -> Links {
    let link = crate::booking::manage_link(services, visit.booking, visit.ends_at);
    let site = &services.settings.public_url;
    let manage = match locale {
        Locale::ZhCn => format!("{site}/b/{link}"),
        Locale::En => format!("{site}/en/b/{link}"),
    };
    Links { pass: format!("{manage}/pass"), manage }
}

/// The calendar file of a booking, for download; `None` where the booking is not known. The caller has asked whether the
/// one who asks may see it.
pub async fn calendar_file(
    services: &Services,
    booking: BookingId,
    locale: Locale,
) -> Result<Option<String>, VisitError> {
    let visit = Visit::load(services, booking).await?;
    Ok(visit.map(|visit| deliver::calendar_of(services, &visit, locale, Method::Publish, None)))
}

/// The pass of a booking as a PDF of one page (A6), for printing. `None` where the booking is not known or was
/// cancelled. The caller has asked whether the one who asks may have it.
pub async fn pass_pdf(services: &Services, booking: BookingId, locale: Locale) -> Result<Option<Vec<u8>>, PassError> {
    let Some(visit) = Visit::load(services, booking).await?.filter(|visit| !visit.cancelled) else { return Ok(None) };
    let sheet = deliver::pass_sheet(services, &visit, locale);
    let post = services.post.clone();
    // Reading the font and subsetting it is work for a thread that serves no requests.
    let drawn = tokio::task::spawn_blocking(move || sheet.pdf(&post.font()?)).await;
    drawn.map_err(|_| PassError::Drawing)?.map(Some)
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
