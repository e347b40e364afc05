//! Sending: the jobs' side. A message is rendered and sent when its turn comes, from what is true then.

use super::account::{ACCOUNT, send_account};
use super::booking::{BOOKING, BookingJob};
use super::calendar::Method;
use super::enclosures::calendar_of;
use super::missed::{missed, missed_text, no_show};
use super::templates::{Facts, MissedFacts, VisitFacts, render};
use super::visit::{Visit, VisitError};
use super::{CODE, CodeJob, CodeSecret, Letter, Sms, Template, Undelivered, code_place, links, requests, short_link};
use crate::Services;
use crate::ambassadors::Ambassadors;
use crate::booking::NoShow;
use crate::bus::Bus;
use crate::groups::Groups;
use crate::jobs::{Failure, Handlers, Job, Outcome};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use domain::Locale;
use domain::booking::{after_quiet, is_quiet};
use domain::contact::{Contact, MailAddress, Phone};
use domain::ids::{BookingId, MessageId};
use domain::time::{clock_text, day_text, end_of, local, local_day, span_text, weekday_text};
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use store::messages::NewMessage;
use uuid::Uuid;

/// Adds what sends messages.
#[must_use]
pub fn handlers(handlers: Handlers) -> Handlers {
    let handlers = handlers.on(CODE, send_code).on(BOOKING, send_booking).on(ACCOUNT, send_account);
    let handlers = requests::handlers::<Ambassadors>(requests::handlers::<Groups>(requests::handlers::<Bus>(handlers)));
    let handlers = super::alarm::handlers(super::objection::handlers(super::report::handlers(handlers)));
    let handlers = super::certificates::handlers(super::family::handlers(handlers));
    super::case::handlers(super::export::handlers(super::series::handlers(super::waiting::handlers(handlers))))
}

/// What a message is about: the name of a table and a row of it.
#[derive(Clone, Copy)]
pub(super) struct Subject(pub &'static str, pub Uuid);

impl From<BookingId> for Subject {
    fn from(booking: BookingId) -> Self {
        Self("booking", booking.0)
    }
}

/// A message on its way.
#[derive(Clone, Copy)]
pub(super) struct Dispatch {
    pub id: MessageId,
    /// What it is about; none for a code.
    pub subject: Option<Subject>,
    pub template: &'static str,
    pub channel: &'static str,
}

pub(super) enum Parcel {
    Mail(Box<Letter>),
    Sms(Box<Sms>),
}

async fn send_code(services: Services, job: Job<CodeJob>) -> Outcome {
    let now = services.clock.now();
    let CodeJob { message, sealed, expires_at } = job.payload;
    let unreadable = Failure::give_up("code_unreadable");
    let sealed = BASE64_STANDARD.decode(sealed).map_err(|_| unreadable)?;
    // A key made by another server a moment ago may not have arrived here yet.
    let plain = services.vault.open_sealed(code_place(message), &sealed).map_err(|_| Failure::retry("code_sealed"))?;
    let secret: CodeSecret = serde_json::from_slice(&plain).map_err(|_| unreadable)?;
    let contact = Contact::try_from(secret.contact).map_err(|_| unreadable)?;
    let dispatch = Dispatch {
        id: message,
        subject: None,
        template: "code",
        channel: match contact {
            Contact::Phone(_) => "sms",
            Contact::Mail(_) => "mail",
        },
    };
    if now >= expires_at {
        return drop_message(&services, now, dispatch).await;
    }
    let minutes = whole_minutes(expires_at.duration_since(now));
    let facts = Facts::Code {
        code: secret.code.clone(),
        minutes,
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    };
    let parcel = match contact {
        Contact::Phone(phone) => {
            let values = BTreeMap::from([("code", secret.code)]);
            sms(&services, message, phone, secret.locale, "code", values, now)?
        }
        Contact::Mail(mail) => letter(message, mail, secret.locale, "code", &facts, None, now)?,
    };
    dispatch_one(&services, now, dispatch, parcel, job.last).await
}

/// A code that is sent a second after it was made is still good for as long as its page says.
pub(super) fn whole_minutes(left: SignedDuration) -> i64 {
    (left.as_secs() + 30).div_euclid(60).max(1)
}

async fn send_booking(services: Services, job: Job<BookingJob>) -> Outcome {
    let now = services.clock.now();
    let BookingJob { booking, template, mail, sms: sms_id, starts_at } = job.payload;
    let visit = match Visit::load(&services, booking).await {
        Ok(Some(visit)) => visit,
        // Erased, or never committed here: there is nobody to tell.
        Ok(None) => return Ok(()),
        Err(VisitError::Database(error)) => return Err(error.into()),
        Err(VisitError::Sealed(_)) => return Err(Failure::retry("booking_sealed")),
        Err(VisitError::Unreadable(_)) => return Err(Failure::retry("booking_unreadable")),
    };
    let of = |id, channel| Dispatch { id, subject: Some(booking.into()), template: template.name(), channel };
    let no_show = match template {
        Template::Missed | Template::MissedLifted => no_show(&services, &visit, now).await?,
        _ => None,
    };
    if !still_true(template, &visit, starts_at, no_show.as_ref(), now) {
        tracing::info!(%booking, template = template.name(), "a message is not true any more and is not sent");
        if visit.mail.is_some() {
            drop_message(&services, now, of(mail, "mail")).await?;
        }
        if visit.phone.is_some() {
            drop_message(&services, now, of(sms_id, "sms")).await?;
        }
        return Ok(());
    }
    if template.reminder().is_some() && is_quiet(now) {
        return Err(Failure::retry_after("quiet_hours", after_quiet(now).duration_since(now)));
    }
    let mut told = facts(&services, &visit, now);
    if template == Template::Closed {
        told.alternatives = alternatives(&services, &visit, now).await?;
    }
    if let Some(no_show) = &no_show {
        told.missed = missed(&visit, no_show);
    }
    let facts = Facts::Visit(Box::new(told));
    let mut outcome = Ok(());
    if let Some(address) = visit.mail.clone() {
        let over = matches!(template, Template::Cancelled | Template::Closed);
        let method = if over { Method::Cancel } else { Method::Request };
        // A reminder changes nothing in a calendar, and what is over stays in it.
        let calendar = (template.reminder().is_none() && no_show.is_none())
            .then(|| (method, calendar_of(&services, &visit, visit.locale, method, Some(address.as_str()))));
        let parcel = letter(mail, address, visit.locale, template.text(), &facts, calendar, now)?;
        outcome = outcome.and(dispatch_one(&services, now, of(mail, "mail"), parcel, job.last).await);
    }
    if let Some(phone) = visit.phone.clone() {
        short_link::keep(&services, booking, visit.ends_at).await?;
        let text = template.filed_text(visit.open_door, visit.changeable(now));
        let values = values(&services, &visit, template, no_show.as_ref(), now);
        let parcel = sms(&services, sms_id, phone, visit.locale, text, values, now)?;
        outcome = outcome.and(dispatch_one(&services, now, of(sms_id, "sms"), parcel, job.last).await);
    }
    outcome
}

/// Whether a message still says what is so: nothing about a booking that changed its mind since, no reminder of a time
/// that is no longer, of a session that was closed, to people who are there already, or too late to be of use.
fn still_true(
    template: Template,
    visit: &Visit,
    planned_for: Option<Timestamp>,
    no_show: Option<&NoShow>,
    now: Timestamp,
) -> bool {
    match template {
        Template::Missed => no_show.is_some_and(|no_show| no_show.taken_back.is_none()),
        Template::MissedLifted => no_show.is_some_and(|no_show| no_show.taken_back.is_some()),
        Template::Cancelled | Template::Closed => visit.cancelled,
        Template::Confirmation | Template::Changed => !visit.cancelled && now < visit.ends_at,
        Template::ReminderDays3 | Template::ReminderDay1 | Template::ReminderHours2 => {
            let timely = template.reminder().is_some_and(|reminder| now < reminder.worth_until(visit.starts_at));
            !visit.cancelled
                && !visit.closed
                && visit.arrived == 0
                && timely
                && planned_for.is_none_or(|at| at == visit.starts_at)
        }
    }
}

/// Sends one message and writes what became of it.
pub(super) async fn dispatch_one(
    services: &Services,
    now: Timestamp,
    dispatch: Dispatch,
    parcel: Parcel,
    last: bool,
) -> Outcome {
    let id = dispatch.id.0;
    let state = note(services, now, dispatch).await?;
    if state == "sent" || state == "dropped" {
        return Ok(()); // its job was repeated, or its other channel is what failed
    }
    let sent = match parcel {
        Parcel::Mail(letter) => services.post.send_mail(&services.db, *letter).await,
        Parcel::Sms(sms) => services.post.send_sms(&services.db, *sms).await,
    };
    let (word, outcome) = match sent {
        Ok(provider_id) => {
            store::messages::settle(&services.db, id, "sent", provider_id.as_deref(), Some(now)).await?;
            ("sent", Ok(()))
        }
        Err(Undelivered::Never(kind)) => {
            store::messages::settle(&services.db, id, "failed", None, None).await?;
            tracing::warn!(message = %dispatch.id, channel = dispatch.channel, template = dispatch.template, kind, "a message was refused for good");
            ("refused", Ok(()))
        }
        Err(Undelivered::Later(kind)) => ("later", Err(Failure::retry(kind))),
        Err(Undelivered::After(kind, wait)) => ("later", Err(Failure::retry_after(kind, wait))),
    };
    if outcome.is_err() && last {
        store::messages::settle(&services.db, id, "failed", None, None).await?;
    }
    metrics::counter!("messages_total", "channel" => dispatch.channel, "template" => dispatch.template, "outcome" => word).increment(1);
    outcome
}

pub(super) async fn note(services: &Services, now: Timestamp, dispatch: Dispatch) -> sqlx::Result<String> {
    let Dispatch { id, subject, template, channel } = dispatch;
    let subject = subject.map(|Subject(kind, id)| (kind, id));
    let message = NewMessage { id: id.0, subject, template, channel };
    store::messages::note(&services.db, now, message).await
}

/// Writes that a message was not sent, on purpose. One that was sent stays sent.
pub(super) async fn drop_message(services: &Services, now: Timestamp, dispatch: Dispatch) -> Outcome {
    if note(services, now, dispatch).await? != "sent" {
        store::messages::settle(&services.db, dispatch.id.0, "dropped", None, None).await?;
        metrics::counter!("messages_total", "channel" => dispatch.channel, "template" => dispatch.template, "outcome" => "dropped")
            .increment(1);
    }
    Ok(())
}

pub(super) fn letter(
    id: MessageId,
    to: MailAddress,
    locale: Locale,
    text: &str,
    facts: &Facts,
    calendar: Option<(Method, String)>,
    at: Timestamp,
) -> Result<Parcel, Failure> {
    let piece = |piece| render(locale, text, piece, facts).map_err(|_| Failure::give_up("text"));
    Ok(Parcel::Mail(Box::new(Letter {
        id,
        to,
        language: locale.tag(),
        subject: piece("subject")?,
        text: piece("txt")?,
        html: piece("html")?,
        calendar,
        at,
    })))
}

pub(super) fn sms(
    services: &Services,
    id: MessageId,
    to: Phone,
    locale: Locale,
    text: &str,
    values: BTreeMap<&'static str, String>,
    at: Timestamp,
) -> Result<Parcel, Failure> {
    let facts = Facts::Values { values: values.clone(), site: services.settings.public_url.clone() };
    let whole = render(locale, text, "sms", &facts).map_err(|_| Failure::give_up("text"))?;
    Ok(Parcel::Sms(Box::new(Sms { id, to, template: format!("{}/{text}", locale.tag()), values, text: whole, at })))
}

/// A visit in the words of its language.
fn facts(services: &Services, visit: &Visit, now: Timestamp) -> VisitFacts {
    let locale = visit.locale;
    let links = links(services, visit, locale);
    VisitFacts {
        name: visit.name.as_str().to_owned(),
        title: visit.title(locale).to_owned(),
        date: span_text(visit.starts_at, visit.ends_at, locale),
        reference: visit.reference.to_string(),
        people: visit.people,
        children: visit.children,
        children_need_adult: visit.policy.children_need_adult && visit.policy.children_per_booking > 0,
        place: visit.place(services, locale),
        doors_open: clock_text(visit.doors_open()),
        doors_close: clock_text(visit.doors_close()),
        change_until: end_text(visit.change_until(), locale),
        changeable: visit.changeable(now),
        days: days_left(now, visit.starts_at),
        manage: links.manage,
        pass: links.pass,
        by_house: visit.cancelled_by_house,
        closed: visit.closed,
        open_door: visit.open_door,
        reason: visit.reason(locale).map(str::to_owned),
        alternatives: Vec::new(),
        rebook: links.rebook,
        missed: MissedFacts::default(),
        site: services.settings.public_url.clone(),
        help: services.post.help(),
    }
}

/// The sessions nearest to a closed one with room for its party, in words.
async fn alternatives(services: &Services, visit: &Visit, now: Timestamp) -> Result<Vec<String>, Failure> {
    let (of, to) = ((visit.activity, visit.session), (visit.starts_at, visit.people));
    let spans = crate::booking::alternative_spans(services, of, to, now).await;
    let spans = spans.map_err(|_| Failure::retry("alternatives"))?;
    Ok(spans.into_iter().map(|(starts, ends)| span_text(starts, ends, visit.locale)).collect())
}

/// The values of a filed text message: only those its sentence has, each of at most 35 characters (providers refuse
/// longer ones).
fn values(
    services: &Services,
    visit: &Visit,
    template: Template,
    no_show: Option<&NoShow>,
    now: Timestamp,
) -> BTreeMap<&'static str, String> {
    let locale = visit.locale;
    let mut values = BTreeMap::from([
        ("title", shortened(visit.title(locale))),
        ("when", when_text(visit.starts_at, locale)),
        ("reference", visit.reference.to_string()),
    ]);
    let link = ("link", short_link::code(services, visit.booking));
    let coming = [("people", visit.people.to_string()), ("doors", clock_text(visit.doors_open()))];
    match template {
        Template::Confirmation | Template::Changed => values.extend(coming.into_iter().chain([link])),
        Template::ReminderDays3 | Template::ReminderDay1 | Template::ReminderHours2 => {
            values.extend([link, ("day", day_left_text(days_left(now, visit.starts_at), locale))]);
            if !visit.open_door {
                values.extend(coming);
            }
        }
        Template::Cancelled => values.extend([("reason", cancelled_text(visit).to_owned())]),
        Template::Closed => {
            let unsaid = if locale == Locale::ZhCn { "场馆安排调整" } else { "a change of the house's plans" };
            values.extend([link, ("reason", shortened(visit.reason(locale).unwrap_or(unsaid)))]);
        }
        Template::Missed => {
            values.extend([link]);
            values.extend(no_show.map(|no_show| ("outcome", missed_text(visit, no_show))));
        }
        Template::MissedLifted => {}
    }
    values
}

/// How a booking was cancelled, as a part of a sentence.
fn cancelled_text(visit: &Visit) -> &'static str {
    match (visit.locale, visit.closed, visit.cancelled_by_house) {
        (Locale::ZhCn, true, _) => "因场馆安排调整，很抱歉已",
        (Locale::ZhCn, false, true) => "已由工作人员",
        (Locale::ZhCn, false, false) => "已按您的要求",
        (Locale::En, true, _) => "as we had to close the session",
        (Locale::En, false, true) => "by our staff",
        (Locale::En, false, false) => "as you asked",
    }
}

/// 明天 · tomorrow
fn day_left_text(days: i64, locale: Locale) -> String {
    match (locale, days) {
        (Locale::ZhCn, 0) => "今天".to_owned(),
        (Locale::ZhCn, 1) => "明天".to_owned(),
        (Locale::ZhCn, days) => format!("{days}天后"),
        (Locale::En, 0) => "today".to_owned(),
        (Locale::En, 1) => "tomorrow".to_owned(),
        (Locale::En, days) => format!("in {days} days"),
    }
}

/// At most 35 characters, the last an ellipsis where something was left out.
pub(super) fn shortened(text: &str) -> String {
    const MOST: usize = 35;
    if text.chars().count() <= MOST { text.to_owned() } else { text.chars().take(MOST - 1).chain(['…']).collect() }
}

/// 7月28日周二09:00 · Tue 28 July 09:00
pub(super) fn when_text(at: Timestamp, locale: Locale) -> String {
    let (day, clock) = (local_day(at), clock_text(at));
    let weekday = weekday_text(day, locale);
    match locale {
        Locale::ZhCn => format!("{}月{}日{weekday}{clock}", day.month(), day.day()),
        Locale::En => {
            // The year is left out: no visit is a year away.
            let written = day_text(day, locale);
            format!("{} {clock}", written.rsplit_once(' ').map_or(written.as_str(), |(before_year, _)| before_year))
        }
    }
}

/// Days from the day of `now` to the day of `then`, in Shandong.
fn days_left(now: Timestamp, then: Timestamp) -> i64 {
    local_day(now).until(local_day(then)).map_or(0, |span| i64::from(span.get_days()))
}

/// 7月28日08:30 · 08:30 on 28 July
pub(super) fn deadline_text(at: Timestamp, locale: Locale) -> String {
    said(local(at).date(), &clock_text(at), locale)
}

/// The same of an end: midnight is 24:00 of the day that ends with it.
pub(super) fn end_text(at: Timestamp, locale: Locale) -> String {
    let (day, clock) = end_of(at);
    said(day, &clock, locale)
}

fn said(day: Date, clock: &str, locale: Locale) -> String {
    match locale {
        Locale::ZhCn => format!("{}月{}日{clock}", day.month(), day.day()),
        Locale::En => format!("{clock} on {}", day_text(day, locale)),
    }
}
